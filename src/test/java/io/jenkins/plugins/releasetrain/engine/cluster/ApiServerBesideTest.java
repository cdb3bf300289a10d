package io.jenkins.plugins.releasetrain.engine.cluster;

import io.jenkins.plugins.releasetrain.testkit.cluster.ApiServer;
import io.jenkins.plugins.releasetrain.testkit.cluster.GatewayApi;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodSimulator;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against a real API server with its controllers, where one is named. */
@EnabledIfEnvironmentVariable(named = ApiServer.KUBECONFIG, matches = ".+")
class ApiServerBesideTest extends BesideContract {
    private ApiServer server;
    private PodSimulator simulator;

    @Override
    KubernetesNamespace open(Function<String, PodBehaviour> behaviour) {
        server = ApiServer.fromEnvironment();
        GatewayApi.install(server.client());
        simulator = PodSimulator.kubeletOnly(
                new PodSimulator.Settings(server.client(), server.namespace(), behaviour, Duration.ofMillis(30)));
        return new KubernetesNamespace(server.client(), server.namespace());
    }

    @Override
    void close() {
        simulator.close();
        server.close();
    }
}
