package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Finds the {@code Authorization} for a request: none, basic, or a bearer token whose scopes cover it, as the registry's
 * challenge asks (RFC 7235; distribution "Token Authentication Specification"). Thread safe.
 */
final class Authorizer {
    private static final int MOST_REPOSITORIES = 10_000;
    private static final Duration YOUNG = Duration.ofSeconds(10);

    private final RegistrySettings settings;
    private final Clock clock;
    private final Function<Call, HttpResponse<byte[]>> unauthenticated;
    private final TokenRequests requests;
    private final Map<String, Held> tokens = new ConcurrentHashMap<>();
    private volatile Challenge learned = new Challenge("none", Map.of());
    private volatile String basic = "";
    /** Whether the base address was asked by itself; its lock lets the others wait for the answer. */
    private final Object introducing = new Object();

    private boolean introduced;

    /** @param unauthenticated sends a request as it is */
    Authorizer(RegistrySettings settings, Clock clock, Function<Call, HttpResponse<byte[]>> unauthenticated) {
        this.settings = settings;
        this.clock = clock;
        this.unauthenticated = unauthenticated;
        requests = new TokenRequests(settings, clock, unauthenticated);
    }

    /**
     * Asks the registry's base address, as every client does that has an account, whether it wants to know who we are; where
     * a success comes with a challenge, it does (RFC 9110 section 11.6.1). Once only, and not where we have no account.
     *
     * @return whether we have something to say by now
     */
    boolean introduce(Call call) {
        if (!"none".equals(learned.scheme()) || settings.credentials().get().isEmpty()) {
            return false;
        }
        synchronized (introducing) {
            if (!introduced) {
                introduced = true;
                List<Challenge> challenges = Challenge.parse(said(call));
                Challenge.find(challenges, "basic").ifPresent(b -> freshBasic(""));
                Challenge.find(challenges, "bearer").ifPresent(b -> learned = b.without("scope"));
            }
        }
        return !"none".equals(learned.scheme());
    }

    private List<String> said(Call call) {
        Call base = Call.of(call.action(), "GET", settings.origin().resolve("/v2/"));
        return unauthenticated.apply(base).headers().allValues("WWW-Authenticate");
    }

    /** The header's value for a request, by what was learned from earlier challenges; empty for none. */
    String header(Call call) {
        Challenge challenge = learned;
        return switch (challenge.scheme()) {
            case "bearer" -> "Bearer " + token(challenge, call, "", false);
            case "basic" -> basic;
            default -> "";
        };
    }

    /**
     * Learns from a 401.
     *
     * @param refused the header's value that was refused; empty for none
     * @param round counted from one; from the second on the challenge's own scope is asked for, which may be another than
     *     the path tells, as behind a reverse proxy
     * @return the value to try instead; empty where there is nothing else to try
     */
    Optional<String> challenged(Call call, HttpHeaders answer, String refused, int round) {
        List<Challenge> challenges = challenges(call, answer);
        boolean basicWillDo = Challenge.find(challenges, "basic").isPresent();
        Optional<Challenge> bearer = Challenge.find(challenges, "bearer").map(found -> found.completedBy(learned));
        if (bearer.isPresent()) {
            try {
                return bearer(bearer.get(), call, refused, round);
            } catch (EngineException e) {
                // Both are offered, and the token server is none, or not to be reached.
                if (!basicWillDo || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
        return basicWillDo ? freshBasic(refused) : Optional.empty();
    }

    private Optional<String> bearer(Challenge challenge, Call call, String refused, int round) {
        if (round > 1 && challenge.scopes().isEmpty()) {
            return Optional.empty();
        }
        try {
            String value = "Bearer " + token(challenge, call, refused, round > 1);
            learned = challenge.without("scope");
            return Optional.of(value);
        } catch (TokenDenied e) {
            // Whether it is for the account or for what was asked for, only that token server can tell.
            if ("none".equals(learned.scheme())) {
                learned = challenge.without("scope");
            }
            throw e;
        }
    }

    /**
     * The credentials as they are now, where a registry takes them as they are.
     *
     * @param refused what was sent
     * @return empty where it would be the same again
     */
    Optional<String> freshBasic(String refused) {
        Optional<String> fresh = settings.credentials().get().map(Authorizer::basic);
        fresh.ifPresent(value -> {
            basic = value;
            learned = new Challenge("basic", Map.of());
        });
        return fresh.filter(value -> !value.equals(refused));
    }

    /**
     * Whether what was refused by a 403 may be another one by now: Amazon's says so of credentials that have expired, and others of
     * tokens (distribution#973, ECR Public). A token that was given just now is none of those.
     */
    boolean isOutdated(Call call, String refused) {
        if (refused.startsWith("Basic ")) {
            return freshBasic(refused).isPresent();
        }
        Held held = tokens.get(repository(call));
        if (held == null || !refused.startsWith("Bearer ")) {
            return false;
        }
        Instant young = clock.instant().minus(YOUNG);
        synchronized (held) {
            return held.tokens.removeIf(
                    t -> refused.equals("Bearer " + t.value()) && t.given().isBefore(young));
        }
    }

    private static String repository(Call call) {
        return call.scopes().isEmpty() ? "" : call.scopes().get(0).repository();
    }

    /** A refusal that does not say what is wanted means what was wanted before, or what the base address says. */
    private List<Challenge> challenges(Call call, HttpHeaders answer) {
        List<String> said = answer.allValues("WWW-Authenticate");
        if (said.isEmpty() && !"none".equals(learned.scheme())) {
            return List.of(learned);
        }
        if (said.isEmpty()) {
            said = said(call);
        }
        return Challenge.parse(said);
    }

    static String basic(Credentials credentials) {
        byte[] pair = (credentials.user() + ":" + credentials.password()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private String token(Challenge challenge, Call call, String refused, boolean asChallenged) {
        if (tokens.size() > MOST_REPOSITORIES) {
            tokens.clear();
        }
        Held held = tokens.computeIfAbsent(repository(call), r -> new Held());
        synchronized (held) {
            Optional<Token> usable = held.usable(call.scopes(), refused, asChallenged, clock);
            if (usable.isPresent()) {
                return usable.get().value();
            }
            Token fresh = requests.fetch(challenge, call, asChallenged);
            if (asChallenged) {
                // What others got by our words meanwhile is refused as ours was.
                held.tokens.removeIf(t -> !t.asChallenged() && Scope.cover(fresh.scopes(), t.scopes()));
            }
            held.tokens.add(fresh);
            return fresh.value();
        }
    }

    /** Whether it is the token that is not taken, and not what it allows (RFC 6750 section 3.1). */
    static boolean isInvalidToken(HttpHeaders answer) {
        return says(answer, "invalid_token");
    }

    private static boolean says(HttpHeaders answer, String error) {
        return Challenge.parse(answer.allValues("WWW-Authenticate")).stream()
                .anyMatch(c -> error.equals(c.parameters().get("error")));
    }

    /** The tokens of one repository; its lock lets one thread ask while the others wait for the same repository only. */
    private static final class Held {
        private final List<Token> tokens = new ArrayList<>();

        /** @param asChallenged not what anybody got by our words, which were refused */
        Optional<Token> usable(List<Scope> scopes, String refused, boolean asChallenged, Clock clock) {
            tokens.removeIf(t -> !clock.instant().isBefore(t.renewAt()) || refused.equals("Bearer " + t.value()));
            return tokens.stream()
                    .filter(t -> t.asChallenged() || !asChallenged)
                    .filter(t -> scopes.isEmpty() ? t.scopes().isEmpty() : Scope.cover(t.scopes(), scopes))
                    .findFirst();
        }
    }

    /**
     * A token.
     *
     * @param scopes what it is used for
     * @param given when it was asked for
     * @param asChallenged whether it was asked for in the words of the registry
     */
    record Token(List<Scope> scopes, String value, Instant given, Instant renewAt, boolean asChallenged) {
        /** Without the token (I9). */
        @Override
        public String toString() {
            return "token for " + Scope.text(scopes);
        }
    }

    /**
     * What a refused request carried.
     *
     * @param insufficientScope whether the registry says that we are known but lack a right (RFC 6750 section 3.1)
     * @param secrets texts that no message may show
     */
    record Sent(boolean insufficientScope, List<String> secrets) {
        /** With a password that went in the body. */
        Sent and(String secret) {
            List<String> all = new ArrayList<>(secrets);
            all.add(secret);
            all.removeIf(String::isEmpty);
            return new Sent(insufficientScope, List.copyOf(all));
        }

        static Sent of(String authorization, HttpHeaders answer) {
            boolean insufficient = says(answer, "insufficient_scope");
            List<String> secrets = new ArrayList<>();
            if (!authorization.isEmpty()) {
                String value = authorization.substring(authorization.indexOf(' ') + 1);
                secrets.add(value);
                if (authorization.startsWith("Basic ")) {
                    String pair = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
                    secrets.add(pair.substring(pair.indexOf(':') + 1));
                }
                secrets.removeIf(String::isEmpty);
            }
            return new Sent(insufficient, List.copyOf(secrets));
        }

        /** Without the secrets (I9). */
        @Override
        public String toString() {
            return insufficientScope ? "insufficient scope" : "refused";
        }
    }
}
