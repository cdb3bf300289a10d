package io.jenkins.plugins.releasetrain.steps;

import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Computer;
import hudson.model.Executor;
import hudson.model.Node;
import hudson.remoting.Channel;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.Set;
import java.util.stream.Collectors;
import jenkins.model.CauseOfInterruption;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.MissingContextVariableException;

/** What a body's end says about the images: a test that failed, or nothing at all (I4). */
final class Verdicts {
    /** What is missing in the context once an agent is gone. */
    private static final Set<Class<?>> OF_AGENT =
            Set.of(FilePath.class, Computer.class, Executor.class, Node.class, Launcher.class);

    private static final String AGENT_OFFLINE = "AgentOfflineException";

    private Verdicts() {}

    /** A verdict and its reason. */
    record Judgement(Verdict verdict, String reason) {}

    static Judgement of(Throwable failure) {
        if (failure instanceof FlowInterruptedException interrupted) {
            String causes = interrupted.getCauses().stream()
                    .map(CauseOfInterruption::getShortDescription)
                    .collect(Collectors.joining("; "));
            return new Judgement(Verdict.VOID, "the tests were interrupted" + (causes.isEmpty() ? "" : ": " + causes));
        } else if (failure instanceof InterruptedException) {
            return new Judgement(Verdict.VOID, "the tests were interrupted");
        } else if (isAgentLost(failure)) {
            return new Judgement(Verdict.VOID, "the agent was lost: " + text(failure));
        }
        return new Judgement(Verdict.FAILED, "the tests failed: " + text(failure));
    }

    /** Whether somebody aborts the build or a block around the step; a timeout within the body does not. */
    static boolean endsTheStep(Throwable failure) {
        return failure instanceof FlowInterruptedException interrupted && interrupted.isActualInterruption();
    }

    private static boolean isAgentLost(Throwable failure) {
        return Channel.isClosedChannelException(failure)
                || failure instanceof MissingContextVariableException missing && OF_AGENT.contains(missing.getType())
                || failure.getClass().getSimpleName().equals(AGENT_OFFLINE);
    }

    private static String text(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
