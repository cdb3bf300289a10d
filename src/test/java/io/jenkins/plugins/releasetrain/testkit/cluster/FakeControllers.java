package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The controllers of apps/v1, in short: one revision follows another as with RollingUpdate, and the status says so. They
 * read informers' caches and may see them late; what they create has a name by its purpose, so that doing it twice
 * is refused by the API.
 */
final class FakeControllers implements AutoCloseable {
    private final KubernetesClient client;
    private final String namespace;
    private final Supplier<Optional<String>> refusal;
    private final ReconcileLoop loop;
    private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
    private final Map<String, Revision> revisions = new ConcurrentHashMap<>();
    private final Map<String, HasMetadata> workloads = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Pod>> podsByWorkload = new ConcurrentHashMap<>();

    FakeControllers(KubernetesClient client, String namespace, Supplier<Optional<String>> refusal) {
        this.client = client;
        this.refusal = refusal;
        this.namespace = namespace;
        this.loop = new ReconcileLoop("fake-controllers", this::reconcile);
        informers.add(client.pods().inNamespace(namespace).inform(new PodEvents()));
        informers.add(client.apps().deployments().inNamespace(namespace).inform(new WorkloadEvents<>()));
        informers.add(client.apps().statefulSets().inNamespace(namespace).inform(new WorkloadEvents<>()));
        informers.add(client.apps().daemonSets().inNamespace(namespace).inform(new WorkloadEvents<>()));
    }

    private void reconcile(String key) {
        List<Pod> pods = List.copyOf(podsByWorkload.getOrDefault(key, Map.of()).values());
        HasMetadata workload = workloads.get(key);
        if (workload == null) {
            pods.forEach(this::delete);
            return;
        }
        RolloutStep step = RolloutStep.of(workload, pods, progressing(key, workload));
        Optional<String> refused = step.create().isEmpty() ? Optional.empty() : refusal.get();
        if (refused.isPresent()) {
            loop.add(key, Duration.ofMillis(50));
            step = step.refused(refused.get());
            tell(workload, refused.get());
        }
        step.create().forEach(pod -> create(key, pod));
        step.delete().forEach(this::delete);
        Object status = workload instanceof Deployment d
                ? d.getStatus()
                : workload instanceof StatefulSet s ? s.getStatus() : ((DaemonSet) workload).getStatus();
        if (!step.status().equals(status)) {
            // The mock's merge patch adds to lists instead of replacing them.
            List<?> patch = List.of(Map.of("op", "add", "path", "/status", "value", step.status()));
            client.resource(workload)
                    .subresource("status")
                    .patch(
                            PatchContext.of(PatchType.JSON),
                            client.getKubernetesSerialization().asJson(patch));
        }
        if (workload instanceof Deployment d && !step.create().isEmpty()) {
            // Nothing else happens when pods do not become ready.
            loop.add(key, Duration.ofSeconds(RolloutStep.progressDeadline(d)));
        }
    }

    /** As an event; of a Deployment it is its ReplicaSet's. */
    private void tell(HasMetadata workload, String why) {
        String name = workload.getMetadata().getName() + "." + Integer.toHexString(why.hashCode());
        boolean told = workload instanceof Deployment
                || client.v1().events().inNamespace(namespace).withName(name).get() != null;
        if (!told) {
            client.resource(new EventBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withName(name)
                            .endMetadata()
                            .withReason("FailedCreate")
                            .withType("Warning")
                            .withMessage("create Pod " + workload.getMetadata().getName() + "-0 failed error: " + why)
                            .withLastTimestamp(Instant.now()
                                    .truncatedTo(ChronoUnit.SECONDS)
                                    .toString())
                            .withNewInvolvedObject()
                            .withKind(workload.getKind())
                            .withName(workload.getMetadata().getName())
                            .withNamespace(namespace)
                            .withUid(workload.getMetadata().getUid())
                            .endInvolvedObject()
                            .build())
                    .create();
        }
    }

    private Duration progressing(String key, HasMetadata workload) {
        Revision seen = new Revision(workload.getMetadata().getGeneration(), System.nanoTime());
        Revision first = revisions.merge(key, seen, (a, b) -> Objects.equals(a.generation, b.generation) ? a : b);
        return Duration.ofNanos(seen.nanos - first.nanos);
    }

    /** @param nanos when it was first seen */
    private record Revision(Long generation, long nanos) {}

    private void create(String key, Pod pod) {
        if (client.pods()
                        .inNamespace(namespace)
                        .withName(pod.getMetadata().getName())
                        .get()
                == null) {
            client.resource(pod).create();
        } else {
            // An old pod of that name is still in the way (StatefulSet), or the cache is behind.
            loop.add(key, Duration.ofMillis(20));
        }
    }

    /** The cache may still show a pod whose name another one has by now. */
    private void delete(Pod pod) {
        var named =
                client.pods().inNamespace(namespace).withName(pod.getMetadata().getName());
        Pod current = named.get();
        if (current != null
                && current.getMetadata().getUid().equals(pod.getMetadata().getUid())) {
            named.delete();
        }
    }

    private static String key(HasMetadata workload) {
        return workload.getKind() + "/" + workload.getMetadata().getName();
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::close);
        loop.close();
    }

    private final class WorkloadEvents<T extends HasMetadata> implements ResourceEventHandler<T> {
        @Override
        public void onAdd(T workload) {
            workloads.put(key(workload), workload);
            loop.add(key(workload));
        }

        @Override
        public void onUpdate(T before, T workload) {
            onAdd(workload);
        }

        @Override
        public void onDelete(T workload, boolean finalStateUnknown) {
            workloads.remove(key(workload));
            loop.add(key(workload));
        }
    }

    private final class PodEvents implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            String key = pod.getMetadata().getAnnotations() == null
                    ? null
                    : pod.getMetadata().getAnnotations().get(RolloutStep.WORKLOAD);
            if (key != null) {
                podsByWorkload
                        .computeIfAbsent(key, k -> new ConcurrentHashMap<>())
                        .put(pod.getMetadata().getName(), pod);
                loop.add(key);
            }
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            onAdd(pod);
        }

        @Override
        public void onDelete(Pod pod, boolean finalStateUnknown) {
            podsByWorkload.forEach((key, pods) -> {
                if (pods.remove(pod.getMetadata().getName()) != null) {
                    loop.add(key);
                }
            });
        }
    }
}
