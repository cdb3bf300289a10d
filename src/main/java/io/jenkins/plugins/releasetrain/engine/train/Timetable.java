package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * When a train may depart and how long it may take.
 *
 * @param freezes when nothing is tried or released
 * @param longestWait a batch smaller than the limit waits for more changes until its oldest one has waited so long; zero:
 *     it departs at once
 * @param testDeadline tests that take longer are void
 * @param beginDeadline a conductor whose tests have not begun so long after everything is installed is replaced
 * @param departures when lists close, and who waits for that
 */
public record Timetable(
        List<Freeze> freezes,
        Duration longestWait,
        Duration testDeadline,
        Duration beginDeadline,
        Departures departures) {
    /** Long enough for a controller that starts again. */
    public static final Duration USUAL_BEGIN = Duration.ofMinutes(15);

    /** So many freezes in a row are told as one. */
    private static final int FOLLOWED = 20;

    public static final Timetable ALWAYS = new Timetable(List.of(), Duration.ZERO, Duration.ofHours(24));

    public Timetable {
        freezes = List.copyOf(freezes);
    }

    public Timetable(List<Freeze> freezes, Duration longestWait, Duration testDeadline) {
        this(freezes, longestWait, testDeadline, USUAL_BEGIN, Departures.NONE);
    }

    Timetable with(Departures other) {
        return new Timetable(freezes, longestWait, testDeadline, beginDeadline, other);
    }

    /**
     * A window that comes again and again.
     *
     * @param start in cron notation, for example {@code 0 16 * * 5} for Fridays at four
     * @param length up to 31 days
     * @param zone whose wall clock {@code start} is on
     * @param reason for people
     */
    public record Freeze(String start, Duration length, ZoneId zone, String reason) {
        private static final Duration LONGEST = Duration.ofDays(31);

        public Freeze {
            Cron.parse(start);
            if (length.isNegative() || length.isZero() || length.compareTo(LONGEST) > 0) {
                throw EngineException.invalid("The freeze '" + start + "' lasts " + length
                        + "; more than zero and up to 31 days are possible");
            }
        }

        /** The end of the window that the moment is in; empty where it is in none. */
        Optional<Instant> until(Instant now) {
            Cron cron = Cron.parse(start);
            ZonedDateTime minute = now.atZone(zone).truncatedTo(ChronoUnit.MINUTES);
            // On the wall clock: a start that the clock skips is taken when it jumps, and the end is what people read
            // off it.
            LocalDateTime last = minute.toLocalDateTime().plusHours(1);
            for (long back = 0; back < length.toMinutes() + 2 * 60; back++) {
                LocalDateTime begin = last.minusMinutes(back);
                if (cron.matches(begin)) {
                    Instant from = begin.atZone(zone).toInstant();
                    Instant end = begin.plus(length).atZone(zone).toInstant();
                    if (!from.isAfter(now) && now.isBefore(end)) {
                        return Optional.of(end);
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** Why nothing may depart now; empty where it may. */
    public Optional<String> closed(Instant now) {
        return frozen(now)
                .map(last -> "frozen until " + last.end().atZone(last.freeze().zone()) + ": "
                        + last.freeze().reason());
    }

    /** When nothing is frozen any more; empty where nothing is. */
    Optional<Instant> frozenUntil(Instant now) {
        return frozen(now).map(Frozen::end);
    }

    private record Frozen(Freeze freeze, Instant end) {}

    /** The freeze that ends last: others may overlap it, or begin when it ends. */
    private Optional<Frozen> frozen(Instant now) {
        Optional<Frozen> last = ends(now);
        for (int i = 0; i < FOLLOWED; i++) {
            Optional<Frozen> next = last.flatMap(f -> ends(f.end()));
            if (next.isEmpty()) {
                return last;
            }
            last = next;
        }
        return last;
    }

    private Optional<Frozen> ends(Instant now) {
        return freezes.stream()
                .flatMap(f -> f.until(now).stream().map(end -> new Frozen(f, end)))
                .max(Comparator.comparing(Frozen::end));
    }

    /** How long a batch still gathers; zero or less: it departs. */
    Duration gathering(List<Change> queue, int limit, Instant now) {
        if (queue.size() >= limit || longestWait.isZero() || !departures.times().isEmpty()) {
            return Duration.ZERO;
        }
        return queue.stream()
                .map(Change::queuedAt)
                .min(Instant::compareTo)
                .map(oldest -> Duration.between(now, oldest.plus(longestWait)))
                // Twice as long it never is, unless the clock was set back since.
                .filter(left -> left.compareTo(longestWait.multipliedBy(2)) < 0)
                .orElse(Duration.ZERO);
    }
}
