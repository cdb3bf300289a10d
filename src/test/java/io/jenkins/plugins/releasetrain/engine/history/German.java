package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.history.Texts.Sentence;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What German pages say for what the engine says. */
public final class German {
    private static final Pattern VALUE = Pattern.compile("\\{\\d}");
    private static final List<Sentence> SENTENCES = Texts.of(Locale.GERMANY).sentences();

    private German() {}

    /** As pages do it: the first that fits, and what it holds in the same way; the text itself where there is none. */
    public static String said(String text) {
        for (Sentence sentence : SENTENCES) {
            List<String> values = VALUE.matcher(sentence.is())
                    .results()
                    .map(MatchResult::group)
                    .toList();
            Matcher found = Pattern.compile(
                            Stream.of(VALUE.split(sentence.is(), -1))
                                    .map(Pattern::quote)
                                    .collect(Collectors.joining("(.+?)")),
                            Pattern.DOTALL)
                    .matcher(text);
            if (found.matches()) {
                return VALUE.matcher(sentence.said())
                        .replaceAll(value ->
                                Matcher.quoteReplacement(said(found.group(values.indexOf(value.group()) + 1))));
            }
        }
        return text;
    }
}
