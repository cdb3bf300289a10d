package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Tells a registry's "not there" (404) from that of what stands before it, and says so of everything while it does not know of the
 * registry: Traefik while it starts, an ingress that is made anew. Production would be empty (I7), and what is to be undone
 * would be somebody else's (I6). Thread safe.
 */
final class Absences {
    private static final int ABSENT = 404;
    private static final String MARK = "Docker-Distribution-Api-Version";
    private static final Duration CERTAIN = Duration.ofHours(1);

    private final Transport transport;
    private final Clock clock;
    /** Methods that were seen to be answered so with a mark of a registry. */
    private final Set<String> marking = ConcurrentHashMap.newKeySet();
    /** Methods that were seen to be answered so without one, while the registry was there. */
    private final Map<String, Instant> plainUntil = new ConcurrentHashMap<>();

    Absences(Transport transport, Clock clock) {
        this.transport = transport;
        this.clock = clock;
    }

    /**
     * What is absent by an answer that may be anybody's is so only if the registry says at its base address that it is there, and
     * then still.
     *
     * @param again sends the same request
     */
    <T> HttpResponse<T> checked(Call call, HttpResponse<T> response, Supplier<HttpResponse<T>> again) {
        boolean asked = response.statusCode() == ABSENT
                && transport.isRegistry(response.uri())
                && !"/v2/".equals(call.uri().getPath());
        if (asked && !isPlain(response)) {
            marking.add(call.method());
        }
        if (!asked || !isPlain(response)) {
            return response;
        }
        Instant until = plainUntil.getOrDefault(call.method(), Instant.MIN);
        if (!marking.contains(call.method()) && clock.instant().isBefore(until)) {
            return response;
        }
        requireThere(call);
        if (!call.repeatable()) {
            return response;
        }
        Sender.release(response);
        HttpResponse<T> second = again.get();
        if (isPlain(second)) {
            plainUntil.put(call.method(), clock.instant().plus(CERTAIN));
        }
        return second;
    }

    /**
     * A registry that leads to a store says that it is there; what the store lacks then is lost, or the store is another one for a
     * while. A page in the place of a refusal is a firewall's or a portal's, whose rule a path or a number of requests met.
     *
     * @throws EngineException UNAVAILABLE, where an answer says nothing of what the registry holds
     */
    static void requireOfRegistry(Call call, HttpResponse<?> response) {
        int status = response.statusCode();
        boolean led = !response.uri().equals(call.uri()) && !Locations.isOfApi(response.uri());
        if (status == ABSENT && led) {
            throw Failures.store(call.to(response.uri()), status, FailureKind.UNAVAILABLE);
        }
        boolean marked = response.headers().firstValue(MARK).isPresent();
        if ((status == 401 || status == 403) && HttpRegistry.isPage(response) && !marked) {
            throw Failures.of(
                    FailureKind.UNAVAILABLE,
                    call,
                    "answered " + status
                            + " with a web page, as a firewall or a portal before the registry does; let this"
                            + " request pass there.");
        }
    }

    private static boolean isPlain(HttpResponse<?> response) {
        return response.statusCode() == ABSENT
                && response.headers().firstValue(MARK).isEmpty()
                && !HttpRegistry.contentType(response).endsWith("json");
    }

    private void requireThere(Call call) {
        HttpResponse<byte[]> base = transport.document(transport.base());
        boolean asks = base.statusCode() == 401 || base.statusCode() == 403;
        if (!asks && !transport.isMarked(base)) {
            throw Failures.of(
                    FailureKind.UNAVAILABLE,
                    call,
                    "answered 404, and the base address " + base.statusCode()
                            + ": what stands before the registry does not know of it now. Check the proxy or ingress; the same"
                            + " request may succeed later.");
        }
    }
}
