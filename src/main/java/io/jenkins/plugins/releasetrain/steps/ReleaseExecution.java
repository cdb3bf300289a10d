package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.host.Passenger;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * A build that waits for a train or a lane and runs its body for every trial that it conducts: what both have in common.
 * Keeps ids only; what reaches the store, a registry or a cluster is done in background threads.
 */
abstract class ReleaseExecution extends StepExecution implements Passenger, BodyRun.Reporter {
    private static final long serialVersionUID = 1;
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    private static final String STOPPED = "its build was stopped";

    private final BodyRun body;
    private volatile String status = "boarding";
    private volatile boolean stopped;

    ReleaseExecution(StepContext context) {
        super(context);
        this.body = new BodyRun(context, this);
    }

    /** The train knows the change, or the environment the lane. */
    abstract boolean registered();

    /** Asks whether it may, and makes the change or lane, once; from then on it is {@link #registered()}. */
    abstract void register() throws IOException, InterruptedException;

    /** Takes part from now on, with this as passenger. */
    abstract void takePart();

    /** Ends the change or lane, which is registered. */
    abstract void withdraw(String reason);

    /** Takes the verdict to the train or the lane. */
    abstract void deliver(String trial, Verdict verdict, String reason);

    /** What the final outcome is of. */
    abstract Outcomes.Subject subject();

    /** What the body sees besides {@link #variables}. */
    abstract Map<String, String> ownVariables(TestRun run);

    @Override
    public final boolean start() {
        ReleaseService.get().execute(this::board);
        return false;
    }

    @Override
    public final void onResume() {
        ReleaseService.get().execute(this::board);
        body.report();
    }

    @Override
    public final String getStatus() {
        return status;
    }

    private void board() {
        if (stopped) {
            return;
        }
        try {
            if (!registered()) {
                register();
                getContext().saveState();
            }
            takePart();
            if (stopped) {
                withdraw(STOPPED);
            }
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                tryAgain(e, this::board);
            } else {
                failed(e.getMessage());
            }
        } catch (IOException | RuntimeException e) {
            getContext().onFailure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            getContext().onFailure(e);
        }
    }

    private void tryAgain(EngineException why, Runnable work) {
        say(why.getMessage() + " – trying again");
        ReleaseService.get().later(work, TRY_AGAIN);
    }

    @Override
    public final void test(TestRun run) {
        try {
            body.start(run, variables(run));
        } catch (IOException | RuntimeException e) {
            report(run.trial(), Verdict.VOID, "the body could not be started: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, String> variables(TestRun run) {
        Map<String, String> variables = new TreeMap<>(ownVariables(run));
        variables.put("RELEASE_ENVIRONMENT", run.environment());
        variables.put("RELEASE_TRIAL", run.trial());
        variables.put("RELEASE_NAMESPACE", run.namespace());
        variables.put("RELEASE_BASE_URL", run.baseUrl());
        variables.put("RELEASE_CHANGED", String.join(" ", run.changed()));
        return variables;
    }

    @Override
    public final void report(String trial, Verdict verdict, String reason) {
        ReleaseService.get().execute(() -> {
            try {
                deliver(trial, verdict, reason);
            } catch (EngineException e) {
                tryAgain(e, () -> report(trial, verdict, reason));
            }
        });
    }

    @Override
    public final void say(String line) {
        status = line;
        Logs.say(getContext(), line);
    }

    @Override
    public final void ended(End end) {
        body.end(() -> Outcomes.finish(getContext(), subject(), end));
    }

    @Override
    public final void failed(String message) {
        getContext().onFailure(new AbortException(message));
    }

    @Override
    public final void stop(Throwable cause) throws Exception {
        leave();
        super.stop(cause);
    }

    @Override
    public final void interrupted(Throwable cause) {
        leave();
        getContext().onFailure(cause);
    }

    private void leave() {
        stopped = true;
        if (registered()) {
            ReleaseService.get().execute(() -> withdraw(STOPPED));
        }
    }
}
