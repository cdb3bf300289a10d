package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.TokenRefreshInterceptor;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A bearer token that is read again, as whoever renews it before it expires expects of its users; and at once, where the API
 * server refuses it (Kubernetes, "client-go credential plugins").
 */
public final class FreshToken implements Interceptor {
    private static final String AUTHORIZATION = "Authorization";
    private static final String BEARER = "Bearer ";

    private final Supplier<String> source;
    private final Duration kept;
    private final Clock clock;
    private String token;
    private Instant readAt = Instant.MIN;

    /**
     * @param source of the token; null where there is none
     * @param kept how long it is used without being read again
     */
    public FreshToken(Supplier<String> source, Duration kept, Clock clock) {
        this.source = source;
        this.kept = kept;
        this.clock = clock;
    }

    /** A client that asks for it with every request, and goes by it alone. */
    public KubernetesClientBuilder client(Config config) {
        config.setAutoOAuthToken(null);
        config.setOauthToken(null);
        return new KubernetesClientBuilder()
                .withConfig(config)
                // Another name would leave the client's own, which knows no token, to decide about retries.
                .withHttpClientBuilderConsumer(
                        builder -> builder.addOrReplaceInterceptor(TokenRefreshInterceptor.NAME, this));
    }

    @Override
    public void before(BasicBuilder headers, HttpRequest request, RequestTags tags) {
        String current = current();
        if (current != null) {
            headers.setHeader(AUTHORIZATION, BEARER + current);
        }
    }

    @Override
    public CompletableFuture<Boolean> afterFailure(BasicBuilder headers, HttpResponse<?> response, RequestTags tags) {
        if (response.code() != HttpURLConnection.HTTP_UNAUTHORIZED) {
            return CompletableFuture.completedFuture(false);
        }
        String refused = response.request() == null ? "" : response.request().header(AUTHORIZATION);
        String other = insteadOf(refused);
        if (other == null || (BEARER + other).equals(refused)) {
            return CompletableFuture.completedFuture(false);
        }
        headers.setHeader(AUTHORIZATION, BEARER + other);
        return CompletableFuture.completedFuture(true);
    }

    private synchronized String current() {
        Instant now = clock.instant();
        if (readAt == Instant.MIN || !now.isBefore(readAt.plus(kept))) {
            read(now);
        }
        return token;
    }

    /** Another thread may have read a new one already. */
    private synchronized String insteadOf(String refused) {
        if (token == null || (BEARER + token).equals(refused)) {
            read(clock.instant());
        }
        return token;
    }

    private void read(Instant now) {
        token = source.get();
        readAt = now;
    }
}
