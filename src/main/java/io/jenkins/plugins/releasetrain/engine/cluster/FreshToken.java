package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** A bearer token that is read again, as whoever renews it before it expires expects of its users. */
public final class FreshToken implements OAuthTokenProvider {
    private static final Duration KEPT = Duration.ofSeconds(10);

    private final Supplier<String> source;
    private final Clock clock;
    private String token;
    private Instant readAt = Instant.MIN;

    /** @param source of the token; null where there is none */
    public FreshToken(Supplier<String> source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    /** Lets a client ask for it with every request. */
    public void use(Config config) {
        config.setAutoOAuthToken(null);
        config.setOauthToken(null);
        config.setOauthTokenProvider(this);
    }

    @Override
    public synchronized String getToken() {
        Instant now = clock.instant();
        if (!now.isBefore(readAt == Instant.MIN ? now : readAt.plus(KEPT))) {
            token = source.get();
            readAt = now;
        }
        return token;
    }
}
