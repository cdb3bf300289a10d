package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.history.Texts.Sentence;
import io.jenkins.plugins.releasetrain.engine.simulation.Advisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** NEW-5: what the engine says is said in German on German pages. */
class SentencesTest {
    private static final Path SOURCES = Path.of(System.getProperty("repository.root", "../.."))
            .resolve("src/main/java/io/jenkins/plugins/releasetrain");
    private static final Pattern VALUE = Pattern.compile("\\{\\d}");
    /** Words that are too short to be looked for. */
    private static final int SHORT = 5;

    private final List<Sentence> german = Texts.of(Locale.GERMANY).sentences();

    @Test
    void englishIsSaidAsItIs() {
        assertThat(Texts.of(Locale.ENGLISH).sentences()).isEmpty();
        assertThat(Texts.of(Locale.FRENCH).sentences()).isEmpty();
    }

    @Test
    void NEW_5_bothSidesHaveTheSameValues() {
        assertThat(german).hasSizeGreaterThan(60);
        for (Sentence sentence : german) {
            assertThat(values(sentence.said())).as(sentence.is()).isEqualTo(values(sentence.is()));
        }
    }

    private static TreeSet<String> values(String text) {
        TreeSet<String> values = new TreeSet<>();
        VALUE.matcher(text).results().map(MatchResult::group).forEach(values::add);
        return values;
    }

    /** Whoever changes a sentence of the engine changes its translation. */
    @Test
    void NEW_5_theEngineSaysWhatIsTranslated() throws IOException {
        String said = sources();
        List<String> unknown = new ArrayList<>();
        for (Sentence sentence : german) {
            Stream.of(VALUE.split(sentence.is()))
                    .map(part -> part.strip().replaceFirst(":$", ""))
                    .filter(part -> part.length() > SHORT && !said.contains(part))
                    .forEach(unknown::add);
        }
        assertThat(unknown).isEmpty();
    }

    /** Sentences that are written over several lines are put together. */
    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString()
                .replaceAll("\"\\s*\\+\\s*\"", "")
                .replaceAll("%[.0-9]*[fds]", "{v}")
                .replace("%%", "%");
    }

    /** As pages do it: the first that fits, and what it holds in the same way. */
    private String said(String text) {
        for (Sentence sentence : german) {
            List<String> values = VALUE.matcher(sentence.is())
                    .results()
                    .map(MatchResult::group)
                    .toList();
            Matcher found = Pattern.compile(Stream.of(VALUE.split(sentence.is(), -1))
                            .map(Pattern::quote)
                            .collect(Collectors.joining("(.+?)")))
                    .matcher(text);
            if (found.matches()) {
                return VALUE.matcher(sentence.said())
                        .replaceAll(value ->
                                Matcher.quoteReplacement(said(found.group(values.indexOf(value.group()) + 1))));
            }
        }
        return text;
    }

    /** Whether the train keeps up, the lanes, or neither. */
    @Test
    void adviceIsGiven() {
        for (Advisor.Site site :
                List.of(new Advisor.Site(1, 0.05, 0, 30, 1, 8), new Advisor.Site(100, 0.05, 0, 30, 1, 1))) {
            Advisor.Advice advice = Advisor.advise(site, Advisor.Effort.QUICK);
            assertThat(said(advice.text()))
                    .as(advice.text())
                    .doesNotContainPattern("\\b(at|keeps?|half|Neither|lanes|train|tests)\\b");
        }
    }

    @Test
    void whyNothingCanBeDone() {
        assertThat(said("environment 'staging-2' is broken since 2026-11-30T10:22:20Z"))
                .isEqualTo("Umgebung „staging-2“ ist seit 2026-11-30T10:22:20Z kaputt");
        assertThat(said("There is no release 'shop-9' in the history; the newest there is shop-3"))
                .isEqualTo("Der Verlauf hat kein Release „shop-9“; das neueste dort ist shop-3");
        assertThat(said("attempt 2, what production runs alone"))
                .isEqualTo("Versuch 2, was in Produktion läuft, allein");
    }
}
