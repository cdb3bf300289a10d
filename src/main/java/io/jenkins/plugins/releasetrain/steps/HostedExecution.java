package io.jenkins.plugins.releasetrain.steps;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.host.Riders;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** A step's execution with the rest of the plugin, which is found anew after a restart. */
abstract class HostedExecution extends StepExecution {
    private static final long serialVersionUID = 1;

    /** Null until it is first asked for. */
    private transient volatile BuildHost host;

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
