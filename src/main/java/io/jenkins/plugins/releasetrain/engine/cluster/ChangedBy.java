package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
}
