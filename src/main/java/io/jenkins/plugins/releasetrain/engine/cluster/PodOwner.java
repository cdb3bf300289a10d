package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Map;

/**
 * Which workload controls a pod, by its owner reference: labels would do it only as long as no second workload (a
 * candidate beside the baseline) carries the same ones.
 */
final class PodOwner {
    private static final String HASH = "pod-template-hash";

    private PodOwner() {}

    /** {@code Kind/name}; of a Deployment's pod the Deployment, although a ReplicaSet stands between. */
    static String of(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .filter(o -> Boolean.TRUE.equals(o.getController()))
                .findFirst()
                .map(o -> key(o, pod.getMetadata().getLabels()))
                .orElse("");
    }

    static String key(String kind, String name) {
        return kind + "/" + name;
    }

    /** The Deployment controller names a ReplicaSet after the Deployment and the template's hash. */
    private static String key(OwnerReference owner, Map<String, String> labels) {
        String suffix = labels == null ? null : "-" + labels.get(HASH);
        if (owner.getKind().equals("ReplicaSet")
                && suffix != null
                && owner.getName().endsWith(suffix)) {
            String deployment = owner.getName().substring(0, owner.getName().length() - suffix.length());
            return key(Workload.Kind.DEPLOYMENT.kubernetesName(), deployment);
        }
        return key(owner.getKind(), owner.getName());
    }
}
