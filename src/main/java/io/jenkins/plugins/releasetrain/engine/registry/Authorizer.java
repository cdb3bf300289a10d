package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Finds the {@code Authorization} for a request: none, basic, or a bearer token per scope, as the registry's challenge
 * asks (RFC 7235; distribution "Token Authentication Specification"). Thread safe.
 */
final class Authorizer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_TOKENS = 10_000;
    /** The specification's lifetime where the token server names none. */
    private static final long DEFAULT_LIFETIME_SECONDS = 60;

    private final RegistrySettings settings;
    private final Clock clock;
    private final Function<Call, HttpResponse<byte[]>> unauthenticated;
    private final Map<String, Holder> tokens = new ConcurrentHashMap<>();
    private volatile Challenge learned = new Challenge("none", Map.of());
    private volatile String basic = "";

    /** @param unauthenticated sends a request as it is */
    Authorizer(RegistrySettings settings, Clock clock, Function<Call, HttpResponse<byte[]>> unauthenticated) {
        this.settings = settings;
        this.clock = clock;
        this.unauthenticated = unauthenticated;
    }

    /** The header's value for a request, by what was learned from earlier challenges; empty for none. */
    String header(Call call) {
        Challenge challenge = learned;
        return switch (challenge.scheme()) {
            case "bearer" -> "Bearer " + token(challenge, call, "");
            case "basic" -> basic;
            default -> "";
        };
    }

    /**
     * Learns from a 401.
     *
     * @param refused the header's value that was refused; empty for none
     * @return the value to try instead; empty where there is nothing else to try
     */
    Optional<String> challenged(Call call, HttpHeaders answer, String refused) {
        List<Challenge> challenges = Challenge.parse(answer.allValues("WWW-Authenticate"));
        Optional<Challenge> bearer = Challenge.find(challenges, "bearer");
        if (bearer.isPresent()) {
            learned = bearer.get();
            return Optional.of("Bearer " + token(bearer.get(), call, refused));
        }
        if (Challenge.find(challenges, "basic").isPresent()) {
            Optional<String> fresh = basic();
            fresh.ifPresent(value -> {
                basic = value;
                learned = new Challenge("basic", Map.of());
            });
            return fresh.filter(value -> !value.equals(refused));
        }
        return Optional.empty();
    }

    private Optional<String> basic() {
        return settings.credentials().get().map(Authorizer::basic);
    }

    private static String basic(Credentials credentials) {
        byte[] pair = (credentials.user() + ":" + credentials.password()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private String token(Challenge challenge, Call call, String refused) {
        if (tokens.size() > MOST_TOKENS) {
            tokens.clear();
        }
        Holder holder = tokens.computeIfAbsent(call.scopes(), s -> new Holder());
        synchronized (holder) {
            boolean usable = clock.instant().isBefore(holder.renewAt) && !refused.equals("Bearer " + holder.token);
            if (!usable) {
                fetch(challenge, call, holder);
            }
            return holder.token;
        }
    }

    private void fetch(Challenge challenge, Call call, Holder holder) {
        Instant asked = clock.instant();
        Call request = tokenRequest(challenge, call);
        HttpResponse<byte[]> response = unauthenticated.apply(request);
        if (response.statusCode() != 200) {
            String sent = request.headers().getOrDefault("Authorization", "");
            throw Failures.status(request, response.statusCode(), response.body(), Sent.of(sent, response.headers()));
        }
        try {
            JsonNode json = JSON.readTree(response.body());
            String token = json.path("token").asText(json.path("access_token").asText());
            if (token.isEmpty()) {
                throw Failures.of(FailureKind.UNSUPPORTED, request, "answered without a token.");
            }
            long lifetime = json.path("expires_in").asLong(DEFAULT_LIFETIME_SECONDS);
            holder.token = token;
            // A tenth early, so that a token does not expire on its way.
            holder.renewAt = asked.plusMillis(lifetime * 900);
        } catch (IOException e) {
            throw Failures.of(FailureKind.UNSUPPORTED, request, "answered something that is not a token response.");
        }
    }

    private Call tokenRequest(Challenge challenge, Call call) {
        String realm = challenge.parameter("realm").orElse("");
        StringBuilder query = new StringBuilder();
        challenge.parameter("service").ifPresent(s -> query.append("&service=").append(encoded(s)));
        for (String scope : call.scopes().split(" ")) {
            query.append("&scope=").append(encoded(scope));
        }
        query.setCharAt(0, realm.contains("?") ? '&' : '?');
        String action = "get a token for " + call.scopes() + " of registry " + settings.host();
        Call request;
        try {
            request = Call.of(action, "GET", URI.create(realm + query), "");
        } catch (IllegalArgumentException e) {
            throw Failures.of(FailureKind.UNSUPPORTED, call, "was answered with an unusable token endpoint.");
        }
        checkEndpoint(call, request.uri());
        Optional<String> credentials = basic();
        if (credentials.isPresent()) {
            requireSafe(request);
        }
        return credentials.map(c -> request.header("Authorization", c)).orElse(request);
    }

    private static void checkEndpoint(Call call, URI endpoint) {
        boolean http = "https".equalsIgnoreCase(endpoint.getScheme()) || "http".equalsIgnoreCase(endpoint.getScheme());
        if (!http || endpoint.getHost() == null) {
            throw Failures.of(FailureKind.UNSUPPORTED, call, "was answered with an unusable token endpoint.");
        }
    }

    private void requireSafe(Call request) {
        if (!"https".equalsIgnoreCase(request.uri().getScheme()) && !settings.plainHttp()) {
            throw Failures.of(
                    FailureKind.TLS,
                    request,
                    "is not sent: the token endpoint has no TLS, and credentials would be readable on the way. Let the"
                            + " registry name an https endpoint, or opt in to plain HTTP for this registry.");
        }
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** A scope's token; its own lock lets one thread ask while the others wait for the same scope only. */
    private static final class Holder {
        private String token = "";
        private Instant renewAt = Instant.MIN;
    }

    /**
     * What a refused request carried.
     *
     * @param insufficientScope whether the registry says that we are known but lack a right (RFC 6750 section 3.1)
     * @param secrets texts that no message may show
     */
    record Sent(boolean insufficientScope, List<String> secrets) {
        static Sent of(String authorization, HttpHeaders answer) {
            boolean insufficient = Challenge.parse(answer.allValues("WWW-Authenticate")).stream()
                    .anyMatch(c -> "insufficient_scope".equals(c.parameters().get("error")));
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
    }
}
