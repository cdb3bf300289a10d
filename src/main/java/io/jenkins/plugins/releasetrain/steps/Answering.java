package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** How a step answers from a background thread: always, whatever goes wrong (I8). */
final class Answering {
    private static final Logger LOGGER = Logger.getLogger(Answering.class.getName());

    private Answering() {}

    /** What the step's value is made by. */
    interface Work {
        Object answer() throws Throwable;
    }

    /** Ends the step with the work's value, or with whatever the work throws, errors of any kind included. */
    static void by(StepContext context, String step, Work work) {
        by(context, step, work, later -> false);
    }

    /** @param later whether what failed is tried again, so that the step is not ended now */
    static void by(StepContext context, String step, Work work, Predicate<EngineException> later) {
        Object answer;
        try {
            answer = work.answer();
        } catch (Throwable t) {
            if (!(t instanceof EngineException e && later.test(e))) {
                fail(context, step, t);
            }
            return;
        }
        try {
            context.onSuccess(answer);
        } catch (RuntimeException | Error e) {
            fail(context, step, e);
        }
    }

    static void fail(StepContext context, String step, Throwable why) {
        if (why instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        } else if (!(why instanceof EngineException) && !(why instanceof AbortException)) {
            LOGGER.log(Level.WARNING, why, () -> step + " failed");
        }
        try {
            context.onFailure(told(step, why));
        } catch (RuntimeException | Error e) {
            // The build is over, or Jenkins can keep nothing any more: then it does not wait for an answer either.
            LOGGER.log(Level.WARNING, e, () -> step + " could not be ended");
        }
    }

    /** One sentence where it is known what is wrong. */
    private static Throwable told(String step, Throwable why) {
        if (!(why instanceof EngineException)) {
            return why;
        }
        String message = String.valueOf(why.getMessage());
        return new AbortException(message.startsWith(step + ":") ? message : step + ": " + message);
    }
}
