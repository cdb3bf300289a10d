package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is true of a train now; a fold over its events, and all that a restart needs (I8).
 *
 * @param queue waiting changes in the order of departure
 * @param pending a release that is made but not yet in production
 * @param failures why each set of the current batch failed, newest word, by set digest
 * @param paused why; empty while it runs
 * @param settled whether the environment holds the baseline with no candidate in it
 * @param voids void trials in a row
 */
public record TrainState(
        List<Change> queue,
        Optional<Batch> batch,
        Optional<Trial> trial,
        Optional<Pending> pending,
        int lastNumber,
        String lastRelease,
        Map<String, Failure> failures,
        String paused,
        boolean settled,
        int voids,
        Statistics statistics) {

    static final Journal.Type<TrainState> TYPE = new Journal.Type<>(
            TrainState.class,
            new TrainState(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    "",
                    Map.of(),
                    "",
                    true,
                    0,
                    new Statistics(0, 0, 0, 0)),
            TrainFold::fold);

    /**
     * Changes that left the queue and are not decided yet.
     *
     * @param baseline the newest set known to be good: production at departure, then what this batch released
     */
    public record Batch(String id, List<Change> changes, Digest baseline) {
        boolean promote() {
            return changes.stream().allMatch(Change::promote);
        }
    }

    /** A trial without verdict. */
    public record Trial(
            String id, Digest set, List<String> changes, String conductor, long fence, boolean installed, Instant since) {}

    /** A release on its way to production, with the changes that it carries. */
    public record Pending(Event.ReleaseMade made, List<Change> changes, Digest baseline) {}

    /** @param runs how often the set failed in this batch */
    public record Failure(String reason, boolean installed, int runs) {}

    /**
     * Counts since the beginning, older ones forgotten by and by.
     *
     * @param changes decided by tests; bad: those that were ejected
     * @param runs of sets that proved good; flakes: those that failed
     */
    public record Statistics(double changes, double bad, double runs, double flakes) {
        /** After this many changes or runs, half of the weight is gone. */
        private static final double HALF_LIFE = 400;

        private static final double KEEP = Math.pow(0.5, 1 / HALF_LIFE);

        Statistics decided(boolean guilty) {
            return new Statistics(changes * KEEP + 1, bad * KEEP + (guilty ? 1 : 0), runs, flakes);
        }

        Statistics proved(int failedBefore) {
            return new Statistics(changes, bad, runs * KEEP + 1 + failedBefore, flakes * KEEP + failedBefore);
        }

        /** Means of the Beta posteriors: measured where much was measured, expected where little was. */
        Rates rates(TrainSettings settings) {
            return new Rates(
                    (bad + settings.expectedFailure() * settings.priorChanges()) / (changes + settings.priorChanges()),
                    (flakes + settings.expectedFlake() * settings.priorRuns()) / (runs + settings.priorRuns()));
        }
    }

    boolean isPaused() {
        return !paused.isEmpty();
    }

    TrainState withQueue(List<Change> newQueue) {
        return new TrainState(
                List.copyOf(newQueue), batch, trial, pending, lastNumber, lastRelease, failures, paused, settled, voids,
                statistics);
    }

    TrainState withBatch(Optional<Batch> newBatch) {
        return new TrainState(
                queue, newBatch, trial, pending, lastNumber, lastRelease, failures, paused, settled, voids, statistics);
    }

    TrainState withTrial(Optional<Trial> newTrial) {
        return new TrainState(
                queue, batch, newTrial, pending, lastNumber, lastRelease, failures, paused, settled, voids, statistics);
    }

    TrainState withPending(Optional<Pending> newPending, int number, String release) {
        return new TrainState(
                queue, batch, trial, newPending, number, release, failures, paused, settled, voids, statistics);
    }

    TrainState withFailures(Map<String, Failure> newFailures, int newVoids) {
        return new TrainState(
                queue, batch, trial, pending, lastNumber, lastRelease, Map.copyOf(newFailures), paused, settled, newVoids,
                statistics);
    }

    TrainState withPaused(String reason) {
        return new TrainState(
                queue, batch, trial, pending, lastNumber, lastRelease, failures, reason, settled, 0, statistics);
    }

    TrainState withSettled(boolean newSettled) {
        return new TrainState(
                queue, batch, trial, pending, lastNumber, lastRelease, failures, paused, newSettled, voids, statistics);
    }

    TrainState withStatistics(Statistics newStatistics) {
        return new TrainState(
                queue, batch, trial, pending, lastNumber, lastRelease, failures, paused, settled, voids, newStatistics);
    }
}
