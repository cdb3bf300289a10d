package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStateWaitingBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.jenkins.plugins.releasetrain.engine.cluster.FaultRule.Condition;
import io.jenkins.plugins.releasetrain.engine.cluster.FaultRule.Sign;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What keeps a rollout from completing, as the API server tells it; what it means is for {@link FaultRules} to say.
 *
 * @param pod empty where it is not one pod's
 * @param own whether it is about the service's image; that of another container, or of a pod's node, is not its fault
 */
record Obstacle(String pod, Sign sign, boolean own) {
    private static final Set<String> OF_THE_PROCESS = Set.of("Error", "Completed", "OOMKilled");
    private static final String RESTARTING = "Restarting";
    static final String NOT_READY_TO_START = "NotReadyToStart";
    static final String NODE_LOST = "NodeNotReady";

    /** As the rules know it. */
    private static final String PULLED_ELSEWHERE = "pulled by another name than was asked for, ";

    private static final Set<String> NORMAL = Set.of("ContainerCreating", "PodInitializing");
    static final String NO_REPLICA_SET = "ReplicaSetCreateError";
    private static final String PULL = "ErrImagePull";
    private static final String BACK_OFF = "ImagePullBackOff";
    /** Before Kubernetes 1.32 that is all that is told while the next pull is waited for. */
    private static final Pattern WITHOUT_REASON = Pattern.compile("Back-off pulling image \"[^\"]*\"(?!:)");

    static boolean isPull(String reason) {
        return reason.equals(PULL) || reason.equals(BACK_OFF);
    }

    boolean tellsWhyAPullFailed() {
        return isPull(sign.reason()) && !isPullWithoutReason();
    }

    boolean isPullWithoutReason() {
        return sign.reason().equals(BACK_OFF)
                && WITHOUT_REASON.matcher(sign.message()).lookingAt();
    }

    /** @param pull that failed before, which is waited for to be tried again */
    Obstacle after(Obstacle pull) {
        String message = sign.message() + ": " + pull.sign.message();
        return new Obstacle(
                pod, new Sign(sign.condition(), sign.reason(), sign.restarts(), message, sign.image()), own);
    }

    /**
     * All of one service.
     *
     * @param containers the service's
     * @param refusals events of pods that the API server did not create for the workload
     * @param pods those of the workload; the ones with another image than the workload's are not looked at: an old pod
     *     that crashes says nothing about the new image
     */
    static List<Obstacle> of(DeployedWorkload workload, Set<String> containers, List<Pod> pods, List<Event> refusals) {
        Optional<ImageReference> image = workload.slots().values().stream()
                .filter(c -> containers.contains(c.getName()))
                .findFirst()
                .map(c -> SpecImage.reference(asked(workload, c)));
        Map<Boolean, List<Pod>> byEnd = pods.stream()
                .filter(p -> workload.isOfTemplate(p, containers))
                .collect(Collectors.partitioningBy(p -> p.getMetadata().getDeletionTimestamp() != null));
        List<Pod> updated = byEnd.get(false);
        // What the conditions say while it is not observed is of an earlier revision; but as long as there can be no
        // ReplicaSet, the controller does not get to saying that it observed anything (kubernetes, deployment/sync.go).
        Stream<Obstacle> ofWorkload = workload.type()
                .obstacles(workload.resource(), image)
                .filter(o -> !workload.unobserved() || o.sign.reason().equals(NO_REPLICA_SET));
        return Stream.of(
                        updated.stream().filter(p -> !isOver(p, updated)).flatMap(p -> ofPod(p, containers, image)),
                        // Drained, preempted, or on a node that is lost: it goes because somebody takes it away.
                        byEnd.get(true).stream().flatMap(Obstacle::ofDisruptions),
                        ofWorkload,
                        refusals.stream().filter(e -> isNewest(e, pods)).map(e -> ofRefusal(e, image)))
                .flatMap(s -> s)
                .toList();
    }

    /** A webhook may have written another name than was asked for. */
    private static String asked(DeployedWorkload workload, Container container) {
        String asked = workload.asked(container.getName());
        return !asked.isEmpty() && SpecImage.sameContent(asked, container.getImage()) ? asked : container.getImage();
    }

    /** Where pods came after it, it is over: events stay for an hour. */
    private static boolean isNewest(Event refusal, List<Pod> pods) {
        String at = refusal.getLastTimestamp() == null ? "" : refusal.getLastTimestamp();
        return at.isEmpty()
                || pods.stream()
                        .map(p -> p.getMetadata().getCreationTimestamp())
                        .filter(Objects::nonNull)
                        // Both are the cluster's clock, to the second, in one form.
                        .allMatch(created -> created.compareTo(at) <= 0);
    }

    /** Pods that were evicted or preempted stay to be looked at, long after others took their place. */
    private static boolean isOver(Pod pod, List<Pod> pods) {
        String phase = pod.getStatus().getPhase();
        String created = pod.getMetadata().getCreationTimestamp();
        return ("Failed".equals(phase) || "Succeeded".equals(phase))
                && created != null
                && pods.stream()
                        .map(p -> p.getMetadata().getCreationTimestamp())
                        .filter(Objects::nonNull)
                        .anyMatch(other -> other.compareTo(created) > 0);
    }

    private static Obstacle ofRefusal(Event event, Optional<ImageReference> image) {
        return new Obstacle(
                "", new Sign(Condition.CREATE, text(event.getReason()), 0, text(event.getMessage()), image), true);
    }

    private static Stream<Obstacle> ofPod(Pod pod, Set<String> containers, Optional<ImageReference> image) {
        Stream<Obstacle> ofContainers = Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .flatMap(status -> waiting(status).stream().map(w -> ofContainer(pod, status, w, containers, image)));
        return Stream.of(ofContainers, ofConditions(pod), notBegun(pod, containers), ended(pod))
                .flatMap(s -> s);
    }

    /**
     * Nothing of the service's own was looked at yet: volumes that another node holds, a network that is not made, an image
     * that is still being pulled, another's init container that does not end.
     */
    private static Stream<Obstacle> notBegun(Pod pod, Set<String> containers) {
        boolean scheduled = pod.getStatus().getConditions().stream()
                .anyMatch(c -> "PodScheduled".equals(c.getType()) && "True".equals(c.getStatus()));
        if (!scheduled
                || !"Pending".equals(pod.getStatus().getPhase())
                || pod.getStatus().getConditions().stream().anyMatch(Obstacle::lacksSandbox)) {
            return Stream.of();
        }
        List<ContainerStatus> init = pod.getStatus().getInitContainerStatuses();
        List<ContainerStatus> all = Stream.concat(init.stream(), pod.getStatus().getContainerStatuses().stream())
                .toList();
        Stream<String> others = init.stream()
                .filter(s -> !containers.contains(s.getName()) && isRunning(s) && !isSidecar(pod, s.getName()))
                .map(s -> "its init container " + s.getName() + " does not end");
        Stream<String> nothing = all.stream().allMatch(Obstacle::isAboutToBegin)
                ? Stream.of("its volumes, its network or its images are not there yet, so that nothing of it was begun")
                : Stream.of();
        return Stream.concat(nothing, others).map(why -> notReadyToStart(pod, why));
    }

    private static boolean isRunning(ContainerStatus status) {
        return status.getState() != null && status.getState().getRunning() != null;
    }

    /** A native one, which is to run for good. */
    private static boolean isSidecar(Pod pod, String container) {
        return pod.getSpec().getInitContainers().stream()
                .anyMatch(c -> c.getName().equals(container) && "Always".equals(c.getRestartPolicy()));
    }

    private static boolean isAboutToBegin(ContainerStatus status) {
        return status.getState() != null
                && status.getState().getWaiting() != null
                && NORMAL.contains(text(status.getState().getWaiting().getReason()))
                && WorkloadKind.number(status.getRestartCount()) == 0;
    }

    private static Obstacle notReadyToStart(Pod pod, String why) {
        return new Obstacle(name(pod), new Sign(Condition.POD, NOT_READY_TO_START, 0, why, Optional.empty()), false);
    }

    private static boolean lacksSandbox(PodCondition condition) {
        return "PodReadyToStartContainers".equals(condition.getType()) && "False".equals(condition.getStatus());
    }

    private static Obstacle ofContainer(
            Pod pod,
            ContainerStatus status,
            ContainerStateWaiting waiting,
            Set<String> containers,
            Optional<ImageReference> asked) {
        boolean own = containers.contains(status.getName());
        String where = own ? pulledElsewhere(pod, status, waiting, asked) : "container " + status.getName() + ": ";
        return new Obstacle(
                name(pod),
                new Sign(
                        Condition.WAITING,
                        waiting.getReason(),
                        (int) WorkloadKind.number(status.getRestartCount()),
                        where + text(waiting.getMessage()) + lastExit(status),
                        asked),
                own);
    }

    /** As where a webhook writes a mirror's name: what that does not have says nothing of the image. */
    private static String pulledElsewhere(
            Pod pod, ContainerStatus status, ContainerStateWaiting waiting, Optional<ImageReference> asked) {
        return DeployedWorkload.containersOf(pod)
                .filter(c -> c.getName().equals(status.getName()) && isPull(waiting.getReason()))
                .map(Container::getImage)
                .filter(name -> asked.filter(a -> !SpecImage.sameName(a.toString(), name))
                        .isPresent())
                .findFirst()
                .map(name -> PULLED_ELSEWHERE + name + ": ")
                .orElse("");
    }

    /** Whether a container of it waits for something that does not come by itself, as in its back-off. */
    static boolean isKept(Pod pod) {
        return Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .flatMap(status -> Stream.ofNullable(status.getState()))
                .flatMap(state -> Stream.ofNullable(state.getWaiting()))
                .anyMatch(w -> w.getReason() != null && !NORMAL.contains(w.getReason()));
    }

    private static Optional<ContainerStateWaiting> waiting(ContainerStatus status) {
        return Optional.ofNullable(status.getState())
                .map(ContainerState::getWaiting)
                .filter(w -> w.getReason() != null && !NORMAL.contains(w.getReason()))
                .or(() -> restarting(status));
    }

    /** One that ends again and again does not wait all the time: it runs just now, as for its liveness probe, or ended. */
    private static Optional<ContainerStateWaiting> restarting(ContainerStatus status) {
        boolean waits = status.getState() != null && status.getState().getWaiting() != null;
        boolean ended = status.getLastState() != null && status.getLastState().getTerminated() != null;
        return waits || !ended || Boolean.TRUE.equals(status.getReady())
                ? Optional.empty()
                : Optional.of(new ContainerStateWaitingBuilder()
                        .withReason(RESTARTING)
                        .withMessage(
                                "restarted " + WorkloadKind.number(status.getRestartCount()) + " times, and not ready")
                        .build());
    }

    /** Of a process that ended by itself the message may be the end of its log, which may hold anything (I9). */
    static String lastExit(ContainerStatus status) {
        Optional<ContainerStateTerminated> exit =
                Optional.ofNullable(status.getLastState()).map(ContainerState::getTerminated);
        return exit.map(t -> "; last exit code " + t.getExitCode()
                        + (t.getReason() == null ? "" : ", " + t.getReason())
                        + (t.getMessage() == null || OF_THE_PROCESS.contains(t.getReason())
                                ? ""
                                : ", " + t.getMessage()))
                .orElse("");
    }

    private static Stream<Obstacle> ofDisruptions(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .filter(c -> "DisruptionTarget".equals(c.getType()))
                .flatMap(c -> ofCondition(pod, c).stream());
    }

    private static Stream<Obstacle> ofConditions(Pod pod) {
        return pod.getStatus().getConditions().stream().flatMap(c -> ofCondition(pod, c).stream());
    }

    /** The node's controller says of pods that they are not ready where it does not hear of their containers any more. */
    static boolean isNodeLost(Pod pod, PodCondition condition) {
        return "Ready".equals(condition.getType())
                && "False".equals(condition.getStatus())
                && pod.getSpec().getReadinessGates().isEmpty()
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c -> "ContainersReady".equals(c.getType()) && "True".equals(c.getStatus()));
    }

    static String lost(Pod pod) {
        String node = pod.getSpec().getNodeName();
        return "its containers are ready as far as their node" + (node == null ? "" : " " + node)
                + " said, which is not heard of any more";
    }

    private static Optional<Obstacle> ofCondition(Pod pod, PodCondition condition) {
        if (isNodeLost(pod, condition)) {
            return Optional.of(
                    new Obstacle(name(pod), new Sign(Condition.POD, NODE_LOST, 0, lost(pod), Optional.empty()), false));
        }
        if (lacksSandbox(condition) && "Pending".equals(pod.getStatus().getPhase())) {
            return Optional.of(
                    notReadyToStart(pod, "its volumes or its network are not there, so that nothing of it was begun"));
        }
        boolean homeless = "PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus());
        boolean disrupted = "DisruptionTarget".equals(condition.getType()) && "True".equals(condition.getStatus());
        if (!homeless && !disrupted) {
            return Optional.empty();
        }
        Condition seen = homeless ? Condition.SCHEDULE : Condition.POD;
        return Optional.of(new Obstacle(
                name(pod),
                new Sign(seen, text(condition.getReason()), 0, text(condition.getMessage()), Optional.empty()),
                false));
    }

    /** A pod of a Deployment never ends by itself. */
    private static Stream<Obstacle> ended(Pod pod) {
        return pod.getStatus().getReason() == null
                ? Stream.of()
                : Stream.of(new Obstacle(
                        name(pod),
                        new Sign(
                                Condition.POD,
                                pod.getStatus().getReason(),
                                0,
                                text(pod.getStatus().getMessage()),
                                Optional.empty()),
                        false));
    }

    /** Of a workload, where it is one of those that Deployments have and others took over. */
    static Optional<Obstacle> ofCondition(
            String type, boolean isTrue, String reason, String message, Optional<ImageReference> image) {
        boolean stands = "Progressing".equals(type) && !isTrue;
        boolean creation = "ReplicaFailure".equals(type) && isTrue || stands && NO_REPLICA_SET.equals(reason);
        boolean overdue = stands && "ProgressDeadlineExceeded".equals(reason);
        if (!creation && !overdue) {
            return Optional.empty();
        }
        Condition seen = creation ? Condition.CREATE : Condition.PROGRESS;
        return Optional.of(new Obstacle("", new Sign(seen, text(reason), 0, text(message), image), creation));
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }

    private static String text(String message) {
        return message == null ? "" : message;
    }
}
