package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Judged;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.KeptOut;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A train's trials in one environment: install a set, hand it to the tests, take their verdict. */
final class Trials {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    /** What an installation may take beyond its rollouts. */
    private static final Duration MARGIN = Duration.ofMinutes(10);

    /** Its own, and those by which it is found out whether an image that cannot start is to blame (ADR 44). */
    private static final int ROLLOUTS = 3;

    private final TrainContext context;
    private final Environment environment;
    private final Installer installer;
    private final TrialImages images;

    Trials(TrainContext context, Environment environment) {
        this.context = context;
        this.environment = environment;
        this.installer = new Installer(environment);
        this.images = new TrialImages(context);
    }

    String environment() {
        return environment.name();
    }

    /**
     * A trial to be started.
     *
     * @param changes that the set holds on top of the batch's baseline; none: a control run
     */
    record Plan(ImageSet set, List<Change> changes, boolean testRelease, String conductor, String purpose) {}

    void start(TrainState state, Plan plan, long token) {
        TrainState.Batch batch = state.batch().orElseThrow();
        context.ports().store().saveSet(plan.set(), Optional.of(batch.baseline()));
        Event started = new Event.TrialStarted(
                context.ports().ids().get(),
                batch.id(),
                plan.set().digest(),
                Train.ids(plan.changes()),
                plan.purpose(),
                environment.name(),
                plan.conductor(),
                token,
                plan.testRelease());
        context.journal()
                .update(s -> s.batch().equals(state.batch())
                                && s.trials().equals(state.trials())
                                && s.search().equals(state.search())
                                && s.pending().isEmpty()
                        ? List.of(started)
                        : List.of());
    }

    /** Goes on with the trial that the environment holds: installs it, or hands it to its conductor again. */
    Optional<Task> resume(TrainState state, Trial trial, Conductors conductors, long token)
            throws InterruptedException {
        if (trial.isOvertaken()) {
            end(trial, Verdict.VOID, trial.overtaken());
            return Optional.empty();
        }
        Conductors.Standing standing = conductors.standing(trial.conductor());
        if (standing == Conductors.Standing.GONE) {
            abandoned(trial, "build " + name(state, trial.conductor()) + ", whose tests they were, is gone");
            return Optional.empty();
        } else if (trial.fence() != token) {
            end(trial, Verdict.VOID, "it lost the environment's lock");
            return Optional.empty();
        }
        if (standing != Conductors.Standing.HERE) {
            String why = "build " + name(state, trial.conductor()) + " is to test, and is away";
            return Optional.of(new Task.Wait(why, ASK_AGAIN));
        }
        if (trial.installed().isPresent()) {
            return Optional.of(order(trial));
        }
        install(trial);
        return Optional.empty();
    }

    private static String name(TrainState state, String conductor) {
        return state.undecided()
                .filter(c -> c.id().equals(conductor))
                .findFirst()
                .map(Sets::name)
                .orElse(conductor);
    }

    private void install(Trial trial) throws InterruptedException {
        long begin = context.ports().clock().millis();
        Installer.Installation result;
        try {
            result = install(subject(trial, context.plan().lockId()));
        } catch (EngineException e) {
            end(trial, Verdict.VOID, "could not be installed: " + e.getMessage());
            return;
        }
        if (result.problem().isPresent()) {
            Installer.Problem problem = result.problem().get();
            end(
                    trial,
                    new Reported(
                            problem.fault() == Fault.IMAGE ? Verdict.FAILED : Verdict.VOID,
                            problem.text(),
                            Optional.empty(),
                            keptOut(trial, problem)));
            return;
        }
        long took = context.ports().clock().millis() - begin;
        context.journal().update(s -> isUnderWay(s, trial) ? installed(trial, result, took) : List.of());
    }

    /** Where a train pauses for what is broken, what lets nobody in is broken. */
    private Optional<KeptOut> keptOut(Trial trial, Installer.Problem problem) {
        List<String> changes = context.journal()
                .state()
                .undecided()
                .filter(c -> trial.changes().contains(c.id())
                        && c.images().keySet().stream().anyMatch(problem.services()::contains))
                .map(Change::id)
                .toList();
        boolean everybody = changes.containsAll(trial.changes());
        boolean pauses = context.settings().outages().whenBroken() == TrainSettings.WhenBroken.PAUSE;
        return problem.fault() == Fault.IMAGE || changes.isEmpty() || everybody && pauses
                ? Optional.empty()
                : Optional.of(new KeptOut(changes, problem.fault(), everybody));
    }

    private List<Event> installed(Trial trial, Installer.Installation result, long took) {
        Event event = new Event.TrialInstalled(trial.id(), result.patched(), took);
        return result.notes().isEmpty()
                ? List.of(event)
                : List.of(event, new Event.TroubleElsewhere(trial.id(), environment.name(), result.notes()));
    }

    private Installer.Installation install(Installer.Subject subject) throws InterruptedException {
        return context.plan().installs() ? installer.install(subject) : Installer.Installation.NOTHING;
    }

    private Installer.Subject subject(Trial trial, String lockId) {
        return new Installer.Subject(images.all(trial), images.changed(trial), lockId, trial.fence())
                .inPlaceOf(images.former(trial));
    }

    private Task order(Trial trial) {
        return new Task.Test(
                trial.id(),
                trial.conductor(),
                environment.name(),
                environment.namespace(),
                environment.baseUrl(),
                trial.set(),
                List.copyOf(images.changed(trial)),
                trial.changes(),
                trial.purpose());
    }

    /**
     * @param tests that the body recorded, told with its verdict
     * @param keptOut as of {@link Event.TrialEnded}
     */
    record Reported(Verdict verdict, String reason, Optional<TestReport> tests, Optional<KeptOut> keptOut) {
        Reported(Verdict verdict, String reason, Optional<TestReport> tests) {
            this(verdict, reason, tests, Optional.empty());
        }

        Reported as(Judged judged) {
            return new Reported(judged.verdict(), judged.reason(), tests);
        }
    }

    /**
     * A verdict counts only if the lock was held to the end and the set is still what runs (I3).
     *
     * @throws EngineException retryable where that cannot be seen now; the verdict is to be reported again
     */
    void report(Trial trial, Reported reported, String lockId) {
        try {
            environment.lock().renew(lockId, trial.fence(), environment.lease());
            Judged tests = new Judged(reported.verdict(), reported.reason());
            Judged judged = installer.judge(subject(trial, lockId), tests);
            end(trial, reported.as(new Unpromotable(context).unlessMissing(trial, tests, judged)));
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                // Half an hour of tests is not thrown away for a moment's trouble: whoever reports tries again.
                throw e;
            }
            end(trial, reported.as(new Judged(Verdict.VOID, "the verdict cannot be trusted: " + e.getMessage())));
        }
    }

    /** Every phase has its deadline, for a process that died or tests that hang. */
    void expire(Trial trial) {
        Duration forTests = context.timetable().testDeadline();
        Duration forInstallation =
                environment.rolloutDeadline().multipliedBy(ROLLOUTS).plus(MARGIN);
        Duration toBegin = context.timetable().beginDeadline();
        Optional<Instant> installed = trial.installed();
        if (!trial.began() && installed.filter(at -> isOver(at, toBegin)).isPresent()) {
            abandoned(
                    trial,
                    "its build did not begin the tests within " + toBegin.toMinutes()
                            + " minutes; another build takes over");
        } else if (installed.filter(at -> isOver(at, forTests)).isPresent()) {
            end(trial, Verdict.VOID, "no verdict within " + forTests.toMinutes() + " minutes, the deadline for tests");
        } else if (installed.isEmpty() && isOver(trial.since(), forInstallation)) {
            end(trial, Verdict.VOID, "not installed within " + forInstallation.toMinutes() + " minutes");
        }
    }

    /** Also where the clock was set back by more than that: how long ago it was is not known then. */
    private boolean isOver(Instant since, Duration deadline) {
        Instant now = context.ports().clock().instant();
        return Duration.between(since, now).abs().compareTo(deadline) > 0;
    }

    void end(Trial trial, Verdict verdict, String reason) {
        end(trial, new Reported(verdict, reason, Optional.empty()));
    }

    private void end(Trial trial, Reported reported) {
        context.journal()
                .update(s ->
                        isUnderWay(s, trial) ? ending(s, s.trial(trial.id()).orElseThrow(), reported) : List.of());
        if (reported.verdict() == Verdict.PASSED
                && !trial.control()
                && context.ports().gate() != ContractGate.NONE) {
            verified(trial);
        }
    }

    private void verified(Trial trial) {
        try {
            ImageSet set = context.set(trial.set());
            Map<String, Digest> changed = new TreeMap<>();
            set.images().forEach((service, image) -> changed.put(service, image.digest()));
            changed.keySet().retainAll(images.changed(trial));
            context.ports().gate().passed(changed, set, trial.id());
        } catch (EngineException e) {
            // The verdict is there; that it cannot be told now who was tested with whom takes nothing from it.
        }
    }

    /** Void because of its conductor, which says nothing about the environment. */
    void abandoned(Trial trial, String reason) {
        context.journal()
                .update(s -> s.trial(trial.id())
                        .map(t -> List.of(abandonedBy(t, t.isOvertaken() ? t.overtaken() : reason)))
                        .orElse(List.of()));
    }

    private Event abandonedBy(Trial trial, String reason) {
        return context.ended(trial, Verdict.VOID, reason, !trial.isOvertaken(), Optional.empty());
    }

    /** What was overtaken blames nobody (design §5.7); if it passed nevertheless, that counts. */
    private List<Event> ending(TrainState s, Trial trial, Reported reported) {
        Verdict verdict = reported.verdict();
        String reason = reported.reason();
        boolean counts = !trial.isOvertaken() || verdict == Verdict.PASSED && !trial.control();
        List<Event> events = new ArrayList<>();
        events.add(context.ended(
                trial,
                counts ? verdict : Verdict.VOID,
                counts ? reason : trial.overtaken(),
                false,
                reported.keptOut()));
        reported.tests().ifPresent(r -> events.add(new Event.TestsRecorded(trial.id(), trial.conductor(), r)));
        if (counts
                && verdict == Verdict.VOID
                && reported.keptOut().filter(out -> !out.isOfTheEnvironment()).isEmpty()
                && s.voids() + 1 >= context.settings().voidsBeforePause()) {
            events.add(tooManyVoids(s, trial, reason));
        } else if (verdict == Verdict.PASSED && s.broken().containsKey(environment.name())) {
            events.add(new Event.EnvironmentHealed(context.settings().name(), environment.name(), trial.id()));
        }
        return events;
    }

    /** What cannot be tried at all is as broken as what fails alone. */
    private Event tooManyVoids(TrainState s, Trial trial, String reason) {
        int voids = s.voids() + 1;
        if (context.settings().outages().whenBroken() == TrainSettings.WhenBroken.PAUSE) {
            return new Event.TrainPaused(voids + " trials in a row were void, the last one because " + reason, "");
        }
        Optional<TrainState.Broken> before = Optional.ofNullable(s.broken().get(environment.name()));
        List<String> runs = new ArrayList<>(before.map(TrainState.Broken::runs).orElse(List.of()));
        runs.add(trial.id());
        Instant now = context.ports().clock().instant();
        return new Event.EnvironmentBroken(
                context.settings().name(),
                environment.name(),
                before.map(TrainState.Broken::since).orElse(trial.since()),
                runs,
                voids + " trials in a row were void, the last one because " + reason,
                now.plus(Judgement.Broken.pause(runs.size())));
    }

    private static boolean isUnderWay(TrainState s, Trial trial) {
        return s.trial(trial.id()).isPresent();
    }

    /** Brings the environment back to what production runs, when no batch is under way. */
    Optional<Task> installBaseline(long token) throws InterruptedException {
        ImageSet production = context.production(Set.of());
        Installer.Installation result = install(new Installer.Subject(
                images.released(production), Set.of(), context.plan().lockId(), token));
        if (result.problem().isPresent()) {
            String problem = "the baseline cannot be installed: "
                    + result.problem().get().text();
            return Optional.of(new Task.Wait(problem, environment.rolloutDeadline()));
        }
        context.journal()
                .update(s -> List.of(
                        new Event.BaselineInstalled(environment.name(), production.digest(), result.patched())));
        return Optional.empty();
    }

    /**
     * Why the environment could not show that a new image of a service runs, by the names of these services; empty where it
     * cannot be asked now.
     *
     * @throws EngineException NOT_FOUND or INVALID_INPUT where the environment has no place for one
     */
    SortedMap<String, String> unprovable(Collection<Service> services) {
        try {
            return context.plan().installs() ? installer.unprovable(services) : new TreeMap<>();
        } catch (EngineException e) {
            if (e.kind() == FailureKind.NOT_FOUND || e.kind() == FailureKind.INVALID_INPUT) {
                throw e;
            }
            return new TreeMap<>();
        }
    }
}
