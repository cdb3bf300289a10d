package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.train.Timetable;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How the lanes of an environment run.
 *
 * @param isolation how their candidates are kept apart
 * @param onDrift what to do with a verdict when something that counts changed during the test (I7)
 * @param attempts how often a lane is tried that decides nothing, before it ends undecided
 * @param movingTags tags of the dev registry that are not carried to production
 * @param hops how far services count for each other along {@code dependsOn}
 * @param freezes when nobody is let in and nothing is promoted
 */
public record LaneSettings(
        Isolation isolation,
        OnDrift onDrift,
        int attempts,
        Pattern movingTags,
        Limits limits,
        int hops,
        Judging judging,
        List<Timetable.Freeze> freezes) {
    public static final int HOPS = 1;

    public LaneSettings {
        freezes = List.copyOf(freezes);
        if (attempts < 1) {
            throw EngineException.invalid("attempts: " + attempts + "; a lane is tried once at least");
        }
        if (hops < 0) {
            throw EngineException.invalid("hops: " + hops + "; 0 or more services away can count");
        }
    }

    /** Without limits and freezes, with what is usual else. */
    public LaneSettings(Isolation isolation, OnDrift onDrift, int attempts, Pattern movingTags) {
        this(isolation, onDrift, attempts, movingTags, Limits.NONE, HOPS, Judging.USUAL, List.of());
    }

    public LaneSettings with(Limits newLimits) {
        return new LaneSettings(isolation, onDrift, attempts, movingTags, newLimits, hops, judging, freezes);
    }

    public LaneSettings with(Judging newJudging) {
        return new LaneSettings(isolation, onDrift, attempts, movingTags, limits, hops, newJudging, freezes);
    }

    public LaneSettings with(List<Timetable.Freeze> newFreezes) {
        return new LaneSettings(isolation, onDrift, attempts, movingTags, limits, hops, judging, newFreezes);
    }

    public LaneSettings within(int newHops) {
        return new LaneSettings(isolation, onDrift, attempts, movingTags, limits, newHops, judging, freezes);
    }

    /** Why nobody is let in and nothing is promoted at that time; empty where they are. */
    Optional<String> closed(Instant now) {
        return freezes.isEmpty()
                ? Optional.empty()
                : new Timetable(freezes, Duration.ZERO, Duration.ofHours(1)).closed(now);
    }

    /** Policies for a verdict whose baseline moved. */
    public enum OnDrift {
        /** Test again where {@code dependsOn} says what counts; accept where the catalog declares nothing. */
        AUTO,
        ACCEPT,
        RERUN,
        FAIL
    }

    /**
     * How many lanes may be in the environment at once, and for how long; 0: any number.
     *
     * @param group of each group
     * @param tests who tests for longer has to leave: others wait for the place, and nobody for the verdict
     */
    public record Limits(int environment, int group, Duration tests) {
        public static final Limits NONE = new Limits(0, 0, Duration.ofDays(1));

        public Limits {
            if (environment < 0 || group < 0) {
                throw EngineException.invalid(
                        "The limits of lanes, " + environment + " and " + group + " of a group, must not be negative");
            }
            if (tests.isNegative() || tests.isZero()) {
                throw EngineException.invalid(
                        "Lanes cannot test for " + tests.toMinutes() + " minutes; testMinutes is 1 or more");
            }
            if (environment > 0 && group > environment) {
                throw EngineException.invalid(
                        "Up to " + group + " lanes of a group cannot be in an environment that takes " + environment
                                + " in all; lower lanesPerGroup, or raise lanesPerEnvironment");
            }
        }

        /** Why a lane whose tests run since then has to leave now; empty where it has not. */
        Optional<String> overdue(Instant since, Instant now) {
            return since.plus(tests).isBefore(now)
                    ? Optional.of("no verdict within " + tests.toMinutes() + " minutes, the deadline for tests")
                    : Optional.empty();
        }
    }

    /** What to do when the baseline itself fails. */
    public enum WhenBroken {
        /** Try it again, ever more seldom, and go on when it passes. */
        RETRY,
        /** Pause; a person resumes. */
        PAUSE
    }

    /**
     * When a lane is to blame (I4).
     *
     * @param prior what is expected before much is measured
     * @param innocence a lane is rejected only where the chance that it is good is below this
     */
    public record Judging(Statistics.Prior prior, double innocence, WhenBroken whenBroken) {
        /** Before much is measured: 5 % of the changes are bad, 1 % of the runs flake, and environments break once in two days. */
        public static final Judging USUAL =
                new Judging(new Statistics.Prior(0.05, 40, 0.01, 100, 1 / 48.0, 48, 1), 0.0002, WhenBroken.RETRY);

        public Judging {
            if (!(innocence > 0 && innocence < 1)) {
                throw EngineException.invalid("innocence: " + innocence + "; a chance above 0 and below 1 is needed");
            }
            double[] rates = {prior.failure(), prior.flake(), prior.outagesPerHour(), prior.outageHours()};
            if (Arrays.stream(rates).anyMatch(r -> !(r >= 0)) || !(prior.failure() > 0)) {
                throw EngineException.invalid("The expected rates must not be negative: " + prior);
            }
        }
    }
}
