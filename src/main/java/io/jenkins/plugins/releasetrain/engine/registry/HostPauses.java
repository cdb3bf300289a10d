package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Until when each host asked to be left alone (RFC 9110 section 10.2.3, Retry-After); holds for every request to it. */
final class HostPauses {
    private final Clock clock;
    private final Sleeper sleeper;
    private final Duration longestWait;
    private final Map<String, Instant> until = new ConcurrentHashMap<>();

    HostPauses(Clock clock, Sleeper sleeper, Duration longestWait) {
        this.clock = clock;
        this.sleeper = sleeper;
        this.longestWait = longestWait;
    }

    /** Waits until the request's host may be asked again. */
    void await(Call call) {
        if (until.isEmpty()) {
            return;
        }
        String host = call.uri().getRawAuthority();
        Instant end = until.get(host);
        if (end == null) {
            return;
        }
        Duration left = Duration.between(clock.instant(), end);
        if (left.isNegative() || left.isZero()) {
            until.remove(host, end);
            return;
        }
        try {
            sleeper.sleep(left);
        } catch (InterruptedException e) {
            throw Failures.interrupted(call.action(), host);
        }
    }

    /**
     * Notes the pause that an answer asks for.
     *
     * @return whether it asks for one
     */
    boolean announced(Call call, HttpResponse<?> response) {
        Optional<Duration> pause = response.headers().firstValue("Retry-After").flatMap(this::duration);
        pause.ifPresent(wait -> {
            if (wait.compareTo(longestWait) > 0) {
                throw Failures.of(
                        FailureKind.RATE_LIMITED,
                        call,
                        "answered " + response.statusCode() + " and asks to wait " + wait.toSeconds()
                                + " s, longer than the limit of " + longestWait.toSeconds() + " s. Try again later.");
            }
            Instant end = clock.instant().plus(wait);
            until.merge(call.uri().getRawAuthority(), end, (a, b) -> a.isAfter(b) ? a : b);
        });
        return pause.isPresent();
    }

    private Optional<Duration> duration(String value) {
        try {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value.trim())));
        } catch (NumberFormatException e) {
            return date(value);
        }
    }

    private Optional<Duration> date(String value) {
        try {
            Instant end = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(clock.instant(), end);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
