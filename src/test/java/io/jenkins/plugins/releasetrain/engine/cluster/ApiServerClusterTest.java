package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.jenkins.plugins.releasetrain.testkit.cluster.ApiServer;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodSimulator;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against a real API server with its controllers, where one is named. */
@EnabledIfEnvironmentVariable(named = ApiServer.KUBECONFIG, matches = ".+")
class ApiServerClusterTest extends ClusterContract {
    private ApiServer server;
    private PodSimulator simulator;

    @Override
    KubernetesNamespace open(Function<String, PodBehaviour> behaviour) {
        server = ApiServer.fromEnvironment();
        simulator = PodSimulator.kubeletOnly(new PodSimulator.Settings(
                server.client(), server.namespace(), behaviour, Duration.ofMillis(30)));
        return new KubernetesNamespace(server.client(), server.namespace());
    }

    @Override
    void close(KubernetesNamespace namespace) throws Exception {
        simulator.close();
        server.close();
    }

    @Override
    void assertFieldManager(HasMetadata workload) {
        assertThat(workload.getMetadata().getManagedFields()).extracting("manager").contains("release-train");
    }
}
