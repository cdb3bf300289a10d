package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.operation.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One word for one thing, in each language. */
class WordsTest {
    /** Words for which there is a better one; see {@link States}. */
    static final Pattern GONE = Pattern.compile(
            "\\b(aboard|ejected|superseded|cancelled|undecided|conductors?|passengers?|riders?|lineup|gathering|memo"
                    + "|remembered|void|proven|stale|drift|search: \\d)\\b",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern GONE_GERMAN = Pattern.compile(
            "\\b(Prüfung(en)?|abgewiesen|gescheitert(e[rsn]?)?|überholt|abgebrochen|unentschieden|ungültig|Schaffner|"
                    + "Gruppe von|zurückgesetzt|Beförderung)\\b",
            Pattern.CASE_INSENSITIVE);

    @ParameterizedTest
    @ValueSource(strings = {"en", "de"})
    void noTextHasAWordThatIsGone(String language) {
        Texts texts = Texts.of(Locale.forLanguageTag(language));
        Pattern gone = language.equals("de") ? GONE_GERMAN : GONE;
        assertThat(texts.all().entrySet().stream()
                        .filter(e -> gone.matcher(e.getValue()).find()))
                .isEmpty();
        assertThat(texts.sentences().stream()
                        .map(Texts.Sentence::said)
                        .filter(said -> gone.matcher(said).find()))
                .isEmpty();
    }

    @Test
    void everyStateHasItsWordInEachLanguage() {
        Map<String, String> english = Texts.of(Locale.ENGLISH).all();
        Map<String, String> german = Texts.of(Locale.GERMAN).all();
        for (States state : States.values()) {
            assertThat(english).containsEntry(state.key(), state.word());
            assertThat(german.get(state.key())).as(state.key()).isNotNull().isNotEqualTo(state.word());
            assertThat(States.looks().get(state.name()).icon()).hasSize(1);
        }
    }

    @Test
    void documentHasTheWordOfEachState() throws IOException {
        String trains = Files.readString(
                Path.of(System.getProperty("repository.root", "")).resolve("docs/trains.md"));
        for (States state : States.values()) {
            assertThat(trains).contains("| `" + state.name() + "` | " + state.word() + " |");
        }
    }

    @Test
    void everyOutcomeAndVerdictIsAState() {
        assertThat(Stream.concat(Stream.of(Event.Outcome.values()), Stream.of(Verdict.values())))
                .allSatisfy(o -> assertThat(States.of(o).name()).isEqualTo(o.name()));
    }

    @Test
    void wordsAreAsPeopleWereTold() {
        assertThat(List.of(
                        States.EJECTED.word(),
                        States.PROVEN.word(),
                        States.SUPERSEDED.word(),
                        States.CANCELLED.word(),
                        States.UNDECIDED.word(),
                        States.MADE.word(),
                        States.VOID.word()))
                .containsExactly(
                        "rejected",
                        "passed (test only)",
                        "replaced",
                        "taken off",
                        "not decided",
                        "ready",
                        "no verdict");
        assertThat(States.word("PRIORITISED_NOW")).isEqualTo("prioritised now");
    }

    private static final Pattern ASKED = Pattern.compile("\\b(?:(t|say)|(count))\\(\"([\\w.]+)\"[,)]");

    /** A key that is not there is shown as it is. */
    @Test
    void everyTextThatPagesAskForIsThere() throws IOException {
        Map<String, String> known = Texts.of(Locale.ENGLISH).all();
        Path pages = Path.of(System.getProperty("repository.root", ""))
                .resolve("src/main/resources/io/jenkins/plugins/releasetrain/engine/history/pages");
        List<String> asked = new ArrayList<>();
        try (Stream<Path> files = Files.list(pages)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".js")).toList()) {
                ASKED.matcher(Files.readString(file))
                        .results()
                        .flatMap(m -> m.group(1) == null
                                ? Stream.of(m.group(3) + ".one", m.group(3) + ".other")
                                : Stream.of(m.group(3)))
                        .forEach(asked::add);
            }
        }
        assertThat(asked).hasSizeGreaterThan(200);
        assertThat(asked.stream().filter(key -> !known.containsKey(key)).distinct())
                .isEmpty();
    }

    /** Whatever is done by hand has its button, its question and its plan. */
    @Test
    void everyOperationHasItsTexts() {
        Map<String, String> known = Texts.of(Locale.ENGLISH).all();
        for (Operation operation : Operation.values()) {
            assertThat(known).containsKeys("do." + operation, "ask." + operation);
            assertThat(known.keySet())
                    .anyMatch(key -> key.equals("plan." + operation) || key.equals("plan." + operation + ".one"));
        }
    }
}
