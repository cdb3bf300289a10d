package io.jenkins.plugins.releasetrain.engine.model;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of builds, as in {@code shop/cart#41}, within sentences for readers who may not see every job. Names may have blanks:
 * one begins behind the words that sentences of this engine put before it.
 */
public final class BuildNames {
    /** What stands for a build that may not be seen. */
    public static final String A_BUILD = "a build";

    private static final Pattern NUMBER = Pattern.compile("#(\\d+)");
    private static final List<String> BEFORE = List.of(
            "by ", "build ", "builds ", "lane of ", "(", "'", "\"", "<", ", ", ": ", "; ", " and ", " with ", "\n");

    private BuildNames() {}

    /** @param sees whether a job may be seen, by its full name */
    public static String seen(String text, Predicate<String> sees) {
        return seen(text, sees, UnaryOperator.identity());
    }

    /** @param shown makes of the name of a build that may be seen what stands for it, such as a link */
    public static String seen(String text, Predicate<String> sees, UnaryOperator<String> shown) {
        if (text.indexOf('#') <= 0) {
            return text;
        }
        StringBuilder seen = new StringBuilder();
        int done = 0;
        Matcher numbers = NUMBER.matcher(text);
        while (numbers.find()) {
            int begin = begin(text, done, numbers.start());
            int word = Math.max(begin, text.lastIndexOf(' ', numbers.start()) + 1);
            if (word == numbers.start()) {
                // A number of something else, as in "see #5".
                continue;
            }
            if (sees.test(text.substring(begin, numbers.start()))) {
                seen.append(text, done, begin).append(shown.apply(text.substring(begin, numbers.end())));
            } else if (sees.test(text.substring(word, numbers.start()))) {
                seen.append(text, done, word).append(shown.apply(text.substring(word, numbers.end())));
            } else {
                seen.append(text, done, begin).append(A_BUILD);
            }
            done = numbers.end();
        }
        return seen.append(text.substring(done)).toString();
    }

    private static int begin(String text, int from, int end) {
        int begin = from;
        for (String before : BEFORE) {
            int at = text.lastIndexOf(before, end - 1);
            if (at >= 0 && at + before.length() <= end) {
                begin = Math.max(begin, at + before.length());
            }
        }
        return begin;
    }
}
