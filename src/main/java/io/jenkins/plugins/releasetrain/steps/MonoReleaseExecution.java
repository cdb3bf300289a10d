package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.host.Passenger;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.host.TrainDriver;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** A build aboard a train: passenger, and conductor when its turn comes. Keeps ids only. */
final class MonoReleaseExecution extends StepExecution implements Passenger, BodyRun.Reporter {
    private static final long serialVersionUID = 1;
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final MonoReleaseStep.Order order;
    private final BodyRun body;
    private volatile String change;
    private volatile String status = "queueing";
    private volatile boolean stopped;

    MonoReleaseExecution(StepContext context, MonoReleaseStep.Order order) {
        super(context);
        this.order = order;
        this.body = new BodyRun(context, this);
    }

    @Override
    public boolean start() {
        ReleaseService.get().execute(this::board);
        return false;
    }

    @Override
    public void onResume() {
        ReleaseService.get().execute(this::board);
        body.report();
    }

    @Override
    public String getStatus() {
        return status;
    }

    private TrainDriver driver() {
        return ReleaseService.get().train(order.train());
    }

    private void board() {
        if (stopped) {
            return;
        }
        try {
            if (change == null) {
                FlowExecution flow = getContext().get(FlowExecution.class);
                ReleaseService.get().check(flow.getAuthentication2(), ReleasePermissions.RUN);
                Map<String, String> images = Snapshots.images(order);
                change = driver().queue(
                                new Train.Request(images, Origins.of(getContext()), order.priority(), order.promote()));
                say("Queued for train '" + order.train() + "' as change " + change + ": " + images);
                getContext().saveState();
            }
            driver().board(change, this);
            if (stopped) {
                driver().leave(change, "its build was aborted");
            }
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                say(e.getMessage() + " – trying again");
                ReleaseService.get().later(this::board, TRY_AGAIN);
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

    @Override
    public void test(TestRun run) {
        try {
            body.start(run, variables(run));
        } catch (IOException | RuntimeException e) {
            report(run.trial(), Verdict.VOID, "the body could not be started: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, String> variables(TestRun run) {
        Map<String, String> variables = new TreeMap<>();
        variables.put("RELEASE_TRAIN", order.train());
        variables.put("RELEASE_ENVIRONMENT", run.environment());
        variables.put("RELEASE_ID", run.set());
        variables.put("RELEASE_TRIAL", run.trial());
        variables.put("RELEASE_NAMESPACE", run.namespace());
        variables.put("RELEASE_BASE_URL", run.baseUrl());
        variables.put("RELEASE_CHANGED", String.join(" ", run.changed()));
        return variables;
    }

    @Override
    public void report(String trial, Verdict verdict, String reason) {
        ReleaseService.get().execute(() -> {
            try {
                driver().report(trial, verdict, reason);
            } catch (EngineException e) {
                say(e.getMessage() + " – trying again");
                ReleaseService.get().later(() -> report(trial, verdict, reason), TRY_AGAIN);
            }
        });
    }

    @Override
    public void say(String line) {
        status = line;
        Logs.say(getContext(), line);
    }

    @Override
    public void ended(End end) {
        body.end(() -> Outcomes.finish(getContext(), new Outcomes.Subject(order.train(), change, order.images()), end));
    }

    @Override
    public void failed(String message) {
        getContext().onFailure(new AbortException(message));
    }

    @Override
    public void stop(Throwable cause) throws Exception {
        leave();
        super.stop(cause);
    }

    @Override
    public void interrupted(Throwable cause) {
        leave();
        getContext().onFailure(cause);
    }

    private void leave() {
        stopped = true;
        String mine = change;
        if (mine != null) {
            ReleaseService.get().execute(() -> driver().leave(mine, "its build was stopped"));
        }
    }
}
