package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a controller of apps/v1 does next, by the workload and its pods: a pure function.
 *
 * @param status what the workload's status is to be
 */
record RolloutStep(List<Pod> create, List<Pod> delete, KubernetesResource status) {
    /** Annotation on pods: {@code Kind/name} of the workload. */
    static final String WORKLOAD = "release-train.test/workload";

    private static final String HASH = "pod-template-hash";
    private static final String REVISION = "controller-revision-hash";

    /** @param progressing since the workload was last changed; a Deployment has a deadline for it */
    static RolloutStep of(HasMetadata workload, List<Pod> pods, Duration progressing) {
        if (workload instanceof Deployment d) {
            return deployment(d, pods, progressing);
        }
        return workload instanceof StatefulSet s ? statefulSet(s, pods) : daemonSet((DaemonSet) workload, pods);
    }

    /** The same where the API server admits no pod. */
    RolloutStep refused(String why) {
        if (!(status instanceof DeploymentStatus deployment)) {
            return new RolloutStep(List.of(), delete, status);
        }
        DeploymentCondition failure = new DeploymentConditionBuilder()
                .withType("ReplicaFailure")
                .withStatus("True")
                .withReason("FailedCreate")
                .withMessage(why)
                .build();
        return new RolloutStep(
                List.of(),
                delete,
                new DeploymentStatusBuilder(deployment).addToConditions(failure).build());
    }

    /** All new pods at once; the old ones stay until the new ones are ready. */
    private static RolloutStep deployment(Deployment deployment, List<Pod> pods, Duration progressing) {
        String hash = hash(deployment.getSpec().getTemplate());
        int replicas = replicas(deployment.getSpec().getReplicas());
        List<Pod> updated = ofRevision(pods, hash, true);
        List<Pod> old = ofRevision(pods, hash, false);
        Map<String, Pod> wanted = new TreeMap<>();
        IntStream.range(0, replicas).forEach(i -> {
            String name = deployment.getMetadata().getName() + "-" + hash + "-" + i;
            wanted.put(name, pod(deployment, deployment.getSpec().getTemplate(), name));
        });
        if (Boolean.TRUE.equals(deployment.getSpec().getPaused())) {
            wanted.clear();
            updated.forEach(p -> wanted.put(p.getMetadata().getName(), p));
        }
        List<Pod> delete = new ArrayList<>(updated);
        delete.removeIf(p -> wanted.containsKey(p.getMetadata().getName()));
        int ready = ready(updated);
        if (ready >= replicas && !Boolean.TRUE.equals(deployment.getSpec().getPaused())) {
            delete.addAll(old);
        }
        int readyPods = ready(pods);
        return new RolloutStep(
                missing(wanted, pods),
                delete,
                new DeploymentStatusBuilder()
                        .withObservedGeneration(deployment.getMetadata().getGeneration())
                        .withReplicas(pods.size())
                        .withUpdatedReplicas(updated.size())
                        .withReadyReplicas(readyPods)
                        .withAvailableReplicas(readyPods)
                        .withConditions(progress(deployment, ready >= replicas, progressing))
                        .build());
    }

    private static DeploymentCondition progress(Deployment deployment, boolean complete, Duration progressing) {
        boolean late = !complete && progressing.toSeconds() >= progressDeadline(deployment);
        return new DeploymentConditionBuilder()
                .withType("Progressing")
                .withStatus(late ? "False" : "True")
                .withReason(
                        late ? "ProgressDeadlineExceeded" : complete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated")
                .withMessage(late ? "ReplicaSet of Deployment " + name(deployment) + " has timed out progressing." : "")
                .build();
    }

    private static String name(HasMetadata workload) {
        return workload.getMetadata().getName();
    }

    /** In seconds; Kubernetes' own default is ten minutes. */
    static int progressDeadline(Deployment deployment) {
        Integer seconds = deployment.getSpec().getProgressDeadlineSeconds();
        return seconds == null ? 600 : seconds;
    }

    /** From the highest ordinal down to the partition, one pod at a time, and only while all are ready (OrderedReady). */
    private static RolloutStep statefulSet(StatefulSet set, List<Pod> pods) {
        String hash = hash(set.getSpec().getTemplate());
        int replicas = replicas(set.getSpec().getReplicas());
        String revision = set.getMetadata().getName() + "-" + hash;
        Map<String, Pod> wanted = new TreeMap<>();
        IntStream.range(0, replicas).forEach(i -> {
            String name = set.getMetadata().getName() + "-" + i;
            wanted.put(name, pod(set, set.getSpec().getTemplate(), name));
        });
        List<Pod> updated = ofRevision(pods, hash, true);
        boolean settled = pods.size() == replicas && ready(pods) == replicas;
        List<Pod> delete = ofRevision(pods, hash, false).stream()
                .filter(p -> settled)
                .filter(p -> ordinal(p) >= partition(set))
                .sorted((a, b) -> ordinal(b) - ordinal(a))
                .limit(1)
                .toList();
        boolean complete = updated.size() == replicas && settled;
        String before = set.getStatus() == null ? null : set.getStatus().getCurrentRevision();
        return new RolloutStep(
                missing(wanted, pods),
                delete,
                new StatefulSetStatusBuilder()
                        .withObservedGeneration(set.getMetadata().getGeneration())
                        .withReplicas(pods.size())
                        .withUpdatedReplicas(updated.size())
                        .withReadyReplicas(ready(pods))
                        .withAvailableReplicas(ready(pods))
                        .withUpdateRevision(revision)
                        // With none there all of none are updated and ready, so a single one's is the new one at once.
                        .withCurrentRevision(complete || pods.isEmpty() || before == null ? revision : before)
                        .build());
    }

    /** One node, so one pod: the old one goes first. */
    private static RolloutStep daemonSet(DaemonSet set, List<Pod> pods) {
        if (set.getSpec().getTemplate().getSpec().getNodeSelector() != null
                && !set.getSpec().getTemplate().getSpec().getNodeSelector().isEmpty()) {
            return new RolloutStep(List.of(), pods, withoutNodes(set));
        }
        String hash = hash(set.getSpec().getTemplate());
        String name = set.getMetadata().getName() + "-" + hash;
        Map<String, Pod> wanted = Map.of(name, pod(set, set.getSpec().getTemplate(), name));
        List<Pod> updated = ofRevision(pods, hash, true);
        List<Pod> old = ofRevision(pods, hash, false);
        return new RolloutStep(
                old.isEmpty() ? missing(wanted, pods) : List.of(),
                old,
                new DaemonSetStatusBuilder()
                        .withObservedGeneration(set.getMetadata().getGeneration())
                        .withDesiredNumberScheduled(1)
                        .withCurrentNumberScheduled(pods.size())
                        .withUpdatedNumberScheduled(updated.size())
                        .withNumberReady(ready(pods))
                        .withNumberAvailable(ready(pods))
                        .withNumberMisscheduled(0)
                        .build());
    }

    /** No node carries the labels that it selects. */
    private static KubernetesResource withoutNodes(DaemonSet set) {
        return new DaemonSetStatusBuilder()
                .withObservedGeneration(set.getMetadata().getGeneration())
                .withDesiredNumberScheduled(0)
                .withCurrentNumberScheduled(0)
                .withUpdatedNumberScheduled(0)
                .withNumberReady(0)
                .withNumberAvailable(0)
                .withNumberMisscheduled(0)
                .build();
    }

    private static Pod pod(HasMetadata owner, PodTemplateSpec template, String name) {
        String hash = hash(template);
        boolean deployment = owner instanceof Deployment;
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(owner.getMetadata().getNamespace())
                .withName(name)
                .withLabels(
                        template.getMetadata() == null
                                ? null
                                : template.getMetadata().getLabels())
                .withAnnotations(
                        template.getMetadata() == null
                                ? null
                                : template.getMetadata().getAnnotations())
                .addToLabels(HASH, hash)
                .addToLabels(REVISION, owner.getMetadata().getName() + "-" + hash)
                .addToAnnotations(
                        WORKLOAD, owner.getKind() + "/" + owner.getMetadata().getName())
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind(deployment ? "ReplicaSet" : owner.getKind())
                .withName(owner.getMetadata().getName() + (deployment ? "-" + hash : ""))
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withSpec(template.getSpec())
                .withNewStatus()
                .withPhase("Pending")
                .endStatus()
                .build();
    }

    private static List<Pod> missing(Map<String, Pod> wanted, List<Pod> pods) {
        Map<String, Pod> missing = new TreeMap<>(wanted);
        pods.forEach(p -> missing.remove(p.getMetadata().getName()));
        return List.copyOf(missing.values());
    }

    private static List<Pod> ofRevision(List<Pod> pods, String hash, boolean updated) {
        return pods.stream()
                .filter(p -> hash.equals(p.getMetadata().getLabels().get(HASH)) == updated)
                .collect(Collectors.toList());
    }

    private static int ready(List<Pod> pods) {
        return (int) pods.stream().filter(PodStatuses::ready).count();
    }

    private static int ordinal(Pod pod) {
        String name = pod.getMetadata().getName();
        return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
    }

    private static int partition(StatefulSet set) {
        var strategy = set.getSpec().getUpdateStrategy();
        var rolling = strategy == null ? null : strategy.getRollingUpdate();
        return rolling == null || rolling.getPartition() == null ? 0 : rolling.getPartition();
    }

    private static String hash(PodTemplateSpec template) {
        return Integer.toHexString(template.hashCode());
    }

    private static int replicas(Integer replicas) {
        return replicas == null ? 1 : replicas;
    }
}
