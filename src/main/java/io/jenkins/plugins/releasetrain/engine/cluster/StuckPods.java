package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/**
 * Frees a StatefulSet from a pod that never becomes ready: its controller waits for it and replaces it by nothing, also
 * after the template was put back (kubernetes/kubernetes issue 67250, "Forced rollback" in the documentation).
 */
final class StuckPods {
    private static final String REVISION = "controller-revision-hash";

    private final KubernetesClient client;
    private final NamespaceReader reader;
    private final long fence;

    /** @param fence of the lock holder: under a later one nothing is deleted (I3) */
    StuckPods(KubernetesNamespace environment, NamespaceReader reader, long fence) {
        this.client = environment.client();
        this.reader = reader;
        this.fence = fence;
    }

    void repair(DeployedWorkload workload, List<Pod> pods) {
        if (!(workload.resource() instanceof StatefulSet set)
                || RolloutRules.unobserved(workload)
                || RolloutRules.heldBack(workload).isPresent()
                || set.getStatus().getUpdateRevision() == null) {
            return;
        }
        List<Pod> stuck = pods.stream()
                .filter(p -> p.getMetadata().getDeletionTimestamp() == null && !Standings.isReady(p))
                .filter(p -> p.getMetadata().getLabels() != null
                        && p.getMetadata().getLabels().containsKey(REVISION))
                .filter(p -> !p.getMetadata()
                        .getLabels()
                        .get(REVISION)
                        .equals(set.getStatus().getUpdateRevision()))
                .toList();
        boolean ours = !stuck.isEmpty()
                && reader.workload(workload.kind(), workload.name())
                        .filter(w -> w.fence() == fence)
                        .isPresent();
        if (ours) {
            stuck.forEach(this::delete);
        }
    }

    /** Exactly this pod, not one of the same name that came after it. */
    private void delete(Pod pod) {
        KubernetesFailures.translating(
                "delete pod " + pod.getMetadata().getName(),
                () -> client.resource(pod)
                        .lockResourceVersion(pod.getMetadata().getResourceVersion())
                        .delete());
    }
}
