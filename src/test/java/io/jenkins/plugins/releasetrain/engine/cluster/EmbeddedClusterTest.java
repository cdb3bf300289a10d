package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodSimulator;
import java.time.Duration;
import java.util.function.Function;

class EmbeddedClusterTest extends ClusterContract {
    private EmbeddedKubernetes kubernetes;
    private PodSimulator simulator;

    @Override
    KubernetesNamespace open(Function<String, PodBehaviour> behaviour) {
        kubernetes = EmbeddedKubernetes.start();
        kubernetes.createNamespace("staging");
        simulator = PodSimulator.withControllers(
                new PodSimulator.Settings(kubernetes.client(), "staging", behaviour, Duration.ofMillis(30)));
        return new KubernetesNamespace(kubernetes.client(), "staging");
    }

    @Override
    void close(KubernetesNamespace namespace) {
        simulator.close();
        kubernetes.close();
    }

    @Override
    void assertFieldManager(HasMetadata workload) {
        assertThat(workload.getMetadata().getManagedFields()).isEmpty();
    }
}
