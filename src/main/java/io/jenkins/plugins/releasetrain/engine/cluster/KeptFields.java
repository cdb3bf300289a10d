package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.util.List;
import java.util.Map;

/** What is kept in memory of watched objects: thousands of them fit where each has only what is asked for. */
final class KeptFields {
    private static final String APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private KeptFields() {}

    /** The object itself, without what was applied to it, and with the last manager of each image only. */
    static HasMetadata workload(HasMetadata workload) {
        ObjectMeta metadata = workload.getMetadata();
        metadata.setManagedFields(ChangedBy.ofImages(metadata.getManagedFields()));
        Map<String, String> annotations = metadata.getAnnotations();
        if (annotations != null && annotations.containsKey(APPLIED)) {
            // Patches depend on whether there are annotations.
            annotations.put(APPLIED, "");
        }
        return workload;
    }

    static HasMetadata pod(HasMetadata object) {
        Pod pod = (Pod) object;
        ObjectMeta metadata = pod.getMetadata();
        return new PodBuilder()
                .withMetadata(new ObjectMetaBuilder()
                        .withName(metadata.getName())
                        .withNamespace(metadata.getNamespace())
                        .withUid(metadata.getUid())
                        .withResourceVersion(metadata.getResourceVersion())
                        .withCreationTimestamp(metadata.getCreationTimestamp())
                        .withDeletionTimestamp(metadata.getDeletionTimestamp())
                        .withLabels(metadata.getLabels())
                        .withAnnotations(DeployedWorkload.startedOf(metadata))
                        .withOwnerReferences(metadata.getOwnerReferences())
                        .build())
                .withNewSpec()
                .withNodeName(pod.getSpec().getNodeName())
                .withContainers(images(pod.getSpec().getContainers()))
                .withInitContainers(images(pod.getSpec().getInitContainers()))
                .withReadinessGates(pod.getSpec().getReadinessGates())
                .endSpec()
                .withStatus(status(pod.getStatus()))
                .build();
    }

    private static List<Container> images(List<Container> containers) {
        return containers == null
                ? List.of()
                : containers.stream()
                        .map(c -> new ContainerBuilder()
                                .withName(c.getName())
                                .withImage(c.getImage())
                                .withRestartPolicy(c.getRestartPolicy())
                                .build())
                        .toList();
    }

    private static PodStatus status(PodStatus status) {
        return status == null
                ? new PodStatus()
                : new PodStatusBuilder()
                        .withPhase(status.getPhase())
                        .withReason(status.getReason())
                        .withMessage(status.getMessage())
                        .withConditions(status.getConditions())
                        .withContainerStatuses(status.getContainerStatuses())
                        .withInitContainerStatuses(status.getInitContainerStatuses())
                        .build();
    }
}
