package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is true of a train now; a fold over its events, and all that a restart needs (I8).
 *
 * @param queue waiting changes in the order of departure
 * @param pending a release that is made but not yet in production
 * @param search what is known about the changes that are not decided, and about the baseline
 * @param paused why; empty while it runs
 * @param settled whether the environment holds the baseline with no candidate in it
 * @param voids void trials in a row
 * @param pace how long trials take, for estimates
 */
public record TrainState(
        List<Change> queue,
        Optional<Batch> batch,
        Optional<Trial> trial,
        Optional<Pending> pending,
        int lastNumber,
        String lastRelease,
        Search search,
        String paused,
        boolean settled,
        int voids,
        Statistics statistics,
        Pace pace) {

    static final Journal.Type<TrainState> TYPE = new Journal.Type<>(
            TrainState.class,
            new TrainState(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    "",
                    Search.NONE,
                    "",
                    true,
                    0,
                    Statistics.NONE,
                    Pace.UNKNOWN),
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
            String id,
            Digest set,
            List<String> changes,
            String conductor,
            long fence,
            boolean installed,
            Instant since) {}

    /** A release on its way to production, with the changes that it carries. */
    public record Pending(Event.ReleaseMade made, List<Change> changes, Digest baseline) {}

    /**
     * What trials said.
     *
     * @param baseline digest of the set that everything was tried on; empty before the first batch
     * @param passed when the baseline last passed, as a whole set; empty: not known
     * @param failed how often its control run failed since
     * @param forced changes whose sets are run even where a verdict is remembered
     */
    public record Search(
            String baseline, Optional<Instant> passed, int failed, Evidence evidence, List<String> forced) {
        static final Search NONE = new Search("", Optional.empty(), 0, Evidence.NONE, List.of());

        /** Another baseline: nothing is known about it or about what was tried on the former one. */
        Search on(Digest newBaseline) {
            return newBaseline.value().equals(baseline)
                    ? this
                    : new Search(newBaseline.value(), Optional.empty(), 0, Evidence.NONE, forced);
        }

        Search released(List<String> changes, Digest set, Instant at) {
            return new Search(
                    set.value(), Optional.of(at), 0, evidence.released(changes, set.value()), without(changes));
        }

        Search controlled(boolean pass, Instant at, int runs) {
            return new Search(baseline, pass ? Optional.of(at) : passed, pass ? 0 : failed + runs, evidence, forced);
        }

        Search with(Evidence newEvidence) {
            return new Search(baseline, passed, failed, newEvidence, forced);
        }

        Search without(String change) {
            return new Search(baseline, passed, failed, evidence.without(change), without(List.of(change)));
        }

        Search forcing(List<String> changes) {
            return new Search(baseline, passed, failed, evidence, List.copyOf(changes));
        }

        private List<String> without(List<String> changes) {
            return forced.stream().filter(c -> !changes.contains(c)).toList();
        }
    }

    boolean isPaused() {
        return !paused.isEmpty();
    }

    TrainState withQueue(List<Change> newQueue) {
        return copy(List.copyOf(newQueue), batch, trial, search);
    }

    TrainState withBatch(Optional<Batch> newBatch) {
        return copy(queue, newBatch, trial, search);
    }

    TrainState withTrial(Optional<Trial> newTrial) {
        return copy(queue, batch, newTrial, search);
    }

    TrainState withSearch(Search newSearch) {
        return copy(queue, batch, trial, newSearch);
    }

    private TrainState copy(
            List<Change> newQueue, Optional<Batch> newBatch, Optional<Trial> newTrial, Search newSearch) {
        return new TrainState(
                newQueue,
                newBatch,
                newTrial,
                pending,
                lastNumber,
                lastRelease,
                newSearch,
                paused,
                settled,
                voids,
                statistics,
                pace);
    }

    TrainState withPending(Optional<Pending> newPending, int number, String release) {
        return new TrainState(
                queue, batch, trial, newPending, number, release, search, paused, settled, voids, statistics, pace);
    }

    TrainState withPaused(String reason, int newVoids) {
        return new TrainState(
                queue,
                batch,
                trial,
                pending,
                lastNumber,
                lastRelease,
                search,
                reason,
                settled,
                newVoids,
                statistics,
                pace);
    }

    TrainState withSettled(boolean newSettled) {
        return new TrainState(
                queue,
                batch,
                trial,
                pending,
                lastNumber,
                lastRelease,
                search,
                paused,
                newSettled,
                voids,
                statistics,
                pace);
    }

    TrainState withStatistics(Statistics newStatistics, Pace newPace) {
        return new TrainState(
                queue,
                batch,
                trial,
                pending,
                lastNumber,
                lastRelease,
                search,
                paused,
                settled,
                voids,
                newStatistics,
                newPace);
    }
}
