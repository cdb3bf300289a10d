package io.jenkins.plugins.releasetrain.testkit.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a real API server (1.26) answered to the same. */
class EmbeddedKubernetesTest {
    private EmbeddedKubernetes kubernetes;
    private KubernetesClient client;

    @BeforeEach
    void start() {
        kubernetes = EmbeddedKubernetes.start();
        client = kubernetes.client();
        kubernetes.createNamespace("staging");
    }

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    private ConfigMap create(String namespace, String name) {
        return client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .addToData("key", "value")
                        .build())
                .create();
    }

    private static void assertCode(Throwable thrown, int code) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(code));
    }

    private void patch(String operations) {
        client.configMaps().inNamespace("staging").withName("one").patch(PatchContext.of(PatchType.JSON), operations);
    }

    private String value() {
        return client.configMaps()
                .inNamespace("staging")
                .withName("one")
                .get()
                .getData()
                .get("key");
    }

    @Test
    void shouldListenOnLoopbackOnly() {
        assertThat(URI.create(kubernetes.url()).getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void shouldRefuseAJsonPatchWhoseTestFailsAndChangeNothing() {
        create("staging", "one");
        assertThatThrownBy(() -> patch("[{\"op\":\"test\",\"path\":\"/data/key\",\"value\":\"other\"},"
                        + "{\"op\":\"replace\",\"path\":\"/data/key\",\"value\":\"new\"}]"))
                .satisfies(e -> assertCode(e, 422));
        assertThat(value()).isEqualTo("value");
        patch("[{\"op\":\"test\",\"path\":\"/data/key\",\"value\":\"value\"},"
                + "{\"op\":\"replace\",\"path\":\"/data/key\",\"value\":\"new\"}]");
        assertThat(value()).isEqualTo("new");
    }

    @Test
    void shouldRefuseAJsonPatchUnderAMissingParent() {
        create("staging", "one");
        assertThatThrownBy(() -> patch("[{\"op\":\"add\",\"path\":\"/metadata/annotations/key\",\"value\":\"new\"}]"))
                .satisfies(e -> assertCode(e, 422));
    }

    @Test
    void shouldCreateNothingInANamespaceThatIsMissing() {
        assertThatThrownBy(() -> create("absent", "one")).satisfies(e -> assertCode(e, 404));
    }

    @Test
    void shouldRefuseAnUpdateOfAnOldVersionAndASecondCreation() {
        ConfigMap first = create("staging", "one");
        patch("[{\"op\":\"replace\",\"path\":\"/data/key\",\"value\":\"new\"}]");
        assertThatThrownBy(() -> client.resource(first)
                        .lockResourceVersion(first.getMetadata().getResourceVersion())
                        .update())
                .satisfies(e -> assertCode(e, 409));
        assertThatThrownBy(() -> create("staging", "one")).satisfies(e -> assertCode(e, 409));
    }

    @Test
    void shouldPageALongList() {
        for (int i = 0; i < 7; i++) {
            create("staging", "c" + i);
        }
        List<Integer> sizes = new ArrayList<>();
        List<String> names = new ArrayList<>();
        String next = null;
        do {
            ConfigMapList page = client.configMaps()
                    .inNamespace("staging")
                    .list(new ListOptionsBuilder()
                            .withLimit(3L)
                            .withContinue(next)
                            .build());
            sizes.add(page.getItems().size());
            page.getItems().forEach(c -> names.add(c.getMetadata().getName()));
            next = page.getMetadata().getContinue();
        } while (next != null && !next.isEmpty());
        assertThat(sizes).containsExactly(3, 3, 1);
        assertThat(names).doesNotHaveDuplicates().hasSize(7);
    }

    @Test
    void shouldFailAsOftenAsItIsTold() {
        create("staging", "one");
        kubernetes.failNext(1);
        assertThatThrownBy(this::value).satisfies(e -> assertCode(e, 503));
        assertThat(value()).isEqualTo("value");
    }

    @Test
    void shouldNotSwallowWhatWentWrongInASimulatorsThread() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        PodSimulator simulator = PodSimulator.withControllers(new PodSimulator.Settings(
                client,
                "staging",
                image -> {
                    asked.countDown();
                    throw new IllegalArgumentException("no behaviour for " + image);
                },
                Duration.ZERO));
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("staging")
                        .withName("pod")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("main")
                        .withImage("cart:1")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
        assertThatThrownBy(simulator::close)
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("no behaviour for cart:1");
    }
}
