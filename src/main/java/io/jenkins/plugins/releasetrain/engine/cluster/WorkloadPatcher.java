package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Changes one workload by a JSON patch (RFC 6902) whose {@code test} operations make the API server itself refuse it
 * where the workload is not as it was read: another image, another container order, a higher fence (I3).
 */
final class WorkloadPatcher {
    private static final String FIELD_MANAGER = "release-train";
    private static final String FENCE_PATH = path(DeployedWorkload.FENCE);
    /** A workload without a stamp is guarded by its resourceVersion, which every status update moves. */
    private static final int ATTEMPTS = 10;

    private final KubernetesClient client;
    private final NamespaceReader reader;
    private final String namespace;
    private final long fence;
    private final Sleeper sleeper;

    WorkloadPatcher(KubernetesNamespace environment, NamespaceReader reader, long fence, Sleeper sleeper) {
        this.client = environment.client();
        this.namespace = environment.name();
        this.reader = reader;
        this.fence = fence;
        this.sleeper = sleeper;
    }

    /** @throws EngineException LOCK_LOST where a higher token is on the workload */
    void checkFence(DeployedWorkload workload) {
        if (isLater(workload)) {
            throw new EngineException(
                    FailureKind.LOCK_LOST,
                    workload + " was changed under a later lock (token " + workload.fence() + ", ours is " + fence
                            + "); nothing more is changed");
        }
    }

    private boolean isLater(DeployedWorkload workload) {
        return workload.fence() > fence && !Fences.isForeign(client, namespace, workload.fence());
    }

    /** The containers, by place, that ask for something else than what is wanted, with the image to set. */
    static SortedMap<Slot, String> differing(DeployedWorkload workload, Images wanted) {
        SortedMap<Slot, Container> slots = workload.slots();
        SortedMap<Slot, String> differing = new TreeMap<>(wanted.bySlot());
        differing.entrySet().removeIf(e -> {
            Container container = slots.get(e.getKey());
            String current = container.getImage();
            return SpecImage.digest(current).equals(SpecImage.digest(e.getValue()))
                    && (!wanted.named().contains(e.getKey())
                            || SpecImage.sameName(current, e.getValue())
                            || e.getValue().equals(workload.asked(container.getName())));
        });
        return differing;
    }

    /**
     * What a workload's containers are to run, by place.
     *
     * @param named those whose image is to have exactly this name, too
     * @param started what is written into the pod template to have all pods started anew; empty: nothing is
     */
    record Images(Map<Slot, String> bySlot, Set<Slot> named, String started) {
        static final Images NONE = new Images(Map.of(), Set.of(), "");

        Images startedAnew(String how) {
            return new Images(bySlot, named, how);
        }
    }

    /**
     * Brings the workload to the wanted images and stamps it.
     *
     * @param wanted none: it is stamped only, and under a higher token nothing is left to do
     */
    void apply(DeployedWorkload read, Images wanted) {
        DeployedWorkload current = read;
        KubernetesClientException refused = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (wanted.bySlot().isEmpty() && isLater(current)) {
                return;
            }
            checkFence(current);
            checkContainers(read, current, wanted.bySlot());
            SortedMap<Slot, String> differing = differing(current, wanted);
            if (differing.isEmpty()
                    && current.fence() == fence
                    && wanted.started().isEmpty()) {
                return;
            }
            try {
                patch(current, differing, wanted.started());
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != 409 && e.getCode() != 422) {
                    throw KubernetesFailures.translate("patch " + current, e);
                }
                refused = e;
                current = reader.workload(read.kind(), read.name()).orElseThrow(() -> gone(read));
            }
        }
        throw KubernetesFailures.translate("patch " + read, refused);
    }

    private void patch(DeployedWorkload workload, Map<Slot, String> images, String started) {
        Map<String, String> annotations = new TreeMap<>(Map.of(DeployedWorkload.FENCE, "" + fence));
        if (!images.isEmpty()) {
            annotations.put(DeployedWorkload.ASKED, workload.askedWith(images));
        }
        var workloads = workload.type().in(client).inNamespace(namespace);
        if (workload.type().recreated() && !images.isEmpty()) {
            reader.changed(workload, new Recreation(workloads, sleeper).run(workload, images, annotations));
            return;
        }
        List<Map<String, Object>> operations = operations(workload, images, annotations);
        if (!started.isEmpty()) {
            operations.addAll(startAnew(workload, started));
        }
        reader.changed(workload, send(workload, operations, new PatchContext.Builder()));
    }

    private HasMetadata send(
            DeployedWorkload workload, List<Map<String, Object>> operations, PatchContext.Builder context) {
        // By the object that was read: by name alone the client would read it again first.
        return workload.type()
                .in(client)
                .inNamespace(namespace)
                .resource(workload.resource())
                .patch(
                        context.withPatchType(PatchType.JSON)
                                .withFieldManager(FIELD_MANAGER)
                                .build(),
                        client.getKubernetesSerialization().asJson(operations));
    }

    /**
     * Asks the API server, admission included, whether a workload could ask for these images; nothing is changed.
     *
     * @throws EngineException as it refuses that
     */
    void ask(DeployedWorkload workload, Map<Slot, String> images) {
        List<Map<String, Object>> operations = operations(workload, images, Map.of(DeployedWorkload.FENCE, "" + fence));
        try {
            send(workload, operations, new PatchContext.Builder().withDryRun(List.of("All")));
        } catch (KubernetesClientException e) {
            throw KubernetesFailures.translate("patch " + workload, e);
        }
    }

    private static List<Map<String, Object>> operations(
            DeployedWorkload workload, Map<Slot, String> images, Map<String, String> annotations) {
        List<Map<String, Object>> operations = new ArrayList<>();
        SortedMap<Slot, Container> slots = workload.slots();
        images.forEach((slot, image) -> {
            String path = workload.path(slot);
            Container container = slots.get(slot);
            operations.add(operation("test", path + "/name", container.getName()));
            operations.add(operation("test", path + "/image", container.getImage()));
        });
        operations.add(guard(workload));
        images.forEach((slot, image) -> operations.add(operation("replace", workload.path(slot) + "/image", image)));
        if (workload.annotations().isEmpty()) {
            operations.add(operation("add", "/metadata/annotations", annotations));
        } else {
            annotations.forEach((name, value) -> operations.add(operation("add", path(name), value)));
        }
        return operations;
    }

    /** Where there are annotations, others' are left as they are; where there are none, nobody may have added one meanwhile. */
    private static List<Map<String, Object>> startAnew(DeployedWorkload workload, String value) {
        String path = workload.type().templatePath() + "/metadata";
        ObjectMeta metadata = workload.template().getMetadata();
        if (metadata != null
                && metadata.getAnnotations() != null
                && !metadata.getAnnotations().isEmpty()) {
            return List.of(
                    operation("add", path + path(DeployedWorkload.STARTED).substring("/metadata".length()), value));
        }
        Map<String, String> annotations = Map.of(DeployedWorkload.STARTED, value);
        Map<String, Object> added = metadata == null
                ? operation("add", path, Map.of("annotations", annotations))
                : operation("add", path + "/annotations", annotations);
        return List.of(unchanged(workload), added);
    }

    private static String path(String annotation) {
        return "/metadata/annotations/" + annotation.replace("/", "~1");
    }

    /** RFC 6902 cannot test that something is absent. */
    private static Map<String, Object> guard(DeployedWorkload workload) {
        String stamped = workload.annotations().get(DeployedWorkload.FENCE);
        return stamped == null ? unchanged(workload) : operation("test", FENCE_PATH, stamped);
    }

    private static Map<String, Object> unchanged(DeployedWorkload workload) {
        return operation(
                "test",
                "/metadata/resourceVersion",
                workload.resource().getMetadata().getResourceVersion());
    }

    private static Map<String, Object> operation(String op, String path, Object value) {
        return Map.of("op", op, "path", path, "value", value);
    }

    private static void checkContainers(DeployedWorkload read, DeployedWorkload now, Map<Slot, String> wanted) {
        SortedMap<Slot, Container> before = read.slots();
        SortedMap<Slot, Container> current = now.slots();
        wanted.keySet().forEach(slot -> {
            String name = before.get(slot).getName();
            if (!current.containsKey(slot) || !current.get(slot).getName().equals(name)) {
                throw new EngineException(
                        FailureKind.CONFLICT,
                        "The containers of " + read + " were changed while container " + name
                                + " was to be patched. Try again");
            }
        });
    }

    private static EngineException gone(DeployedWorkload workload) {
        return new EngineException(
                FailureKind.NOT_FOUND, workload + " was deleted while it was to be patched. Create it again");
    }
}
