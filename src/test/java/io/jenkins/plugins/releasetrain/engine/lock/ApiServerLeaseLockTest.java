package io.jenkins.plugins.releasetrain.engine.lock;

import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.testkit.cluster.ApiServer;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against a real API server, where one is named. */
@EnabledIfEnvironmentVariable(named = ApiServer.KUBECONFIG, matches = ".+")
class ApiServerLeaseLockTest extends LeaseLockContract {
    private ApiServer server;

    @Override
    KubernetesNamespace openNamespace() {
        server = ApiServer.fromEnvironment();
        return new KubernetesNamespace(server.client(), server.namespace());
    }

    @Override
    void close() {
        server.close();
    }
}
