package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    record Count(int pauses, String last) {}

    private static final Journal.Type<Count> TYPE = new Journal.Type<>(
            Count.class,
            new Count(0, ""),
            (count, recorded) -> new Count(count.pauses() + 1, ((Event.TrainPaused) recorded.event()).reason()));

    private static Journal<Count> journal(Store store) {
        return new Journal<>(store, "train/shop", TYPE, CLOCK, event -> {});
    }

    private static void pause(Journal<Count> journal, int times) {
        for (int i = 1; i <= times; i++) {
            String reason = "reason " + i;
            journal.update(s -> List.of(new Event.TrainPaused(reason, "ada")));
        }
    }

    @Test
    void stateIsTheSameFromASnapshotAndTheEventsAfterIt() {
        try (Store store = SqlStore.open(StoreSettings.inMemory("journal"))) {
            pause(journal(store), 150);
            assertThat(store.load("train/shop").snapshot()).isPresent();
            assertThat(journal(store).state()).isEqualTo(new Count(150, "reason 150"));
        }
    }

    /** A standby after a failover, a full disk: what is there is read all the same. */
    @Test
    void aSnapshotThatCannotBeKeptKeepsNobodyFromReading() {
        try (Store store = SqlStore.open(StoreSettings.inMemory("readonly"))) {
            pause(journal(store), 80);
            Journal<Count> reader = journal(refusingSnapshots(store));
            Journal<Count> elsewhere = journal(store);
            assertThat(reader.state()).isEqualTo(new Count(80, "reason 80"));
            pause(elsewhere, 150);
            assertThat(reader.state()).isEqualTo(new Count(230, "reason 150"));
        }
    }

    /** What was appended is so, and whoever listens hears of it. */
    @Test
    void aSnapshotThatCannotBeKeptIsNoFailureOfAnAppend() {
        try (Store store = SqlStore.open(StoreSettings.inMemory("nosnapshot"))) {
            List<Event> heard = new ArrayList<>();
            pause(new Journal<>(refusingSnapshots(store), "train/shop", TYPE, CLOCK, heard::add), 120);
            assertThat(heard).hasSize(120);
            assertThat(store.load("train/shop").snapshot()).isEmpty();
            assertThat(journal(store).state()).isEqualTo(new Count(120, "reason 120"));
        }
    }

    private static Store refusingSnapshots(Store store) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if ("saveSnapshot".equals(method.getName())) {
                        throw new EngineException(FailureKind.UNAVAILABLE, "the database is read-only");
                    }
                    return method.invoke(store, arguments);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"pauses\": 7}",
                "{\"pauses\": 7, \"last\": \"x\", \"since\": 3}",
                "{\"pauses\": \"many\", \"last\": \"x\"}",
                "{"
            })
    void I8_snapshotOfAnotherVersionOfTheStateIsMadeAnew(String snapshot) {
        try (Store store = SqlStore.open(StoreSettings.inMemory("journal" + snapshot.length()))) {
            pause(journal(store), 120);
            store.saveSnapshot("train/shop", 110, snapshot);
            Journal<Count> journal = journal(store);
            assertThat(journal.state()).isEqualTo(new Count(120, "reason 120"));
            pause(journal, 1);
            assertThat(journal(store).state()).isEqualTo(new Count(121, "reason 1"));
        }
    }
}
