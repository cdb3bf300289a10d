package io.jenkins.plugins.releasetrain.engine.catalog;

import java.util.Comparator;

/**
 * Something that is wrong in a document. Long paths and messages are cut.
 *
 * @param line from 1 on
 * @param column from 1 on
 * @param path as a normalized path of RFC 9535 with the dot where it is allowed, as in {@code
 *     $.services['pay-api'].dependsOn[0]}
 */
public record Problem(int line, int column, String path, String message) implements Comparable<Problem> {
    private static final Comparator<Problem> ORDER = Comparator.comparingInt(Problem::line)
            .thenComparingInt(Problem::column)
            .thenComparing(Problem::path)
            .thenComparing(Problem::message);

    private static final int LIMIT = 400;

    public Problem {
        path = cut(path);
        message = cut(message);
    }

    private static String cut(String text) {
        return text.length() <= LIMIT ? text : text.substring(0, LIMIT) + "…";
    }

    @Override
    public int compareTo(Problem other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "line " + line + ", column " + column + ", " + path + ": " + message;
    }
}
