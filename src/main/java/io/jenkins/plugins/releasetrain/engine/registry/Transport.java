package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Speaks to one registry as the account that is configured: authentication and redirects. Thread safe. */
final class Transport {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> SAME_METHOD = Set.of(307, 308);
    private static final Set<String> DOCUMENTS = Set.of("application/json", "text/plain", "");
    private static final int MOST_REDIRECTS = 5;
    /** What no URI may contain as it is (RFC 3986 section 2), and what servers write all the same. */
    private static final Pattern RAW = Pattern.compile("[^A-Za-z0-9\\-._~:/?#\\[\\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})");

    private static final int MOST_CHALLENGES = 2;
    private static final int LONGEST_ERROR = 8192;
    private static final byte[] NOTHING = {};
    private static final Duration LET_IN = Duration.ofMinutes(5);

    private final RegistrySettings settings;
    private final RegistryConnections connections;
    private final URI origin;
    private final Sender sender;
    private final Authorizer authorizer;
    private volatile Instant letInUntil = Instant.MIN;

    Transport(RegistrySettings settings, RegistryConnections connections) {
        this.settings = settings;
        this.connections = connections;
        origin = settings.origin();
        sender = new Sender(settings, connections);
        authorizer = new Authorizer(settings, connections.clock(), call -> sender.document(call, ""));
        connections
                .gate(origin, settings.limits().concurrentRequests())
                .allow(settings.limits().concurrentRequests());
    }

    URI uri(String path) {
        return URI.create(origin + path);
    }

    RegistrySettings settings() {
        return settings;
    }

    RegistryConnections connections() {
        return connections;
    }

    Sender sender() {
        return sender;
    }

    /** An answer without a body (HEAD). */
    HttpResponse<Void> head(Call call) {
        return redirected(call, sender::head);
    }

    /** An answer whose body is read into memory. */
    HttpResponse<byte[]> document(Call call) {
        return redirected(call, sender::document);
    }

    /** An answer whose body the caller reads and closes. */
    HttpResponse<InputStream> stream(Call call) {
        return redirected(call, sender::stream);
    }

    /** Sends a body that cannot be sent twice, so without repetition; a standstill of the transfer ends it. */
    HttpResponse<byte[]> upload(Call call, VerifyingStream content) {
        return sender.upload(call, authorization(call), content);
    }

    /** Says something that needs no answer. */
    void tell(Call call) {
        try {
            sender.tell(call, authorization(call));
        } catch (EngineException e) {
            // It is a courtesy; the reason for it is told elsewhere.
        }
    }

    /**
     * Whether the registry knows the account: then a 401 or 403 for a repository may as well mean that it is not there,
     * which Quay, Docker Hub, Artifactory and Harbor say so to whoever does not see it.
     */
    boolean letsIn() {
        if (connections.clock().instant().isBefore(letInUntil)) {
            return true;
        }
        try {
            return remembered(document(base()));
        } catch (EngineException e) {
            return false;
        }
    }

    private boolean remembered(HttpResponse<byte[]> answer) {
        boolean in = answer.statusCode() == 200 && isMarked(answer);
        letInUntil = in ? connections.clock().instant().plus(LET_IN) : Instant.MIN;
        return in;
    }

    /**
     * Looks whether the registry knows the account still: credentials expire, and then nothing can be told from what is
     * hidden.
     *
     * @param hidden the error otherwise
     */
    void requireKnown(EngineException hidden) {
        Call base = base();
        HttpResponse<byte[]> answer = document(base);
        if (!remembered(answer)) {
            boolean refused = answer.statusCode() == 401 || answer.statusCode() == 403;
            throw refused ? failure(base, answer) : hidden;
        }
    }

    /** A registry says its API's version, or answers {@code /v2/} with JSON; a web site answers with a page. */
    boolean isMarked(HttpResponse<byte[]> answer) {
        boolean marked =
                answer.headers().firstValue("Docker-Distribution-Api-Version").isPresent();
        boolean plain = answer.statusCode() == 200 && DOCUMENTS.contains(HttpRegistry.contentType(answer));
        return isRegistry(answer.uri()) && (marked || plain);
    }

    /** The request by which a registry says that it is one (distribution specification, "Determining Support"). */
    Call base() {
        return Call.of("ask whether registry " + settings.host() + " lets us in", "GET", uri("/v2/"));
    }

    /** The error for an answer that the caller did not expect. */
    EngineException failure(Call call, HttpResponse<?> response) {
        byte[] body = response.body() instanceof byte[] bytes ? bytes : NOTHING;
        if (response.body() instanceof InputStream in) {
            try (in) {
                body = in.readNBytes(LONGEST_ERROR);
            } catch (IOException e) {
                body = NOTHING;
            }
        }
        String authorization =
                response.request().headers().firstValue("Authorization").orElse("");
        Call answered = call.to(response.uri());
        // What another host says is not for our users: an answer from within the network might be led out that way.
        byte[] quoted = isRegistry(response.uri()) ? body : NOTHING;
        return Failures.status(
                answered, response.statusCode(), quoted, Authorizer.Sent.of(authorization, response.headers()));
    }

    private <T> HttpResponse<T> redirected(Call call, BiFunction<Call, String, HttpResponse<T>> send) {
        Call current = call;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpResponse<T> response = challenged(current, send);
            Optional<URI> elsewhere = redirect(current, response);
            if (elsewhere.isEmpty()) {
                return response;
            }
            Sender.release(response);
            current = current.to(elsewhere.get());
        }
        throw Failures.of(FailureKind.UNAVAILABLE, call, "was redirected more than " + MOST_REDIRECTS + " times.");
    }

    private <T> HttpResponse<T> challenged(Call call, BiFunction<Call, String, HttpResponse<T>> send) {
        String authorization = authorization(call);
        HttpResponse<T> response = send.apply(call, authorization);
        for (int round = 1; round <= MOST_CHALLENGES && response.statusCode() == 401; round++) {
            if (!isRegistry(call.uri())) {
                return response;
            }
            Optional<String> fresh = authorizer.challenged(call, response.headers(), authorization, round);
            if (fresh.isEmpty() || fresh.get().equals(authorization)) {
                return response;
            }
            Sender.release(response);
            authorization = fresh.get();
            response = send.apply(call, authorization);
        }
        return renewed(call, response, authorization, send);
    }

    /** Amazon's says 403 of credentials that have expired; those that are configured may be others by now. */
    private <T> HttpResponse<T> renewed(
            Call call, HttpResponse<T> response, String refused, BiFunction<Call, String, HttpResponse<T>> send) {
        if (response.statusCode() != 403 || !refused.startsWith("Basic ")) {
            return response;
        }
        Optional<String> fresh = authorizer.freshBasic(refused);
        if (fresh.isEmpty()) {
            return response;
        }
        Sender.release(response);
        return send.apply(call, fresh.get());
    }

    /** No authorization leaves for another origin than the registry's own: an upload or a blob may be elsewhere. */
    private String authorization(Call call) {
        return isRegistry(call.uri()) ? authorizer.header(call) : "";
    }

    private boolean isRegistry(URI uri) {
        return Call.sameOrigin(origin, uri);
    }

    /** Only 307 and 308 say that the same request is to be sent elsewhere (RFC 9110 section 15.4). */
    Optional<URI> redirect(Call call, HttpResponse<?> response) {
        boolean reads = "GET".equals(call.method()) || "HEAD".equals(call.method());
        if (!(reads ? REDIRECTS : SAME_METHOD).contains(response.statusCode())) {
            return Optional.empty();
        }
        return response.headers().firstValue("Location").map(location -> target(call, location));
    }

    private static String escaped(String location) {
        return RAW.matcher(location)
                .replaceAll(raw -> Matcher.quoteReplacement(
                        URLEncoder.encode(raw.group(), StandardCharsets.UTF_8).replace("+", "%20")));
    }

    /** A registry that does not know of the TLS before it names itself without; it is meant as we reach it. */
    private URI behindProxy(URI target) {
        boolean ours = "https".equals(origin.getScheme())
                && "http".equalsIgnoreCase(target.getScheme())
                && origin.getHost().equalsIgnoreCase(target.getHost());
        if (!ours) {
            return target;
        }
        String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
        return URI.create(origin + target.getRawPath() + query);
    }

    /** {@link URI#resolve} takes a path's last part away where only the query is another (RFC 3986 section 5.2.2 keeps it). */
    private static URI resolved(URI base, String location) {
        return location.startsWith("?") ? base.resolve(base.getRawPath() + location) : base.resolve(location);
    }

    /** The URI of a Location, which may be relative; never a step from TLS to plain HTTP that was not opted in to. */
    URI target(Call call, String location) {
        URI target;
        try {
            target = behindProxy(resolved(call.uri(), escaped(location.trim())));
        } catch (IllegalArgumentException e) {
            throw Failures.of(FailureKind.UNSUPPORTED, call, "was answered with a Location that is not a URI.");
        }
        boolean allowed = "https".equalsIgnoreCase(target.getScheme())
                || "http".equalsIgnoreCase(target.getScheme()) && settings.plainHttp();
        if (!allowed || target.getHost() == null) {
            throw Failures.of(
                    FailureKind.TLS,
                    call,
                    "was redirected to " + target.getScheme() + "://" + Failures.authority(target)
                            + ", which is not allowed without the opt-in to plain HTTP.");
        }
        return target;
    }
}
