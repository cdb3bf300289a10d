package hudson;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** With what they do, so that plain tests of configuration can call them. */
public class Util {
    public static String fixNull(String text) {
        return text == null ? "" : text;
    }

    public static String fixEmptyAndTrim(String text) {
        return text == null || text.isBlank() ? null : text.trim();
    }

    public static String rawEncode(String s) {
        return URLEncoder.encode(s, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public static String xmlEscape(String text) {
        throw new UnsupportedOperationException();
    }
}
