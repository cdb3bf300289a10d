package io.jenkins.plugins.releasetrain.engine.model;

/** Text from outside, for one line of a page, a log or the store. */
public final class Line {
    /** What is kept of names, titles and labels, in characters. */
    public static final int LONGEST = 200;

    private Line() {}

    /** Without line breaks, other control characters, and what turns the direction of writing; at most {@value #LONGEST}. */
    public static String of(String text) {
        return of(text, LONGEST);
    }

    /** @param longest in characters, beyond which it ends with … */
    public static String of(String text, int longest) {
        if (text.length() <= longest && isAscii(text)) {
            return text.strip();
        }
        // What is far too long is not looked at as a whole.
        String some = text.length() <= 4 * longest ? text : text.substring(0, 4 * longest);
        String line = some.codePoints()
                .map(c -> isPlain(c) ? c : ' ')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
        if (line.length() <= longest) {
            return line;
        }
        int end = Character.isHighSurrogate(line.charAt(longest - 1)) ? longest - 1 : longest;
        return line.substring(0, end) + "…";
    }

    /** Most are, and a page has thousands. */
    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
