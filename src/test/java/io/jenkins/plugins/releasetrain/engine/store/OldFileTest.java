package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.store.Store.Runs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as earlier versions wrote them; they stay in the resources for ever. */
class OldFileTest {
    private static final Set<String> BY_HAND = Set.of(
            "ChangePrioritised",
            "ImageBlocked",
            "ImageUnblocked",
            "ReleasesFreed",
            "ReleasesHeld",
            "RunForced",
            "TrainPaused",
            "TrainResumed");

    private static final String STREAM = "train/shop";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"1, 23", "2, 27"})
    void shouldOpenAndContinueAFileOfAnEarlierVersion(int version, int count) throws IOException {
        String file = "version-" + version + ".mv.db.gz";
        try (InputStream old = new GZIPInputStream(OldFileTest.class.getResourceAsStream(file))) {
            Files.copy(old, directory.resolve("release-train.mv.db"));
        }
        Schema before = SqlStore.inspect(StoreSettings.h2(directory));
        assertThat(before.pending()).isNotEmpty().last().asString().contains("lists of releases");
        assertThat(SqlStore.inspect(StoreSettings.h2(directory)))
                .as("it changes nothing")
                .isEqualTo(before);
        assertThat(before.text())
                .contains("it has tables of version " + before.version().orElseThrow() + "; using");
        try (SqlStore store = SqlStore.open(StoreSettings.h2(directory))) {
            assertThat(store.schema().text()).endsWith("up to date");
            List<RecordedEvent> events = store.load(STREAM).since();
            assertThat(events).hasSize(count).allSatisfy(OldFileTest::isAsStored);
            assertThat(store.release("shop-17").orElseThrow().promotion()).contains("p-4");
            assertThat(store.change("c-17").orElseThrow().ended()).isPresent();
            assertThat(store.trials("b-3")).singleElement().satisfies(trial -> {
                assertThat(trial.ended()).isPresent();
                assertThat(store.runs("system", List.of(trial.started().set()), Samples.AT))
                        .isEqualTo(Map.of(trial.started().set(), new Runs(0, 1)));
            });
            assertThat(store.load("lane/cd").snapshot()).contains(new Store.Snapshot(1, "{\"lane\":\"l-5\"}"));
            assertThat(store.set(child().digest()).orElseThrow().images()).isEqualTo(child().images());
            assertThat(store.append(STREAM, events.size(), Samples.AT, List.of(Samples.queued("c-18"))))
                    .isEqualTo(events.size() + 1);
            assertThat(store.byHand(Long.MAX_VALUE, 100))
                    .extracting(Store.ByHand::recorded)
                    .containsExactlyElementsOf(events.stream()
                            .filter(e -> BY_HAND.contains(e.event().getClass().getSimpleName()))
                            .sorted(Comparator.comparing(RecordedEvent::version).reversed())
                            .toList());
            derivedAnew(store);
        }
    }

    private static void derivedAnew(SqlStore store) {
        assertThat(store.history(HistoryQuery.newest(Terms.service("cart"), 9)).items())
                .extracting(Item::id, Item::state)
                .containsExactly(tuple("shop-17", "PROMOTED"), tuple("c-17", "SUPERSEDED"));
        LocalDate day = LocalDate.ofInstant(Samples.AT, ZoneOffset.UTC);
        DayCounts counts = store.days("shop", day, day, 1).get(day);
        assertThat(counts.count(Metric.ROLLED_BACK)).isEqualTo(1);
        assertThat(counts.count(Metric.SUPERSEDED)).isEqualTo(1);
        assertThat(counts.seconds(Metric.TEST, 0.5)).isBetween(54.0, 60.0);
        assertThat(store.activity(STREAM, 9).open()).extracting(Entry::id).containsExactly("c-18");
    }

    private static void isAsStored(RecordedEvent recorded) throws IOException {
        assertThat(recorded.at()).isEqualTo(Samples.AT);
        EventCodec codec = new EventCodec();
        JsonNode stored = events().get(codec.name(recorded.event()));
        ObjectNode written = (ObjectNode) new JsonMapper().readTree(codec.write(recorded.event()));
        assertThat(written.retain(
                        stored.properties().stream().map(Map.Entry::getKey).toList()))
                .as("with nothing but what was known when the file was written")
                .isEqualTo(stored);
    }

    private static JsonNode events() throws IOException {
        try (InputStream json = OldFileTest.class.getResourceAsStream("events.json")) {
            return new JsonMapper().readTree(json);
        }
    }

    private static ImageSet child() {
        return Samples.changed(Samples.set(40), 3, new Random(1));
    }

    /**
     * Writes such a file with the present version; to be deflated by {@code gzip -n}.
     *
     * @param args the directory
     */
    public static void main(String[] args) throws IOException {
        EventCodec codec = new EventCodec();
        List<Event> events = events().properties().stream()
                .map(entry -> codec.read(entry.getKey(), entry.getValue().toString()))
                .toList();
        try (SqlStore store = SqlStore.open(StoreSettings.h2(Path.of(args[0])))) {
            store.append(STREAM, 0, Samples.AT, events);
            store.append("lane/cd", 0, Samples.AT, List.of(Samples.ended("c-17")));
            store.saveSnapshot("lane/cd", 1, "{\"lane\":\"l-5\"}");
            store.saveSet(Samples.set(40), Optional.empty());
            store.saveSet(child(), Optional.of(Samples.set(40).digest()));
        }
    }
}
