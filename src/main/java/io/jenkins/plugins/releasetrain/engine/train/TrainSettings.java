package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How a train runs.
 *
 * @param suite names the tests, so that a verdict of other tests is not taken for one of these; change it when they change
 * @param testSuite names the tests of test releases; the same where they are the same
 * @param smallestBatch and largestBatch: bounds of the batch limit that follows the measured failure rate
 * @param expectedFailure failure rate to begin with, weighing as much as {@code priorChanges} observed changes
 * @param expectedFlake flake rate to begin with, weighing as much as {@code priorRuns} observed runs
 * @param innocenceBound the largest accepted chance that an ejected change is innocent (I4)
 * @param memo how long a verdict is good for
 * @param voidsBeforePause so many void trials in a row pause the train
 * @param movingTags tags of the dev registry that are not carried to production, since they name something else tomorrow
 * @param outages how often environments break, to begin with, and what happens then
 * @param wasteBudget the share of trials that may be for nothing, 0 to 1; while more are, nothing runs ahead of a trial
 */
public record TrainSettings(
        String name,
        String suite,
        String testSuite,
        int smallestBatch,
        int largestBatch,
        double expectedFailure,
        int priorChanges,
        double expectedFlake,
        int priorRuns,
        double innocenceBound,
        Duration memo,
        int voidsBeforePause,
        Pattern movingTags,
        double wasteBudget,
        Outages outages) {

    /** What a train does when its environment, or the baseline, is broken. */
    public enum WhenBroken {
        /** It waits, repeats the control run by itself, and goes on when that passes. */
        RETRY,
        /** It pauses until somebody resumes it. */
        PAUSE
    }

    /**
     * What is expected of environments.
     *
     * @param perHour outages of an environment that works, weighing as much as {@code priorHours} of tests
     * @param hours how long an outage lasts, weighing as much as one outage that was seen
     */
    public record Outages(double perHour, double hours, double priorHours, WhenBroken whenBroken) {
        /** One of an hour in thirty days. */
        public static final Outages USUAL = new Outages(1.0 / 720, 1, 200, WhenBroken.RETRY);

        public Outages {
            if (!(perHour >= 0) || !(hours > 0) || !(priorHours >= 0)) {
                throw EngineException.invalid("Not a rate of outages: " + perHour + " per hour of " + hours
                        + " hours each, weighing " + priorHours + " hours");
            }
        }

        public Outages with(WhenBroken other) {
            return new Outages(perHour, hours, priorHours, other);
        }
    }

    /** Tags that name the newest of a line rather than a version. */
    public static final Pattern USUAL_MOVING_TAGS = MovingTags.USUAL;

    /** One suite for all, and what else is usual. */
    public static TrainSettings of(String name, String suite) {
        return new TrainSettings(
                name,
                suite,
                suite,
                1,
                32,
                0.05,
                40,
                0.002,
                100,
                0.0002,
                Duration.ofDays(7),
                3,
                USUAL_MOVING_TAGS,
                0.5,
                Outages.USUAL);
    }

    TrainSettings with(Outages other) {
        return new TrainSettings(
                name,
                suite,
                testSuite,
                smallestBatch,
                largestBatch,
                expectedFailure,
                priorChanges,
                expectedFlake,
                priorRuns,
                innocenceBound,
                memo,
                voidsBeforePause,
                movingTags,
                wasteBudget,
                other);
    }

    public Statistics.Prior prior() {
        return new Statistics.Prior(
                expectedFailure,
                priorChanges,
                expectedFlake,
                priorRuns,
                outages.perHour(),
                outages.priorHours(),
                outages.hours());
    }

    /** @param testRelease as of {@link TrainState.Trial} */
    String suite(boolean testRelease) {
        return testRelease ? testSuite : suite;
    }
}
