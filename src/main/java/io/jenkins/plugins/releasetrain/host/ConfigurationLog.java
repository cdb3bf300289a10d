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
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps who changed what of the configuration, in the store, as soon as that can be opened; and at once in the log. */
final class ConfigurationLog {
    static final String STREAM = "configuration";
    private static final Logger LOGGER = Logger.getLogger(ConfigurationLog.class.getName());
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);

    private final Ports ports;
    private final Supplier<Store> store;
    private final Queue<Entry> pending = new ConcurrentLinkedQueue<>();
    /** Failed tries in a row; the next one is ordered already where it is not 0. */
    private int failures;

    /**
     * @param later runs something after a while
     * @param closed whether nothing is to be begun any more
     * @param controller the identity of this one
     * @param user who is at work in this thread
     */
    record Ports(
            Executor threads,
            BiConsumer<Runnable, Duration> later,
            BooleanSupplier closed,
            Supplier<String> controller,
            Supplier<String> user,
            Clock clock) {
        static Ports of(Controller controller, Clock clock) {
            return new Ports(
                    work -> controller.threads().execute(work),
                    controller::later,
                    controller::isClosed,
                    controller::id,
                    controller::user,
                    clock);
        }
    }

    private record Entry(Instant at, Event.ConfigurationChanged event) {}

    ConfigurationLog(Ports ports, Supplier<Store> store) {
        this.ports = ports;
        this.store = store;
    }

    /** The current user did it; SYSTEM where it was code or a script. */
    void changed(List<ConfigurationPart> parts) {
        if (parts.isEmpty() || ports.closed().getAsBoolean()) {
            return;
        }
        Event.ConfigurationChanged event = new Event.ConfigurationChanged(
                parts, ports.controller().get(), ports.user().get());
        LOGGER.log(Level.INFO, "{0} changed the configuration: {1}", new Object[] {event.user(), parts});
        pending.add(new Entry(ports.clock().instant(), event));
        ports.threads().execute(this::write);
    }

    private synchronized void write() {
        if (failures == 0) {
            tryToWrite();
        }
    }

    private synchronized void again() {
        tryToWrite();
    }

    private void tryToWrite() {
        try {
            for (Entry next = pending.peek(); next != null && !ports.closed().getAsBoolean(); next = pending.peek()) {
                append(next);
                pending.remove();
            }
            failures = 0;
        } catch (EngineException e) {
            failures++;
            // at each start the store is being opened when the configuration is read: nothing to warn of
            LOGGER.log(
                    failures == 1 ? Level.FINE : Level.WARNING,
                    "Who changed the configuration cannot be kept yet; trying again: {0}",
                    e.getMessage());
            ports.later().accept(() -> ports.threads().execute(this::again), TRY_AGAIN);
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
