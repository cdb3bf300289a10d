package io.jenkins.plugins.releasetrain.engine.model;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a catalog's issues are, and where two revisions can be compared. The patterns are an administrator's, the texts are
 * anybody's: what takes too many steps finds nothing.
 *
 * @param issue what keys of issues are like, as a regular expression whose first group, if it has one, is the key; empty
 *     for none
 * @param issueUrl with {@code {key}}; empty for none
 * @param compareUrl with {@code {source}}, {@code {from}} and {@code {to}}; empty: as the usual hosts have it
 */
public record SourceLinks(String issue, String issueUrl, String compareUrl) {
    public static final SourceLinks NONE = new SourceLinks("", "", "");

    private static final int LOOKED_AT = 10_000;
    private static final int STEPS = 1_000_000;

    /** Keys that a text names, in its order, each once. */
    public List<String> issues(String text) {
        if (issue.isEmpty()) {
            return List.of();
        }
        String some = text.substring(0, Math.min(LOOKED_AT, text.length()));
        Matcher matcher = Pattern.compile(issue).matcher(new Counted(some, new int[] {STEPS}));
        try {
            return matcher.results()
                    .map(found -> found.groupCount() > 0 && found.group(1) != null ? found.group(1) : found.group())
                    .filter(key -> !key.isBlank())
                    .distinct()
                    .toList();
        } catch (TooManySteps | StackOverflowError e) {
            return List.of();
        }
    }

    /** @return empty where no address is known */
    public String issueUrl(String key) {
        return issueUrl.replace("{key}", encoded(key));
    }

    /** The page that compares two revisions; empty where the repository's host is not known. */
    public String compare(Built.Source from, Built.Source to) {
        String source = to.url().replaceFirst("\\.git/?$", "").replaceFirst("/$", "");
        if (!source.startsWith("https://")
                || !from.url().equals(to.url())
                || from.revision().isEmpty()
                || to.revision().isEmpty()
                || from.revision().equals(to.revision())) {
            return "";
        }
        String template = compareUrl.isEmpty() ? usual(source) : compareUrl;
        return template.replace("{source}", source)
                .replace("{from}", encoded(from.revision()))
                .replace("{to}", encoded(to.revision()));
    }

    /** Bitbucket Cloud has the newer one first; of hosts of one's own the name tells which it is. */
    private static String usual(String source) {
        String host = host(source);
        return Stream.of(
                        new String[] {"github", "{source}/compare/{from}...{to}"},
                        new String[] {"gitlab", "{source}/-/compare/{from}...{to}"},
                        new String[] {"bitbucket.org", "{source}/branches/compare/{to}%0D{from}#diff"},
                        new String[] {"gitea", "{source}/compare/{from}...{to}"},
                        new String[] {"codeberg.org", "{source}/compare/{from}...{to}"})
                .filter(known -> host.contains(known[0]))
                .map(known -> known[1])
                .findFirst()
                .orElse("");
    }

    private static String host(String source) {
        try {
            return Optional.ofNullable(URI.create(source).getHost()).orElse("").toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "-._~/".indexOf(c) >= 0);
            encoded.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
        }
        return encoded.toString();
    }

    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManySteps() {
            super("A pattern takes too long", null, false, false);
        }
    }

    /** @param left characters that may still be looked at */
    private record Counted(CharSequence text, int[] left) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (left[0]-- <= 0) {
                throw new TooManySteps();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
