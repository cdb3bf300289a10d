package io.jenkins.plugins.releasetrain.steps;

import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.host.LaneDriver;
import io.jenkins.plugins.releasetrain.host.Words;
import io.jenkins.plugins.releasetrain.steps.BodyEnd.Judgement;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** One lane of a build. */
final class MicroReleaseExecution extends ReleaseExecution {
    private static final long serialVersionUID = 1;

    private final MicroReleaseStep.Order order;
    private volatile String group;
    private volatile String lane;

    MicroReleaseExecution(StepContext context, MicroReleaseStep.Order order) {
        super(context);
        this.order = order;
    }

    private LaneDriver driver() {
        return host().lanes(order.environment());
    }

    private LaneId id() {
        return new LaneId(group, lane);
    }

    @Override
    String step() {
        return "microRelease";
    }

    @Override
    public boolean timeoutFails() {
        return Timeouts.fails(order.timeout());
    }

    @Override
    void checkPlace(Map<String, String> around) throws Misplaced {
        if (order.environment().equals(around.get("RELEASE_ENVIRONMENT"))) {
            throw new Misplaced("microRelease: environment '" + order.environment()
                    + "' cannot be waited for within tests that hold it; put the step behind or before the other");
        }
    }

    @Override
    public Map<String, String> holds() {
        return Map.of("RELEASE_ENVIRONMENT", order.environment(), CdEnvironmentExecution.TENANTS, "");
    }

    @Override
    boolean registered() {
        return lane != null;
    }

    @Override
    void register() throws IOException, InterruptedException {
        if (order.candidates().isEmpty()) {
            throw EngineException.invalid(
                    "microRelease: candidates is empty; name at least one, as in [cart: cartImage]");
        }
        Timeouts.check(step(), order.timeout());
        host().riders()
                .mayRunLanes(asking(), order.environment(), order.candidates().keySet(), true);
        Map<String, String> candidates = host().pushedForLanes(order.environment(), order.candidates());
        LaneId opened = driver().open(candidates, origin());
        group = opened.group();
        lane = opened.id();
        say("Lane of " + group + " opened in '" + order.environment() + "': " + Words.asked(candidates));
    }

    @Override
    void takePart() {
        driver().board(id(), this);
    }

    @Override
    void withdraw(String reason) {
        driver().leave(id(), reason);
    }

    @Override
    void noteBegun(String trial) {
        // A lane's tests are its own build's in any case.
    }

    @Override
    void deliver(BodyState.Judged judged) {
        Judgement judgement = judged.judgement;
        if (judgement.declined()) {
            driver().leave(id(), judgement.reason());
        } else {
            Lanes.Reported reported = new Lanes.Reported(judgement.verdict(), judgement.reason(), judged.tests());
            driver().report(id(), judged.trial, reported);
        }
    }

    @Override
    Outcomes.Subject subject() {
        return new Outcomes.Subject(order.environment(), lane, order.candidates());
    }

    @Override
    Map<String, String> ownVariables(TestRun run) {
        Map<String, String> variables = new TreeMap<>();
        variables.put("RELEASE_ID", lane);
        variables.put("RELEASE_SERVICE", String.join(" ", run.images().keySet()));
        variables.put("RELEASE_IMAGE", String.join(" ", run.images().values()));
        variables.put("RELEASE_TENANT", run.trial());
        variables.put("RELEASE_BAGGAGE", Isolation.baggage(run.trial()));
        variables.put("RELEASE_CANDIDATE_HOST", String.join(" ", run.hosts().values()));
        return variables;
    }
}
