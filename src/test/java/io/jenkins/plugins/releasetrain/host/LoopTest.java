package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** B9, B41: whatever a turn throws, the work goes on. */
class LoopTest {
    /** Threads and a clock that only move when they are told to. */
    private static final class Steps implements Loop.Host {
        private final Deque<Runnable> work = new ArrayDeque<>();
        private final List<Timer> timers = new ArrayList<>();
        private boolean refusing;
        private boolean quiet;

        @Override
        public boolean isClosed() {
            return false;
        }

        @Override
        public Executor threads() {
            return command -> {
                if (refusing) {
                    throw new RejectedExecutionException("no thread is left");
                }
                work.add(command);
            };
        }

        @Override
        public ScheduledFuture<?> later(Runnable command, Duration delay) {
            Timer timer = new Timer(command, delay);
            timers.add(timer);
            return timer;
        }

        @Override
        public boolean isQuiet() {
            return quiet;
        }

        void run() {
            while (!work.isEmpty()) {
                work.remove().run();
            }
        }

        List<Long> due() {
            return timers.stream()
                    .filter(t -> !t.isDone())
                    .map(t -> t.delay.toSeconds())
                    .toList();
        }

        void elapse() {
            List.copyOf(timers).stream().filter(t -> !t.isDone()).forEach(Timer::run);
            run();
        }
    }

    private static final class Timer extends FutureTask<Void> implements ScheduledFuture<Void> {
        private final Duration delay;

        Timer(Runnable command, Duration delay) {
            super(command, null);
            this.delay = delay;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(delay);
        }

        @Override
        public int compareTo(Delayed o) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), o.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    private final Steps steps = new Steps();
    private final List<String> turns = new ArrayList<>();

    @Test
    void B9_aTurnThatThrowsIsDoneAgainAfterPausesThatGrow() {
        Deque<Throwable> troubles = new ArrayDeque<>(List.of(
                new IllegalStateException("a pattern that is none"),
                new NoClassDefFoundError("a plugin is gone"),
                new OutOfMemoryError("unable to create native thread")));
        Loop loop = new Loop(steps, () -> {
            turns.add("turn");
            Throwable trouble = troubles.poll();
            if (trouble != null) {
                LoopTest.<RuntimeException>sneak(trouble);
            }
            return Optional.of(Duration.ofSeconds(30));
        });
        List<List<Long>> pauses = new ArrayList<>();

        loop.wake();
        steps.run();
        for (int i = 0; i < 4; i++) {
            pauses.add(steps.due());
            steps.elapse();
        }

        assertThat(turns).hasSize(5);
        assertThat(pauses).containsExactly(List.of(2L), List.of(4L), List.of(8L), List.of(30L));
    }

    @Test
    void afterATurnThatWentWellThePausesAreShortAgain() {
        Deque<Boolean> fails = new ArrayDeque<>(List.of(true, true, false, true));
        Loop loop = new Loop(steps, () -> {
            if (fails.remove()) {
                throw new IllegalStateException("away");
            }
            return Optional.of(Duration.ofSeconds(30));
        });

        loop.wake();
        steps.run();
        steps.elapse();
        steps.elapse();
        steps.elapse();

        assertThat(steps.due()).containsExactly(2L);
    }

    @Test
    void B9_whereNoThreadIsToBeHadItTriesAgain() {
        Loop loop = new Loop(steps, () -> {
            turns.add("turn");
            return Optional.empty();
        });
        steps.refusing = true;

        loop.wake();
        assertThat(steps.due()).containsExactly(2L);
        steps.refusing = false;
        steps.elapse();

        assertThat(turns).hasSize(1);
        loop.wake();
        steps.run();
        assertThat(turns).hasSize(2);
    }

    @Test
    void whileSomebodyElseDoesItNoTurnIsTaken() {
        Loop loop = new Loop(steps, () -> {
            turns.add("turn");
            return Optional.empty();
        });
        steps.quiet = true;

        loop.wake();
        steps.run();
        assertThat(turns).isEmpty();
        assertThat(steps.due()).containsExactly(30L);
        steps.quiet = false;
        steps.elapse();

        assertThat(turns).hasSize(1);
    }

    @Test
    void whoIsWokenDuringATurnTakesAnother() {
        List<Loop> self = new ArrayList<>();
        self.add(new Loop(steps, () -> {
            turns.add("turn");
            if (turns.size() == 1) {
                self.get(0).wake();
            }
            return Optional.empty();
        }));

        self.get(0).wake();
        steps.run();

        assertThat(turns).hasSize(2);
        assertThat(steps.due()).isEmpty();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable t) throws T {
        throw (T) t;
    }
}
