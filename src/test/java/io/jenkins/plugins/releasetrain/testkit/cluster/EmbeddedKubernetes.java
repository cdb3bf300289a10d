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
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A Kubernetes API in this process, on 127.0.0.1 and a free port: fabric8's CRUD mock with the answers of a real server
 * where {@link ApiDispatcher} says so. It has no controllers; {@link PodSimulator} plays them. It does not know strategic
 * merge, server-side apply or validation.
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

    /** Replaces an object, without a request and whatever its version. */
    public void update(HasMetadata resource) {
        dispatcher.update(resource, "");
    }

    public void updateStatus(HasMetadata resource) {
        dispatcher.update(resource, "/status");
    }

    /** Requests are remembered until then, and what watches were told. */
    public void forgetRequests() throws InterruptedException {
        while (server.takeRequest(0, TimeUnit.MILLISECONDS) != null) {
            // Taken out.
        }
        compact();
    }

    /** The next requests, that many, are answered with 503, as while an API server restarts. */
    public void failNext(int requests) {
        dispatcher.access().failNext(requests);
    }

    /** From now on only requests with this bearer token are let in, as where tokens expire. */
    public void accept(String token) {
        dispatcher.access().accept(token);
    }

    /** From now on nobody may do this, as in {@code deny("watch", "pods")}. */
    public void deny(String verb, String plural) {
        dispatcher.access().deny(verb, plural);
    }

    /**
     * Admission that looks at patches: one that holds this text is answered with this status.
     *
     * @param message empty: it is let in again
     */
    public void admit(String text, int code, String message) {
        dispatcher.access().admit(text, code, message);
    }

    /** Admission that looks at what is made: the next so many objects of this kind are answered with this status. */
    public void admitNew(String plural, int times, int code, String message) {
        dispatcher.access().admitNew(plural, times, code, message);
    }

    /** What is deleted from now on is in the way of so many that are to be made of its kind, as with a finalizer on it. */
    public void lingerAfterDelete(int times) {
        dispatcher.access().lingerAfterDelete(times);
    }

    public void allow(String verb, String plural) {
        dispatcher.access().allow(verb, plural);
    }

    /** Each list more than these is answered with 429. */
    public void limitLists(int more) {
        dispatcher.access().limitLists(more);
    }

    /** From now on the next page of a list is answered with 410, as where compaction is quicker than whoever lists. */
    public void forgetPages(boolean forget) {
        dispatcher.access().forgetPages(forget);
    }

    /** How often each verb was asked for of each kind, as in {@code list pods}. */
    public Map<String, Integer> asked() {
        return dispatcher.access().asked();
    }

    /** Ends all watches, as a load balancer does. */
    public void dropWatches() {
        dispatcher.journal().drop();
    }

    /** Watches stay open, and nothing comes any more. */
    public void muteWatches(boolean mute) {
        dispatcher.journal().mute(mute);
    }

    /** Changes so far are not remembered any more: who watches since then gets 410 when he comes back. */
    public void compact() {
        dispatcher.journal().forget();
    }

    /** Restored from a backup: all watches end, and all versions are lower than before. */
    public void restart() {
        dispatcher.restart();
    }

    /** Tells all who watch the version that they are at. */
    public void bookmark() {
        dispatcher.journal().bookmark();
    }

    /** Connections that watch now. */
    public int watches() {
        return dispatcher.journal().watchers();
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
