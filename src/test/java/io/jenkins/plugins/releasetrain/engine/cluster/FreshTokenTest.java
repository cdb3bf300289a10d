package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientFactory;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FreshTokenTest {
    private static final Duration KEPT = Duration.ofSeconds(10);

    private final ManualClock clock = new ManualClock();
    private final AtomicReference<String> current = new AtomicReference<>("first");
    private final AtomicInteger reads = new AtomicInteger();
    private final EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start();

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    private KubernetesClient client() {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(kubernetes.url())
                .withAutoOAuthToken("first")
                .withRequestRetryBackoffLimit(0)
                .build();
        return new FreshToken(
                        () -> {
                            reads.incrementAndGet();
                            return current.get();
                        },
                        KEPT,
                        clock)
                .client(config)
                .withHttpClientFactory(new OkHttpClientFactory())
                .build();
    }

    @Test
    void K8_9_readsATokenAgainThatLivesShortly() {
        try (KubernetesClient client = client()) {
            for (String token : new String[] {"first", "second", "third"}) {
                current.set(token);
                clock.advance(KEPT);
                kubernetes.accept(token);
                assertThat(client.namespaces().list().getItems()).isEmpty();
            }
        }
    }

    @Test
    void K8_9_readsItAtOnceWhereItIsRefused() {
        try (KubernetesClient client = client()) {
            for (String token : new String[] {"first", "second", "third"}) {
                current.set(token);
                kubernetes.accept(token);
                assertThat(client.namespaces().list().getItems()).isEmpty();
                assertThat(client.namespaces().list().getItems()).isEmpty();
            }
            assertThat(reads).hasValue(3);
        }
    }

    @Test
    void K8_9_asksOnceMoreOnlyWhereAnotherTokenIsThere() {
        kubernetes.accept("somebody else's");
        try (KubernetesClient client = client()) {
            int before = kubernetes.requests();
            assertThatThrownBy(() -> client.namespaces().list())
                    .isInstanceOfSatisfying(
                            KubernetesClientException.class,
                            e -> assertThat(e.getCode()).isEqualTo(401));
            assertThat(kubernetes.requests() - before).isEqualTo(1);
        }
    }
}
