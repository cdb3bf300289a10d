package io.jenkins.plugins.releasetrain.engine.cluster;

import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodSimulator;
import java.time.Duration;
import java.util.function.Function;

class EmbeddedBesideTest extends BesideContract {
    private EmbeddedKubernetes kubernetes;
    private PodSimulator simulator;

    @Override
    KubernetesNamespace open(Function<String, PodBehaviour> behaviour) {
        kubernetes = EmbeddedKubernetes.start();
        kubernetes.createNamespace("cd");
        simulator = PodSimulator.withControllers(
                new PodSimulator.Settings(kubernetes.client(), "cd", behaviour, Duration.ofMillis(30)));
        return new KubernetesNamespace(kubernetes.client(), "cd");
    }

    @Override
    void close() {
        simulator.close();
        kubernetes.close();
    }
}
