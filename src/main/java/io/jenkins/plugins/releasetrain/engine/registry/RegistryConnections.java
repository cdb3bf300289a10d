package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * What all registries of a process share: one gate per host, and connections for each way to reach one. Make one for the
 * process, or a host's limits hold for each maker alone. Thread safe.
 */
public final class RegistryConnections {
    private static final int MOST_WAYS = 100;

    private final Clock clock;
    private final Sleeper sleeper;
    private final DoubleSupplier jitter;
    private final Map<String, HostGate> gates = new ConcurrentHashMap<>();
    private final Map<Way, Clients> clients = new ConcurrentHashMap<>();

    private record Way(
            Optional<String> trusted,
            Optional<RegistrySettings.ClientCertificate> own,
            Optional<RegistrySettings.Proxy> proxy,
            Duration connectTimeout) {}

    /**
     * The HTTP clients of one way.
     *
     * @param documents for answers that are read into memory
     * @param streams for uploads, whose source is waited for
     */
    record Clients(HttpClient documents, HttpClient streams) {}

    /** @param sleeper waits before a request is sent again, and while a host asks to be left alone */
    public RegistryConnections(Clock clock, Sleeper sleeper) {
        this(clock, sleeper, () -> ThreadLocalRandom.current().nextDouble());
    }

    /** @param jitter numbers between 0 and 1 that spread out who waits */
    public RegistryConnections(Clock clock, Sleeper sleeper, DoubleSupplier jitter) {
        this.clock = clock;
        this.sleeper = sleeper;
        this.jitter = jitter;
    }

    Clock clock() {
        return clock;
    }

    Sleeper sleeper() {
        return sleeper;
    }

    double jitter() {
        return jitter.getAsDouble();
    }

    /** @param most requests at once if nobody has been there before */
    HostGate gate(URI uri, int most) {
        return gates.computeIfAbsent(key(uri), host -> new HostGate(most, clock, sleeper, jitter));
    }

    /** A host by its name and port, however it is written. */
    private static String key(URI uri) {
        return uri.getHost().toLowerCase(Locale.ROOT) + ":" + Call.port(uri);
    }

    /**
     * Clients without connections that were kept.
     *
     * @param stale those whose connections lead nowhere; what is under way by them goes on
     */
    Clients renewed(RegistrySettings settings, Clients stale) {
        return clients.compute(way(settings), (w, now) -> now == null || now.equals(stale) ? connect(settings) : now);
    }

    private static Way way(RegistrySettings settings) {
        return new Way(
                settings.trustedCertificates(),
                settings.clientCertificate(),
                settings.proxy(),
                settings.limits().connectTimeout());
    }

    Clients clients(RegistrySettings settings) {
        Way way = way(settings);
        if (clients.size() > MOST_WAYS) {
            // Who has one keeps it.
            clients.clear();
        }
        return clients.computeIfAbsent(way, w -> connect(settings));
    }

    private static Clients connect(RegistrySettings settings) {
        // Answers that are read whole are read on the selector's own thread: a hand-over costs more than the work.
        return new Clients(
                client(settings).executor(Runnable::run).build(),
                client(settings).build());
    }

    private static HttpClient.Builder client(RegistrySettings settings) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.limits().connectTimeout());
        if (settings.trustedCertificates().isPresent()
                || settings.clientCertificate().isPresent()) {
            builder.sslContext(TrustedCertificates.contextFor(settings));
        }
        settings.proxy().ifPresent(proxy -> builder.proxy(proxy.selector()));
        if (settings.proxy().isEmpty() && ProxySelector.getDefault() != null) {
            builder.proxy(ProxySelector.getDefault());
        }
        return builder;
    }
}
