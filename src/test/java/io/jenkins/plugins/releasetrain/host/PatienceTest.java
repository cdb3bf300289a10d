package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is only told neither delays nor breaks what is decided. */
@Timeout(30)
class PatienceTest {
    private static final int MOST = 2;

    private final CountDownLatch hanging = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Patience patience = new Patience(threads, Duration.ofMillis(50), MOST);

    @AfterEach
    void end() {
        hanging.countDown();
        threads.shutdownNow();
    }

    @Test
    void answersAreGiven() {
        Patience unhurried = new Patience(threads, Duration.ofSeconds(20), MOST);
        assertThat(unhurried.ask("a", () -> "83 passed")).contains("83 passed");
        assertThat(unhurried.ask("a", () -> null)).isEmpty();
    }

    @Test
    void I11_recordsThatThrowAreLeftOut() {
        assertThat(patience.ask("a", () -> {
                    throw new IllegalStateException("broken report");
                }))
                .isEmpty();
        assertThat(patience.ask("a", () -> {
                    throw new NoClassDefFoundError("hudson/tasks/junit/CaseResult");
                }))
                .isEmpty();
    }

    @Test
    void I11_recordsThatHangAreLeftOutAndHoldFewThreads() {
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            assertThat(patience.ask("a", () -> {
                        synchronized (asked) {
                            asked.add("once more");
                        }
                        hanging.await();
                        return "too late";
                    }))
                    .isEmpty();
        }
        synchronized (asked) {
            assertThat(asked).hasSizeLessThanOrEqualTo(MOST);
        }
    }

    /** Each waits for another one: one after the other, none would ever be answered. */
    @Test
    void manyAreAskedSeveralAtATimeAndAnsweredInTheirOrder() {
        Patience unhurried = new Patience(threads, Duration.ofSeconds(20), 4);
        CyclicBarrier two = new CyclicBarrier(2);
        List<Callable<Integer>> questions = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            questions.add(() -> {
                two.await();
                return number;
            });
        }
        assertThat(unhurried.ask("a", questions, 2))
                .containsExactly(Optional.of(0), Optional.of(1), Optional.of(2), Optional.of(3));
    }

    /** Threads that answer at once, but for one that is never there. */
    @Test
    void whoeverHangsIsLeftOutAndTheOthersAreAnswered() {
        List<Runnable> begun = new ArrayList<>();
        Patience some = new Patience(
                work -> {
                    begun.add(work);
                    if (begun.size() != 2) {
                        work.run();
                    }
                },
                Duration.ofMillis(50),
                MOST);
        List<Callable<String>> questions = List.of(
                () -> "a",
                () -> "b",
                () -> {
                    throw new IllegalStateException("refused");
                },
                () -> "d");
        assertThat(some.ask("a", questions, MOST))
                .containsExactly(Optional.of("a"), Optional.empty(), Optional.empty(), Optional.of("d"));
    }

    @Test
    void I11_noThreadIsNoReasonToFail() {
        Patience closed = new Patience(
                work -> {
                    throw new RejectedExecutionException("closed");
                },
                Duration.ofMillis(50),
                1);
        assertThat(closed.ask("a", () -> "x")).isEmpty();
        assertThat(closed.ask("a", () -> "x")).isEmpty();
    }

    @Test
    void I11_whoeverIsInterruptedStaysSo() {
        Thread.currentThread().interrupt();
        assertThat(patience.ask("a", () -> {
                    hanging.await();
                    return "x";
                }))
                .isEmpty();
        assertThat(Thread.interrupted()).isTrue();
    }
}
