package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What is true of a train now; a fold over its events, and all that a restart needs (I8).
 *
 * @param queue waiting changes in the order of departure
 * @param trials without verdict, at most one per environment, oldest first; none without a batch
 * @param pending a release that is made but not yet in production
 * @param search what is known about the changes that are not decided, and about the baseline
 * @param released order of the newest change that reached production, by service, since the last rollback
 * @param paused why nothing is tried; empty while it runs
 * @param held why nothing is released; empty while it may be
 * @param settled whether environments hold the baseline with no candidate in it, by name
 * @param broken environments that are broken, by name
 * @param voids void trials in a row that say something about the environment
 * @param idle conductors that were ordered to run tests and did not begin, the longest known first
 * @param pace how long trials take, for estimates
 * @param waste how many of them were for nothing
 * @param rollback one that was ordered and has not become a release yet
 * @param lists which departures there were
 * @param aside changes that environments keep out
 */
public record TrainState(
        List<Change> queue,
        Optional<Batch> batch,
        List<Trial> trials,
        Optional<Pending> pending,
        int lastNumber,
        String lastRelease,
        Search search,
        Map<String, Order> released,
        String paused,
        String held,
        Map<String, Boolean> settled,
        Map<String, Broken> broken,
        int voids,
        List<String> idle,
        Statistics statistics,
        Pace pace,
        Waste waste,
        Optional<Event.RollbackOrdered> rollback,
        Lists lists,
        Aside aside) {

    static final TrainState NEW = new TrainState(
            List.of(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            0,
            "",
            Search.NONE,
            Map.of(),
            "",
            "",
            Map.of(),
            Map.of(),
            0,
            List.of(),
            Statistics.NONE,
            Pace.UNKNOWN,
            Waste.NONE,
            Optional.empty(),
            Lists.NONE,
            Aside.NOBODY);

    static final Journal.Type<TrainState> TYPE = new Journal.Type<>(TrainState.class, NEW, TrainFold::fold);

    public TrainState {
        queue = List.copyOf(queue);
        trials = List.copyOf(trials);
        settled = Map.copyOf(settled);
        released = Map.copyOf(released);
        broken = Map.copyOf(broken);
        idle = List.copyOf(idle);
    }

    /**
     * Changes that left the queue and are not decided yet.
     *
     * @param baseline the newest set known to be good: production at departure, then what this batch released
     */
    public record Batch(String id, List<Change> changes, Digest baseline) {}

    /**
     * A trial without verdict.
     *
     * @param baseline the set that it was built on
     * @param changes that its set holds on top of that; none: a control run
     * @param tried what a verdict would say: about those of the changes that are not decided yet, on which baseline
     * @param testRelease whether it is a run of the suite of test releases, if that is another one
     * @param installed since when the tests may run; empty while the set is not up yet
     * @param began whether the conductor's body runs
     * @param overtaken why a verdict would tell nothing any more; empty while it would
     */
    public record Trial(
            String id,
            String environment,
            Digest set,
            Digest baseline,
            List<String> changes,
            Tried tried,
            boolean testRelease,
            String purpose,
            String conductor,
            long fence,
            Instant since,
            Optional<Instant> installed,
            boolean began,
            String overtaken) {
        boolean control() {
            return changes.isEmpty();
        }

        boolean isOvertaken() {
            return !overtaken.isEmpty();
        }

        Trial with(Tried newTried, String newOvertaken) {
            return with(newTried, installed, began, overtaken.isEmpty() ? newOvertaken : overtaken);
        }

        Trial installed(Instant at) {
            return with(tried, Optional.of(at), began, overtaken);
        }

        /** Its tests run. */
        Trial begun() {
            return with(tried, installed, true, overtaken);
        }

        private Trial with(Tried newTried, Optional<Instant> newInstalled, boolean nowBegan, String newOvertaken) {
            return new Trial(
                    id,
                    environment,
                    set,
                    baseline,
                    changes,
                    newTried,
                    testRelease,
                    purpose,
                    conductor,
                    fence,
                    since,
                    newInstalled,
                    nowBegan,
                    newOvertaken);
        }
    }

    /** A release on its way to production, with the changes that it carries. */
    public record Pending(Event.ReleaseMade made, List<Change> changes, Digest baseline) {}

    /**
     * What trials said.
     *
     * @param baseline digest of the set that everything was tried on; empty before the first batch
     * @param passed whether the baseline, as a whole set, passed the suite of release candidates
     * @param testPassed whether it passed that of test releases, if that is another one
     * @param timeline passes and failed control runs
     * @param forced changes whose sets are run even where a verdict is remembered
     */
    public record Search(
            String baseline,
            boolean passed,
            boolean testPassed,
            Timeline timeline,
            Evidence evidence,
            List<String> forced) {
        static final Search NONE = new Search("", false, false, Timeline.EMPTY, Evidence.NONE, List.of());

        /** Another baseline: nothing is known about it or about what was tried on the former one. */
        Search on(Digest newBaseline) {
            return newBaseline.value().equals(baseline)
                    ? this
                    : new Search(newBaseline.value(), false, false, RunLog.passes(timeline), Evidence.NONE, forced);
        }

        /** @param overlaid those of the changes with an image that is not in the set */
        Search released(List<String> changes, Set<String> overlaid, Digest set) {
            Evidence known = Overtaking.released(evidence, changes, overlaid, set.value(), passed);
            Timeline log = RunLog.nobodysFault(timeline, evidence.notToBlame(Evidence.without(changes, overlaid)));
            return new Search(set.value(), true, false, log, known, without(changes));
        }

        boolean passed(boolean testRelease) {
            return testRelease ? testPassed : passed;
        }

        /** One more run; one of the baseline alone says something about the baseline too. */
        Search after(Run run, boolean testRelease) {
            boolean proven = run.passed() && run.isControl();
            return new Search(
                    baseline,
                    passed || proven && !testRelease,
                    testPassed || proven && testRelease,
                    run.passed() || run.isControl() ? RunLog.after(timeline, evidence, run) : timeline,
                    evidence,
                    forced);
        }

        Search resumed(Instant at) {
            return new Search(baseline, passed, testPassed, timeline.resumed(at), evidence, forced);
        }

        Search with(Timeline newTimeline) {
            return new Search(baseline, passed, testPassed, newTimeline, evidence, forced);
        }

        Search with(Evidence newEvidence) {
            return new Search(baseline, passed, testPassed, timeline, newEvidence, forced);
        }

        Search without(String change) {
            return new Search(
                    baseline, passed, testPassed, timeline, evidence.without(change), without(List.of(change)));
        }

        Search forcing(List<String> changes) {
            List<String> all =
                    Stream.concat(forced.stream(), changes.stream()).distinct().toList();
            return new Search(baseline, passed, testPassed, timeline, evidence, all);
        }

        /** What is known about a change that a newer one took the place of, and about these. */
        Search superseded(String change, Set<String> undecided) {
            return without(change).with(evidence.superseded(change).about(undecided));
        }

        Search about(Set<String> undecided) {
            return with(evidence.about(undecided));
        }

        private List<String> without(List<String> changes) {
            return forced.stream().filter(c -> !changes.contains(c)).toList();
        }
    }

    /**
     * An environment, or the baseline itself, that is broken.
     *
     * @param since when
     * @param runs ids of the trials that say so, in order
     * @param due when the next control run is
     */
    public record Broken(Instant since, List<String> runs, Instant due) {}

    boolean isPaused() {
        return !paused.isEmpty();
    }

    /** Whether somebody may say that it goes on: it is paused, or waits for an environment. */
    public boolean standsStill() {
        return isPaused() || !broken.isEmpty() || !aside.kept().isEmpty();
    }

    /** Whether nothing is being tried or promoted, so that the train may change without harm. */
    public boolean betweenBatches() {
        return batch.isEmpty() && trials.isEmpty() && pending.isEmpty();
    }

    /** The trial that an environment holds. */
    public Optional<Trial> trialIn(String environment) {
        return trials.stream().filter(t -> t.environment().equals(environment)).findFirst();
    }

    public Optional<Trial> trial(String id) {
        return trials.stream().filter(t -> t.id().equals(id)).findFirst();
    }

    /** Whether an environment holds the baseline with no candidate in it; an untouched one does before any release. */
    public boolean settledIn(String environment) {
        return settled.getOrDefault(environment, lastNumber == 0);
    }

    /** Changes without a final outcome: those on their way to production first, then the batch, then the queue. */
    public Stream<Change> undecided() {
        return Stream.of(
                        pending.stream().flatMap(p -> p.changes().stream()),
                        batch.stream().flatMap(b -> b.changes().stream()),
                        queue.stream())
                .flatMap(changes -> changes);
    }

    /** A copy that differs in some components. */
    TrainState with(Consumer<Draft> edit) {
        Draft draft = new Draft(this);
        edit.accept(draft);
        return draft.build();
    }

    /** Components while they are being changed. */
    static final class Draft {
        List<Change> queue;
        Optional<Batch> batch;
        List<Trial> trials;
        Optional<Pending> pending;
        int lastNumber;
        String lastRelease;
        Search search;
        Map<String, Order> released;
        String paused;
        String held;
        Map<String, Boolean> settled;
        Map<String, Broken> broken;
        int voids;
        List<String> idle;
        Statistics statistics;
        Pace pace;
        Waste waste;
        Optional<Event.RollbackOrdered> rollback;
        Lists lists;
        Aside aside;

        private Draft(TrainState s) {
            queue = s.queue;
            batch = s.batch;
            trials = s.trials;
            pending = s.pending;
            lastNumber = s.lastNumber;
            lastRelease = s.lastRelease;
            search = s.search;
            released = new HashMap<>(s.released);
            paused = s.paused;
            held = s.held;
            settled = new HashMap<>(s.settled);
            broken = new HashMap<>(s.broken);
            voids = s.voids;
            idle = s.idle;
            statistics = s.statistics;
            pace = s.pace;
            waste = s.waste;
            rollback = s.rollback;
            lists = s.lists;
            aside = s.aside;
        }

        private TrainState build() {
            return new TrainState(
                    queue,
                    batch,
                    trials,
                    pending,
                    lastNumber,
                    lastRelease,
                    search,
                    released,
                    paused,
                    held,
                    settled,
                    broken,
                    voids,
                    idle,
                    statistics,
                    pace,
                    waste,
                    rollback,
                    lists,
                    aside);
        }
    }
}
