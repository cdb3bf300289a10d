package io.jenkins.plugins.releasetrain.actions;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.actions.NewestReleases.Asked;
import io.jenkins.plugins.releasetrain.actions.NewestReleases.Line;
import io.jenkins.plugins.releasetrain.actions.NewestReleases.Shown;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.security.Access;
import io.jenkins.plugins.releasetrain.security.Access.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NewestReleasesTest {
    private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");

    private final List<List<String>> questions = new ArrayList<>();

    private static Entry entry(String id, String tag, Outcome outcome) {
        TreeMap<String, PinnedImage> images = new TreeMap<>();
        images.put("cart", new PinnedImage("shop/cart", Digest.sha256(id), tag));
        Change change = new Change(id, images, Origin.UNKNOWN, NOW, 0, true);
        Optional<Event> ended = Optional.ofNullable(outcome)
                .map(o -> new Event.ChangeEnded(id, o, "why", o == Outcome.RELEASED ? "shop-" + id : ""));
        return new Entry(
                new Entry.Place("train/shop", 1, 0), new Event.ChangeQueued(change), NOW, ended, ended.map(e -> NOW));
    }

    private Map<String, Shown> of(List<Asked> jobs, Entry... known) {
        return NewestReleases.of(
                jobs,
                ids -> {
                    questions.add(ids);
                    return List.of(known).stream()
                            .filter(e -> ids.contains(e.id()))
                            .toList();
                },
                text -> text);
    }

    private static List<String> lines(Shown shown) {
        return shown.getReleased().stream()
                .map(l -> l.getService() + " " + l.getVersion() + " " + l.getRelease())
                .toList();
    }

    /** A view breaks where a label that it asks for is not there. */
    @ParameterizedTest
    @ValueSource(strings = {"", "_de"})
    void everyOutcomeHasItsLabel(String language) throws IOException {
        Properties labels = new Properties();
        try (InputStream in = Files.newInputStream(Path.of(
                System.getProperty("repository.root", "."),
                "src/main/resources/io/jenkins/plugins/releasetrain/labels/Labels" + language + ".properties"))) {
            labels.load(in);
        }
        assertThat(labels.stringPropertyNames()).contains(NewestReleases.key(States.WAITING.word()));
        assertThat(Outcome.values())
                .allSatisfy(o -> assertThat(labels.stringPropertyNames())
                        .contains(NewestReleases.key(States.of(o).word())));
    }

    @Test
    void testReleasesAreShownToo() {
        Map<String, Shown> shown =
                of(List.of(new Asked("cart", List.of("a"), List.of("a"))), entry("a", "1.2", Outcome.PROVEN));
        assertThat(lines(shown.get("cart"))).containsExactly("cart 1.2 ");
    }

    @Test
    void aListOf500JobsAsksTheStoreOnce() {
        List<Asked> jobs = IntStream.range(0, 500)
                .mapToObj(i -> new Asked("job" + i, List.of("g" + i), List.of("l" + i)))
                .toList();
        Entry[] known = IntStream.range(0, 500)
                .mapToObj(i -> entry("g" + i, "1." + i, Outcome.RELEASED))
                .toArray(Entry[]::new);

        Map<String, Shown> shown = of(jobs, known);

        assertThat(questions).hasSize(1);
        assertThat(questions.get(0)).hasSize(1_000);
        assertThat(shown).hasSize(500);
        assertThat(lines(shown.get("job7"))).containsExactly("cart 1.7 shop-g7");
    }

    @Test
    void whatWasReleasedStaysThoughTheNewestBuildWasRejected() {
        Shown shown = of(
                        List.of(new Asked("cart", List.of("a"), List.of("b"))),
                        entry("a", "1.1", Outcome.RELEASED),
                        entry("b", "1.2", Outcome.EJECTED))
                .get("cart");

        assertThat(lines(shown)).containsExactly("cart 1.1 shop-a");
        assertThat(shown.now()).contains("rejected");
    }

    @Test
    void aJobThatTracksNoImageShowsTheServicesThatTheConfigurationGivesIt() {
        List<Integer> asked = new ArrayList<>();
        List<Asked> jobs = List.of(
                new Asked("shop/cart", List.of(), List.of()),
                new Asked("shop/pay", List.of("a"), List.of("a")),
                new Asked("shop/docs", List.of(), List.of()));
        List<Rule> rules = List.of(
                Rule.of("shop/cart, shop/pay", "cart", true),
                Rule.of("shop/*", "mail", true),
                Rule.of("shop/docs", "*", true));

        Map<String, Shown> shown = NewestReleases.configured(jobs, job -> Access.owned(rules, job), () -> {
            asked.add(1);
            return List.of(
                    new Production("cart", new PinnedImage("shop/cart", Digest.sha256("c"), "1.7"), "shop-3", NOW),
                    new Production("mail", new PinnedImage("shop/mail", Digest.sha256("m"), ""), "", NOW));
        });

        assertThat(shown)
                .as("who tracks says more itself, and a pattern names nobody")
                .containsOnlyKeys("shop/cart");
        assertThat(lines(shown.get("shop/cart"))).containsExactly("cart 1.7 shop-3");
        assertThat(asked).hasSize(1);
        assertThat(NewestReleases.configured(jobs, job -> List.of(), () -> {
                    throw new AssertionError("nobody needs it");
                }))
                .isEmpty();
    }

    @Test
    void aJobThatAskedForNothingHasNothingAndNobodyIsAsked() {
        assertThat(of(List.of(new Asked("plain", List.of(), List.of())))).isEmpty();
        assertThat(questions).isEmpty();
        assertThat(of(List.of(new Asked("gone", List.of("x"), List.of("x")))))
                .as("of a store that was deleted")
                .isEmpty();
    }

    @Test
    void anImageWithoutTagIsToldByItsDigestAndWhatIsTooMuchIsCounted() {
        List<String> ids = IntStream.range(0, 5).mapToObj(i -> "c" + i).toList();
        Shown shown = of(
                        List.of(new Asked("many", ids, ids)),
                        ids.stream().map(id -> entry(id, "", Outcome.RELEASED)).toArray(Entry[]::new))
                .get("many");

        assertThat(shown.getReleased())
                .hasSize(3)
                .extracting(Line::getVersion)
                .contains(Digest.sha256("c0").hex().substring(0, 12));
        assertThat(shown.getMore()).isEqualTo(2);
        assertThat(shown.now()).isEmpty();
    }
}
