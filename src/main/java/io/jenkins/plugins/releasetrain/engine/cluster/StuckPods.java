package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;

/** Deletes, under the fence, pods that are in the way of a rollout and that their controller never replaces by itself. */
final class StuckPods {
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
        if (workload.unobserved() || workload.heldBack().isPresent()) {
            return;
        }
        List<Pod> stuck = workload.type().stuck(workload.resource(), pods);
        boolean ours = !stuck.isEmpty()
                && reader.workload(workload.kind(), workload.name())
                        .filter(w -> w.fence() == fence)
                        .isPresent();
        if (ours) {
            stuck.forEach(this::delete);
        }
    }

    /** Exactly this pod, as it was seen; what is gone or another by now is looked at again. */
    private void delete(Pod pod) {
        try {
            client.resource(pod)
                    .lockResourceVersion(pod.getMetadata().getResourceVersion())
                    .delete();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw KubernetesFailures.translate(
                        "delete pod " + pod.getMetadata().getName(), e);
            }
        }
    }
}
