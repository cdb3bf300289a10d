package io.jenkins.plugins.releasetrain.host;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Supplier;

/**
 * Work that is done again and again, never twice at once, and that holds no thread in between.
 */
final class Loop {
    private final Controller controller;
    private final Supplier<Optional<Duration>> turn;
    private boolean running;
    private boolean again;
    private ScheduledFuture<?> timer;

    /** @param turn one piece of work; says when the next is due, if not before somebody wakes it; must not throw */
    Loop(Controller controller, Supplier<Optional<Duration>> turn) {
        this.controller = controller;
        this.turn = turn;
    }

    /** Does a turn soon; one that is under way is followed by another. */
    synchronized void wake() {
        if (controller.isClosed()) {
            return;
        }
        if (running) {
            again = true;
            return;
        }
        running = true;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        controller.threads().execute(this::run);
    }

    private void run() {
        Optional<Duration> next = Optional.empty();
        try {
            next = turn.get();
        } finally {
            rest(next);
        }
    }

    private synchronized void rest(Optional<Duration> next) {
        running = false;
        if (again) {
            again = false;
            wake();
        } else {
            timer = next.map(delay -> controller.later(this::wake, delay)).orElse(null);
        }
    }
}
