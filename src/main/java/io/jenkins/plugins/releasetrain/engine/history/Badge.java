package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What production runs of one service, as a picture (SVG) for other sites' pages. Says nothing else, and runs nothing. */
public final class Badge {
    private static final String TYPE = "image/svg+xml;charset=utf-8";
    private static final int LONGEST = 40;
    private static final double CHARACTER = 6.6;
    private static final int MARGIN = 12;

    private Badge() {}

    /** @return empty where production holds nothing of this name */
    public static Optional<Answer> of(Store store, String service) {
        List<Production> held = store.productionOf(service);
        if (held.isEmpty()) {
            return Optional.empty();
        }
        Names names = new Names.Source(store, MovingTags.USUAL.asMatchPredicate())
                .of(held.stream().map(Production::image).toList());
        String version =
                held.stream().map(p -> names.image(p.image()).name()).distinct().collect(Collectors.joining(", "));
        byte[] picture = svg(text(service), text(version)).getBytes(StandardCharsets.UTF_8);
        String etag =
                '"' + Digest.sha256(new String(picture, StandardCharsets.UTF_8)).abbreviated() + '"';
        return Optional.of(new Answer(200, TYPE, etag, picture));
    }

    /** What people can read: without what turns the direction of text, breaks lines or hides, and not without end. */
    static String text(String from) {
        StringBuilder shown = new StringBuilder();
        from.codePoints().filter(Badge::isShown).limit(LONGEST).forEach(shown::appendCodePoint);
        return shown.codePoints().count() == LONGEST ? shown + "…" : shown.toString();
    }

    private static boolean isShown(int character) {
        int type = Character.getType(character);
        return type != Character.CONTROL
                && type != Character.FORMAT
                && type != Character.SURROGATE
                && type != Character.PRIVATE_USE
                && type != Character.UNASSIGNED
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static int width(String text) {
        return (int) Math.ceil(text.codePointCount(0, text.length()) * CHARACTER) + MARGIN;
    }

    private static String svg(String name, String value) {
        int left = width(name);
        int right = width(value);
        return String.format(
                Locale.ROOT,
                """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="20" role="img" aria-label="%2$s: %3$s">%n\
                <title>%2$s: %3$s</title>%n\
                <rect width="%1$d" height="20" rx="3" fill="#3a3f45"/>%n\
                <path d="M%4$d 0h%5$d a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-%5$d z" fill="#1a6b3c"/>%n\
                <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">%n\
                <text x="%6$d" y="14">%2$s</text>%n\
                <text x="%7$d" y="14">%3$s</text>%n\
                </g>%n\
                </svg>%n\
                """,
                left + right,
                escaped(name),
                escaped(value),
                left,
                right - 3,
                left / 2,
                left + right / 2);
    }
}
