package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a workload stands to a wanted image, by what the API server tells of it and of its pods: pure functions. */
final class Standings {
    private static final List<State> WORST_FIRST =
            List.of(State.OTHER_DIGEST, State.NOT_READY, State.RUNS, State.NOT_EXPECTED);

    private Standings() {}

    /**
     * Of a service of several parts: the worst one, so that it runs only where all of them do. A part that is not expected to
     * run anything is no matter beside one that is.
     *
     * @param pods by {@link Part#key}
     */
    static Standing of(List<Part> parts, Digest wanted, Map<String, List<Pod>> pods) {
        List<Standing> all = parts.stream()
                .map(part -> of(part.workload(), part.names(), wanted, pods.getOrDefault(part.key(), List.of())))
                .toList();
        Set<Digest> running = all.stream().flatMap(s -> s.running().stream()).collect(Collectors.toUnmodifiableSet());
        Standing worst = WORST_FIRST.stream()
                .flatMap(state -> all.stream().filter(s -> s.state() == state))
                .findFirst()
                .orElseThrow();
        return new Standing(worst.state(), running, worst.why());
    }

    /** @param containers the service's */
    static Standing of(DeployedWorkload workload, Set<String> containers, Digest wanted, List<Pod> pods) {
        Set<Digest> running = running(containers, pods);
        Optional<String> absent = workload.withoutPods();
        if (absent.isPresent()) {
            return new Standing(State.NOT_EXPECTED, running, absent.get());
        }
        Optional<String> stranger = stranger(workload, containers, wanted);
        if (stranger.isPresent()) {
            return new Standing(State.OTHER_DIGEST, running, stranger.get());
        }
        if (workload.provenBySpec().isPresent()) {
            return new Standing(State.RUNS, running, workload.provenBySpec().get());
        }
        Optional<String> held = workload.heldBack().or(workload::stopped);
        if (held.isPresent()) {
            return new Standing(State.NOT_EXPECTED, running, held.get());
        }
        if (!Set.of(wanted).containsAll(running)) {
            return new Standing(State.OTHER_DIGEST, running, "pods of " + workload + " run " + running);
        }
        Optional<String> pending = workload.pending();
        if (pending.isPresent() || running.isEmpty()) {
            return new Standing(State.NOT_READY, running, pending.orElse(workload + " has no ready pod"));
        }
        return new Standing(State.RUNS, running, "");
    }

    /** Which other image a workload asks for, and who set it. */
    static Optional<String> stranger(DeployedWorkload workload, Set<String> containers, Digest wanted) {
        return workload.slots().values().stream()
                .filter(c -> containers.contains(c.getName()))
                .filter(c -> !SpecImage.digest(c.getImage()).equals(Optional.of(wanted)))
                .findFirst()
                .map(c -> workload + " asks for " + c.getImage() + ChangedBy.of(workload, c.getName()));
    }

    /** What running, ready pods were started with. */
    private static Set<Digest> running(Set<String> containers, List<Pod> pods) {
        return pods.stream()
                .filter(Standings::isReady)
                .flatMap(p -> containers.stream().flatMap(c -> digest(p, c).stream()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** How often the part's processes ended in these pods. */
    static int ends(Part part, List<Pod> pods) {
        return pods.stream()
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .filter(status -> part.names().contains(status.getName()))
                .mapToInt(status -> (int) WorkloadKind.number(status.getRestartCount()))
                .sum();
    }

    static boolean isReady(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    }

    /**
     * A pod whose spec has a digest runs that one: the kubelet pulls by it. Only where the spec has a tag alone, the
     * status' imageID tells; on an image of several platforms that is the index's digest with some container runtimes
     * and the platform manifest's with others, so it is no use where the spec knows better.
     */
    private static Optional<Digest> digest(Pod pod, String container) {
        Optional<Digest> asked = DeployedWorkload.containersOf(pod)
                .filter(c -> c.getName().equals(container))
                .map(Container::getImage)
                .flatMap(image -> SpecImage.digest(image).stream())
                .findFirst();
        return asked.or(() -> Stream.concat(
                        pod.getStatus().getContainerStatuses().stream(),
                        pod.getStatus().getInitContainerStatuses().stream())
                .filter(c -> c.getName().equals(container))
                .map(ContainerStatus::getImageID)
                .flatMap(id -> SpecImage.digest(id).stream())
                .findFirst());
    }
}
