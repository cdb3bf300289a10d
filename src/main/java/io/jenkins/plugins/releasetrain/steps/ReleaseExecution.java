package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import hudson.FilePath;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.host.Passenger;
import io.jenkins.plugins.releasetrain.steps.BodyEnd.Judgement;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * A build that waits for a train or a lane and runs its body for every trial that it conducts: what both have in common.
 * Keeps ids only; what reaches the store, a registry, a cluster or an agent is done in background threads.
 */
abstract class ReleaseExecution extends HostedExecution implements Passenger, BodyRun.Reporter {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(ReleaseExecution.class.getName());
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    private static final String STOPPED = "its build was stopped";
    private static final String REFUSED = "its step failed before it could wait";
    private static final String MISTAKEN = "its tests cannot run as its pipeline is written";

    private final BodyRun body;
    private volatile String status = "boarding";
    private transient volatile String said;
    private volatile boolean stopped;
    /** Null where it does not matter, and as a program of before leaves it. */
    private volatile StepPlace place;
    /** The step has ended: whoever tells it once more need not. */
    private transient volatile boolean over;
    /** Null until it boards, and where it is not known. */
    private transient volatile Run<?, ?> build;
    /** It is about to: it waits for nothing any more. */
    private transient volatile boolean ending;

    ReleaseExecution(StepContext context) {
        super(context);
        this.body = new BodyRun(context, this);
    }

    /** The step's name in scripts. */
    abstract String step();

    /** The train knows the change, or the environment the lane. */
    abstract boolean registered();

    /** Asks whether it may, and makes the change or lane, once; from then on it is {@link #registered()}. */
    abstract void register() throws IOException, InterruptedException;

    /** Takes part from now on, with this as passenger. */
    abstract void takePart();

    /** Ends the change or lane, which is registered. */
    abstract void withdraw(String reason);

    /** Takes the verdict to the train or the lane. */
    abstract void deliver(BodyState.Judged judged);

    /** Tells the train or the lane that the tests of this trial run. */
    abstract void noteBegun(String trial);

    /** What the final outcome is of. */
    abstract Outcomes.Subject subject();

    /** What the body sees besides {@link #variables}. */
    abstract Map<String, String> ownVariables(TestRun run);

    /**
     * @param around variables that a release step around this one gave to its body, or what one holds that waits for this
     *     build
     * @throws Misplaced where those hold what this one would wait for
     */
    abstract void checkPlace(Map<String, String> around) throws Misplaced;

    @Override
    public final boolean start() {
        background(this::board);
        return false;
    }

    @Override
    public final void onResume() {
        background(this::board);
        body.again();
    }

    @Override
    public final void background(Runnable work) {
        inBackground(work);
    }

    @Override
    public final String getStatus() {
        return status;
    }

    private void board() {
        if (stopped) {
            return;
        }
        showPause();
        try {
            build = getContext().get(Run.class);
            if (!registered()) {
                place = StepPlace.check(this, getContext(), host(), () -> over);
                register();
                getContext().saveState();
                tellContracts();
            } else if (place != null) {
                place.again(this, host(), () -> over);
            }
            note();
            tellBuilt();
            takePart();
            if (stopped) {
                withdraw(STOPPED);
            }
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                sayOnce(e.getMessage() + " – trying again");
                host().later(this::board, TRY_AGAIN);
            } else {
                refuse(e);
            }
        } catch (Throwable t) {
            refuse(t);
        }
    }

    /** The train that it is going to wait for, if no other trial of that can begin while one is under way. */
    Optional<String> awaitedTrain() {
        return Optional.empty();
    }

    private void refuse(Throwable why) {
        over = true;
        showPause();
        Answering.fail(getContext(), step(), why);
        if (registered()) {
            // else it would be tried, and maybe shipped, though its step has failed
            goAway(REFUSED);
        }
    }

    /** Graph views tell a step that waits from one that works; decides nothing (I11). */
    private void showPause() {
        body.showPause(() -> over || ending, status);
    }

    /** What is known of the contracts that it brings; decides nothing (I11). */
    private void tellContracts() {
        try {
            host().contracts().told(subject().id()).forEach(line -> log(line));
        } catch (RuntimeException e) {
            LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> "The log of a build does not tell of the contracts of "
                            + subject().id());
        }
    }

    /** Where its images come from, unless they are a snapshot of others'; decides nothing (I11). */
    private void tellBuilt() {
        try {
            if (!subject().asked().isEmpty()) {
                host().built().madeFor(getContext().get(Run.class), subject().id());
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "The commits of " + subject().id() + " are not told");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The build's page finds the history by it; decides nothing (I11). */
    private void note() {
        try {
            ImagesAction.note(getContext().get(Run.class), subject().id());
        } catch (IOException | RuntimeException e) {
            LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> "The page of a build will not show what became of "
                            + subject().id());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public final void test(TestRun run) {
        background(() -> begin(run));
    }

    private void begin(TestRun run) {
        leaveIfEnded();
        if (stopped) {
            return;
        }
        try {
            boolean due = body.isDue(run.trial());
            if (due) {
                host().troubleElsewhere(run.trial())
                        .forEach(trouble -> log(
                                "Not as it should be in " + run.environment() + ", and judged by nobody: " + trouble));
            }
            body.start(run, due ? variables(run) : Map.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable t) {
            LOGGER.log(Level.WARNING, t, () -> "The tests of trial " + run.trial() + " could not be started");
            String why = "the tests could not be started: " + t.getClass().getSimpleName();
            report(new BodyState.Judged(run.trial(), new Judgement(Verdict.VOID, false, why), Optional.empty()));
        }
    }

    private Map<String, String> variables(TestRun run) throws IOException, InterruptedException {
        Map<String, String> variables = new TreeMap<>(ownVariables(run));
        variables.put("RELEASE_ENVIRONMENT", run.environment());
        variables.put("RELEASE_TRIAL", run.trial());
        variables.put("RELEASE_NAMESPACE", run.namespace());
        variables.put("RELEASE_BASE_URL", run.baseUrl());
        variables.put("RELEASE_CHANGED", String.join(" ", run.changed()));
        return LongVariables.fit(variables, run.trial(), () -> getContext().get(FilePath.class));
    }

    @Override
    public final void began(String trial) {
        background(() -> {
            showPause();
            try {
                noteBegun(trial);
            } catch (RuntimeException e) {
                LOGGER.log(Level.FINE, e, () -> "Trial " + trial + " runs; that is told again");
            }
        });
    }

    @Override
    public final void report(BodyState.Judged judged) {
        background(() -> {
            showPause();
            takeOver(judged);
        });
    }

    private void takeOver(BodyState.Judged judged) {
        if (over) {
            return;
        }
        try {
            deliver(judged);
        } catch (EngineException e) {
            say("The verdict could not be kept: " + e.getMessage() + (e.kind().retryable() ? " – trying again" : ""));
            if (e.kind().retryable()) {
                host().later(() -> takeOver(judged), TRY_AGAIN);
            }
        } catch (RuntimeException | Error e) {
            LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> "The verdict of trial " + judged.trial + " could not be kept; trying again");
            host().later(() -> takeOver(judged), TRY_AGAIN);
        }
    }

    /** What is tried every few seconds, maybe for hours, is one line. */
    private void sayOnce(String line) {
        if (!line.equals(said)) {
            say(line);
        }
    }

    @Override
    public final void say(String line) {
        if (over) {
            return;
        }
        status = Logs.seen(getContext(), host(), line);
        said = line;
        Logs.say(getContext(), host(), line, registered() ? subject().page() : "");
    }

    @Override
    public final void say(String line, Judge by) {
        if (!over) {
            status = Logs.seen(getContext(), host(), line);
            said = line;
            Logs.say(getContext(), host(), line, by);
        }
    }

    @Override
    public final boolean ended(End end) {
        if (!over) {
            body.end(() -> finish(end));
        }
        return over;
    }

    /** Tried until it works, since nobody else may ask for it again. */
    private synchronized void finish(End end) {
        if (over) {
            return;
        }
        ending = true;
        showPause();
        try {
            Outcomes.finish(getContext(), host(), subject(), end);
            over = true;
        } catch (RuntimeException | Error e) {
            ending = false;
            LOGGER.log(Level.WARNING, e, () -> subject().id() + " is " + end.outcome() + "; its step is ended again");
            host().later(() -> finish(end), TRY_AGAIN);
        }
    }

    @Override
    public final void failed(String message) {
        over = true;
        showPause();
        getContext().onFailure(new AbortException(Logs.seen(getContext(), host(), message)));
    }

    @Override
    public final boolean isOver() {
        Run<?, ?> known = build;
        return known == null || !known.isBuilding();
    }

    @Override
    public final void stop(Throwable cause) throws Exception {
        leave(STOPPED);
        super.stop(cause);
    }

    @Override
    public final void interrupted(Throwable cause) {
        leave(Verdicts.isMistake(cause) ? MISTAKEN : STOPPED);
        getContext().onFailure(cause);
    }

    @Override
    public final void leaveIfEnded() {
        if (!over && !ending && registered() && isEndedUntold()) {
            leave(STOPPED);
        }
    }

    private void leave(String reason) {
        stopped = true;
        over = true;
        showPause();
        if (registered()) {
            background(() -> goAway(reason));
        }
    }

    /** Where it cannot be told, the train or the environment sees that the build has ended. */
    private void goAway(String reason) {
        try {
            withdraw(reason);
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> subject().id() + " could not be left");
        }
    }
}
