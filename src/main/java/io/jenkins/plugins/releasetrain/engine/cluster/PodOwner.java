package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which workload controls a pod, by its owner reference: labels would do it only as long as no second workload (a
 * candidate beside the baseline) carries the same ones.
 */
final class PodOwner {
    /** By the label that the controller gives the pods of a ReplicaSet. */
    private static final Map<String, Workload.Kind> HASHES =
            Map.of("pod-template-hash", Workload.Kind.DEPLOYMENT, "rollouts-pod-template-hash", Workload.Kind.ROLLOUT);

    private PodOwner() {}

    /** {@code Kind/name}; of a pod of a Deployment or Rollout that one, although a ReplicaSet stands between. */
    static String of(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .filter(o -> Boolean.TRUE.equals(o.getController()))
                .findFirst()
                .map(o -> key(o, pod.getMetadata().getLabels()))
                .orElse("");
    }

    /** Those of a kind that has ReplicaSets between itself and its pods: all that its selector finds and a ReplicaSet has. */
    static List<Pod> selected(DeployedWorkload workload, Stream<Pod> pods) {
        Map<String, String> labels =
                workload.selector().map(LabelSelector::getMatchLabels).orElse(Map.of());
        return labels.isEmpty()
                ? List.of()
                : pods.filter(p -> of(p).startsWith("ReplicaSet/"))
                        .filter(p -> p.getMetadata().getLabels() != null
                                && p.getMetadata().getLabels().entrySet().containsAll(labels.entrySet()))
                        .toList();
    }

    static String key(String kind, String name) {
        return kind + "/" + name;
    }

    /** Both controllers name a ReplicaSet after the workload and the template's hash. */
    private static String key(OwnerReference owner, Map<String, String> labels) {
        if (owner.getKind().equals("ReplicaSet") && labels != null) {
            for (Map.Entry<String, Workload.Kind> hash : HASHES.entrySet()) {
                String suffix = "-" + labels.get(hash.getKey());
                if (labels.containsKey(hash.getKey()) && owner.getName().endsWith(suffix)) {
                    String name = owner.getName().substring(0, owner.getName().length() - suffix.length());
                    return key(hash.getValue().kubernetesName(), name);
                }
            }
        }
        return key(owner.getKind(), owner.getName());
    }
}
