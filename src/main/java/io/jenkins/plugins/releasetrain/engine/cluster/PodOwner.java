package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        LabelSelector selector = workload.selector().orElseGet(LabelSelector::new);
        return Selectors.isEmpty(selector)
                ? List.of()
                : pods.filter(p -> of(p).startsWith("ReplicaSet/"))
                        .filter(p -> Selectors.finds(
                                selector,
                                Optional.ofNullable(p.getMetadata().getLabels()).orElse(Map.of())))
                        .toList();
    }

    /** {@code Kind/name} of what an event is about; empty where it does not say. */
    static String involved(Event event) {
        ObjectReference involved = event.getInvolvedObject();
        return involved == null ? "" : key(involved.getKind(), involved.getName());
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
