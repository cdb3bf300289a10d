package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.ConfigurationPart;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store that is opened after the configuration was read, as at each start of Jenkins. */
class ConfigurationLogTest {
    private static final Logger LOGGER = Logger.getLogger(ConfigurationLog.class.getName());

    private final Queue<Runnable> thread = new ArrayDeque<>();
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final List<String> warnings = new ArrayList<>();
    private final SqlStore store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private boolean open;

    private final ConfigurationLog log = new ConfigurationLog(
            new ConfigurationLog.Ports(
                    thread::add,
                    (work, delay) -> later.add(work),
                    () -> false,
                    () -> "one",
                    () -> "SYSTEM",
                    Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC)),
            () -> {
                if (open) {
                    return store;
                }
                throw new EngineException(FailureKind.UNAVAILABLE, "The store is being opened");
            });

    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord said) {
            if (said.getLevel().intValue() >= Level.WARNING.intValue()) {
                warnings.add(said.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOGGER.setLevel(Level.WARNING);
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void close() {
        LOGGER.removeHandler(handler);
        LOGGER.setLevel(null);
        store.close();
    }

    private void change(String name) {
        log.changed(List.of(new ConfigurationPart("catalog", name, ConfigurationPart.Alteration.ADDED, List.of())));
        run(thread);
    }

    private static void run(Queue<Runnable> queue) {
        for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
            next.run();
        }
    }

    /** Each ordered later runs once; what it orders itself is of the next time. */
    private void timePasses() {
        Queue<Runnable> due = new ArrayDeque<>(later);
        later.clear();
        run(due);
        run(thread);
    }

    private List<String> kept() {
        return store.events(ConfigurationLog.STREAM, 0, 100).stream()
                .map(recorded -> (Event.ConfigurationChanged) recorded.event())
                .map(change -> change.parts().get(0).name())
                .toList();
    }

    @Test
    void I9_whatIsReadBeforeTheStoreIsOpenIsKeptLaterInItsOrderAndNobodyIsWarned() {
        List.of("a", "b", "c", "d").forEach(this::change);
        assertThat(later).as("one more try for all of them").hasSize(1);

        open = true;
        timePasses();
        change("e");

        assertThat(kept()).containsExactly("a", "b", "c", "d", "e");
        assertThat(warnings).isEmpty();
        assertThat(later).isEmpty();
    }

    @Test
    void I9_aStoreThatIsAwayIsToldOncePerTryHoweverMuchWaits() {
        List.of("a", "b", "c", "d").forEach(this::change);
        timePasses();
        timePasses();

        assertThat(warnings).hasSize(2);
        assertThat(later).hasSize(1);

        open = true;
        timePasses();
        assertThat(kept()).containsExactly("a", "b", "c", "d");
    }
}
