package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.event.ConfigurationPart;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps who changed what of the configuration, in the store, as soon as that can be opened; and at once in the log. */
final class ConfigurationLog {
    static final String STREAM = "configuration";
    private static final Logger LOGGER = Logger.getLogger(ConfigurationLog.class.getName());
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);

    private final Controller controller;
    private final Supplier<Store> store;
    private final Clock clock;
    private final Queue<Entry> pending = new ConcurrentLinkedQueue<>();

    private record Entry(Instant at, Event.ConfigurationChanged event) {}

    ConfigurationLog(Controller controller, Supplier<Store> store, Clock clock) {
        this.controller = controller;
        this.store = store;
        this.clock = clock;
    }

    /** The current user did it; SYSTEM where it was code or a script. */
    void changed(List<ConfigurationPart> parts) {
        if (parts.isEmpty() || controller.isClosed()) {
            return;
        }
        Event.ConfigurationChanged event = new Event.ConfigurationChanged(parts, controller.id(), controller.user());
        LOGGER.log(Level.INFO, "{0} changed the configuration: {1}", new Object[] {event.user(), parts});
        pending.add(new Entry(clock.instant(), event));
        controller.threads().execute(this::write);
    }

    private synchronized void write() {
        try {
            for (Entry next = pending.peek(); next != null && !controller.isClosed(); next = pending.peek()) {
                append(next);
                pending.remove();
            }
        } catch (EngineException e) {
            LOGGER.log(
                    Level.WARNING,
                    "Who changed the configuration cannot be kept yet; trying again: {0}",
                    e.getMessage());
            controller.later(() -> controller.threads().execute(this::write), TRY_AGAIN);
        }
    }

    /** Other controllers write there too. */
    private void append(Entry entry) {
        while (true) {
            Store now = store.get();
            try {
                now.append(STREAM, now.version(STREAM), entry.at(), List.of(entry.event()));
                return;
            } catch (EngineException e) {
                if (e.kind() != FailureKind.CONFLICT) {
                    throw e;
                }
            }
        }
    }
}
