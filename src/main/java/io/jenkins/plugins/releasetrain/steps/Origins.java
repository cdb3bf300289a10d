package io.jenkins.plugins.releasetrain.steps;

import hudson.model.Cause;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.host.Riders;
import java.io.IOException;
import java.util.Optional;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Who asks. */
final class Origins {
    private Origins() {}

    /** For access: the build, and whom it runs as. */
    static Riders.Asking asking(StepContext context) throws IOException, InterruptedException {
        return new Riders.Asking(
                context.get(Run.class), context.get(FlowExecution.class).getAuthentication2());
    }

    /** Unique for a step of a build, so that after a crash its change is found again. */
    static Origin of(StepContext context) throws IOException, InterruptedException {
        Run<?, ?> run = context.get(Run.class);
        FlowNode node = context.get(FlowNode.class);
        Cause.UserIdCause user = run.getCause(Cause.UserIdCause.class);
        return new Origin(
                run.getExternalizableId(),
                ReleaseService.get().controller().address(run.getUrl()) + Origin.STEP + node.getId(),
                user == null || user.getUserId() == null ? "" : user.getUserId(),
                Optional.of(ReleaseService.get().controller().id()),
                ReleaseService.get().controller().repeated(run));
    }
}
