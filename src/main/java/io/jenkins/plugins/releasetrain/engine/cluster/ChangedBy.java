package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Who set a container's image last, by the workload's managed fields (Kubernetes, "Server-Side Apply"). */
final class ChangedBy {
    private static final String IMAGE = "f:image";

    private ChangedBy() {}

    /** For people, beginning with a comma; empty where nobody is known. */
    static String of(DeployedWorkload workload, String container) {
        List<ManagedFieldsEntry> fields = workload.resource().getMetadata().getManagedFields();
        Optional<ManagedFieldsEntry> last = fields == null
                ? Optional.empty()
                : fields.stream()
                        .filter(f -> f.getManager() != null && owns(f.getFieldsV1(), container))
                        .max(Comparator.comparing(f -> f.getTime() == null ? "" : f.getTime()));
        return last.map(f -> ", set by " + f.getManager() + (f.getTime() == null ? "" : " at " + f.getTime()))
                .orElse("");
    }

    private static boolean owns(FieldsV1 fields, String container) {
        return fields != null && owns(fields.getAdditionalProperties(), "k:{\"name\":\"" + container + "\"}");
    }

    /** A container's key is nowhere else than in a list of containers. */
    private static boolean owns(Map<?, ?> fields, String key) {
        return fields.entrySet().stream()
                .filter(e -> e.getValue() instanceof Map<?, ?>)
                .anyMatch(e -> e.getKey().equals(key)
                        ? ((Map<?, ?>) e.getValue()).containsKey(IMAGE)
                        : owns((Map<?, ?>) e.getValue(), key));
    }

    /** The entries by which the last manager of each image is known, without anything else. */
    static List<ManagedFieldsEntry> ofImages(List<ManagedFieldsEntry> fields) {
        if (fields == null) {
            return List.of();
        }
        Map<String, ManagedFieldsEntry> last = new TreeMap<>();
        fields.stream()
                .filter(f -> f.getManager() != null && f.getFieldsV1() != null)
                .sorted(Comparator.comparing(f -> f.getTime() == null ? "" : f.getTime()))
                .forEach(f -> containers(f.getFieldsV1().getAdditionalProperties())
                        .forEach(container -> last.put(
                                container,
                                new ManagedFieldsEntryBuilder()
                                        .withManager(f.getManager())
                                        .withTime(f.getTime())
                                        .withNewFieldsV1()
                                        .addToAdditionalProperties(container, Map.of(IMAGE, Map.of()))
                                        .endFieldsV1()
                                        .build())));
        return List.copyOf(last.values());
    }

    private static Stream<String> containers(Map<?, ?> fields) {
        return fields.entrySet().stream()
                .filter(e -> e.getValue() instanceof Map<?, ?>)
                .flatMap(e -> e.getKey().toString().startsWith("k:{\"name\":")
                                && ((Map<?, ?>) e.getValue()).containsKey(IMAGE)
                        ? Stream.of(e.getKey().toString())
                        : containers((Map<?, ?>) e.getValue()));
    }
}
