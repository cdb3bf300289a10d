package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;

/** Texts out of documents that somebody else wrote, as they may stand in a message. */
final class Texts {
    private static final int LONGEST_NAME = 120;
    private static final int LONGEST_MESSAGE = 500;

    private Texts() {}

    /** A name or value in one line, cut, without anything that moves a terminal's cursor or turns the direction of text. */
    static String shown(String text) {
        return cut(text, LONGEST_NAME);
    }

    static String message(String text) {
        return cut(text, LONGEST_MESSAGE);
    }

    private static String cut(String text, int longest) {
        if (text.length() <= longest && isAscii(text)) {
            return text;
        }
        String head = text.length() > longest ? text.substring(0, longest) + "…" : text;
        StringBuilder plain = new StringBuilder(head.length());
        head.codePoints().forEach(c -> plain.appendCodePoint(isPlain(c) ? c : '?'));
        return plain.toString();
    }

    /** As nearly all names are. */
    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(int c) {
        int type = Character.getType(c);
        return !Character.isISOControl(c)
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR
                && type != Character.SURROGATE;
    }

    /** @param line 0: not known */
    static EngineException invalid(String file, int line, String problem) {
        return EngineException.invalid("The contract's file '" + shown(file) + "'" + (line > 0 ? ", line " + line : "")
                + ", " + message(problem));
    }
}
