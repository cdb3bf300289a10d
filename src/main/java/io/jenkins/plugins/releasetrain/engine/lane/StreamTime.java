package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/**
 * Times in the order of an environment's stream: that alone tells what followed what, since a clock may be set back, and those
 * of two controllers may differ (I4). As long as no clock goes back, times are those of the clock.
 */
final class StreamTime {
    /** Controllers' clocks may differ by so much; one that goes back by more was set back. */
    private static final Duration DIFFER = Duration.ofMinutes(5);

    private static final Duration LEAST = Duration.ofMillis(1);

    private StreamTime() {}

    /** Where the clock was set back, all that happened is so much longer ago: lengths, and waits that follow from it, stay right. */
    static LaneState seenFrom(LaneState s, Instant at) {
        Instant latest = latest(s.runs(), s, Phase.class);
        return isSetBack(latest, at) ? earlier(s, Duration.between(at, latest).plus(LEAST)) : s;
    }

    /** Whether a clock said that before it was set back to now. */
    static boolean isSetBack(Instant told, Instant now) {
        return told.isAfter(now.plus(DIFFER));
    }

    /** When an event happened that comes next: never before those that came, and after them where it begins or ends a run. */
    static Instant of(Event event, LaneState before, Instant at) {
        boolean orders = event instanceof Event.LaneInstalled
                || event instanceof Event.LaneTested
                || event instanceof Event.TrainResumed;
        Instant ofRuns = latest(before.runs(), before, Phase.Testing.class);
        Instant inOrder = orders && at.equals(ofRuns) ? at.plus(LEAST) : notBefore(ofRuns, at);
        return notBefore(latest(RunLog.EMPTY, before, Phase.Entered.class), inOrder);
    }

    private static Instant notBefore(Instant before, Instant at) {
        return at.isBefore(before) ? before.plus(LEAST) : at;
    }

    /** The latest of the runs that ended and of these phases that began. */
    private static Instant latest(RunLog runs, LaneState s, Class<? extends Phase> phases) {
        return Stream.concat(
                        runs.latest().stream(),
                        s.lanes().stream()
                                .map(LaneState.Lane::phase)
                                .filter(phases::isInstance)
                                .flatMap(phase -> phase.began().stream()))
                .max(Instant::compareTo)
                .orElse(Instant.MIN);
    }

    private static LaneState earlier(LaneState s, Duration by) {
        return new LaneState(
                s.moved(),
                s.lanes().stream().map(l -> l.in(l.phase().earlier(by))).toList(),
                s.obligations(),
                s.newest(),
                s.runs().earlier(by),
                s.rollbacks(),
                s.lastNumber(),
                s.lastRelease(),
                s.paused(),
                s.held());
    }
}
