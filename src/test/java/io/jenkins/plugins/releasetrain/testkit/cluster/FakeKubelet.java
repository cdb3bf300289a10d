package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Scheduler and kubelet in one for the pods of a namespace: binds them, "runs" them, and lets them go. */
final class FakeKubelet implements AutoCloseable, ResourceEventHandler<Pod> {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final KubernetesClient client;
    private final String namespace;
    private final Optional<String> node;
    private final Function<String, PodBehaviour> behaviour;
    private final Duration startDelay;
    private final Map<String, Long> dueByUid = new ConcurrentHashMap<>();
    /** What the API server gives back has defaults filled in and cannot be compared. */
    private final Map<String, PodStatus> writtenByUid = new ConcurrentHashMap<>();

    private final ReconcileLoop loop;
    private final SharedIndexInformer<Pod> pods;

    /** @param node to bind pods to; without one they are run unbound, which only an API without controllers allows */
    FakeKubelet(PodSimulator.Settings settings, Optional<String> node) {
        this.client = settings.client();
        this.namespace = settings.namespace();
        this.node = node;
        this.behaviour = settings.behaviour();
        this.startDelay = settings.startDelay();
        this.loop = new ReconcileLoop("fake-kubelet", this::reconcile);
        this.pods = client.pods().inNamespace(namespace).inform(this);
    }

    private void reconcile(String name) {
        Pod pod = pods.getStore().getByKey(namespace + "/" + name);
        if (pod == null) {
            return;
        }
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            client.pods()
                    .inNamespace(namespace)
                    .withName(name)
                    .withGracePeriod(0)
                    .delete();
            return;
        }
        if (node.isPresent() && pod.getSpec().getNodeName() == null) {
            bind(pod, node.get());
            return;
        }
        long now = System.nanoTime();
        long due = dueByUid.computeIfAbsent(pod.getMetadata().getUid(), uid -> {
            loop.add(name, startDelay);
            return now + startDelay.toNanos();
        });
        PodStatus status = due - now > 0 ? PodStatuses.starting(pod, behaviour) : PodStatuses.settled(pod, behaviour);
        if (!status.equals(writtenByUid.get(pod.getMetadata().getUid()))) {
            write(pod, status);
            writtenByUid.put(pod.getMetadata().getUid(), status);
        }
        if (due <= now && !PodStatuses.ready(status)) {
            // It tries again and again, as what keeps it may pass.
            loop.add(name, LOOK_AGAIN);
        }
    }

    /** What becomes of the pods may be another thing by now, also of those that run. */
    void lookAgain() {
        pods.getStore().list().forEach(pod -> loop.add(pod.getMetadata().getName()));
    }

    private void bind(Pod pod, String nodeName) {
        client.resource(new BindingBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(pod.getMetadata().getName())
                        .endMetadata()
                        .withNewTarget()
                        .withApiVersion("v1")
                        .withKind("Node")
                        .withName(nodeName)
                        .endTarget()
                        .build())
                .create();
    }

    private void write(Pod pod, PodStatus status) {
        // The mock's merge patch adds to lists instead of replacing them.
        List<?> patch = List.of(Map.of("op", "add", "path", "/status", "value", status));
        client.resource(pod)
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON),
                        client.getKubernetesSerialization().asJson(patch));
    }

    @Override
    public void onAdd(Pod pod) {
        loop.add(pod.getMetadata().getName());
    }

    @Override
    public void onUpdate(Pod before, Pod pod) {
        loop.add(pod.getMetadata().getName());
    }

    @Override
    public void onDelete(Pod pod, boolean finalStateUnknown) {
        dueByUid.remove(pod.getMetadata().getUid());
        writtenByUid.remove(pod.getMetadata().getUid());
    }

    @Override
    public void close() {
        pods.close();
        loop.close();
    }
}
