package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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
