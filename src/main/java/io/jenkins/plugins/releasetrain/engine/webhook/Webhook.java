package io.jenkins.plugins.releasetrain.engine.webhook;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.webhook.CloudEvents.Message;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Delivers to one endpoint, event by event in the order of each stream and at least once: how far it came is in the store,
 * so that after a crash it goes on where it stopped. A new endpoint is told what happens from then on. Of several
 * controllers one delivers.
 *
 * <p>Headers and signature are those of Standard Webhooks, the meaning of answers that of "HTTP 1.1 Web Hooks for Event
 * Delivery" (CloudEvents): 2xx is delivered, 410 ends it, anything else is tried again.
 */
public final class Webhook {
    private static final List<String> STREAMS = List.of("train/", "lane/", "blocks");
    /** Of the cursor that says that an endpoint is known, even where there was no stream yet. */
    private static final String KNOWN = "";

    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration CLAIM = Duration.ofMinutes(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(6);
    private static final int PAUSE_FACTOR = 4;
    /** With these pauses about a day. */
    private static final int ATTEMPTS = 11;

    private static final int EVENTS_PER_READ = 200;
    private static final int GONE = 410;

    private final Endpoint endpoint;
    private final Ports ports;
    private final CloudEvents events;
    private final String reader;
    private Status status = Status.NEW;

    /**
     * What it stands on.
     *
     * @param source URI of this site
     * @param holder unique to this process
     * @param tells whether others may be told of a job, by its full name
     */
    public record Ports(
            Store store, HttpClient http, Clock clock, String source, String holder, Predicate<String> tells) {
        /** Tells of all jobs. */
        public Ports(Store store, HttpClient http, Clock clock, String source, String holder) {
            this(store, http, clock, source, holder, job -> true);
        }

        /** @param told whether others may be told of a job, by its full name */
        public Ports telling(Predicate<String> told) {
            return new Ports(store, http, clock, source, holder, told);
        }
    }

    /** What became of deliveries. */
    public enum State {
        /** The last delivery went well, or there was none yet. */
        DELIVERING,
        /** The last one failed and is tried again. */
        RETRYING,
        /** Given up, with all events kept, until a new {@link Webhook} is made: the configuration is saved, or a restart. */
        PARKED
    }

    /**
     * How it goes.
     *
     * @param failures attempts in a row that failed
     * @param next attempt; empty unless RETRYING
     * @param reason of the last failure
     * @param delivered when the last one arrived
     */
    public record Status(
            State state, int failures, Optional<Instant> next, String reason, Optional<Instant> delivered) {
        private static final Status NEW = new Status(State.DELIVERING, 0, Optional.empty(), "", Optional.empty());
    }

    public Webhook(Endpoint endpoint, Ports ports) {
        this.endpoint = endpoint;
        this.ports = ports;
        this.events = new CloudEvents(ports.store(), ports.source(), ports.holder(), ports.tells());
        this.reader = "webhook/" + endpoint.name();
    }

    /** Whether any endpoint can be told of it. */
    public static boolean concerns(Event event) {
        return event instanceof Event.ReleasePromoted
                || event instanceof Event.ChangeEnded
                || event instanceof Event.LaneEnded
                || event instanceof Event.TrainPaused
                || event instanceof Event.TrainResumed
                || event instanceof Event.EnvironmentBroken
                || event instanceof Event.EnvironmentHealed
                || event instanceof Event.ImageBlocked
                || event instanceof Event.ImageUnblocked;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public synchronized Status status() {
        return status;
    }

    /**
     * Delivers what there is. Blocks; one thread at a time.
     *
     * @return when to call again; empty: never, since the endpoint is parked
     */
    public synchronized Optional<Duration> deliver() throws InterruptedException {
        if (status.state() == State.PARKED) {
            return Optional.empty();
        }
        Instant now = ports.clock().instant();
        if (status.next().isPresent() && status.next().get().isAfter(now)) {
            return Optional.of(Duration.between(now, status.next().get()));
        }
        if (news().isEmpty()) {
            return again();
        } else if (!claim()) {
            return Optional.of(CLAIM);
        }
        // Once more, since who had the claim before may have delivered meanwhile.
        for (Map.Entry<String, Range> news : news().entrySet()) {
            if (!deliver(news.getKey(), news.getValue())) {
                break;
            }
        }
        return again();
    }

    private record Range(long from, long to) {}

    /** What was not read of each stream. */
    private SortedMap<String, Range> news() {
        SortedMap<String, Long> versions = new TreeMap<>();
        STREAMS.forEach(prefix -> versions.putAll(ports.store().versions(prefix)));
        Map<String, Long> cursors = new HashMap<>(ports.store().cursors(reader));
        if (!cursors.containsKey(KNOWN)) {
            cursors.putAll(versions);
            cursors.put(KNOWN, 0L);
            ports.store().moveCursors(reader, cursors);
        }
        SortedMap<String, Range> news = new TreeMap<>();
        versions.forEach((stream, version) -> {
            Range range = new Range(cursors.getOrDefault(stream, 0L), version);
            if (range.from() < range.to()) {
                news.put(stream, range);
            }
        });
        return news;
    }

    private Optional<Duration> again() {
        return switch (status.state()) {
            case DELIVERING -> Optional.of(IDLE);
            case RETRYING ->
                status.next().map(next -> Duration.between(ports.clock().instant(), next));
            case PARKED -> Optional.empty();
        };
    }

    private boolean claim() {
        Instant now = ports.clock().instant();
        return ports.store().claim(reader, ports.holder(), now, now.plus(CLAIM));
    }

    /** @return whether all of the stream up to that version was delivered */
    private boolean deliver(String stream, Range news) throws InterruptedException {
        long done = news.from();
        while (done < news.to()) {
            List<RecordedEvent> page = ports.store().events(stream, done, EVENTS_PER_READ);
            for (RecordedEvent event : page) {
                Optional<Message> message =
                        events.of(stream, event).filter(m -> endpoint.kinds().contains(m.kind()));
                if (message.isPresent()) {
                    if (!claim() || !send(message.get())) {
                        ports.store().moveCursors(reader, Map.of(stream, event.version() - 1));
                        return false;
                    }
                    ports.store().moveCursors(reader, Map.of(stream, event.version()));
                }
                done = event.version();
            }
            ports.store().moveCursors(reader, Map.of(stream, done));
        }
        return true;
    }

    private boolean send(Message message) throws InterruptedException {
        try {
            HttpResponse<Void> answer = answer(request(message));
            int code = answer.statusCode();
            if (code / 100 == 2) {
                status = new Status(
                        State.DELIVERING,
                        0,
                        Optional.empty(),
                        "",
                        Optional.of(ports.clock().instant()));
                return true;
            }
            failed("it answered " + code, code == GONE, retryAfter(answer));
        } catch (ExecutionException e) {
            // Not its message, which may have the whole URL.
            failed("it could not be reached: " + e.getCause().getClass().getSimpleName(), false, Duration.ZERO);
        } catch (TimeoutException e) {
            failed("it did not answer within " + TIMEOUT.toSeconds() + " s", false, Duration.ZERO);
        } catch (EngineException e) {
            failed(e.getMessage(), false, Duration.ZERO);
        }
        return false;
    }

    /** The request's own timeout would end with the head of the answer, and its body may never. */
    private HttpResponse<Void> answer(HttpRequest request)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<HttpResponse<Void>> answer =
                ports.http().sendAsync(request, HttpResponse.BodyHandlers.discarding());
        try {
            return answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            answer.cancel(true);
        }
    }

    private HttpRequest request(Message message) {
        long timestamp = ports.clock().instant().getEpochSecond();
        return HttpRequest.newBuilder(endpoint.url())
                .header("Content-Type", CloudEvents.CONTENT_TYPE)
                .header("User-Agent", "release-train")
                .header("webhook-id", message.id())
                .header("webhook-timestamp", String.valueOf(timestamp))
                .header(
                        "webhook-signature",
                        Signature.of(endpoint.secret().get(), message.id(), timestamp, message.body()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(message.body()))
                .build();
    }

    private void failed(String reason, boolean forEver, Duration atLeast) {
        int failures = status.failures() + 1;
        boolean parked = forEver || failures >= ATTEMPTS;
        Duration pause = FIRST_PAUSE;
        for (int i = 1; i < failures && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
            pause = pause.multipliedBy(PAUSE_FACTOR);
        }
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
        Instant next = ports.clock().instant().plus(pause.compareTo(atLeast) < 0 ? atLeast : pause);
        status = new Status(
                parked ? State.PARKED : State.RETRYING,
                failures,
                parked ? Optional.empty() : Optional.of(next),
                reason,
                status.delivered());
    }

    /** Seconds or a date (RFC 9110, 10.2.3); at most the longest pause. */
    private Duration retryAfter(HttpResponse<Void> answer) {
        String value = answer.headers().firstValue("Retry-After").orElse("0").strip();
        Duration wait = Duration.ZERO;
        try {
            wait = value.matches("\\d{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(value))
                    : Duration.between(
                            ports.clock().instant(), ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (DateTimeParseException e) {
            // as if there was none
        }
        return wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE;
    }
}
