package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.testkit.cluster.ApiServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The same where the namespace is kept in memory. */
@EnabledIfEnvironmentVariable(named = ApiServer.KUBECONFIG, matches = ".+")
class ApiServerWatchedClusterTest extends ApiServerClusterTest {
    private final List<String> notices = new CopyOnWriteArrayList<>();

    @Override
    Cluster prepared(KubernetesCluster plain) {
        return plain.inMemory(notices::add);
    }

    @AfterEach
    void nothingWasReadForWantOfAWatch() {
        assertThat(notices).isEmpty();
    }
}
