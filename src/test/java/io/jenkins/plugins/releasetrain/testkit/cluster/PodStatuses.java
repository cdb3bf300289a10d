package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Pod statuses as a kubelet writes them. */
final class PodStatuses {
    private static final String STARTED = "2024-01-01T00:00:00Z";

    private PodStatuses() {}

    /** The status that a pod comes to in the end; a pod is as bad as its worst container. */
    static PodStatus settled(Pod pod, Function<String, PodBehaviour> behaviour) {
        return status(pod, behaviour, container -> settled(container, behaviour.apply(container.getImage())));
    }

    private static ContainerStatus settled(Container container, PodBehaviour behaviour) {
        return switch (behaviour.kind()) {
            case READY -> running(container, true);
            case NEVER_READY, EVICTED -> running(container, false);
            case NOT_BEGUN -> waiting(container, "ContainerCreating", null);
            case CANNOT_PULL ->
                waiting(
                        container,
                        "ImagePullBackOff",
                        "Back-off pulling image \"" + container.getImage() + "\": ErrImagePull: "
                                + behaviour.message());
            case CRASH_LOOP -> crashing(container, behaviour.restarts());
        };
    }

    /** The status while images are pulled; a pull that will fail has failed once. */
    static PodStatus starting(Pod pod, Function<String, PodBehaviour> behaviour) {
        return status(pod, behaviour, container -> {
            PodBehaviour what = behaviour.apply(container.getImage());
            return what.kind() == PodBehaviour.Kind.CANNOT_PULL
                    ? waiting(
                            container,
                            "ErrImagePull",
                            "failed to pull image \"" + container.getImage() + "\": " + what.message())
                    : waiting(container, "ContainerCreating", null);
        });
    }

    static boolean ready(Pod pod) {
        return pod.getStatus() != null && ready(pod.getStatus());
    }

    static boolean ready(PodStatus status) {
        return status.getConditions().stream()
                .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    }

    private static PodStatus status(
            Pod pod, Function<String, PodBehaviour> behaviour, Function<Container, ContainerStatus> each) {
        Optional<PodBehaviour> evicted = pod.getSpec().getContainers().stream()
                .map(c -> behaviour.apply(c.getImage()))
                .filter(b -> b.kind() == PodBehaviour.Kind.EVICTED)
                .findFirst();
        var containers = pod.getSpec().getContainers().stream().map(each).toList();
        List<String> unready = containers.stream()
                .filter(c -> !Boolean.TRUE.equals(c.getReady()))
                .map(ContainerStatus::getName)
                .toList();
        boolean running = containers.stream().allMatch(c -> Boolean.TRUE.equals(c.getStarted()));
        return new PodStatusBuilder()
                .withPhase(evicted.isPresent() ? "Failed" : running ? "Running" : "Pending")
                .withReason(evicted.map(b -> "Evicted").orElse(null))
                .withMessage(evicted.map(PodBehaviour::message).orElse(null))
                .withStartTime(STARTED)
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("True")
                .endCondition()
                .addToConditions(readiness("ContainersReady", unready), readiness("Ready", unready))
                .withContainerStatuses(containers)
                .build();
    }

    private static PodCondition readiness(String type, List<String> unready) {
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(unready.isEmpty() ? "True" : "False")
                .withReason(unready.isEmpty() ? null : "ContainersNotReady")
                .withMessage(unready.isEmpty() ? null : "containers with unready status: " + unready)
                .withLastTransitionTime(STARTED)
                .build();
    }

    private static ContainerStatus running(Container container, boolean ready) {
        ContainerState state = new ContainerStateBuilder()
                .withNewRunning()
                .withStartedAt(STARTED)
                .endRunning()
                .build();
        return container(container, state)
                .withReady(ready)
                .withStarted(true)
                .withImageID(container.getImage())
                .build();
    }

    private static ContainerStatus waiting(Container container, String reason, String message) {
        ContainerState state = new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(reason)
                .withMessage(message)
                .endWaiting()
                .build();
        return container(container, state).build();
    }

    private static ContainerStatus crashing(Container container, int restarts) {
        ContainerState last = new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(1)
                .withReason("Error")
                .endTerminated()
                .build();
        ContainerState state = new ContainerStateBuilder()
                .withNewWaiting()
                .withReason("CrashLoopBackOff")
                .withMessage("back-off 10s restarting failed container=" + container.getName())
                .endWaiting()
                .build();
        return container(container, state)
                .withImageID(container.getImage())
                .withRestartCount(restarts)
                .withLastState(last)
                .build();
    }

    private static ContainerStatusBuilder container(Container container, ContainerState state) {
        return new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID("")
                .withReady(false)
                .withStarted(false)
                .withRestartCount(0)
                .withState(state);
    }
}
