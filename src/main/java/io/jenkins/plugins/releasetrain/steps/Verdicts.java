package io.jenkins.plugins.releasetrain.steps;

import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Computer;
import hudson.model.Executor;
import hudson.model.Node;
import hudson.remoting.Channel;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jenkins.model.CauseOfInterruption;
import org.jenkinsci.plugins.workflow.actions.ErrorAction;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graph.StepNode;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.MissingContextVariableException;
import org.jenkinsci.plugins.workflow.steps.StepContext;

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
     * Of a body that ended without an error: what marked itself unstable, as {@code junit} and {@code unstable} do, failed.
     *
     * @param first id of the body's first node
     */
    static Judgement ofEnd(StepContext body, String first) {
        Optional<FlowNode> begin = read(body, FlowExecution.class).flatMap(flow -> node(flow, first));
        Optional<FlowNode> end = read(body, FlowNode.class);
        if (begin.isEmpty() || end.isEmpty()) {
            return new Judgement(Verdict.VOID, "what the tests did cannot be read");
        }
        DepthFirstScanner scanner = new DepthFirstScanner();
        scanner.setup(end.get(), List.of(begin.get()));
        Set<String> warnings = new TreeSet<>();
        for (FlowNode node : scanner) {
            WarningAction warning = node.getAction(WarningAction.class);
            if (warning != null) {
                warnings.add(warning.getMessage() == null ? "marked as unstable" : warning.getMessage());
            }
        }
        return warnings.isEmpty()
                ? new Judgement(Verdict.PASSED, "")
                : new Judgement(Verdict.FAILED, "the tests failed: " + String.join("; ", warnings));
    }

    /**
     * Whether somebody aborts the build or a block around the step, or its body can never run as it is written; a timeout
     * within the body does not.
     */
    static boolean endsTheStep(StepContext body, Throwable failure) {
        return failure instanceof FlowInterruptedException interrupted && interrupted.isActualInterruption()
                || failure instanceof MissingContextVariableException missing
                        && read(body, FlowExecution.class)
                                .filter(flow -> isNowhereGiven(missing, flow))
                                .isPresent();
    }

    /** No block around what failed gives what it needs, as {@code node} gives an agent: then none was lost either. */
    private static boolean isNowhereGiven(MissingContextVariableException missing, FlowExecution flow) {
        FlowNode origin = ErrorAction.findOrigin(missing, flow);
        return origin != null
                && origin.getAllEnclosingIds().stream()
                        .map(id -> node(flow, id))
                        // not known: then it is taken for a lost agent, which blames nobody
                        .noneMatch(block -> block.isEmpty() || gives(block.get(), missing.getType()));
    }

    private static boolean gives(FlowNode block, Class<?> type) {
        return block instanceof StepNode step
                && step.getDescriptor() != null
                && step.getDescriptor().getProvidedContext().contains(type);
    }

    private static Optional<FlowNode> node(FlowExecution flow, String id) {
        try {
            return Optional.ofNullable(flow.getNode(id));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static <T> Optional<T> read(StepContext context, Class<T> type) {
        try {
            return Optional.ofNullable(context.get(type));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
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
