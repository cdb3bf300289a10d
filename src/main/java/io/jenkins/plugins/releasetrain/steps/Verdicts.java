package io.jenkins.plugins.releasetrain.steps;

import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Computer;
import hudson.model.Executor;
import hudson.model.Node;
import hudson.remoting.Channel;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import jenkins.model.CauseOfInterruption;
import org.jenkinsci.plugins.workflow.actions.ErrorAction;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graph.StepNode;
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

    /**
     * Whether somebody aborts the build or a block around the step, or its body can never run as it is written; a timeout
     * within the body does not.
     */
    static boolean endsTheStep(Throwable failure, FlowExecution flow) {
        return failure instanceof FlowInterruptedException interrupted && interrupted.isActualInterruption()
                || failure instanceof MissingContextVariableException missing && isNowhereGiven(missing, flow);
    }

    /** No block around what failed gives what it needs, as {@code node} gives an agent: then none was lost either. */
    private static boolean isNowhereGiven(MissingContextVariableException missing, FlowExecution flow) {
        FlowNode origin = ErrorAction.findOrigin(missing, flow);
        return origin != null
                && origin.getAllEnclosingIds().stream().noneMatch(id -> gives(id, missing.getType(), flow));
    }

    private static boolean gives(String block, Class<?> type, FlowExecution flow) {
        try {
            return flow.getNode(block) instanceof StepNode step
                    && step.getDescriptor() != null
                    && step.getDescriptor().getProvidedContext().contains(type);
        } catch (IOException e) {
            // Not known: then it is taken for a lost agent, which blames nobody.
            return true;
        }
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
