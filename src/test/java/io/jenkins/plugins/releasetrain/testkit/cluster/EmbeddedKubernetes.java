package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientFactory;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A Kubernetes API in this process, on 127.0.0.1 and a free port: fabric8's CRUD mock with the answers of a real server
 * where {@link ApiDispatcher} says so. It has no controllers; {@link PodSimulator} plays them. It does not know strategic
 * merge, server-side apply, validation, dry run or RBAC.
 */
public final class EmbeddedKubernetes implements AutoCloseable {
    /** Held here, since java.util.logging forgets the level of a logger that nobody holds; it tells every request. */
    private static final Logger REQUESTS = Logger.getLogger(MockWebServer.class.getName());

    private final MockWebServer server = new MockWebServer();
    private final ApiDispatcher dispatcher = new ApiDispatcher();
    private final KubernetesClient client;

    private EmbeddedKubernetes() {
        REQUESTS.setLevel(Level.WARNING);
        server.setDispatcher(dispatcher);
        server.start(loopback(), 0);
        client = newClient();
    }

    public static EmbeddedKubernetes start() {
        return new EmbeddedKubernetes();
    }

    /** Closed with the server. */
    public KubernetesClient client() {
        return client;
    }

    /** To be closed by the caller; asks once and does not try again. */
    public KubernetesClient newClient() {
        return newClient(new ConfigBuilder(Config.empty())
                .withMasterUrl(url())
                .withNamespace("default")
                .withRequestRetryBackoffLimit(0)
                .build());
    }

    /** With the transport that Jenkins' kubernetes-client-api plugin ships. */
    public static KubernetesClient newClient(Config config) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new OkHttpClientFactory())
                .build();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getPort() + "/";
    }

    public void createNamespace(String name) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
    }

    /** Creates many objects at once, without a request for each. */
    public void load(Collection<? extends HasMetadata> resources) {
        resources.forEach(dispatcher::create);
    }

    /** The next requests, that many, are answered with 503, as while an API server restarts. */
    public void failNext(int requests) {
        dispatcher.failNext(requests);
    }

    /** From now on only requests with this bearer token are let in, as where tokens expire. */
    public void accept(String token) {
        dispatcher.accept(token);
    }

    /** Answered so far. */
    public int requests() {
        return server.getRequestCount();
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        client.close();
        server.shutdown();
    }
}
