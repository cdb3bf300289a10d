package io.jenkins.plugins.releasetrain.engine.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What a namespace holds of the kinds that a catalog can be drafted from, as plain data. */
public final class NamespaceObjects {
    private final KubernetesClient client;
    private final String namespace;

    /** @param client closed by the caller */
    public NamespaceObjects(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /**
     * Workloads, and the Services and config maps that tell who calls whom. A kind that the account may not list is left
     * out; that it may list Deployments is needed.
     *
     * @throws EngineException as the API server refuses
     */
    public List<JsonNode> list() {
        ObjectMapper json = new ObjectMapper();
        List<? extends HasMetadata> deployments =
                read("deployments", client.apps().deployments().inNamespace(namespace)::list);
        return Stream.of(
                        deployments,
                        allowed("statefulsets", client.apps().statefulSets().inNamespace(namespace)::list),
                        allowed("daemonsets", client.apps().daemonSets().inNamespace(namespace)::list),
                        allowed("cronjobs", client.batch().v1().cronjobs().inNamespace(namespace)::list),
                        allowed("jobs", client.batch().v1().jobs().inNamespace(namespace)::list),
                        allowed("services", client.services().inNamespace(namespace)::list),
                        allowed("configmaps", client.configMaps().inNamespace(namespace)::list))
                .flatMap(List::stream)
                .<JsonNode>map(json::valueToTree)
                .toList();
    }

    private List<? extends HasMetadata> read(
            String kind, Supplier<? extends KubernetesResourceList<? extends HasMetadata>> list) {
        return KubernetesFailures.translating(
                "list " + kind + " in namespace " + namespace, () -> list.get().getItems());
    }

    private List<? extends HasMetadata> allowed(
            String kind, Supplier<? extends KubernetesResourceList<? extends HasMetadata>> list) {
        try {
            return read(kind, list);
        } catch (EngineException e) {
            if (e.kind() == FailureKind.FORBIDDEN || e.kind() == FailureKind.NOT_FOUND) {
                return List.of();
            }
            throw e;
        }
    }
}
