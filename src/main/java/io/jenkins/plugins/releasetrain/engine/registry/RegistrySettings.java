package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How to reach one registry.
 *
 * @param host host, with port where it is not the scheme's, as in image references
 * @param plainHttp whether this registry, and a token endpoint that it names, may be spoken to without TLS
 * @param credentials asked when the registry wants to know who we are, and again after a refusal; empty for anonymous
 * @param trustedCertificates PEM of authorities that are trusted besides the platform's
 */
public record RegistrySettings(
        String host,
        boolean plainHttp,
        Supplier<Optional<Credentials>> credentials,
        Optional<String> trustedCertificates,
        Limits limits) {

    public RegistrySettings {
        if (host.isBlank() || host.contains("/")) {
            throw EngineException.invalid(
                    "Not a registry host: '" + host + "'; expected host or host:port without scheme and path");
        }
    }

    /** TLS, anonymous, the platform's authorities. */
    public static RegistrySettings of(String host) {
        return new RegistrySettings(host, false, Optional::empty, Optional.empty(), Limits.DEFAULT);
    }

    public RegistrySettings withPlainHttp() {
        return new RegistrySettings(host, true, credentials, trustedCertificates, limits);
    }

    public RegistrySettings withCredentials(Supplier<Optional<Credentials>> supplier) {
        return new RegistrySettings(host, plainHttp, supplier, trustedCertificates, limits);
    }

    public RegistrySettings withTrustedCertificates(String pem) {
        return new RegistrySettings(host, plainHttp, credentials, Optional.of(pem), limits);
    }

    public RegistrySettings withLimits(Limits other) {
        return new RegistrySettings(host, plainHttp, credentials, trustedCertificates, other);
    }

    /** Scheme and host, without a trailing slash. */
    URI origin() {
        return URI.create((plainHttp ? "http://" : "https://") + host);
    }

    /** User and password, or user and access token. */
    public record Credentials(String user, String password) {
        /** Without the password (I9). */
        @Override
        public String toString() {
            return user + ":***";
        }
    }

    /**
     * @param concurrentRequests requests under way at once when many tags are resolved
     * @param documentBytes largest manifest, index, config or page of tags that is read, in bytes
     * @param connectTimeout for a connection to be made
     * @param requestTimeout for an answer to begin, and for a transfer to make no progress
     * @param attempts tries of a request that fails for a passing reason, the first included
     * @param firstBackoff wait before the second try; doubles from try to try
     * @param longestWait above it, a Retry-After is a failure instead of a wait
     */
    public record Limits(
            int concurrentRequests,
            int documentBytes,
            Duration connectTimeout,
            Duration requestTimeout,
            int attempts,
            Duration firstBackoff,
            Duration longestWait) {
        /** 64 requests, 16 MiB, 10 s to connect, 60 s to answer, 5 tries from 0.5 s on, at most 2 minutes of waiting. */
        public static final Limits DEFAULT = new Limits(
                64,
                16 << 20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                5,
                Duration.ofMillis(500),
                Duration.ofMinutes(2));

        public Limits {
            if (concurrentRequests < 1 || documentBytes < 1 || attempts < 1) {
                throw EngineException.invalid("A registry's limits must be positive");
            }
        }

        /** The wait after so many failed tries. */
        Duration backoff(int failedTries) {
            Duration wait = firstBackoff.multipliedBy(1L << Math.min(failedTries - 1, 10));
            return wait.compareTo(longestWait) > 0 ? longestWait : wait;
        }
    }
}
