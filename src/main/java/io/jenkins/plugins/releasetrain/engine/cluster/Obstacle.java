package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What keeps a rollout from completing, as the API server tells it.
 *
 * @param pod empty where it is not one pod's
 * @param reason in Kubernetes' words
 */
record Obstacle(String pod, String reason, String message, Certainty certainty) {
    /** What an obstacle says about the new image. */
    enum Certainty {
        /** The pod cannot start. */
        DEFINITE,
        /** May pass by itself, as a registry's hiccup does; if it stays, the pod cannot start. */
        IF_LASTING,
        /** Not the new image's doing, or not known: worth telling if the deadline passes. */
        HINT
    }

    /** Reasons of a waiting container, kubelet: pkg/kubelet/images/types.go, kuberuntime_container.go, container/sync_result.go. */
    private static final Map<String, Certainty> WAITING = Map.of(
            "ImagePullBackOff", Certainty.DEFINITE,
            "InvalidImageName", Certainty.DEFINITE,
            "ErrImageNeverPull", Certainty.DEFINITE,
            "CrashLoopBackOff", Certainty.DEFINITE,
            "CreateContainerConfigError", Certainty.DEFINITE,
            "ErrImagePull", Certainty.IF_LASTING,
            "CreateContainerError", Certainty.IF_LASTING,
            "RunContainerError", Certainty.IF_LASTING);

    /**
     * All of one service, the surest first.
     *
     * @param container the service's; others can only hint, since their images were not changed
     * @param pods those of the workload; the ones with another image than the workload's are not looked at: an old pod
     *     that crashes says nothing about the new image
     */
    static List<Obstacle> of(DeployedWorkload workload, String container, List<Pod> pods) {
        String image = workload.containers().stream()
                .filter(c -> c.getName().equals(container))
                .findFirst()
                .orElseThrow()
                .getImage();
        List<Pod> updated = pods.stream()
                .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
                .filter(p -> p.getSpec().getContainers().stream()
                        .anyMatch(c ->
                                c.getName().equals(container) && c.getImage().equals(image)))
                .toList();
        Stream<Obstacle> ofPods = updated.stream().flatMap(p -> ofPod(p, container));
        boolean unschedulable = updated.stream().anyMatch(p -> unschedulable(p).isPresent());
        return Stream.concat(ofPods, ofDeployment(workload, unschedulable))
                .sorted((a, b) -> a.certainty().compareTo(b.certainty()))
                .toList();
    }

    private static Stream<Obstacle> ofPod(Pod pod, String container) {
        Stream<Obstacle> ofContainers = Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .flatMap(status -> waiting(status).stream().map(w -> ofContainer(pod, status, w, container)));
        return Stream.concat(
                ofContainers,
                unschedulable(pod).stream()
                        .map(c -> new Obstacle(name(pod), c.getReason(), text(c.getMessage()), Certainty.HINT)));
    }

    private static Obstacle ofContainer(
            Pod pod, ContainerStatus status, ContainerStateWaiting waiting, String container) {
        Certainty certainty = WAITING.getOrDefault(waiting.getReason(), Certainty.HINT);
        boolean own = status.getName().equals(container);
        String where = own ? "" : "container " + status.getName() + ": ";
        return new Obstacle(
                name(pod),
                waiting.getReason(),
                where + text(waiting.getMessage()) + lastExit(status),
                own ? certainty : Certainty.HINT);
    }

    private static Optional<ContainerStateWaiting> waiting(ContainerStatus status) {
        return Optional.ofNullable(status.getState())
                .map(ContainerState::getWaiting)
                .filter(w -> w.getReason() != null)
                .filter(w -> !w.getReason().equals("ContainerCreating")
                        && !w.getReason().equals("PodInitializing"));
    }

    private static String lastExit(ContainerStatus status) {
        Optional<ContainerStateTerminated> exit =
                Optional.ofNullable(status.getLastState()).map(ContainerState::getTerminated);
        return exit.map(t ->
                        "; last exit code " + t.getExitCode() + (t.getReason() == null ? "" : ", " + t.getReason()))
                .orElse("");
    }

    private static Optional<PodCondition> unschedulable(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
                .findFirst();
    }

    private static Stream<Obstacle> ofDeployment(DeployedWorkload workload, boolean unschedulable) {
        if (!(workload.resource() instanceof Deployment deployment) || deployment.getStatus() == null) {
            return Stream.of();
        }
        if (RolloutRules.number(deployment.getStatus().getObservedGeneration())
                < RolloutRules.number(deployment.getMetadata().getGeneration())) {
            // What the conditions say is of an earlier revision.
            return Stream.of();
        }
        return deployment.getStatus().getConditions().stream().flatMap(c -> ofCondition(c, unschedulable).stream());
    }

    private static Optional<Obstacle> ofCondition(DeploymentCondition condition, boolean unschedulable) {
        boolean isTrue = "True".equals(condition.getStatus());
        boolean creation = "ReplicaFailure".equals(condition.getType()) && isTrue;
        boolean overdue = "Progressing".equals(condition.getType())
                && !isTrue
                && "ProgressDeadlineExceeded".equals(condition.getReason());
        // A quota may be freed when old pods end, and what cannot be scheduled never began.
        Certainty certainty = creation ? Certainty.IF_LASTING : unschedulable ? Certainty.HINT : Certainty.DEFINITE;
        return creation || overdue
                ? Optional.of(new Obstacle("", condition.getReason(), text(condition.getMessage()), certainty))
                : Optional.empty();
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }

    private static String text(String message) {
        return message == null ? "" : message;
    }
}
