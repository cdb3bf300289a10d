package io.jenkins.plugins.releasetrain.engine.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The state of one stream: a fold over its events, kept in memory as far as it is read, with a snapshot in the store
 * every so often. A decision and the state it was based on are tied together by the stream's version, so that of two
 * deciders, in whatever thread or controller, one decides again.
 *
 * @param <S> the folded state; immutable, and readable back from its JSON
 */
public final class Journal<S> {
    private static final Logger LOGGER = Logger.getLogger(Journal.class.getName());
    private static final ObjectMapper JSON = Json.mapper();
    private static final int EVENTS_PER_SNAPSHOT = 100;
    private static final int EVENTS_PER_PAGE = 1_000;
    private static final int TRIES = 50;

    private final Store store;
    private final String stream;
    private final Type<S> type;
    private final Clock clock;
    private final Consumer<Event> listener;
    private S state;
    private long version;
    private long snapshotVersion;

    /**
     * How a state is made of events.
     *
     * @param initial the state before the first event
     * @param fold the state after one more event
     */
    public record Type<S>(Class<S> stateClass, S initial, BiFunction<S, Store.RecordedEvent, S> fold) {}

    /** @param listener told of every event that this journal appended, after it is durable */
    public Journal(Store store, String stream, Type<S> type, Clock clock, Consumer<Event> listener) {
        this.store = store;
        this.stream = stream;
        this.type = type;
        this.clock = clock;
        this.listener = listener;
    }

    /** What is true now. */
    public synchronized S state() {
        if (state == null) {
            load();
        } else if (store.version(stream) != version) {
            catchUp();
        }
        return state;
    }

    /** A snapshot only saves time: one that another version of the state wrote is made anew, of all events. */
    private synchronized void load() {
        Store.Stream loaded = store.load(stream);
        Optional<S> snapshot = loaded.snapshot().flatMap(s -> read(s.state()));
        if (loaded.snapshot().isPresent() && snapshot.isEmpty()) {
            state = type.initial();
            catchUp();
            return;
        }
        state = snapshot.orElse(type.initial());
        version = loaded.snapshot().map(Store.Snapshot::version).orElse(0L);
        snapshotVersion = version;
        loaded.since().forEach(this::apply);
    }

    /**
     * Decides on the newest state and appends the decision; decides again if somebody else was quicker.
     *
     * @param decide the events to append; none: nothing happens
     * @return the state afterwards
     */
    public S update(Function<S, List<? extends Event>> decide) {
        for (int i = 0; i < TRIES; i++) {
            List<? extends Event> events;
            S after;
            synchronized (this) {
                events = decide.apply(state());
                if (!tryAppend(events)) {
                    continue;
                }
                after = state;
            }
            events.forEach(listener);
            return after;
        }
        throw new EngineException(
                FailureKind.CONFLICT, "Could not write to " + stream + ": others wrote first " + TRIES + " times");
    }

    private synchronized boolean tryAppend(List<? extends Event> events) {
        if (events.isEmpty()) {
            return true;
        }
        Instant at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        try {
            store.append(stream, version, at, events);
        } catch (EngineException e) {
            if (e.kind() == FailureKind.CONFLICT) {
                return false;
            }
            throw e;
        }
        // It was appended to the very version that is known, so nothing came between, and nothing need be read.
        events.forEach(event -> apply(new Store.RecordedEvent(version + 1, at, event)));
        keepSnapshot();
        return true;
    }

    private synchronized void catchUp() {
        List<Store.RecordedEvent> page;
        do {
            page = store.events(stream, version, EVENTS_PER_PAGE);
            page.forEach(this::apply);
        } while (page.size() == EVENTS_PER_PAGE);
        keepSnapshot();
    }

    /** It only saves time: where it cannot be kept, what was read and appended stands. */
    private synchronized void keepSnapshot() {
        if (version - snapshotVersion < EVENTS_PER_SNAPSHOT) {
            return;
        }
        // Not again before the next one is due: what cannot be written is not tried at each look.
        snapshotVersion = version;
        try {
            store.saveSnapshot(stream, version, write());
        } catch (EngineException e) {
            LOGGER.log(Level.FINE, e, () -> "No snapshot of " + stream + " was kept");
        }
    }

    private synchronized void apply(Store.RecordedEvent event) {
        state = type.fold().apply(state, event);
        version = event.version();
    }

    /** Empty where it is of another version: then something of it is missing, or is not known here. */
    private Optional<S> read(String text) {
        try {
            S read = JSON.readValue(text, type.stateClass());
            boolean whole = JSON.readTree(JSON.writeValueAsString(read)).equals(JSON.readTree(text));
            return whole ? Optional.of(read) : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private synchronized String write() {
        try {
            return JSON.writeValueAsString(state);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The state of " + stream + " cannot be written", e);
        }
    }
}
