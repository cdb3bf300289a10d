package io.jenkins.plugins.releasetrain.engine.blame;

import io.jenkins.plugins.releasetrain.engine.blame.Timeline.Streak;
import io.jenkins.plugins.releasetrain.engine.model.Postponed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What follows from the runs for a suspect, a change whose last run failed. */
public sealed interface Judgement {
    /**
     * It is to blame.
     *
     * @param innocence chance that it is not, given all runs; at most the bound
     */
    record Reject(String change, Proof proof, double innocence) implements Judgement {}

    /** Its own suite is to be run again, with it. */
    record RunAgain() implements Judgement {}

    /** The suite is to be run on the bare baseline; one such run serves all who fail in that environment meanwhile. */
    record Control() implements Judgement {}

    /**
     * The environment, or the baseline itself, is broken: nobody is blamed, and another control run follows later.
     *
     * @param since the first of the failures began
     * @param runs what says so, in order
     */
    record Broken(String environment, Instant since, List<Run> runs) implements Judgement {
        private static final Duration SHORTEST = Duration.ofMinutes(5);

        /** Between control runs, however many failed. */
        public static final Duration LONGEST = Duration.ofHours(1);

        /** From here on an environment counts as broken, if a control run failed too. */
        private static final double CERTAIN = 0.95;

        public Broken {
            runs = List.copyOf(runs);
        }

        /** Whether it is broken: among its last failures is a control run, and hardly anything else explains them. */
        public static Optional<Broken> of(Optional<Streak> open, Belief belief) {
            return open.filter(streak -> streak.runs().stream().anyMatch(Run::isControl))
                    .filter(streak -> belief.broken() >= CERTAIN)
                    .map(streak -> new Broken(streak.environment(), streak.since(), streak.runs()));
        }

        /** When the next control run is due, after the last one. */
        public Instant due() {
            List<Run> controls = runs.stream().filter(Run::isControl).toList();
            return controls.stream()
                    .map(Run::end)
                    .max(Instant::compareTo)
                    .orElse(since)
                    .plus(pause(controls.size()));
        }

        public static boolean waits(Instant due, Instant now) {
            return Postponed.waits(due, now, LONGEST);
        }

        /** 5 minutes after the first control run that failed, then 10, 20, 40, and an hour from then on. */
        public static Duration pause(long failed) {
            Duration pause = SHORTEST.multipliedBy(1L << Math.min(4, Math.max(0, failed - 1)));
            return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
        }
    }
}
