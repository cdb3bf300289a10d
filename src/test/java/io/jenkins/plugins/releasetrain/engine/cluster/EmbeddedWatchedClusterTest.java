package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;

/** The same where the namespace is kept in memory. */
class EmbeddedWatchedClusterTest extends EmbeddedClusterTest {
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
