package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * When a train departs by a timetable: each departure closes a list, and who waits by then is tried until all are decided;
 * who comes later waits for the next one. Pure functions of a train's state and the time.
 *
 * @param times none: whoever comes departs by the batch's policy alone
 * @param grace a departure that nobody saw, since Jenkins was down, still counts so long afterwards
 * @param hotfix release candidates of this priority or more do not wait
 */
public record Departures(List<Departure> times, Duration grace, int hotfix) {
    public static final int USUAL_HOTFIX = 90;
    public static final Duration USUAL_GRACE = Duration.ofMinutes(60);
    public static final Departures NONE = new Departures(List.of(), USUAL_GRACE, USUAL_HOTFIX);

    /** A time that is neither frozen nor paused is found after so many, or it is not there. */
    private static final int STOPS = 100;

    private static final int LOOKED_AT = 50;
    private static final DateTimeFormatter TEXT = DateTimeFormatter.ofPattern("EEE yyyy-MM-dd HH:mm", Locale.ROOT);

    public Departures {
        times = List.copyOf(times);
        if (grace.isNegative()) {
            throw EngineException.invalid("The grace of a departure is " + grace + ", but cannot be negative");
        }
    }

    /**
     * A departure to come.
     *
     * @param label for people; may be empty
     */
    public record Next(Instant at, ZoneId zone, String label) {
        /** As in {@code Tue 2026-12-01 10:00 Europe/Berlin (Tue and Thu)}. */
        public String text() {
            return TEXT.format(at.atZone(zone)) + " " + zone + (label.isEmpty() ? "" : " (" + label + ")");
        }
    }

    /** Whether a change waits for no departure: the list that it is on was closed, or it needs none. */
    public boolean isListed(TrainState s, Change change) {
        return times.isEmpty()
                || !change.promote()
                || change.priority() >= hotfix
                || s.lists().cutoff().filter(c -> !change.queuedAt().isAfter(c)).isPresent();
    }

    /** Those that wait for the next departure. */
    public List<Change> waiting(TrainState s) {
        return s.queue().stream().filter(c -> !isListed(s, c)).toList();
    }

    /** The first departure after now; empty where there are no scheduled ones. */
    public Optional<Next> next(Instant now) {
        return times.stream()
                .flatMap(d -> d.next(now).map(at -> new Next(at, d.zone(), d.label())).stream())
                .min(Comparator.comparing(Next::at));
    }

    /** Whether all departures that are looked at come while the train is frozen: their lists close when that ends. */
    public boolean areAllFrozen(Timetable timetable, Instant now) {
        Instant from = now;
        for (int i = 0; i < LOOKED_AT; i++) {
            Optional<Next> next = next(from);
            if (next.isEmpty() || timetable.frozenUntil(next.get().at()).isEmpty()) {
                return false;
            }
            from = next.get().at();
        }
        return true;
    }

    /** Closes the list of the latest departure, once; while the train is paused or frozen it stays open until that ends. */
    Optional<Event> closing(TrainState s, Timetable timetable, Instant now) {
        return times.stream()
                .flatMap(d -> d.latest(now).stream())
                .max(Comparator.naturalOrder())
                .filter(at ->
                        s.lists().scheduled().filter(done -> !at.isAfter(done)).isEmpty())
                .flatMap(at -> due(s, timetable, at)
                        .filter(due -> !due.isAfter(now) && !due.isBefore(now.minus(grace)))
                        .filter(due ->
                                waiting(s).stream().anyMatch(c -> !c.queuedAt().isAfter(due)))
                        .map(due -> new Event.ListClosed(due, Optional.of(at), Optional.empty(), Optional.empty())));
    }

    /** When a departure's list closes; empty while it is not known when the pause ends. */
    private static Optional<Instant> due(TrainState s, Timetable timetable, Instant scheduled) {
        Instant at = scheduled;
        for (int i = 0; i < STOPS; i++) {
            Optional<Instant> thawed = timetable.frozenUntil(at);
            if (thawed.isPresent()) {
                at = thawed.get();
            } else if (s.lists().isPausedAt(at)) {
                if (s.lists().resumed().isEmpty()) {
                    return Optional.empty();
                }
                at = s.lists().resumed().get();
            } else {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }
}
