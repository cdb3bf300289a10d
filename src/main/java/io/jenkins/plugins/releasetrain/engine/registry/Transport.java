package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Sends requests to one registry: authentication, redirects, pauses that a host asks for, and the only place where a
 * request is sent again. Thread safe.
 */
final class Transport {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MOST_REDIRECTS = 5;
    private static final byte[] NOTHING = {};

    private final RegistrySettings settings;
    private final URI origin;
    private final Sleeper sleeper;
    private final HostPauses pauses;
    private final Authorizer authorizer;
    private final HttpClient documents;
    private final HttpClient streams;
    private final LongAdder requests = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();

    Transport(RegistrySettings settings, Clock clock, Sleeper sleeper) {
        this.settings = settings;
        origin = settings.origin();
        this.sleeper = sleeper;
        pauses = new HostPauses(clock, sleeper, settings.limits().longestWait());
        authorizer = new Authorizer(settings, clock, call -> repeated(call, BoundedBody.handler(documentBytes()), ""));
        // Answers without a body are read on the selector's own thread: a hand-over costs more than the work.
        documents = client().executor(Runnable::run).build();
        streams = client().build();
    }

    private HttpClient.Builder client() {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.limits().connectTimeout());
        settings.trustedCertificates()
                .ifPresent(pem -> builder.sslContext(TrustedCertificates.contextFor(settings.host(), pem)));
        return builder;
    }

    private int documentBytes() {
        return settings.limits().documentBytes();
    }

    URI uri(String path) {
        return URI.create(origin + path);
    }

    RegistrySettings settings() {
        return settings;
    }

    Registry.Traffic traffic() {
        return new Registry.Traffic(requests.sum(), received.sum(), sent.sum());
    }

    void countSent(long bytes) {
        sent.add(bytes);
    }

    void countReceived(long bytes) {
        received.add(bytes);
    }

    /** An answer without a body (HEAD). */
    HttpResponse<Void> head(Call call) {
        return authorized(call, BodyHandlers.discarding());
    }

    /** An answer whose body is read into memory. */
    HttpResponse<byte[]> document(Call call) {
        return authorized(call, BoundedBody.handler(documentBytes()));
    }

    /** An answer whose body the caller reads and closes. */
    HttpResponse<InputStream> stream(Call call) {
        return authorized(call, BodyHandlers.ofInputStream());
    }

    /**
     * Sends a body that cannot be sent twice, so without repetition.
     *
     * @param progress bytes given so far; where it stands still for the request timeout, the transfer is given up
     */
    HttpResponse<byte[]> upload(Call call, LongSupplier progress) {
        HttpRequest request = request(call, authorization(call));
        pauses.await(call);
        requests.increment();
        HttpResponse<byte[]> response =
                await(call, streams.sendAsync(request, BoundedBody.handler(documentBytes())), progress);
        if (passing(call, response)) {
            pauses.announced(call, response);
        }
        return response;
    }

    /** The error for an answer that the caller did not expect. */
    EngineException failure(Call call, HttpResponse<?> response) {
        byte[] body = response.body() instanceof byte[] bytes ? bytes : NOTHING;
        if (response.body() instanceof InputStream in) {
            try (in) {
                body = in.readNBytes(8192);
            } catch (IOException e) {
                body = NOTHING;
            }
        }
        String authorization =
                response.request().headers().firstValue("Authorization").orElse("");
        Call answered = call.to(response.uri());
        return Failures.status(
                answered, response.statusCode(), body, Authorizer.Sent.of(authorization, response.headers()));
    }

    void pause(int failedTries, String action) {
        try {
            sleeper.sleep(settings.limits().backoff(failedTries));
        } catch (InterruptedException e) {
            throw Failures.interrupted(action, settings.host());
        }
    }

    private <T> HttpResponse<T> authorized(Call call, BodyHandler<T> handler) {
        Call current = call;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpResponse<T> response = challenged(current, handler);
            Optional<URI> elsewhere = redirect(current, response);
            if (elsewhere.isEmpty()) {
                return response;
            }
            release(response);
            current = current.to(elsewhere.get());
        }
        throw Failures.of(FailureKind.UNAVAILABLE, call, "was redirected more than " + MOST_REDIRECTS + " times.");
    }

    private <T> HttpResponse<T> challenged(Call call, BodyHandler<T> handler) {
        String authorization = authorization(call);
        HttpResponse<T> response = repeated(call, handler, authorization);
        if (response.statusCode() != 401 || !isRegistry(call.uri())) {
            return response;
        }
        Optional<String> fresh = authorizer.challenged(call, response.headers(), authorization);
        if (fresh.isEmpty()) {
            return response;
        }
        release(response);
        return repeated(call, handler, fresh.get());
    }

    /** No authorization leaves for another origin than the registry's own: an upload or a blob may be elsewhere. */
    private String authorization(Call call) {
        return isRegistry(call.uri()) ? authorizer.header(call) : "";
    }

    private boolean isRegistry(URI uri) {
        return Call.sameOrigin(origin, uri);
    }

    private Optional<URI> redirect(Call call, HttpResponse<?> response) {
        boolean safe = "GET".equals(call.method()) || "HEAD".equals(call.method());
        if (!safe || !REDIRECTS.contains(response.statusCode())) {
            return Optional.empty();
        }
        return response.headers().firstValue("Location").map(location -> target(call, location));
    }

    /** The URI of a Location, which may be relative; never a step from TLS to plain HTTP that was not opted in to. */
    URI target(Call call, String location) {
        URI target;
        try {
            target = call.uri().resolve(location);
        } catch (IllegalArgumentException e) {
            throw Failures.of(FailureKind.UNSUPPORTED, call, "was answered with a Location that is not a URI.");
        }
        boolean allowed = "https".equalsIgnoreCase(target.getScheme())
                || "http".equalsIgnoreCase(target.getScheme()) && settings.plainHttp();
        if (!allowed || target.getHost() == null) {
            throw Failures.of(
                    FailureKind.TLS,
                    call,
                    "was redirected to " + target.getScheme() + "://" + target.getRawAuthority()
                            + ", which is not allowed without the opt-in to plain HTTP.");
        }
        return target;
    }

    private <T> HttpResponse<T> repeated(Call call, BodyHandler<T> handler, String authorization) {
        int attempts = settings.limits().attempts();
        for (int attempt = 1; ; attempt++) {
            boolean last = attempt == attempts;
            try {
                HttpResponse<T> response = once(call, handler, authorization);
                if (!passing(call, response)) {
                    return response;
                }
                boolean announced = pauses.announced(call, response);
                if (last) {
                    return response;
                }
                release(response);
                if (!announced) {
                    pause(attempt, call.action());
                }
            } catch (EngineException e) {
                boolean again = e.kind() == FailureKind.UNAVAILABLE && call.repeatable() && !last;
                if (!again || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                pause(attempt, call.action());
            }
        }
    }

    /** A 429 and a 503 were not processed, so even an unrepeatable request may be sent again. */
    private static boolean passing(Call call, HttpResponse<?> response) {
        int status = response.statusCode();
        return status == 429 || status == 503 || call.repeatable() && (status == 408 || status >= 500 && status != 501);
    }

    private <T> HttpResponse<T> once(Call call, BodyHandler<T> handler, String authorization) {
        pauses.await(call);
        requests.increment();
        try {
            HttpRequest request = request(call, authorization);
            if ("HEAD".equals(call.method())) {
                return documents.send(request, handler);
            }
            HttpResponse<T> response = await(call, documents.sendAsync(request, handler), () -> 0);
            if (response.body() instanceof byte[] body) {
                received.add(body.length);
            }
            sent.add(Math.max(0, call.body().contentLength()));
            return response;
        } catch (IOException e) {
            throw Failures.io(call, e);
        } catch (InterruptedException e) {
            throw Failures.interrupted(call.action(), settings.host());
        }
    }

    private HttpRequest request(Call call, String authorization) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(call.uri())
                .method(call.method(), call.body())
                .timeout(settings.limits().requestTimeout());
        call.headers().forEach(builder::setHeader);
        if (!authorization.isEmpty()) {
            builder.setHeader("Authorization", authorization);
        }
        return builder.build();
    }

    private <T> HttpResponse<T> await(Call call, CompletableFuture<HttpResponse<T>> answer, LongSupplier progress) {
        Duration patience = settings.limits().requestTimeout();
        long before = progress.getAsLong();
        while (true) {
            try {
                return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                long now = progress.getAsLong();
                if (now == before) {
                    answer.cancel(true);
                    throw Failures.of(
                            FailureKind.TIMEOUT, call, "made no progress for " + patience.toSeconds() + " s.");
                }
                before = now;
            } catch (InterruptedException e) {
                answer.cancel(true);
                throw Failures.interrupted(call.action(), settings.host());
            } catch (ExecutionException | CancellationException e) {
                Throwable cause = e.getCause();
                throw Failures.io(call, cause instanceof IOException io ? io : new IOException(cause));
            }
        }
    }

    private static void release(HttpResponse<?> response) {
        if (response.body() instanceof InputStream in) {
            try (in) {
                in.readNBytes(8192);
            } catch (IOException e) {
                throw new UncheckedIOException("Closing a body that is not wanted", e);
            }
        }
    }
}
