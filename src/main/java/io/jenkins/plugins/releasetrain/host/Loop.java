package io.jenkins.plugins.releasetrain.host;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Supplier;
import java.util.logging.Level;

/**
 * Work that is done again and again, never twice at once, and that holds no thread in between. Whatever goes wrong, it goes
 * on: a turn that throws is told to the log and done again, after pauses that grow.
 */
final class Loop {
    private static final Duration SHORTEST = Duration.ofSeconds(2);
    private static final Duration QUIET = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final Host host;
    private final Supplier<Optional<Duration>> turn;
    private boolean running;
    private boolean again;
    private ScheduledFuture<?> timer;
    /** After the next turn that throws; only that turn's thread sets it. */
    private Duration pause = SHORTEST;

    /** Threads and timers. */
    interface Host {
        /** Nothing new is begun any more. */
        boolean isClosed();

        Executor threads();

        ScheduledFuture<?> later(Runnable work, Duration delay);

        /** Nothing may be done for now, as somebody else does it. */
        default boolean isQuiet() {
            return false;
        }
    }

    /** @param turn one piece of work; says when the next is due, if not before somebody wakes it */
    Loop(Host host, Supplier<Optional<Duration>> turn) {
        this.host = host;
        this.turn = turn;
    }

    /** Does a turn soon; one that is under way is followed by another. */
    synchronized void wake() {
        if (host.isClosed()) {
            return;
        }
        if (running) {
            again = true;
            return;
        }
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        running = true;
        try {
            host.threads().execute(this::run);
        } catch (RuntimeException | Error e) {
            // No thread is to be had: nobody else would begin it again.
            running = false;
            timer = host.later(this::wake, backOff(e));
        }
    }

    private void run() {
        Optional<Duration> next = Optional.of(LONGEST);
        try {
            next = host.isQuiet() ? Optional.of(QUIET) : turn.get();
            pause = SHORTEST;
        } catch (RuntimeException | Error e) {
            next = Optional.of(backOff(e));
        } finally {
            rest(next);
        }
    }

    private Duration backOff(Throwable why) {
        Duration now = pause;
        ReleaseService.LOGGER.log(
                Level.WARNING, why, () -> "Work in the background failed; it is done again in " + now);
        pause = now.multipliedBy(2).compareTo(LONGEST) < 0 ? now.multipliedBy(2) : LONGEST;
        return now;
    }

    private synchronized void rest(Optional<Duration> next) {
        running = false;
        if (again) {
            again = false;
            wake();
        } else {
            timer = next.map(delay -> host.later(this::wake, delay)).orElse(null);
        }
    }
}
