package io.jenkins.plugins.releasetrain.steps;

import hudson.model.TaskListener;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Lines in a build's log from background threads. */
final class Logs {
    private static final Logger LOGGER = Logger.getLogger(Logs.class.getName());

    private Logs() {}

    /** A build that has ended meanwhile is told nothing. */
    static void say(StepContext context, String line) {
        try {
            TaskListener listener = context.get(TaskListener.class);
            if (listener != null) {
                listener.getLogger().println("[release-train] " + line);
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "Could not tell " + context + ": " + line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
