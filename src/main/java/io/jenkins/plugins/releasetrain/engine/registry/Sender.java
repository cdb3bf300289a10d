package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/** Sends requests as they are: through their host's gate, again where that can help, given up only at a standstill. */
final class Sender {
    private static final String AGENT = "release-train";
    private static final long KEPT_BY_THE_MACHINE = 4 << 20;
    /** Bytes a second that leave at least. */
    private static final long SLOW_LINE = 256 << 10;

    private final RegistryConnections connections;
    private final RegistrySettings settings;
    private volatile RegistryConnections.Clients clients;
    private final LongAdder requests = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();

    Sender(RegistrySettings settings, RegistryConnections connections) {
        this.settings = settings;
        this.connections = connections;
        clients = connections.clients(settings);
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

    private Limits limits() {
        return settings.limits();
    }

    Attempts attempts(String action) {
        return new Attempts(connections, limits(), action, settings.host());
    }

    HttpResponse<byte[]> document(Call call, String authorization) {
        return repeated(
                call,
                () -> once(call, () -> {
                    HttpResponse<byte[]> response =
                            read(call, begun(call, authorization, BoundedBody.handler(limits().documentBytes())));
                    received.add(response.body().length);
                    sent.add(Math.max(0, call.body().contentLength()));
                    return response;
                }));
    }

    HttpResponse<Void> head(Call call, String authorization) {
        return repeated(call, () -> once(call, () -> begun(call, authorization, BodyHandlers.discarding())));
    }

    /**
     * The client's blocking way, on the caller's thread: its other way ends each request in the common pool, which on two
     * cores is a new thread each time.
     */
    private <T> HttpResponse<T> begun(Call call, String authorization, BodyHandler<T> handler)
            throws InterruptedException {
        try {
            HttpRequest request = request(call, authorization, Optional.of(limits().requestTimeout()));
            return clients.documents().send(request, handler);
        } catch (HttpConnectTimeoutException e) {
            throw broken(call, e);
        } catch (HttpTimeoutException e) {
            throw standstill(call, limits().requestTimeout());
        } catch (IOException e) {
            throw broken(call, e);
        }
    }

    /** Given once the answer begins; its body is the caller's to read, and to give up at a standstill. */
    HttpResponse<InputStream> stream(Call call, String authorization) {
        return repeated(call, () -> once(call, () -> begun(call, authorization, ReadAhead.handler())));
    }

    /** Sends a blob's bytes, which cannot be sent twice, so without repetition. */
    HttpResponse<byte[]> upload(Call call, String authorization, VerifyingStream content) {
        HttpRequest request = request(call, authorization, Optional.empty());
        BodyHandler<BoundedBody> handler = BoundedBody.handler(limits().documentBytes());
        return once(call, () -> {
            long from = content.position();
            CompletableFuture<HttpResponse<BoundedBody>> answer =
                    clients.streams().sendAsync(request, handler);
            while (true) {
                long before = content.moved();
                Duration patience = content.finished() ? limits().storing() : limits().requestTimeout();
                Optional<HttpResponse<BoundedBody>> response =
                        answer(call, answer, patience.plus(underWay(content.position() - from)));
                if (response.isPresent()) {
                    return read(call, response.get());
                }
                // A source that stands still is opened again where it stopped; the upload goes on.
                boolean moves = content.moved() != before || content.giveUpWaiting();
                if (!moves) {
                    answer.cancel(true);
                    reconnect();
                    throw standstill(call, patience);
                }
            }
        });
    }

    /**
     * For what was given and may not have left yet: the machine keeps some megabytes for a connection, and takes more only
     * when a third of that is gone, so that on a slow line nothing seems to move meanwhile.
     */
    private static Duration underWay(long given) {
        return Duration.ofMillis(1000 * Math.min(given, KEPT_BY_THE_MACHINE) / SLOW_LINE);
    }

    /** Sends without waiting for an answer, and whatever it is. */
    void tell(Call call, String authorization) {
        requests.increment();
        clients.documents()
                .sendAsync(
                        request(call, authorization, Optional.of(limits().requestTimeout())), BodyHandlers.discarding())
                .exceptionally(e -> null);
    }

    private interface Exchange<T> {
        HttpResponse<T> send() throws InterruptedException;
    }

    private interface Try<T> {
        HttpResponse<T> once();
    }

    /** The only place where a request is sent again. */
    private <T> HttpResponse<T> repeated(Call call, Try<T> request) {
        Attempts attempts = attempts(call.action());
        HostGate gate = gate(call);
        boolean fresh = false;
        while (true) {
            try {
                HttpResponse<T> response = request.once();
                boolean again = isThrottled(response)
                        ? attempts.againWhenOpen(
                                gate, call.patient(), !asked(call, response).isZero())
                        : isPassing(call, response) && attempts.again();
                if (!again) {
                    return response;
                }
                release(response);
            } catch (EngineException e) {
                boolean silent = e.kind() == FailureKind.TIMEOUT && !fresh && limits().attempts() > 1;
                if (silent) {
                    fresh = true;
                    reconnect();
                }
                boolean again = call.repeatable()
                        && (silent || e.kind() == FailureKind.UNAVAILABLE && attempts.again())
                        && !Thread.currentThread().isInterrupted();
                if (!again) {
                    throw e;
                }
            }
        }
    }

    /**
     * What stands between may forget connections without telling anybody; those that were kept are not used again, or each
     * would be waited for.
     */
    private void reconnect() {
        clients = connections.renewed(settings, clients);
    }

    /** A request that was throttled was not processed, so even an unrepeatable one may be sent again. */
    private static boolean isThrottled(HttpResponse<?> response) {
        int status = response.statusCode();
        return status == 429 || status == 503 || (status == 403 || status == 400) && refusesForALimit(response);
    }

    /**
     * GitHub's second limit says 403 (vcell#1888), others say 400: nothing tells it apart from what an account may not do, or
     * from what is malformed, but its words.
     */
    private static boolean refusesForALimit(HttpResponse<?> response) {
        return response.headers().firstValue("Retry-After").isPresent()
                || response.body() instanceof byte[] words && Failures.isLimit(words);
    }

    private static boolean isPassing(Call call, HttpResponse<?> response) {
        int status = response.statusCode();
        boolean fault = status >= 500 && status != 501 && status != Failures.FULL_STORE;
        return call.repeatable() && (status == 408 || status == 425 || fault);
    }

    private HostGate gate(Call call) {
        return connections.gate(call.uri(), limits().concurrentRequests());
    }

    private <T> HttpResponse<T> once(Call call, Exchange<T> exchange) {
        HostGate gate = gate(call);
        Duration closed = gate.closed();
        if (closed.compareTo(limits().longestWait()) > 0) {
            throw Failures.of(
                    FailureKind.RATE_LIMITED,
                    call,
                    "is not sent: the host asked to be left alone for " + closed.toSeconds()
                            + " s more. Try again later.");
        }
        try {
            HostGate.Pass pass = gate.enter();
            boolean answered = false;
            try {
                requests.increment();
                HttpResponse<T> response = exchange.send();
                answered = !isThrottled(response);
                if (!answered) {
                    gate.throttled(pass, asked(call, response), limits().throttledPause());
                }
                return response;
            } finally {
                gate.leave(pass, answered);
            }
        } catch (InterruptedException e) {
            throw Failures.interrupted(call.action(), settings.host());
        } catch (IllegalArgumentException e) {
            // Whatever the client refuses to send; its words may quote a header.
            throw Failures.of(FailureKind.UNSUPPORTED, call, "cannot be sent: its address or a header is malformed.");
        }
    }

    /** How long an answer asks to be left alone (RFC 9110 section 10.2.3); zero where it does not say, or names the past. */
    private Duration asked(Call call, HttpResponse<?> response) {
        String said = response.headers().firstValue("Retry-After").orElse("");
        Duration wait = duration(said, connections.clock()).orElse(Duration.ZERO);
        if (wait.compareTo(limits().longestWait()) > 0) {
            wait = byItsOwnClock(said, response).orElse(wait);
        }
        if (wait.compareTo(limits().longestWait()) > 0) {
            release(response);
            throw Failures.of(
                    FailureKind.RATE_LIMITED,
                    call,
                    "answered " + response.statusCode() + " and asks to wait " + wait.toSeconds()
                            + " s, longer than the limit of "
                            + limits().longestWait().toSeconds() + " s. Try again later.");
        }
        return wait;
    }

    /** Far away by our clock; the answer says what time it is by theirs (RFC 9110 section 6.6.1). */
    private static Optional<Duration> byItsOwnClock(String date, HttpResponse<?> response) {
        return response.headers()
                .firstValue("Date")
                .flatMap(Sender::date)
                .flatMap(now -> date(date).map(end -> Duration.between(now, end)))
                .filter(wait -> !wait.isNegative());
    }

    static Optional<Duration> duration(String value, Clock clock) {
        try {
            return Optional.of(Duration.ofSeconds(Math.max(0, Long.parseLong(value.trim()))));
        } catch (NumberFormatException e) {
            return date(value)
                    .map(end -> Duration.between(clock.instant(), end))
                    .map(wait -> wait.isNegative() ? Duration.ZERO : wait);
        }
    }

    private static Optional<Instant> date(String value) {
        try {
            return Optional.of(ZonedDateTime.parse(value.trim(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** @param timeout until the answer's headers; uploads have none, for the client counts the sending too */
    private HttpRequest request(Call call, String authorization, Optional<Duration> timeout) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(call.uri())
                .method(call.method(), call.body())
                .setHeader("User-Agent", AGENT);
        timeout.ifPresent(builder::timeout);
        call.headers().forEach(builder::setHeader);
        if (!authorization.isEmpty()) {
            builder.setHeader("Authorization", authorization);
        }
        settings.proxy()
                .flatMap(proxy -> proxy.authorization(call.uri()))
                .ifPresent(value -> builder.setHeader("Proxy-Authorization", value));
        return builder.build();
    }

    /** Waits for the rest of an answer, as long as it moves. */
    private HttpResponse<byte[]> read(Call call, HttpResponse<BoundedBody> begun) throws InterruptedException {
        BoundedBody body = begun.body();
        Optional<byte[]> read = Optional.empty();
        try {
            long before;
            do {
                before = body.progress();
                read = answer(call, body.read(), limits().requestTimeout());
            } while (read.isEmpty() && body.progress() != before);
            ReadResponse response =
                    new ReadResponse(begun, read.orElseThrow(() -> standstill(call, limits().requestTimeout())));
            if (response.isCut()) {
                throw broken(call, new IOException("the answer ended in the midst"));
            }
            return response;
        } finally {
            if (read.isEmpty()) {
                body.giveUp();
            }
        }
    }

    /** @return empty where there is none yet */
    private <T> Optional<T> answer(Call call, CompletableFuture<T> answer, Duration patience)
            throws InterruptedException {
        try {
            return Optional.of(answer.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (ExecutionException | CancellationException e) {
            Throwable cause = e.getCause();
            if (cause instanceof Error error) {
                throw error;
            }
            throw broken(call, cause instanceof IOException io ? io : new IOException(cause));
        }
    }

    EngineException broken(Call call, IOException e) {
        return Failures.io(call, e, settings.proxy().flatMap(proxy -> proxy.host(call.uri())));
    }

    private static EngineException standstill(Call call, Duration patience) {
        return Failures.of(
                FailureKind.TIMEOUT,
                call,
                "made no progress for " + patience.toSeconds()
                        + " s. Check the registry's health and the network to it.");
    }

    /** Reads what is left of a body that nobody wants, so that its connection can be used again. */
    static void release(HttpResponse<?> response) {
        if (response.body() instanceof InputStream in) {
            try (in) {
                in.readNBytes(8192);
            } catch (IOException e) {
                // It broke, and nobody wanted it.
            }
        }
    }
}
