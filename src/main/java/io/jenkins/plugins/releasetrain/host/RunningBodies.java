package io.jenkins.plugins.releasetrain.host;

import hudson.model.Cause;
import hudson.model.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Bodies of release steps that run now, and what they hold: a build that one of them waits for, as by the step {@code build},
 * must not wait for that, or both would wait for ever.
 */
@Restricted(NoExternalUse.class)
public final class RunningBodies {
    /** Builds that start builds that start builds; none that works does it so often. */
    private static final int DEEPEST = 10;

    private static final String TRAIN = "RELEASE_TRAIN";

    private final Function<Run<?, ?>, List<Caller>> callers;
    private final Map<String, Body> bodies = new ConcurrentHashMap<>();
    private final Map<String, String> mistakes = new ConcurrentHashMap<>();
    private final List<Wait> waits = new ArrayList<>();

    /**
     * A body that runs.
     *
     * @param build its build, as Jenkins calls it elsewhere
     * @param block id of the body's first node
     * @param holds what it has until it ends, called as the body's variables
     */
    public record Body(String trial, String build, String block, Map<String, String> holds) {}

    /**
     * A build that started another one and waits for it.
     *
     * @param build its name, as of {@link Body}
     * @param blocks ids of those around the step that waits
     * @param callers who waits for it itself
     */
    public record Caller(String build, Collection<String> blocks, Supplier<List<Caller>> callers) {}

    /**
     * A step that waits for a train, and who waits for that step.
     *
     * @param step which one: it waits once, however often that is told
     * @param within trials of the bodies that it is in, or that wait for its build
     * @param train with one environment: as long as one of its trials is under way, no other one begins
     * @param over whether it waits no more
     */
    public record Wait(Object step, Set<String> within, String train, BooleanSupplier over) {}

    RunningBodies() {
        this(RunningBodies::callers);
    }

    /** @param callers those that wait for a build */
    public RunningBodies(Function<Run<?, ?>, List<Caller>> callers) {
        this.callers = callers;
    }

    /** Told again after a restart. */
    public void began(Body body) {
        bodies.put(body.trial(), body);
    }

    public void ended(String trial) {
        bodies.remove(trial);
        mistakes.remove(trial);
    }

    /** Whatever its body comes to says nothing about images: its pipeline is wrong. */
    public void mistaken(String trial, String why) {
        mistakes.put(trial, why);
    }

    /** Why the pipeline of a trial's body is wrong, although it seems to be something else that failed. */
    public Optional<String> mistake(String trial) {
        return Optional.ofNullable(mistakes.get(trial));
    }

    /** Those that wait for this build to end, whatever many builds are in between. */
    public List<Body> waitingFor(Run<?, ?> build) {
        List<Body> waiting = new ArrayList<>();
        List<Caller> now = callers.apply(build);
        for (int depth = 0; depth < DEEPEST && !now.isEmpty(); depth++) {
            List<Caller> next = new ArrayList<>();
            for (Caller caller : now) {
                bodies.values().stream()
                        .filter(body -> caller.build().equals(body.build())
                                && caller.blocks().contains(body.block()))
                        .forEach(waiting::add);
                next.addAll(caller.callers().get());
            }
            now = next;
        }
        return waiting;
    }

    /**
     * A step begins to wait for a train.
     *
     * @return why it would do so for ever, in words: its train's tests wait, themselves or by way of others, for what the
     *     bodies around it hold. Then it is not known as one that waits
     */
    public synchronized Optional<String> enter(Wait wait) {
        Optional<String> circle = circle(wait, wait.train(), new HashSet<>());
        if (circle.isEmpty()) {
            waits(wait);
        }
        return circle;
    }

    /** It waits already, as it did before a restart. */
    public synchronized void waits(Wait wait) {
        waits.removeIf(other -> other.step() == wait.step() || other.over().getAsBoolean());
        waits.add(wait);
    }

    private Optional<String> circle(Wait asked, String train, Set<String> seen) {
        for (Body body : bodies.values()) {
            boolean tries =
                    train.equals(body.holds().get(TRAIN)) && !asked.within().contains(body.trial());
            if (!tries || !seen.add(body.trial())) {
                continue;
            }
            for (Wait wait : waits) {
                if (!wait.within().contains(body.trial()) || wait.over().getAsBoolean()) {
                    continue;
                }
                Optional<String> circle = asked.within().stream().anyMatch(trial -> holds(trial, wait.train()))
                        ? Optional.of("train '" + train + "' is tried by " + body.build()
                                + ", whose tests wait for train '" + wait.train() + "'")
                        : circle(asked, wait.train(), seen);
                if (circle.isPresent()) {
                    return circle;
                }
            }
        }
        return Optional.empty();
    }

    private boolean holds(String trial, String train) {
        Body body = bodies.get(trial);
        return body != null && train.equals(body.holds().get(TRAIN));
    }

    private static List<Caller> callers(Run<?, ?> build) {
        List<Caller> found = new ArrayList<>();
        for (Cause cause : build.getCauses()) {
            if (cause instanceof Cause.UpstreamCause started) {
                Run<?, ?> upstream = started.getUpstreamRun();
                if (upstream != null && upstream.isBuilding()) {
                    step(upstream, cause)
                            .filter(FlowNode::isActive)
                            .ifPresent(step -> found.add(new Caller(
                                    upstream.getExternalizableId(),
                                    step.getAllEnclosingIds(),
                                    () -> callers(upstream))));
                }
            }
        }
        return found;
    }

    /** The step that started it; one that does not wait is over by now. */
    private static Optional<FlowNode> step(Run<?, ?> upstream, Cause cause) {
        if (!(upstream instanceof FlowExecutionOwner.Executable pipeline)) {
            return Optional.empty();
        }
        try {
            // Of the step build, which need not be installed.
            Object id = cause.getClass().getMethod("getNodeId").invoke(cause);
            return Optional.ofNullable(pipeline.asFlowExecutionOwner().get().getNode(String.valueOf(id)));
        } catch (ReflectiveOperationException | IOException | RuntimeException e) {
            ReleaseService.LOGGER.log(Level.FINE, e, () -> "Which step of " + upstream + " waits is not known");
            return Optional.empty();
        }
    }
}
