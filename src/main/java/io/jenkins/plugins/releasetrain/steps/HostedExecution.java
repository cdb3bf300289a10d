package io.jenkins.plugins.releasetrain.steps;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.host.Riders;
import java.io.IOException;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** A step's execution with the rest of the plugin, which is found anew after a restart. */
abstract class HostedExecution extends StepExecution {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(HostedExecution.class.getName());
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    private static final Duration UNTIL_ALONE = Duration.ofSeconds(30);
    private static final String TWIN = "Another Jenkins with the identity of this one uses the store, as a copy of"
            + " JENKINS_HOME does; this step goes on once this one is alone";

    /** Null until it is first asked for. */
    private transient volatile BuildHost host;

    /** The build, once it was asked for; one that was killed cannot be asked for any more. */
    private transient volatile Run<?, ?> known;

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
     * Does work in the background, once no other controller of this identity does the same: a copy of JENKINS_HOME resumes the
     * builds of the original, with the ids of their changes, lanes, promotions and places.
     */
    final void inBackground(Runnable work) {
        host().execute(() -> {
            if (isQuiet()) {
                logOnce(TWIN);
                host().later(() -> inBackground(work), UNTIL_ALONE);
            } else {
                work.run();
            }
        });
    }

    /** What cannot be told is not waited for. */
    private boolean isQuiet() {
        try {
            return host().isQuiet();
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, "It cannot be told whether there is another controller like this", e);
            return false;
        }
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
        logOnce(trouble.getMessage() + " – trying again");
        host().later(again, TRY_AGAIN);
        return true;
    }

    private void logOnce(String line) {
        if (!line.equals(waitsFor)) {
            waitsFor = line;
            log(line);
        }
    }

    @Override
    public void stop(Throwable cause) throws Exception {
        stopped = true;
        super.stop(cause);
    }

    /**
     * Whether the step has ended without a word to it, as by the links {@code term} and {@code kill} of its build. What cannot
     * be told goes on.
     */
    final boolean isEndedUntold() {
        try {
            if (known == null) {
                known = getContext().get(Run.class);
            }
            if (known != null && !known.isBuilding()) {
                return true;
            }
            FlowNode node = getContext().get(FlowNode.class);
            return node != null && host().hasEnded(node);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "It cannot be told whether a step goes on: " + getContext());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
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
