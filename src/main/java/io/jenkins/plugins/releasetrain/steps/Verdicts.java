package io.jenkins.plugins.releasetrain.steps;

import groovy.lang.Binding;
import groovy.lang.MissingPropertyException;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Computer;
import hudson.model.Executor;
import hudson.model.Node;
import hudson.model.Result;
import hudson.remoting.Channel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import jenkins.model.CauseOfInterruption;
import org.jenkinsci.plugins.workflow.actions.ErrorAction;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.cps.CpsScript;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graph.StepNode;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.MissingContextVariableException;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;

/** Reads of Jenkins how a body ended; what that means is decided by {@link BodyEnd}. */
final class Verdicts {
    /** What is missing in the context once an agent is gone. */
    private static final Set<Class<?>> OF_AGENT =
            Set.of(FilePath.class, Computer.class, Executor.class, Node.class, Launcher.class);

    private static final String AGENT_OFFLINE = "AgentOfflineException";
    /** Of the input step, which need not be installed. */
    private static final String REJECTION = "org.jenkinsci.plugins.workflow.support.steps.input.Rejection";

    /** As the pipeline's language begins its words. */
    private static final String NO_STEP = "No such DSL method";
    /** Of the sandbox, and of branch jobs, neither of which need be installed. */
    private static final String FORBIDDEN = "org.jenkinsci.plugins.scriptsecurity.sandbox.RejectedAccessException";

    /** Of the step that gives credentials to its body, which need not be installed. */
    private static final String NO_CREDENTIALS =
            "org.jenkinsci.plugins.credentialsbinding.impl.CredentialNotFoundException";

    /**
     * What fails by itself only where it is asked for what there is not: the SCM of a job without one, a job or parameter of
     * the {@code build} step, a tool. What a downstream build comes to arises elsewhere.
     */
    private static final Set<String> SEEKERS = Set.of(
            "org.jenkinsci.plugins.workflow.multibranch.SCMVar",
            "org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerStepExecution",
            "org.jenkinsci.plugins.workflow.steps.ToolStep$Execution");

    /** Causes of interruption of what ran on an agent that was removed, or did not come back after a restart. */
    private static final Set<String> AGENT_GONE = Set.of("RemovedNodeCause", "RemovedNodeTimeoutCause");

    private static final String TIMEOUT = "ExceededTimeout";
    private static final Set<String> FAILED = Set.of("FAILURE", "UNSTABLE");

    private Verdicts() {}

    static BodyEnd of(Throwable failure) {
        if (failure instanceof FlowInterruptedException interrupted) {
            return of(interrupted);
        } else if (failure instanceof InterruptedException) {
            return new BodyEnd(BodyEnd.How.INTERRUPTED, "", text(failure));
        } else if (isAgentLost(failure)) {
            return new BodyEnd(BodyEnd.How.AGENT_LOST, "", text(failure));
        }
        return new BodyEnd(BodyEnd.How.ERROR, failure.getClass().getSimpleName(), text(failure));
    }

    private static BodyEnd of(FlowInterruptedException interrupted) {
        String words = interrupted.getCauses().stream()
                .map(CauseOfInterruption::getShortDescription)
                .collect(Collectors.joining("; "));
        String result = String.valueOf(interrupted.getResult());
        if (isDeclined(interrupted)) {
            return new BodyEnd(BodyEnd.How.DECLINED, words, words);
        } else if (FAILED.contains(result)) {
            return new BodyEnd(BodyEnd.How.DOWNSTREAM, result, words);
        } else if (isBy(interrupted, AGENT_GONE)) {
            return new BodyEnd(BodyEnd.How.AGENT_LOST, "", words);
        } else if (isBy(interrupted, Set.of(TIMEOUT))) {
            return new BodyEnd(BodyEnd.How.TIMEOUT, "", words);
        }
        return new BodyEnd(BodyEnd.How.INTERRUPTED, "", words);
    }

    /** @param causes simple names of their classes */
    private static boolean isBy(FlowInterruptedException interrupted, Set<String> causes) {
        return interrupted.getCauses().stream()
                .anyMatch(c -> causes.contains(c.getClass().getSimpleName()));
    }

    private static boolean isDeclined(FlowInterruptedException interrupted) {
        return interrupted.getCauses().stream()
                .anyMatch(c -> c.getClass().getName().equals(REJECTION));
    }

    /**
     * What the steps of a body left behind.
     *
     * @param block id of the body's first node
     * @param last id of its last one
     * @param failure empty where there was none, or where it is not known any more
     * @param worse the build's result, where it became worse
     * @return empty where it cannot be read
     */
    static Optional<BodyEnd.Marks> marks(
            FlowExecution flow,
            String block,
            String last,
            Optional<Throwable> failure,
            Optional<Result> worse,
            boolean alone) {
        Optional<FlowNode> begin = node(flow, block);
        Optional<FlowNode> end = node(flow, last);
        if (begin.isEmpty() || end.isEmpty()) {
            return Optional.empty();
        }
        String failedAt = failure.map(f -> ErrorAction.findOrigin(f, flow))
                .map(FlowNode::getId)
                .orElse("");
        String warnedAt =
                warned(List.of(end.get()), begin.get(), Optional.empty()).orElse("");
        boolean elsewhere = !alone
                && worse.isPresent()
                && warned(flow.getCurrentHeads(), begin.get(), worse).isPresent();
        return Optional.of(new BodyEnd.Marks(
                failedAt, warnedAt, elsewhere ? "" : worse.map(Result::toString).orElse(""), alone));
    }

    /** A step that marked itself, as {@code junit} and {@code unstable} do, by its id. */
    private static Optional<String> warned(List<FlowNode> heads, FlowNode begin, Optional<Result> as) {
        DepthFirstScanner scanner = new DepthFirstScanner();
        scanner.setup(heads, List.of(begin));
        for (FlowNode node : scanner) {
            WarningAction warning = node.getAction(WarningAction.class);
            if (warning != null
                    && as.map(Result::toString)
                            .filter(r -> !r.equals(String.valueOf(warning.getResult())))
                            .isEmpty()) {
                return Optional.of(node.getId());
            }
        }
        return Optional.empty();
    }

    /**
     * Whether somebody aborts the build or a block around the step, or its body can never run as it is written; a timeout
     * within the body does not, nor does somebody who says no to what is tested, nor a release step within the body, nor an
     * agent of the body that is gone. One of a {@code node} around the step does: no tests run any more without it.
     *
     * @param block id of the body's first node
     */
    static boolean endsTheStep(StepContext body, String block, Throwable failure) {
        return failure instanceof FlowInterruptedException interrupted
                        && interrupted.isActualInterruption()
                        && !isDeclined(interrupted)
                        && !isBy(interrupted, AGENT_GONE)
                        && interrupted.getCauses().stream().noneMatch(Outcomes.Ended.class::isInstance)
                || isMistake(failure)
                || of(failure).how() == BodyEnd.How.AGENT_LOST
                        && read(body, FlowExecution.class)
                                .filter(flow -> isOfAgentAround(failure, block, flow))
                                .isPresent()
                || failure instanceof MissingContextVariableException missing
                        && read(body, FlowExecution.class)
                                .filter(flow -> isNowhereGiven(missing, flow))
                                .isPresent();
    }

    /**
     * Whether the pipeline itself is wrong, which no image can help: a release step within its own tests, a variable, step,
     * credentials, tool or downstream job that there is not, {@code scm} of a job without one, what the sandbox forbids.
     */
    static boolean isMistake(Throwable failure) {
        if (failure instanceof MissingPropertyException missing) {
            Class<?> of = missing.getType();
            // of anything else, as of an answer that was not as expected, it is a failed test
            return of != null && (Binding.class.isAssignableFrom(of) || CpsScript.class.isAssignableFrom(of));
        } else if (failure instanceof NoSuchMethodError) {
            return String.valueOf(failure.getMessage()).startsWith(NO_STEP);
        }
        StackTraceElement[] trace = failure.getStackTrace();
        return failure instanceof Misplaced
                || Set.of(FORBIDDEN, NO_CREDENTIALS).contains(failure.getClass().getName())
                || trace.length > 0 && SEEKERS.contains(trace[0].getClassName());
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

    /** Whether the agent of what failed is that of a block around the body, and of none within it. */
    private static boolean isOfAgentAround(Throwable failure, String body, FlowExecution flow) {
        FlowNode origin = ErrorAction.findOrigin(failure, flow);
        List<String> blocks = origin == null ? List.of() : origin.getAllEnclosingIds();
        int own = blocks.indexOf(body);
        Optional<String> agent = blocks.stream()
                .filter(id ->
                        node(flow, id).filter(n -> gives(n, Computer.class)).isPresent())
                .findFirst();
        return own >= 0 && agent.filter(id -> blocks.indexOf(id) > own).isPresent();
    }

    private static boolean gives(FlowNode block, Class<?> type) {
        if (!(block instanceof StepNode step)) {
            return false;
        }
        StepDescriptor descriptor = step.getDescriptor();
        return descriptor != null && descriptor.getProvidedContext().contains(type);
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
