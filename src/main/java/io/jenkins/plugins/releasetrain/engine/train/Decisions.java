package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.Runs;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Batch;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** What a train does between trials: asks {@link TrialPolicy} and carries out what it says. */
final class Decisions {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    private final TrainContext context;
    private final Releases releases;
    private final Boarding boarding;

    Decisions(TrainContext context, Releases releases) {
        this.context = context;
        this.releases = releases;
        this.boarding = new Boarding(context);
    }

    Boarding boarding() {
        return boarding;
    }

    /**
     * Where the next trial would run.
     *
     * @param token of the environment's lock
     */
    record Place(Trials trials, Conductors conductors, long token) {}

    /**
     * The next step of a batch, for an environment that holds no trial.
     *
     * @return empty where something was done and the state is another by now; else why nothing can be tried there
     */
    Optional<Task> decide(TrainState state, Place place) {
        Batch batch = state.batch().orElseThrow();
        Optional<Event> refused = firstRefused(batch)
                .or(() -> firstOutdated(state))
                .or(() -> Arrivals.overtaken(state))
                .or(() -> firstHopeless(state));
        if (refused.isPresent()) {
            unchanged(state, List.of(refused.get()));
        } else if (batch.changes().isEmpty()) {
            unchanged(state, context.abandon(state, "nothing is left to be decided"));
        } else if (!boarding.departing(state).equals(Train.ids(batch.changes()))) {
            continueWithOthers(state);
        } else {
            return carryOut(state, place);
        }
        return Optional.empty();
    }

    /** Who waits in the queue may have ended meanwhile, as by a newer build that came (I8). */
    private void unchanged(TrainState state, List<Event> events) {
        context.journal()
                .update(s -> s.batch().equals(state.batch())
                                && s.trials().equals(state.trials())
                                && events.stream()
                                        .allMatch(e -> !(e instanceof Event.ChangeEnded ended)
                                                || s.undecided().anyMatch(c -> c.id().equals(ended.change())))
                        ? events
                        : List.of());
    }

    /** An image can be blocked, or a right be taken, while its change waits. */
    private Optional<Event> firstRefused(Batch batch) {
        Function<Change, Optional<String>> refusal = releases.refusal();
        return batch.changes().stream()
                .flatMap(change -> refusal.apply(change).stream()
                        .map(why -> (Event) new Event.ChangeEnded(change.id(), Outcome.CANCELLED, why, "")))
                .findFirst();
    }

    /** What is newer was released before it (I13). */
    private static Optional<Event> firstOutdated(TrainState state) {
        return state.batch().orElseThrow().changes().stream()
                .filter(change -> change.promote() && Sets.isOutdated(change, state.released()))
                .map(change -> (Event) new Event.ChangeEnded(
                        change.id(), Outcome.SUPERSEDED, "a newer image of the same service is released already", ""))
                .findFirst();
    }

    /** Again and again it could not be brought in, nobody knows why, and the environment works. */
    private Optional<Event> firstHopeless(TrainState state) {
        return state.batch().orElseThrow().changes().stream()
                .flatMap(change -> state.aside().of(change.id()).stream())
                .filter(k -> k.unknown() >= context.settings().voidsBeforePause() && works(state, k))
                .map(k -> (Event) new Event.ChangeEnded(
                        k.change(),
                        Outcome.UNDECIDED,
                        "environment '" + k.environment() + "' could not bring it in " + k.times() + " times: "
                                + k.why(),
                        ""))
                .findFirst();
    }

    private static boolean works(TrainState state, Aside.Kept kept) {
        return state.search().timeline().runs().stream()
                .anyMatch(r -> r.passed()
                        && r.environment().equals(RunLog.environment(kept.environment(), false))
                        && !r.start().isBefore(kept.since()));
    }

    /** The same search goes on, with changes that were queued or decided meanwhile. */
    private void continueWithOthers(TrainState state) {
        String fresh = context.ports().ids().get();
        context.journal().update(s -> {
            if (!s.batch().equals(state.batch())) {
                return List.of();
            }
            Batch batch = s.batch().orElseThrow();
            boolean done = s.search().evidence().isEmpty() && s.trials().isEmpty();
            return List.of(
                    new Event.BatchEnded(batch.id(), Train.ids(batch.changes())),
                    new Event.BatchDeparted(done ? fresh : batch.id(), boarding.departing(s), batch.baseline()));
        });
    }

    /** What is decided first; then the trial of whoever's turn it is. */
    private Optional<Task> carryOut(TrainState state, Place place) {
        String environment = place.trials().environment();
        Optional<TrainState.Broken> broken = Optional.ofNullable(state.broken().get(environment));
        Lineup lineup = new Lineup(state, context);
        if (broken.filter(b -> Judgement.Broken.waits(b.due(), now())).isPresent()) {
            return correct(state, lineup, place)
                    ? Optional.empty()
                    : Optional.of(new Task.Wait(text(environment, broken.get()), ASK_AGAIN));
        }
        TrialPolicy policy =
                new TrialPolicy(boarding.rates(state), context.settings().innocenceBound());
        List<Lineup.Line> lines = lineup.lines();
        List<Decision> decisions = new ArrayList<>();
        for (Lineup.Line line : lines) {
            Decision decision = policy.decide(lineup.situation(line, environment));
            decisions.add(broken.isPresent() && isTrial(decision) ? new Decision.Run(List.of()) : decision);
            if (settled(state, line, decision, environment)) {
                return Optional.empty();
            }
        }
        return tryOne(state, lineup, decisions, place);
    }

    /** While the next control run is not due, candidates may be tried, since one of them may be what mends the baseline. */
    private boolean correct(TrainState state, Lineup lineup, Place place) {
        Optional<Lineup.Correcting> next =
                context.isBroken(state) && state.trials().isEmpty()
                        ? lineup.correction(place.trials().environment(), place.conductors())
                        : Optional.empty();
        next.ifPresent(c -> start(state, c.line(), new Decision.Run(c.changes()), place));
        return next.isPresent();
    }

    /** What is broken is seen to work before anything else is tried there. */
    private static boolean isTrial(Decision decision) {
        return decision instanceof Decision.Run || decision instanceof Decision.Nothing;
    }

    private Optional<Task> tryOne(TrainState state, Lineup lineup, List<Decision> decisions, Place place) {
        List<Lineup.Line> lines = lineup.lines();
        String obstacle = "";
        boolean atAll = !state.trials().isEmpty();
        for (int i = 0; i < lines.size(); i++) {
            Optional<Decision.Run> run = run(state, decisions.get(i));
            atAll |= run.isPresent() || decisions.get(i) instanceof Decision.Release;
            if (run.isPresent()) {
                boolean control = run.get().changes().isEmpty();
                obstacle = lineup.obstacle(lines.get(i), place.conductors(), control);
                if (obstacle.isEmpty()) {
                    start(state, lines.get(i), run.get(), place);
                    return Optional.empty();
                }
            }
        }
        Optional<String> aside = state.aside().text(now());
        if (!atAll && aside.isEmpty()) {
            throw new IllegalStateException(
                    "Train '" + context.settings().name() + "' has changes but nothing to try: " + state);
        }
        String held = state.held().isEmpty()
                ? aside.orElse("nothing more can be tried now")
                : "releases are held: " + state.held();
        return Optional.of(new Task.Wait(obstacle.isEmpty() ? held : obstacle, ASK_AGAIN));
    }

    private Instant now() {
        return context.ports().clock().instant();
    }

    /** For people: what is broken, how that is known, and what follows. */
    static String text(String environment, TrainState.Broken broken) {
        return "environment '" + environment + "', or the baseline itself, is broken since " + broken.since()
                + ", as trials " + String.join(", ", broken.runs())
                + " say; nobody is blamed, and the baseline is run again at "
                + broken.due() + ", or when somebody resumes the train";
    }

    /** @return whether something was done that needs no trial */
    private boolean settled(TrainState state, Lineup.Line line, Decision decision, String environment) {
        Batch batch = state.batch().orElseThrow();
        if (decision instanceof Decision.Release release) {
            List<Change> changes = chosen(batch, release.changes());
            if (line.test().isPresent()) {
                unchanged(
                        state,
                        List.of(new Event.ChangeEnded(changes.get(0).id(), Outcome.PROVEN, "its tests passed", "")));
                return true;
            }
            if (state.held().isEmpty()) {
                releases.release(state, changes);
            }
            return state.held().isEmpty();
        } else if (decision instanceof Decision.Eject eject && !onlyRemembered(state, eject.change())) {
            eject(state, eject);
            return true;
        } else if (decision instanceof Decision.Stop stop && mustWait(state, stop.broken(), environment)) {
            stop(state, stop.broken(), environment);
            return true;
        }
        return false;
    }

    /** What was said already holds: runs of before the clock was set back would have it wait until it is there again. */
    private boolean mustWait(TrainState state, Judgement.Broken broken, String environment) {
        Instant due = Optional.ofNullable(state.broken().get(environment))
                .filter(known -> known.runs().equals(ids(broken)))
                .map(TrainState.Broken::due)
                .orElseGet(() -> due(broken));
        return Judgement.Broken.waits(due, now());
    }

    private Instant due(Judgement.Broken broken) {
        Instant latest = now().plus(Judgement.Broken.pause(
                broken.runs().stream().filter(Run::isControl).count()));
        return broken.due().isAfter(latest) ? latest : broken.due();
    }

    private static List<String> ids(Judgement.Broken broken) {
        return broken.runs().stream().map(Run::id).toList();
    }

    /** A failure that is only remembered is a reason to look, but the proof is run (I4). */
    private static Optional<Decision.Run> run(TrainState state, Decision decision) {
        if (decision instanceof Decision.Eject eject) {
            List<String> alone = List.of(eject.change());
            boolean running =
                    state.trials().stream().anyMatch(t -> t.tried().changes().equals(alone));
            return running ? Optional.empty() : Optional.of(new Decision.Run(alone));
        } else if (decision instanceof Decision.Stop) {
            return Optional.of(new Decision.Run(List.of()));
        }
        return decision instanceof Decision.Run run ? Optional.of(run) : Optional.empty();
    }

    private static boolean onlyRemembered(TrainState state, String change) {
        return state.search()
                .evidence()
                .alone(change)
                .filter(proof -> proof.source().reason().equals(TrainFold.REMEMBERED))
                .isPresent();
    }

    private void start(TrainState state, Lineup.Line line, Decision.Run run, Place place) {
        Batch batch = state.batch().orElseThrow();
        List<Change> changes = chosen(batch, run.changes());
        ImageSet set = Sets.with(context.set(batch.baseline()), changes, state.released());
        boolean otherSuite = line.test().isPresent()
                && !context.settings().suite().equals(context.settings().testSuite());
        if (!changes.isEmpty() && recall(state, set, run.changes(), otherSuite)) {
            return;
        }
        // Whoever was there when it was asked before may be gone by now; then the next look finds another, or none.
        line.conductor(state, place.conductors(), changes.isEmpty())
                .ifPresent(conductor -> place.trials()
                        .start(
                                state,
                                new Trials.Plan(
                                        set, changes, otherSuite, conductor, Purpose.of(state, line, changes, set)),
                                place.token()));
    }

    private static List<Change> chosen(Batch batch, Collection<String> ids) {
        return batch.changes().stream().filter(c -> ids.contains(c.id())).toList();
    }

    /**
     * Takes the verdict from memo where there is one that this search has not used yet (design §5.5), and only where all
     * runs agree. A control run is never answered from there: it asks about the environment as it is now.
     */
    private boolean recall(TrainState state, ImageSet set, List<String> changes, boolean otherSuite) {
        TrainState.Search search = state.search();
        if (search.evidence().knows(set.digest().value()) || changes.stream().anyMatch(search.forced()::contains)) {
            return false;
        }
        Instant since =
                context.ports().clock().instant().minus(context.settings().memo());
        Runs runs = context.remembered(set.digest(), otherSuite, since);
        if ((runs.passed() == 0) == (runs.failed() == 0)) {
            return false;
        }
        Verdict verdict = runs.passed() > 0 ? Verdict.PASSED : Verdict.FAILED;
        Event recalled = new Event.VerdictRecalled(
                state.batch().orElseThrow().id(),
                set.digest(),
                changes,
                verdict,
                runs.passed() > 0 ? runs.passed() : runs.failed(),
                otherSuite);
        context.journal()
                .update(s ->
                        s.batch().equals(state.batch()) && s.search().equals(search) ? List.of(recalled) : List.of());
        return true;
    }

    private void eject(TrainState state, Decision.Eject eject) {
        Evidence.Tried proof = state.search().evidence().alone(eject.change()).orElseThrow();
        Optional<String> missing = proof.source().installed() ? Optional.empty() : missing(state, eject.change());
        if (missing.isPresent()) {
            String why = "could not be brought in: " + missing.get();
            unchanged(state, List.of(new Event.ChangeEnded(eject.change(), Outcome.UNDECIDED, why, "")));
            return;
        }
        Outcome outcome = proof.source().installed() ? Outcome.EJECTED : Outcome.NOT_INSTALLABLE;
        String reason = String.format(
                Locale.ROOT,
                "%s; %s; chance of innocence %.4f %%",
                proof.source().reason(),
                eject.proof().text(),
                eject.innocence() * 100);
        Optional<Double> innocence = Optional.of(eject.innocence());
        unchanged(state, List.of(new Event.ChangeEnded(eject.change(), outcome, reason, "", innocence)));
    }

    /** What a registry removed since, or a catalog moved, is nothing against the image (I4). */
    private Optional<String> missing(TrainState state, String change) {
        return chosen(state.batch().orElseThrow(), List.of(change)).stream()
                .flatMap(c -> new Unpromotable(context).missing(c).stream())
                .findFirst();
    }

    private void stop(TrainState state, Judgement.Broken broken, String environment) {
        TrainState.Broken known = new TrainState.Broken(broken.since(), ids(broken), due(broken));
        if (context.settings().outages().whenBroken() == TrainSettings.WhenBroken.RETRY) {
            unchanged(state, List.of(context.broken(environment, known)));
            return;
        }
        List<Event> events = context.abandon(state, "the baseline itself fails its tests");
        events.add(new Event.TrainPaused(
                "the baseline itself fails its tests in environment '" + environment + "' since " + broken.since()
                        + ", as trials " + String.join(", ", known.runs())
                        + " say; no change is to blame. Repair the environment or the suite, then resume",
                ""));
        unchanged(state, events);
    }

    /** Nothing may be tried now: everybody waits in the queue. */
    void requeue() {
        context.journal().update(s -> s.trials().isEmpty() ? context.abandon(s, "") : List.of());
    }
}
