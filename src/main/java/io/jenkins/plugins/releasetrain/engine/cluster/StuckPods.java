package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Deletes, under the fence, pods that are in the way of a rollout and that their controller never replaces by itself. */
final class StuckPods {
    private static final Duration TO_COME_BACK = Duration.ofMinutes(1);

    private final KubernetesClient client;
    private final NamespaceReader reader;
    private final long fence;
    private final Clock clock;
    /** By their ids, of those that are not ready now. */
    private final Map<String, Instant> unreadySince = new HashMap<>();

    /** @param fence of the lock holder: under a later one nothing is deleted (I3) */
    StuckPods(KubernetesNamespace environment, NamespaceReader reader, long fence, Clock clock) {
        this.client = environment.client();
        this.reader = reader;
        this.fence = fence;
        this.clock = clock;
    }

    void repair(DeployedWorkload workload, List<Pod> pods) {
        if (workload.unobserved() || workload.heldBack().isPresent()) {
            return;
        }
        pods.stream().filter(Standings::isReady).forEach(pod -> unreadySince.remove(id(pod)));
        List<Pod> stuck = workload.type().stuck(workload.resource(), pods).stream()
                .filter(pod -> isOverdue(pod) || !workload.type().mayComeBack(workload.resource(), pod))
                .toList();
        boolean ours = !stuck.isEmpty()
                && reader.workload(workload.kind(), workload.name())
                        .filter(w -> w.fence() == fence)
                        .isPresent();
        if (ours) {
            stuck.forEach(this::delete);
        }
    }

    private boolean isOverdue(Pod pod) {
        Instant now = clock.instant();
        return Duration.between(unreadySince.computeIfAbsent(id(pod), id -> now), now)
                        .compareTo(TO_COME_BACK)
                >= 0;
    }

    private static String id(Pod pod) {
        return pod.getMetadata().getUid();
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
