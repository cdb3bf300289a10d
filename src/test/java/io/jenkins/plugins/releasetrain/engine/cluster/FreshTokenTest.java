package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class FreshTokenTest {
    @Test
    void K8_9_readsATokenAgainThatLivesShortly() {
        ManualClock clock = new ManualClock();
        AtomicReference<String> current = new AtomicReference<>("first");
        try (EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start()) {
            Config config = new ConfigBuilder(Config.empty())
                    .withMasterUrl(kubernetes.url())
                    .withAutoOAuthToken("first")
                    .withRequestRetryBackoffLimit(0)
                    .build();
            new FreshToken(current::get, clock).use(config);
            try (KubernetesClient client = EmbeddedKubernetes.newClient(config)) {
                for (String token : new String[] {"first", "second", "third"}) {
                    current.set(token);
                    clock.advance(Duration.ofSeconds(10));
                    kubernetes.accept(token);
                    assertThat(client.namespaces().list().getItems()).isEmpty();
                }
            }
        }
    }
}
