package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How to reach one registry.
 *
 * @param host host, with port where it is not the scheme's
 * @param plainHttp whether this registry, and a token endpoint that it names, may be spoken to without TLS
 * @param credentials asked when the registry wants to know who we are, and again after a refusal; empty for anonymous
 * @param trustedCertificates PEM of authorities that are trusted besides the platform's
 * @param clientCertificate who we are to a registry that asks for it in the TLS handshake
 * @param proxy empty: the platform's default
 * @param clusterHost name of this registry in images that a cluster pulls, where it differs
 * @param pushing whether we push here, so that rights are asked for with push from the start: some registries hide a
 *     repository from whoever may only pull
 */
public record RegistrySettings(
        String host,
        boolean plainHttp,
        Supplier<Optional<Credentials>> credentials,
        Optional<String> trustedCertificates,
        Optional<ClientCertificate> clientCertificate,
        Optional<Proxy> proxy,
        Optional<String> clusterHost,
        boolean pushing,
        Limits limits) {
    /** Docker Hub's API; its images are named docker.io/…, and a web site is at that name. */
    private static final String HUB_API = "registry-1.docker.io";

    private static final String HUB = "docker.io";
    private static final String OFFICIAL = "library/";
    private static final Set<String> HUBS = Set.of(HUB, "index.docker.io", HUB_API);

    public RegistrySettings {
        checkHost(host);
        clusterHost.ifPresent(RegistrySettings::checkHost);
    }

    /**
     * Refuses what cannot be a registry's host.
     *
     * @throws EngineException INVALID_INPUT, which names it
     */
    public static void checkHost(String host) {
        if (!isHost(host)) {
            throw EngineException.invalid("Not a registry host: '" + host
                    + "'; expected host or host:port of letters, digits, dots and hyphens, without scheme,"
                    + " user and path");
        }
    }

    private static boolean isHost(String host) {
        try {
            URI uri = new URI("https://" + host).parseServerAuthority();
            boolean only = host.equals(uri.getRawAuthority()) && uri.getUserInfo() == null;
            return only
                    && uri.getHost() != null
                    && !uri.getHost().endsWith(".")
                    && uri.getPort() != 0
                    && uri.getPort() < 1 << 16
                    && !host.endsWith(":");
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** TLS, anonymous, the platform's authorities. */
    public static RegistrySettings of(String host) {
        return new RegistrySettings(
                host,
                false,
                Optional::empty,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Limits.DEFAULT);
    }

    public RegistrySettings withPlainHttp() {
        return new RegistrySettings(
                host, true, credentials, trustedCertificates, clientCertificate, proxy, clusterHost, pushing, limits);
    }

    public RegistrySettings withCredentials(Supplier<Optional<Credentials>> supplier) {
        return new RegistrySettings(
                host, plainHttp, supplier, trustedCertificates, clientCertificate, proxy, clusterHost, pushing, limits);
    }

    public RegistrySettings withTrustedCertificates(String pem) {
        return new RegistrySettings(
                host, plainHttp, credentials, Optional.of(pem), clientCertificate, proxy, clusterHost, pushing, limits);
    }

    public RegistrySettings withClientCertificate(ClientCertificate own) {
        return new RegistrySettings(
                host,
                plainHttp,
                credentials,
                trustedCertificates,
                Optional.of(own),
                proxy,
                clusterHost,
                pushing,
                limits);
    }

    public RegistrySettings withProxy(Proxy other) {
        return new RegistrySettings(
                host,
                plainHttp,
                credentials,
                trustedCertificates,
                clientCertificate,
                Optional.of(other),
                clusterHost,
                pushing,
                limits);
    }

    public RegistrySettings withClusterHost(String other) {
        return new RegistrySettings(
                host,
                plainHttp,
                credentials,
                trustedCertificates,
                clientCertificate,
                proxy,
                Optional.of(other),
                pushing,
                limits);
    }

    public RegistrySettings withPush() {
        return new RegistrySettings(
                host, plainHttp, credentials, trustedCertificates, clientCertificate, proxy, clusterHost, true, limits);
    }

    public RegistrySettings withLimits(Limits other) {
        return new RegistrySettings(
                host,
                plainHttp,
                credentials,
                trustedCertificates,
                clientCertificate,
                proxy,
                clusterHost,
                pushing,
                other);
    }

    /** Where the API is: scheme and host, without a trailing slash. */
    URI origin() {
        return URI.create((plainHttp ? "http://" : "https://") + (isHub(host) ? HUB_API : host));
    }

    /** The host that image references use. */
    public String name() {
        return name(host);
    }

    /** The host that image references use, for whatever name of it somebody wrote. */
    static String name(String host) {
        return isHub(host) ? HUB : host;
    }

    /**
     * What somebody wrote of a registry and its repository, as we call both: Docker writes {@code docker.io/library/cart} of
     * what is {@code cart} there.
     */
    static ImageReference named(ImageReference written) {
        String repository = written.repository();
        boolean official = isHub(written.registry()) && repository.matches(OFFICIAL + "[^/]+");
        return new ImageReference(
                name(written.registry()),
                official ? repository.substring(OFFICIAL.length()) : repository,
                written.tag(),
                written.digest());
    }

    /**
     * Whether two names are of one host: case says nothing, TLS' own port may be written or not, and Docker Hub has several.
     */
    public static boolean isSameHost(String one, String other) {
        return bare(name(one)).equals(bare(name(other)));
    }

    private static String bare(String host) {
        String plain = host.toLowerCase(Locale.ROOT);
        return plain.endsWith(":443") ? plain.substring(0, plain.length() - 4) : plain;
    }

    /** A repository as the API wants it: Docker Hub's official images are in {@code library}. */
    String path(String repository) {
        return isHub(host) && !repository.contains("/") ? OFFICIAL + repository : repository;
    }

    private static boolean isHub(String host) {
        return HUBS.contains(bare(host));
    }

    /** User and password, or user and access token; an identity token where the user is {@code <token>}. */
    public record Credentials(String user, String password) {
        /** As Docker's configuration marks it. */
        private static final String TOKEN_USER = "<token>";

        boolean isIdentityToken() {
            return TOKEN_USER.equals(user);
        }

        /** Without the password (I9). */
        @Override
        public String toString() {
            return user + ":***";
        }
    }

    /** A certificate with its key. Two are equal if their certificates are. */
    public record ClientCertificate(KeyStore store, String password) {
        private List<Certificate> certificates() {
            try {
                List<Certificate> all = new ArrayList<>();
                for (String alias : Collections.list(store.aliases())) {
                    all.add(store.getCertificate(alias));
                }
                return all;
            } catch (KeyStoreException e) {
                throw EngineException.invalid("The client certificate's store cannot be read");
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ClientCertificate c && c.certificates().equals(certificates());
        }

        @Override
        public int hashCode() {
            return certificates().hashCode();
        }

        /** Without the password (I9). */
        @Override
        public String toString() {
            return "client certificate";
        }
    }

    /**
     * How to get out.
     *
     * @param selector the proxy of each address, with the exceptions
     * @param login for a proxy that wants to know who we are, asked for each request
     */
    public record Proxy(ProxySelector selector, Supplier<Optional<PasswordAuthentication>> login) {
        /**
         * What a request tells the proxy on its way; empty where there is none. No {@link java.net.Authenticator} does it: with
         * one, Java's client drops our own credentials for the registry and fails at its 401.
         */
        Optional<String> authorization(URI uri) {
            return host(uri).flatMap(proxied -> login.get()).map(Proxy::basic);
        }

        /** The proxy that an address is reached by, as host and port; empty where there is none. */
        Optional<String> host(URI uri) {
            return selector.select(uri).stream()
                    .filter(proxy -> proxy.type() == java.net.Proxy.Type.HTTP)
                    .map(proxy -> (InetSocketAddress) proxy.address())
                    .map(address -> address.getHostString() + ":" + address.getPort())
                    .findFirst();
        }

        private static String basic(PasswordAuthentication login) {
            String both = login.getUserName() + ":" + new String(login.getPassword());
            return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * @param concurrentRequests most requests under way at once at this host; fewer while it throttles
     * @param documentBytes largest manifest, index, config or page of tags that is read, in bytes
     * @param connectTimeout for a connection to be made
     * @param requestTimeout for an answer to begin, and for a transfer to make no progress; five times as long for an
     *     upload to be stored after its last byte
     * @param attempts tries of a request that fails for a passing reason, the first included; a throttled one is tried on
     *     as long as the host serves others, for the longest wait at most
     * @param firstBackoff wait before the second try; doubles from try to try; a tenth of it where a host throttles
     *     without saying for how long
     * @param longestWait above it, a Retry-After is a failure instead of a wait
     * @param transfers blobs streamed at once from or to this host
     * @param imageBytes largest image or index that is copied here, counted over what is missing
     */
    public record Limits(
            int concurrentRequests,
            int documentBytes,
            Duration connectTimeout,
            Duration requestTimeout,
            int attempts,
            Duration firstBackoff,
            Duration longestWait,
            int transfers,
            long imageBytes) {
        /**
         * 32 requests, 16 MiB, 10 s to connect, 60 s to answer, 5 tries from 0.5 s on, at most 2 minutes of waiting, 6
         * transfers, images of any size.
         */
        public static final Limits DEFAULT = new Limits(
                32,
                16 << 20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                5,
                Duration.ofMillis(500),
                Duration.ofMinutes(2));

        private static final int TRANSFERS = 6;
        private static final int STORING = 5;
        private static final int THROTTLED = 10;

        /** With the usual transfers, and images of any size. */
        public Limits(
                int concurrentRequests,
                int documentBytes,
                Duration connectTimeout,
                Duration requestTimeout,
                int attempts,
                Duration firstBackoff,
                Duration longestWait) {
            this(
                    concurrentRequests,
                    documentBytes,
                    connectTimeout,
                    requestTimeout,
                    attempts,
                    firstBackoff,
                    longestWait,
                    TRANSFERS,
                    Long.MAX_VALUE);
        }

        public Limits {
            if (concurrentRequests < 1 || documentBytes < 1 || attempts < 1 || transfers < 1 || imageBytes < 1) {
                throw EngineException.invalid("A registry's limits must be positive");
            }
        }

        /** For somebody who waits for the answer: one try, none of its parts longer than this. */
        public Limits forOneTry(Duration longest) {
            return new Limits(
                    concurrentRequests,
                    documentBytes,
                    longest,
                    longest,
                    1,
                    firstBackoff,
                    longest,
                    transfers,
                    imageBytes);
        }

        /** The wait after so many failed tries. */
        Duration backoff(int failedTries) {
            Duration wait = firstBackoff.multipliedBy(1L << Math.min(failedTries - 1, 10));
            return wait.compareTo(longestWait) > 0 ? longestWait : wait;
        }

        /** The first pause where a host throttles and does not say for how long. */
        Duration throttledPause() {
            return firstBackoff.dividedBy(THROTTLED);
        }

        /** How long an upload may take to be stored after its last byte: registries copy gigabytes to their storage. */
        Duration storing() {
            return requestTimeout.multipliedBy(STORING);
        }
    }
}
