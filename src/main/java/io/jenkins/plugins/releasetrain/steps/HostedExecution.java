package io.jenkins.plugins.releasetrain.steps;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.host.Riders;
import java.io.IOException;
import java.time.Duration;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** A step's execution with the rest of the plugin, which is found anew after a restart. */
abstract class HostedExecution extends StepExecution {
    private static final long serialVersionUID = 1;
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    /** Null until it is first asked for. */
    private transient volatile BuildHost host;

    private transient volatile boolean stopped;
    private transient volatile String waitsFor;

    HostedExecution(StepContext context) {
        super(context);
    }

    /** Instead of the controller's own. */
    final void on(BuildHost other) {
        host = other;
    }

    public final BuildHost host() {
        BuildHost known = host;
        if (known == null) {
            known = BuildHost.here();
            host = known;
        }
        return known;
    }

    /**
     * Ends the step with what the work makes. What may be there in a moment, as the store right after a start of Jenkins, is
     * waited for until somebody stops the build, and told once.
     */
    final void answer(String step, Answering.Work work) {
        Answering.by(getContext(), step, work, trouble -> isLater(trouble, () -> answer(step, work)));
    }

    /** Whether what failed is tried again after a while: it may pass, and nobody stopped the build. Told once. */
    final boolean isLater(EngineException trouble, Runnable again) {
        if (stopped || !trouble.kind().retryable()) {
            return false;
        }
        String line = trouble.getMessage() + " – trying again";
        if (!line.equals(waitsFor)) {
            waitsFor = line;
            log(line);
        }
        host().later(again, TRY_AGAIN);
        return true;
    }

    @Override
    public void stop(Throwable cause) throws Exception {
        stopped = true;
        super.stop(cause);
    }

    /** A line in the build's log. */
    final void log(String line) {
        Logs.say(getContext(), host(), line);
    }

    /** For access: the build, and whom it runs as. */
    final Riders.Asking asking() throws IOException, InterruptedException {
        return new Riders.Asking(
                getContext().get(Run.class),
                getContext().get(FlowExecution.class).getAuthentication2());
    }

    final Origin origin() throws IOException, InterruptedException {
        return host().builds()
                .origin(
                        getContext().get(Run.class),
                        getContext().get(FlowNode.class).getId());
    }
}
