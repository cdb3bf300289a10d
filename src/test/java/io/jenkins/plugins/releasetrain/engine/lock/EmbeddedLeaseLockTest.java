package io.jenkins.plugins.releasetrain.engine.lock;

import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;

class EmbeddedLeaseLockTest extends LeaseLockContract {
    private EmbeddedKubernetes kubernetes;

    @Override
    KubernetesNamespace openNamespace() {
        kubernetes = EmbeddedKubernetes.start();
        kubernetes.createNamespace("staging");
        return new KubernetesNamespace(kubernetes.client(), "staging");
    }

    @Override
    void close() {
        kubernetes.close();
    }
}
