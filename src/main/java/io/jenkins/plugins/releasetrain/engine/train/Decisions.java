package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store.Runs;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Decision;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Situation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a train does between trials: asks {@link TrialPolicy} and carries out what it says. */
final class Decisions {
    private static final Comparator<Change> FIRST =
            Comparator.comparing(Change::priority).reversed().thenComparing(Change::queuedAt);

    private final TrainSettings settings;
    private final Train.Ports ports;
    private final Journal<TrainState> journal;
    private final Trials trials;
    private final Releases releases;
    private final Blocks blocks;

    Decisions(
            TrainSettings settings,
            Train.Ports ports,
            Journal<TrainState> journal,
            Trials trials,
            Releases releases,
            Blocks blocks) {
        this.settings = settings;
        this.ports = ports;
        this.journal = journal;
        this.trials = trials;
        this.releases = releases;
        this.blocks = blocks;
    }

    Rates rates(TrainState s) {
        return s.statistics().rates(settings.prior());
    }

    int batchLimit(TrainState s) {
        return TrialPolicy.batchLimit(rates(s), settings.smallestBatch(), settings.largestBatch());
    }

    /** Who departs now: a test release alone; the others together, up to the limit and what is being searched. */
    List<String> departing(TrainState s) {
        List<Change> waiting = waiting(s);
        Optional<Change> first = waiting.stream().min(FIRST);
        if (first.isPresent() && !first.get().promote()) {
            return List.of(first.get().id());
        }
        List<String> ids =
                waiting.stream().filter(Change::promote).map(Change::id).toList();
        return TrialPolicy.view(ids, s.search().evidence(), batchLimit(s));
    }

    /** Undecided changes, those of the batch first, in the order that they would wait in. */
    private static List<Change> waiting(TrainState s) {
        List<Change> batch = s.batch().map(TrainState.Batch::changes).orElse(List.of());
        return Stream.concat(batch.stream(), s.queue().stream())
                .sorted(Comparator.comparing(Change::priority).reversed())
                .toList();
    }

    /** The next step of a batch that has no trial running. */
    void decide(TrainState state, String conductor, long token) {
        TrainState.Batch batch = state.batch().orElseThrow();
        Optional<Event> blocked = firstBlocked(batch);
        if (blocked.isPresent()) {
            journal.update(s -> s.batch().equals(state.batch()) ? List.of(blocked.get()) : List.of());
        } else if (batch.changes().isEmpty()) {
            requeue(state, List.of());
        } else if (!departing(state).equals(Train.ids(batch.changes()))) {
            continueWithOthers(state);
        } else {
            carryOut(state, conductor, token);
        }
    }

    /** An image can be blocked while its change waits. */
    private Optional<Event> firstBlocked(TrainState.Batch batch) {
        return batch.changes().stream()
                .flatMap(change -> blocks.refusal(change.images()).stream()
                        .map(why -> (Event) new Event.ChangeEnded(change.id(), Outcome.CANCELLED, why, "")))
                .findFirst();
    }

    /** The same search goes on, with changes that were queued or decided meanwhile. */
    private void continueWithOthers(TrainState state) {
        String fresh = ports.ids().get();
        journal.update(s -> {
            if (!s.batch().equals(state.batch())) {
                return List.of();
            }
            TrainState.Batch batch = s.batch().orElseThrow();
            String id = s.search().evidence().isEmpty() ? fresh : batch.id();
            return List.of(
                    new Event.BatchEnded(batch.id(), Train.ids(batch.changes())),
                    new Event.BatchDeparted(id, departing(s), batch.baseline()));
        });
    }

    private void carryOut(TrainState state, String conductor, long token) {
        TrainState.Batch batch = state.batch().orElseThrow();
        TrialPolicy policy = new TrialPolicy(rates(state), settings.innocenceBound());
        Decision decision = policy.decide(situation(state, batch));
        if (decision instanceof Decision.Run run) {
            List<Change> changes = chosen(batch, run.changes());
            ImageSet set = Sets.with(ports.store().set(batch.baseline()).orElseThrow(), changes);
            if (!recall(state, set, run.changes())) {
                trials.start(state, set, changes, conductor, token);
            }
        } else if (decision instanceof Decision.Release release) {
            passed(state, chosen(batch, release.changes()));
        } else if (decision instanceof Decision.Eject eject) {
            eject(state, eject);
        } else if (decision instanceof Decision.BaselineBroken) {
            stop(state);
        } else {
            throw new IllegalStateException("Train '" + settings.name() + "' has changes but nothing to try: " + state);
        }
    }

    private Situation situation(TrainState state, TrainState.Batch batch) {
        TrainState.Search search = state.search();
        Instant fresh = ports.clock().instant().minus(settings.memo());
        return new Situation(
                Train.ids(batch.changes()),
                search.evidence(),
                search.passed().filter(at -> !at.isBefore(fresh)).isPresent(),
                search.failed(),
                List.of(),
                Sets.inseparable(batch.changes()));
    }

    private static List<Change> chosen(TrainState.Batch batch, Collection<String> ids) {
        return batch.changes().stream().filter(c -> ids.contains(c.id())).toList();
    }

    /** Takes the verdict from memo where there is one that this search has not used yet (design §5.5). */
    private boolean recall(TrainState state, ImageSet set, List<String> changes) {
        TrainState.Search search = state.search();
        boolean used = changes.isEmpty()
                ? search.failed() > 0
                : search.evidence().knows(set.digest().value());
        if (used || changes.stream().anyMatch(search.forced()::contains)) {
            return false;
        }
        Instant since = ports.clock().instant().minus(settings.memo());
        Runs runs = ports.store()
                .runs(settings.suite(), List.of(set.digest()), since)
                .getOrDefault(set.digest(), Runs.NONE);
        if (runs.passed() + runs.failed() == 0) {
            return false;
        }
        Verdict verdict = runs.passed() > 0 ? Verdict.PASSED : Verdict.FAILED;
        String batch = state.batch().orElseThrow().id();
        Event recalled = new Event.VerdictRecalled(
                batch, set.digest(), changes, verdict, runs.passed() > 0 ? runs.passed() : runs.failed());
        journal.update(
                s -> s.batch().equals(state.batch()) && s.search().equals(search) ? List.of(recalled) : List.of());
        return true;
    }

    private void passed(TrainState state, List<Change> changes) {
        TrainState.Batch batch = state.batch().orElseThrow();
        if (batch.promote()) {
            releases.release(state, changes);
            return;
        }
        journal.update(s -> List.of(
                new Event.ChangeEnded(changes.get(0).id(), Outcome.PROVEN, "its tests passed", ""),
                new Event.BatchEnded(batch.id(), List.of())));
    }

    private void eject(TrainState state, Decision.Eject eject) {
        Evidence.Tried proof = state.search().evidence().alone(eject.change()).orElseThrow();
        Outcome outcome = proof.source().installed() ? Outcome.EJECTED : Outcome.NOT_INSTALLABLE;
        String reason = String.format(
                Locale.ROOT,
                "%s; set %s with it failed, set %s without it passed; %d of %d runs with it alone among the"
                        + " undecided failed; chance of innocence %.4f %%",
                proof.source().reason(),
                abbreviated(proof.source().set()),
                abbreviated(proof.source().baseline()),
                proof.runs(),
                proof.runs(),
                eject.innocence() * 100);
        journal.update(s -> s.batch().equals(state.batch())
                ? List.of(new Event.ChangeEnded(eject.change(), outcome, reason, ""))
                : List.of());
    }

    private static String abbreviated(String digest) {
        return new io.jenkins.plugins.releasetrain.engine.model.Digest(digest).abbreviated();
    }

    private void stop(TrainState state) {
        TrainState.Batch batch = state.batch().orElseThrow();
        List<Event> events = new ArrayList<>();
        events.add(new Event.BatchEnded(batch.id(), Train.ids(batch.changes())));
        events.add(new Event.TrainPaused(
                "the baseline itself fails its tests (set " + batch.baseline().abbreviated()
                        + "); no change is to blame. Repair the environment or the suite, then resume",
                ""));
        journal.update(s -> s.batch().equals(state.batch()) ? events : List.of());
    }

    void requeue(TrainState state, List<Change> changes) {
        String batch = state.batch().orElseThrow().id();
        journal.update(
                s -> s.batch().isPresent() ? List.of(new Event.BatchEnded(batch, Train.ids(changes))) : List.of());
    }
}
