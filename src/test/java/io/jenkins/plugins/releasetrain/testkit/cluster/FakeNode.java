package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** A node that is ready as long as this lives: without its heartbeat the node controller would evict its pods. */
final class FakeNode implements AutoCloseable {
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    private final KubernetesClient client;
    private final String name = "release-train-" + UUID.randomUUID();
    private final ReconcileLoop loop;

    FakeNode(KubernetesClient client) {
        this.client = client;
        Node node =
                new NodeBuilder().withNewMetadata().withName(name).endMetadata().build();
        client.resource(node).create();
        // The API server taints what is not ready yet; without a node controller nobody takes that away, and DaemonSets
        // stay out.
        client.nodes().withName(name).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"taints\":null}}");
        this.loop = new ReconcileLoop("fake-node", this::heartbeat);
        loop.add(name);
    }

    String name() {
        return name;
    }

    private void heartbeat(String key) {
        loop.add(key, HEARTBEAT);
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String patch = "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"Simulated\","
                + "\"lastHeartbeatTime\":\"" + now + "\",\"lastTransitionTime\":\"" + now + "\"}]}}";
        client.nodes().withName(name).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    }

    @Override
    public void close() {
        loop.close();
        client.nodes().withName(name).delete();
    }
}
