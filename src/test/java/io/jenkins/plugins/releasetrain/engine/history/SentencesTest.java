package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.history.Texts.Sentence;
import io.jenkins.plugins.releasetrain.engine.simulation.Advisor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** NEW-5: what the engine says is said in German on German pages. */
class SentencesTest {
    private static final Path SOURCES = Path.of(System.getProperty("repository.root", "../.."))
            .resolve("src/main/java/io/jenkins/plugins/releasetrain");
    private static final Pattern VALUE = Pattern.compile("\\{\\d}");
    /** Words that are too short to be looked for. */
    private static final int SHORT = 5;

    /** In reasons that stores still hold. */
    private static final Set<String> ONCE = Set.of("cancelled by");

    private static final List<String> ON_PAGES =
            List.of("train", "lane", "blame", "operation", "block", "environment/Installer.java");

    private final List<Sentence> german = Texts.of(Locale.GERMANY).sentences();

    private static String said(String text) {
        return German.said(text);
    }

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
                    .filter(part -> part.length() > SHORT && !said.contains(part) && !ONCE.contains(part))
                    .forEach(unknown::add);
        }
        assertThat(unknown).isEmpty();
    }

    /** Whoever has the engine say something new says it in German, or says that no page shows it. */
    @Test
    void NEW_5_whatTheEngineSaysOnPagesIsTranslated() throws IOException {
        Map<String, String> others = others();
        Set<String> all = new TreeSet<>();
        for (String part : ON_PAGES) {
            all.addAll(EngineSentences.of(SOURCES.resolve("engine").resolve(part)));
        }
        assertThat(all).hasSizeGreaterThan(150).containsAll(others.keySet());
        assertThat(all.stream()
                        .filter(text -> !others.containsKey(text))
                        .filter(text -> Stream.of(
                                        text,
                                        EngineSentences.VALUE + text,
                                        text + EngineSentences.VALUE,
                                        EngineSentences.VALUE + text + EngineSentences.VALUE)
                                .allMatch(whole -> said(whole).equals(whole))))
                .as("without German")
                .isEmpty();
        assertThat(others.values().stream().filter(whole -> !whole.isEmpty()))
                .allSatisfy(whole -> assertThat(said(whole)).isNotEqualTo(whole));
    }

    /** Those that need no German, and parts of sentences with a whole one of each. */
    private static Map<String, String> others() throws IOException {
        Map<String, String> others = new TreeMap<>();
        try (InputStream in = SentencesTest.class.getResourceAsStream("not-said-on-pages.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" => ", 2))
                    .forEach(parts -> others.put(parts[0], parts.length == 1 ? "" : parts[1]));
        }
        return others;
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
        assertThat(said("database move; environment 'staging' is broken since 2026-11-30T10:22:20Z"))
                .isEqualTo("database move; Umgebung „staging“ ist seit 2026-11-30T10:22:20Z kaputt");
        assertThat(said("cancelled by eve: not now")).isEqualTo("herausgenommen von eve: not now");
        assertThat(said("attempt 2, what production runs alone"))
                .isEqualTo("Versuch 2, was in Produktion läuft, allein");
    }
}
