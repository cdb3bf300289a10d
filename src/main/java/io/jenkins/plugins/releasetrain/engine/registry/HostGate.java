package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;

/**
 * What every request to one host passes, whoever sends it: so many at once as go well, and none while the host asks to be
 * left alone. Permits grow with every answer, and halve when the host throttles; pauses end for everybody at another
 * moment, and whoever waited looks again. Thread safe.
 */
final class HostGate {
    private static final int FIRST_PERMITS = 8;
    private static final int MOST_DOUBLINGS = 10;
    private static final Duration LONGEST_GUESS = Duration.ofSeconds(10);

    private final Clock clock;
    private final Sleeper sleeper;
    private final DoubleSupplier jitter;
    private int most;
    private double permits;
    /** Up to here permits grow by one an answer, above it by one a round, as what was too much once may be again. */
    private double careful;

    private int busy;
    private int waiting;
    private long passed;
    /** Requests that passed before it cannot throttle again: what they met was answered already. */
    private long throttledAt = -1;

    private int throttledInARow;
    private long served;
    private Instant openAt = Instant.MIN;
    private Instant throttledSince = Instant.MIN;
    /** How long it was until the host served again the last time, where it did not say. */
    private Duration closedLately = Duration.ZERO;

    /** @param jitter a number between 0 and 1, another one each time */
    HostGate(int most, Clock clock, Sleeper sleeper, DoubleSupplier jitter) {
        this.clock = clock;
        this.sleeper = sleeper;
        this.jitter = jitter;
        allow(most);
        permits = Math.min(most, FIRST_PERMITS);
        careful = most;
    }

    /** A request that is under way; to be given back. */
    record Pass(long number) {}

    /** @param requests most at once from now on */
    synchronized void allow(int requests) {
        most = requests;
        permits = Math.min(permits, requests);
        notifyAll();
    }

    /** Waits for its turn. */
    Pass enter() throws InterruptedException {
        while (true) {
            Duration wait;
            synchronized (this) {
                wait = closedFor();
                if (wait.isZero()) {
                    if (busy < Math.max(1, (int) permits)) {
                        busy++;
                        return new Pass(passed++);
                    }
                    wait();
                    continue;
                }
                waiting++;
            }
            try {
                sleeper.sleep(wait);
            } finally {
                synchronized (this) {
                    waiting--;
                }
            }
        }
    }

    /** How long it stays closed at least. */
    synchronized Duration closed() {
        Duration left = Duration.between(clock.instant(), openAt);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Who waits alone needs no jitter; the more wait, the wider they are spread. */
    private Duration closedFor() {
        Duration left = closed();
        if (left.isZero()) {
            return Duration.ZERO;
        }
        double spread = Math.min(0.1, 0.01 * waiting) * jitter.getAsDouble();
        return left.plusMillis((long) Math.ceil(left.toMillis() * spread));
    }

    /** @param answered whether the host took the request, however it judged it */
    synchronized void leave(Pass pass, boolean answered) {
        busy--;
        if (answered) {
            served++;
            reopened();
            permits = Math.min(most, permits + (permits < careful ? 1 : 1 / permits));
        }
        notifyAll();
    }

    /**
     * The host refused a request because there were too many.
     *
     * @param asked how long it asks to be left alone; zero where it does not say
     * @param first pause where it does not say; doubles from refusal to refusal as long as nothing is answered between, and
     *     begins with most of what the last one took
     */
    synchronized void throttled(Pass pass, Duration asked, Duration first) {
        Duration pause = asked;
        if (pause.isZero() || pause.isNegative()) {
            pause = guess(first);
        }
        Instant end = clock.instant().plus(pause);
        openAt = end.isAfter(openAt) ? end : openAt;
        if (pass.number() > throttledAt) {
            throttledAt = passed - 1;
            if (throttledInARow++ == 0) {
                throttledSince = clock.instant();
            }
            permits = Math.max(1, permits / 2);
            careful = permits;
        }
    }

    private Duration guess(Duration first) {
        Duration lately = closedLately.multipliedBy(7).dividedBy(8);
        boolean learned = lately.compareTo(first) > 0;
        if (throttledInARow == 0) {
            return learned ? lately : first;
        }
        return first.multipliedBy(1L << Math.min(throttledInARow - (learned ? 1 : 0), MOST_DOUBLINGS));
    }

    private void reopened() {
        if (throttledInARow > 0) {
            Duration closed = Duration.between(throttledSince, clock.instant());
            closedLately = closed.compareTo(LONGEST_GUESS) > 0 ? LONGEST_GUESS : closed;
            throttledInARow = 0;
        }
    }

    /** Requests answered so far: whoever is throttled sees by it whether anybody gets on. */
    synchronized long served() {
        return served;
    }

    /** Requests that may be under way at once now. */
    synchronized int permits() {
        return Math.max(1, (int) permits);
    }
}
