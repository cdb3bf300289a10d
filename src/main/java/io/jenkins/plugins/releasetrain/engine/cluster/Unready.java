package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.jenkins.plugins.releasetrain.engine.cluster.FaultRule.Condition;
import io.jenkins.plugins.releasetrain.engine.cluster.FaultRule.Sign;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is told of a rollout that is not complete where its new pods show no obstacle: pure functions. */
final class Unready {
    private static final String TERMINATING = "Terminating";
    private static final Set<String> OVER = Set.of("Failed", "Succeeded");
    private static final Set<String> HOOKS = Set.of("FailedPostStartHook", "FailedPreStopHook");
    private static final String UNHEALTHY = "Unhealthy";

    /** Of what a probe says only what is the kubelet's own: a command's output may hold anything (I9). */
    private static final Pattern PROBE = Pattern.compile(
            "^(\\w+ probe \\w+)(?:.*?(HTTP probe failed with statuscode: \\d+"
                    + "|connection refused|connection reset|deadline exceeded|timed out|no such host|EOF))?",
            Pattern.DOTALL);

    private Unready() {}

    /**
     * A pod that has not become ready, by the words of its condition; else an old one that does not go, for which its
     * controller waits.
     *
     * @param containers the service's
     * @param pods of this start
     */
    static Optional<Obstacle> of(DeployedWorkload workload, Set<String> containers, List<Pod> pods) {
        Optional<String> pending = workload.pending();
        if (pending.isEmpty()) {
            return Optional.empty();
        }
        Predicate<Pod> isNew = pod ->
                workload.isOfTemplate(pod, containers) && pod.getMetadata().getDeletionTimestamp() == null;
        Optional<Pod> unready = pods.stream()
                .filter(pod -> isNew.test(pod) && !OVER.contains(pod.getStatus().getPhase()))
                .filter(pod -> !Standings.isReady(pod))
                .findFirst();
        return unready.isPresent()
                ? unready.flatMap(pod -> notReady(pod, pending.get()))
                : pods.stream()
                        .filter(isNew.negate())
                        .flatMap(pod -> inTheWay(pod, pending.get()).stream())
                        .findFirst();
    }

    private static Stream<PodCondition> readiness(Pod pod) {
        return pod.getStatus().getConditions().stream().filter(c -> "Ready".equals(c.getType()));
    }

    private static Optional<Obstacle> notReady(Pod pod, String pending) {
        return readiness(pod)
                .filter(c -> c.getReason() != null && c.getMessage() != null)
                .findFirst()
                .map(c -> obstacle(pod, c.getReason(), c.getMessage() + "; " + pending));
    }

    /** A StatefulSet and a DaemonSet wait for their old pods, also where nobody hears of the node any more. */
    private static Optional<Obstacle> inTheWay(Pod pod, String pending) {
        return readiness(pod)
                .filter(c -> Obstacle.isNodeLost(pod, c))
                .findFirst()
                .map(c -> obstacle(pod, Obstacle.NODE_LOST, Obstacle.lost(pod) + "; " + pending))
                .or(() -> Optional.ofNullable(pod.getMetadata().getDeletionTimestamp())
                        .map(at -> obstacle(pod, TERMINATING, "it is to be gone since " + at + "; " + pending)));
    }

    private static Obstacle obstacle(Pod pod, String reason, String message) {
        return new Obstacle(
                pod.getMetadata().getName(), new Sign(Condition.POD, reason, 0, message, Optional.empty()), false);
    }

    /** A warning of the cluster, without what a process of the pod wrote. */
    static String quoted(Event event) {
        if (HOOKS.contains(event.getReason())) {
            return event.getReason();
        }
        if (!UNHEALTHY.equals(event.getReason())) {
            return event.getReason() + ": " + event.getMessage();
        }
        Matcher probe = PROBE.matcher(event.getMessage());
        return !probe.find()
                ? UNHEALTHY
                : UNHEALTHY + ": " + probe.group(1) + (probe.group(2) == null ? "" : ": " + probe.group(2));
    }
}
