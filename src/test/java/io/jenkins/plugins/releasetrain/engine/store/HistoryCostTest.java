package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page reads may not grow with the history: counted in rows that the database looks at, not in time. */
class HistoryCostTest {
    private static final int RELEASES = 2_000;
    private static final int PAGE = 20;
    private static final Pattern SCANNED = Pattern.compile("scanCount: (\\d+)");

    private SqlDatabase database;

    @BeforeEach
    void fill() {
        StoreSettings settings = StoreSettings.inMemory(UUID.randomUUID().toString());
        database = SqlDatabase.open(settings);
        try (SqlStore store = SqlStore.open(settings)) {
            List<Event> events = new ArrayList<>();
            IntStream.rangeClosed(1, RELEASES).forEach(n -> {
                Digest set = Digest.sha256("set" + n);
                events.add(Samples.queued("c" + n));
                events.add(Samples.trial("t" + n, "b" + n, set));
                events.add(Samples.verdict("t" + n, set, "all", Verdict.PASSED));
                events.add(Samples.release("shop", n));
                events.add(Samples.ended("c" + n));
                events.add(new Event.ReleasePromoted("shop-" + n, "p" + n));
            });
            store.append("train/shop", 0, Samples.AT, events);
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SqlHistory.RELEASE,
                SqlHistory.RELEASES,
                SqlHistory.CHANGE,
                SqlHistory.TRIALS,
                SqlHistory.RUNS,
                SqlStore.EVENTS,
                SqlStore.STREAMS
            })
    void shouldLookAtNoMoreRowsThanThePageShows(String query) {
        String plan = database.read(
                "explain",
                handle -> handle.createQuery("EXPLAIN ANALYZE " + query)
                        .bind("id", "shop-1000")
                        .bind("owner", "shop")
                        .bind("before", RELEASES / 2)
                        .bind("batch", "b1000")
                        .bind("suite", "all")
                        .bindList(
                                "sets",
                                List.of(
                                        Digest.sha256("set7").value(),
                                        Digest.sha256("set8").value()))
                        .bind("since", Samples.AT.atOffset(ZoneOffset.UTC))
                        .bind("stream", "train/shop")
                        .bind("after", RELEASES)
                        .bind("pattern", "train/%")
                        .bind("limit", PAGE)
                        .mapTo(String.class)
                        .one());

        List<Integer> scanned = SCANNED.matcher(plan)
                .results()
                .map(match -> Integer.valueOf(match.group(1)))
                .toList();
        assertThat(scanned).as(plan).isNotEmpty().allMatch(rows -> rows <= 2 * PAGE);
    }
}
