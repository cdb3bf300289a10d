package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;

/** Speaks to one registry as the account that is configured: authentication and redirects. Thread safe. */
final class Transport {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> SAME_METHOD = Set.of(307, 308);
    private static final Set<Integer> STORES_REFUSALS = Set.of(400, 401, 403, 404);
    private static final Set<String> DOCUMENTS = Set.of("application/json", "text/plain", "");
    private static final int MOST_REDIRECTS = 5;
    private static final int MOST_CHALLENGES = 2;
    /** Names for itself that a registry gives and that lead nowhere: one of each of its nodes at most. */
    private static final int MOST_INNER_NAMES = 100;

    private static final int LONGEST_ERROR = 8192;
    private static final byte[] NOTHING = {};
    private static final Duration LET_IN = Duration.ofMinutes(5);

    private final RegistrySettings settings;
    private final RegistryConnections connections;
    private final URI origin;
    private final Sender sender;
    private final Authorizer authorizer;
    private final Absences absences;
    private final Set<String> innerNames = ConcurrentHashMap.newKeySet();
    /** One asks for all who want to know at the same time. */
    private final AtomicReference<FutureTask<Boolean>> asking = new AtomicReference<>();

    private volatile Instant letInUntil = Instant.MIN;

    Transport(RegistrySettings settings, RegistryConnections connections) {
        this.settings = settings;
        this.connections = connections;
        origin = settings.origin();
        sender = new Sender(settings, connections);
        authorizer = new Authorizer(settings, connections.clock(), call -> sender.document(call, ""));
        absences = new Absences(this, connections.clock());
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

    /** The same; whoever is sent elsewhere by it, or in circles, has that for an answer. */
    HttpResponse<byte[]> ownDocument(Call call) {
        Call current = call;
        for (int redirects = 0; ; redirects++) {
            HttpResponse<byte[]> response = challenged(current, sender::document);
            Optional<URI> next = within(current, response);
            if (next.isEmpty() || redirects == MOST_REDIRECTS) {
                Call last = current;
                return absences.checked(last, response, () -> challenged(last, sender::document));
            }
            current = current.to(next.get());
        }
    }

    private Optional<URI> within(Call call, HttpResponse<?> response) {
        try {
            return redirect(call, response).filter(this::isRegistry);
        } catch (EngineException e) {
            return Optional.empty();
        }
    }

    /** An answer whose body the caller reads and closes. */
    HttpResponse<InputStream> stream(Call call) {
        return redirected(call, sender::stream);
    }

    /** Sends a body that cannot be sent twice, so without repetition; a standstill of the transfer ends it. */
    HttpResponse<byte[]> upload(Call call, VerifyingStream content) {
        String authorization = authorization(call);
        HttpResponse<byte[]> response;
        try {
            response = sender.upload(call, authorization, content);
        } catch (EngineException e) {
            throw unreachable(call, e);
        }
        if (isRenewed(call, response, authorization)) {
            throw Failures.of(
                    FailureKind.UNAUTHENTICATED, call, "was refused with credentials that have been changed since.");
        }
        return response;
    }

    /**
     * A registry may name itself as only its own network knows it. It is asked as we reach it from then on; nobody else gets
     * to know by it who we are (I9).
     */
    private EngineException unreachable(Call call, EngineException e) {
        boolean itself =
                !isRegistry(call.uri()) && Locations.isOfApi(call.uri()) && innerNames.size() < MOST_INNER_NAMES;
        if (!itself || !Failures.isUnreachable(e)) {
            return e;
        }
        innerNames.add(Failures.authority(call.uri()));
        return Failures.of(
                FailureKind.UNAVAILABLE,
                call,
                "could not be sent: registry " + settings.host() + " named this address, which cannot be reached from"
                        + " here. Let the proxy before it pass on its name (X-Forwarded-Host, X-Forwarded-Proto), or let"
                        + " it answer with relative Locations.");
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
        FutureTask<Boolean> mine = new FutureTask<>(this::isLetIn);
        FutureTask<Boolean> asked = asking.compareAndExchange(null, mine);
        if (asked == null) {
            mine.run();
            asking.set(null);
        }
        try {
            return (asked == null ? mine : asked).get();
        } catch (ExecutionException e) {
            // Who asked for all may have been stopped meanwhile, which says nothing to the others.
            return asked != null && letsIn();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isLetIn() {
        return connections.clock().instant().isBefore(letInUntil) || remembered(document(base()));
    }

    private boolean remembered(HttpResponse<byte[]> answer) {
        boolean in = Blobs.isSuccess(answer) && isMarked(answer);
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
        boolean plain = Blobs.isSuccess(answer) && DOCUMENTS.contains(HttpRegistry.contentType(answer));
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
        boolean led = !isRegistry(response.uri()) && !Locations.isOfApi(response.uri());
        if (led && reads(call) && STORES_REFUSALS.contains(response.statusCode())) {
            return Failures.store(
                    answered,
                    response.statusCode(),
                    response.statusCode() == 404 ? FailureKind.NOT_FOUND : FailureKind.UNAVAILABLE);
        }
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
                Call last = current;
                return absences.checked(last, response, () -> challenged(last, send));
            }
            Sender.release(response);
            current = current.to(elsewhere.get());
        }
        throw Failures.of(FailureKind.UNAVAILABLE, call, "was redirected more than " + MOST_REDIRECTS + " times.");
    }

    private <T> HttpResponse<T> challenged(Call call, BiFunction<Call, String, HttpResponse<T>> send) {
        String authorization;
        try {
            authorization = authorization(call);
        } catch (TokenDenied e) {
            requireHideable(call, e);
            return send.apply(call, "");
        }
        HttpResponse<T> response = send.apply(call, authorization);
        boolean hidden = authorization.isEmpty() && (response.statusCode() == 404 || response.statusCode() == 403);
        if (hidden && isRegistry(call.uri()) && authorizer.introduce(call)) {
            // It shows less to nobody, and never asks who we are.
            Sender.release(response);
            return challenged(call, send);
        }
        for (int round = 1; round <= MOST_CHALLENGES && response.statusCode() == 401; round++) {
            if (!isRegistry(call.uri())) {
                return response;
            }
            Optional<String> fresh;
            try {
                fresh = authorizer.challenged(call, response.headers(), authorization, round);
            } catch (TokenDenied e) {
                requireHideable(call, e);
                return response;
            }
            if (fresh.isEmpty() || fresh.get().equals(authorization)) {
                return round == 1 ? response : younger(call, response, authorization, send);
            }
            Sender.release(response);
            authorization = fresh.get();
            response = send.apply(call, authorization);
        }
        return response.statusCode() == 401
                ? younger(call, response, authorization, send)
                : renewed(call, response, authorization, send);
    }

    /**
     * A token that was given just now and is not taken may be younger than the registry's clock, or than what it knows of
     * the token server's keys: the same one is good a little later, another one would be younger still.
     */
    private <T> HttpResponse<T> younger(
            Call call, HttpResponse<T> refused, String authorization, BiFunction<Call, String, HttpResponse<T>> send) {
        Attempts attempts = sender.attempts(call.action());
        HttpResponse<T> response = refused;
        while (response.statusCode() == 401 && Authorizer.isInvalidToken(response.headers()) && attempts.again()) {
            Sender.release(response);
            response = send.apply(call, authorization);
        }
        return response;
    }

    /** Some say 403 of credentials and tokens that have expired; there may be others by now. */
    private <T> HttpResponse<T> renewed(
            Call call, HttpResponse<T> response, String refused, BiFunction<Call, String, HttpResponse<T>> send) {
        if (!isRenewed(call, response, refused)) {
            return response;
        }
        Sender.release(response);
        return send.apply(call, authorization(call));
    }

    private boolean isRenewed(Call call, HttpResponse<?> response, String refused) {
        return response.statusCode() == 403 && authorizer.isOutdated(call, refused);
    }

    /**
     * Token servers say "denied" of what is not there, too (GitLab's, GHCR's): to an account that they know that is what a
     * registry hides. Of a change it is the reason why it fails.
     */
    private void requireHideable(Call call, TokenDenied denied) {
        // Without a scope it is the very question whether the account is known.
        if (!reads(call) || call.scopes().isEmpty() || !letsIn()) {
            throw denied;
        }
    }

    private static boolean reads(Call call) {
        return "GET".equals(call.method()) || "HEAD".equals(call.method());
    }

    /** No authorization leaves for another origin than the registry's own: an upload or a blob may be elsewhere. */
    private String authorization(Call call) {
        return isRegistry(call.uri()) ? authorizer.header(call) : "";
    }

    boolean isRegistry(URI uri) {
        return Call.sameOrigin(origin, uri);
    }

    /** Only 307 and 308 say that the same request is to be sent elsewhere (RFC 9110 section 15.4). */
    Optional<URI> redirect(Call call, HttpResponse<?> response) {
        if (!(reads(call) ? REDIRECTS : SAME_METHOD).contains(response.statusCode())) {
            return Optional.empty();
        }
        return response.headers().firstValue("Location").map(location -> target(call, location));
    }

    /**
     * A registry that does not know of the TLS before it names itself without, one that does not know of its port without
     * that; it is meant as we reach it.
     */
    private URI behindProxy(URI target) {
        boolean host = origin.getHost().equalsIgnoreCase(target.getHost());
        boolean withoutTls = "https".equals(origin.getScheme()) && "http".equalsIgnoreCase(target.getScheme());
        boolean withoutPort =
                Locations.hasUsualPort(target) && !Locations.hasUsualPort(origin) && Locations.isOfApi(target);
        boolean refused = withoutTls && !settings.plainHttp();
        // Another name of its own: the one of the inner network, where there is no TLS, or one that led nowhere before.
        boolean inner = Locations.isOfApi(target) && (refused || innerNames.contains(Failures.authority(target)));
        boolean itself = host && (withoutTls || withoutPort) || inner;
        if (!itself) {
            return target;
        }
        String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
        return URI.create(origin + target.getRawPath() + query);
    }

    /** The URI of a Location, which may be relative; never a step from TLS to plain HTTP that was not opted in to. */
    URI target(Call call, String location) {
        URI target;
        try {
            target = behindProxy(Locations.resolved(call.uri(), location.trim()));
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
