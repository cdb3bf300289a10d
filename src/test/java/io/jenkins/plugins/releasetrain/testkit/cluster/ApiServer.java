package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.File;
import java.util.UUID;

/** A namespace of its own on the API server that the environment names; deleted when closed. */
public final class ApiServer implements AutoCloseable {
    /** Environment variable with the path of a kubeconfig whose user may do everything. */
    public static final String KUBECONFIG = "RELEASE_TRAIN_TEST_KUBECONFIG";

    private final String namespace = "release-train-test-" + UUID.randomUUID();
    private final KubernetesClient client;

    private ApiServer(Config config) {
        client = EmbeddedKubernetes.newClient(config);
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
    }

    public static ApiServer fromEnvironment() {
        Config config = Config.fromKubeconfig(new File(System.getenv(KUBECONFIG)));
        return new ApiServer(
                new ConfigBuilder(config).withRequestRetryBackoffLimit(3).build());
    }

    public KubernetesClient client() {
        return client;
    }

    public String namespace() {
        return namespace;
    }

    @Override
    public void close() {
        client.namespaces().withName(namespace).delete();
        client.close();
    }
}
