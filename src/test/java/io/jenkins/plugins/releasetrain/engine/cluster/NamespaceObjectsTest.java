package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamespaceObjectsTest {
    @Test
    void listsWorkloadsWithTheirKind() {
        try (EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start()) {
            kubernetes.createNamespace("staging");
            kubernetes.createNamespace("other");
            kubernetes.load(List.of(
                    TestWorkloads.workload(
                            "staging", new Workload(Workload.Kind.DEPLOYMENT, "cart", ""), 1, Map.of("main", "cart:1")),
                    TestWorkloads.workload(
                            "staging", new Workload(Workload.Kind.STATEFUL_SET, "db", ""), 1, Map.of("main", "db:1")),
                    TestWorkloads.workload(
                            "other", new Workload(Workload.Kind.DEPLOYMENT, "pay", ""), 1, Map.of("main", "pay:1"))));

            assertThat(new NamespaceObjects(kubernetes.client(), "staging").list())
                    .extracting(o -> o.path("kind").asText() + "/"
                            + o.at("/metadata/name").asText() + " "
                            + o.at("/spec/template/spec/containers/0/image").asText())
                    .containsExactly("Deployment/cart cart:1", "StatefulSet/db db:1");
        }
    }
}
