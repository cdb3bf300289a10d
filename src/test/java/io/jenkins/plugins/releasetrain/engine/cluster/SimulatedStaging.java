package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodSimulator;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A namespace {@code staging} whose pods become ready at once. */
abstract class SimulatedStaging {
    EmbeddedKubernetes kubernetes;
    private PodSimulator simulator;
    Cluster cluster;

    @BeforeEach
    void start() {
        kubernetes = EmbeddedKubernetes.start();
        kubernetes.createNamespace("staging");
        simulator = PodSimulator.withControllers(new PodSimulator.Settings(
                kubernetes.client(), "staging", image -> PodBehaviour.READY, Duration.ofMillis(10)));
        cluster = new KubernetesCluster(
                new KubernetesNamespace(kubernetes.client(), "staging"),
                Runnable::run,
                Clock.systemUTC(),
                Sleeper.real());
    }

    @AfterEach
    void stop() {
        simulator.close();
        kubernetes.close();
    }

    /** Controllers write too: an edit that meets theirs is made again on what they left. */
    static void insist(Runnable edit) {
        while (true) {
            try {
                edit.run();
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
            }
        }
    }

    /** @param yaml service {@code cart}, as in a catalog */
    static Service service(String yaml) {
        return new CatalogReader()
                .read("defaults: {dev: \"shop/{service}\", production: \"shop/{service}\"}\nservices:\n  " + yaml)
                .service("cart");
    }
}
