package io.jenkins.plugins.releasetrain.engine.registry;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses as servers write them in a Location. */
final class Locations {
    /** What no URI may contain as it is (RFC 3986 section 2), and what servers write all the same. */
    private static final Pattern RAW = Pattern.compile("[^A-Za-z0-9\\-._~:/?#\\[\\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})");

    private static final String UPLOADS = "/blobs/uploads/";
    /** One of the API, at whatever host and below whatever path. */
    private static final Pattern UPLOAD =
            Pattern.compile("(?:(?:https?:)?//[^/]+)?(?:/.*?)?/v2/.+?" + UPLOADS + "(.+)", Pattern.CASE_INSENSITIVE);

    private Locations() {}

    /** Of an upload, beside where it was begun, whatever the registry calls it; as it is where it is none. */
    static String beside(URI begun, String location) {
        Matcher upload = UPLOAD.matcher(location.trim());
        String path = begun.getRawPath();
        int end = path.indexOf(UPLOADS) + UPLOADS.length();
        return upload.matches() && end >= UPLOADS.length() ? path.substring(0, end) + upload.group(1) : location;
    }

    static boolean isUpload(URI uri) {
        return UPLOAD.matcher(String.valueOf(uri.getRawPath())).matches();
    }

    /**
     * Of a Location that may be relative. {@link URI#resolve} takes a path's last part away where only the query is another
     * (RFC 3986 section 5.2.2 keeps it).
     *
     * @throws IllegalArgumentException where it is no URI
     */
    static URI resolved(URI base, String location) {
        String escaped = RAW.matcher(location)
                .replaceAll(raw -> Matcher.quoteReplacement(
                        URLEncoder.encode(raw.group(), StandardCharsets.UTF_8).replace("+", "%20")));
        return escaped.startsWith("?") ? base.resolve(base.getRawPath() + escaped) : base.resolve(escaped);
    }

    static boolean hasUsualPort(URI uri) {
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        return uri.getPort() < 0 || uri.getPort() == (tls ? 443 : 80);
    }

    /** Whether it is one of a registry's API, and not of a page or a store. */
    static boolean isOfApi(URI uri) {
        return String.valueOf(uri.getRawPath()).startsWith("/v2/");
    }
}
