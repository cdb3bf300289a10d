package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is derived is there with its events or not at all, wherever the process dies. */
class DerivedTablesTest {
    private static final String STREAM = "train/shop";
    /** Production had of it what no release brought there. */
    private static final ImageSet HELD = Samples.set(2);

    private static final List<Event> BEFORE = List.of(Samples.queued("c1"), Samples.queued("c2"));
    private static final List<Event> CYCLE = List.of(
            new Event.BatchDeparted("b1", List.of("c1", "c2"), Digest.sha256("0")),
            Samples.trial("t1", "b1", Digest.sha256("1")),
            new Event.TrialInstalled("t1", List.of("cart"), 4_200),
            Samples.verdict("t1", Digest.sha256("1"), "all", Verdict.PASSED),
            Samples.release("shop", 1),
            new Event.ReleasePromoted("shop-1", "p1"),
            Samples.ended("c1"),
            new Event.ChangeEnded("c2", Outcome.EJECTED, "2 of 80 tests failed", ""),
            new Event.BatchEnded("b1", List.of()),
            new Event.BaselineInstalled("staging", HELD.digest(), List.of()),
            new Event.TrainPaused("freeze", "ada"));

    @TempDir
    private Path directory;

    @AfterEach
    void disarm() {
        FailingWrites.LEFT.set(Integer.MAX_VALUE);
    }

    @Test
    void I8_shouldBeWholeAfterAFailureAtEachWriteInTurn() {
        Derived before;
        Derived after;
        try (SqlStore peaceful = SqlStore.open(StoreSettings.h2(directory.resolve("peaceful")))) {
            peaceful.saveSet(HELD, Optional.empty());
            peaceful.append(STREAM, 0, Samples.AT, BEFORE);
            before = Derived.of(peaceful, STREAM);
            peaceful.append(STREAM, BEFORE.size(), Samples.AT.plusSeconds(60), CYCLE);
            after = Derived.of(peaceful, STREAM);
        }
        StoreSettings settings = StoreSettings.h2(directory.resolve("crashing"));
        int writes = 0;
        try (SqlDatabase database = SqlDatabase.open(settings);
                SqlStore store = SqlStore.open(settings)) {
            store.saveSet(HELD, Optional.empty());
            store.append(STREAM, 0, Samples.AT, BEFORE);
            FailingWrites.watch(database);
            while (!appended(store, writes)) {
                assertThat(Derived.of(store, STREAM)).as("write " + writes).isEqualTo(before);
                writes++;
            }
            assertThat(Derived.of(store, STREAM)).isEqualTo(after);
        }
        assertThat(writes).isGreaterThan(50);
        assertThat(after.production())
                .extracting(Production::service)
                .containsAll(HELD.images().keySet());
        try (SqlStore reopened = SqlStore.open(settings)) {
            assertThat(Derived.of(reopened, STREAM)).isEqualTo(after);
        }
    }

    private static boolean appended(SqlStore store, int writes) {
        FailingWrites.LEFT.set(writes);
        try {
            store.append(STREAM, BEFORE.size(), Samples.AT.plusSeconds(60), CYCLE);
            return true;
        } catch (EngineException e) {
            assertThat(e).hasStackTraceContaining("the process dies here");
            return false;
        } finally {
            FailingWrites.LEFT.set(Integer.MAX_VALUE);
        }
    }
}
