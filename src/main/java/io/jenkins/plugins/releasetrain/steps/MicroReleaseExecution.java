package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.host.LaneDriver;
import io.jenkins.plugins.releasetrain.host.Passenger;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** One lane of a build. Keeps ids only. */
final class MicroReleaseExecution extends StepExecution implements Passenger, BodyRun.Reporter {
    private static final long serialVersionUID = 1;
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final MicroReleaseStep.Order order;
    private final BodyRun body;
    private volatile String group;
    private volatile String lane;
    private volatile String status = "opening its lane";
    private volatile boolean stopped;

    MicroReleaseExecution(StepContext context, MicroReleaseStep.Order order) {
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

    private LaneDriver driver() {
        return ReleaseService.get().lanes(order.environment());
    }

    private void board() {
        if (stopped) {
            return;
        }
        try {
            if (lane == null) {
                open();
            }
            driver().board(id(), this);
            if (stopped) {
                driver().leave(id(), "its build was stopped");
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

    private void open() throws IOException, InterruptedException {
        if (order.candidates().isEmpty()) {
            throw EngineException.invalid(
                    "microRelease: candidates is empty; name at least one, as in [cart: cartImage]");
        }
        FlowExecution flow = getContext().get(FlowExecution.class);
        ReleaseService.get().check(flow.getAuthentication2(), ReleasePermissions.RUN);
        LaneId opened = driver().open(order.candidates(), Origins.of(getContext()));
        group = opened.group();
        lane = opened.id();
        say("Lane " + lane + " of " + group + " opened in '" + order.environment() + "': " + order.candidates());
        getContext().saveState();
    }

    private LaneId id() {
        return new LaneId(group, lane);
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
        variables.put("RELEASE_ENVIRONMENT", run.environment());
        variables.put("RELEASE_ID", lane);
        variables.put("RELEASE_TRIAL", run.trial());
        variables.put("RELEASE_NAMESPACE", run.namespace());
        variables.put("RELEASE_BASE_URL", run.baseUrl());
        variables.put("RELEASE_CHANGED", String.join(" ", run.changed()));
        variables.put("RELEASE_SERVICE", String.join(" ", run.images().keySet()));
        variables.put("RELEASE_IMAGE", String.join(" ", run.images().values()));
        variables.put("RELEASE_TENANT", run.trial());
        variables.put("RELEASE_BAGGAGE", "release-tenant=" + run.trial());
        return variables;
    }

    @Override
    public void report(String trial, Verdict verdict, String reason) {
        ReleaseService.get().execute(() -> {
            try {
                driver().report(id(), verdict, reason);
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
        Outcomes.finish(getContext(), new Outcomes.Subject(order.environment(), lane, order.candidates()), end);
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
        if (lane != null) {
            ReleaseService.get().execute(() -> driver().leave(id(), "its build was stopped"));
        }
    }
}
