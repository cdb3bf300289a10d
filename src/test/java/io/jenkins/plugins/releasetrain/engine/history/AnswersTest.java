package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final AtomicInteger made = new AtomicInteger();
    private final Answers answers = new Answers(
            new Clock() {
                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return now;
                }
            },
            1,
            Duration.ZERO);

    private Answer make() {
        made.incrementAndGet();
        return new Answer(200, "", new byte[0]);
    }

    @Test
    void S7_howeverManyPagesAreOpenTheDatabaseIsAskedOnce() {
        for (int page = 0; page < 300; page++) {
            answers.get("now", this::make);
        }
        assertThat(made).hasValue(1);
        answers.get("history?text=a", this::make);
        assertThat(made).hasValue(2);
    }

    @Test
    void whatHappensHereIsSeenAtOnceAndWhatHappensElsewhereSoon() {
        answers.get("now", this::make);
        answers.forget();
        answers.get("now", this::make);
        assertThat(made).hasValue(2);

        now = now.plusMillis(999);
        answers.get("now", this::make);
        assertThat(made).hasValue(2);
        now = now.plusMillis(1);
        answers.get("now", this::make);
        assertThat(made).hasValue(3);
    }

    @Test
    void aFailureIsNotKept() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> answers.get("now", () -> {
                    throw new IllegalStateException("away");
                }));
        answers.get("now", this::make);
        assertThat(made).hasValue(1);
    }

    @Test
    void S7_onlySoManyReadersAskTheDatabaseAtATime() throws Exception {
        CountDownLatch asks = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<Answer> slow = CompletableFuture.supplyAsync(() -> answers.get("metrics", () -> {
            asks.countDown();
            await(answered);
            return make();
        }));
        asks.await();

        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> answers.get("now", this::make))
                .withMessageContaining("Too many ask at once")
                .satisfies(e -> assertThat(e.kind().retryable()).isTrue());
        answered.countDown();
        slow.get();
        answers.get("now", this::make);
        assertThat(made).hasValue(2);
    }

    /** While a database is away, each page that asks would hold a thread of the web server, one after the other. */
    @Test
    void B6_whoWouldWaitForAnothersAnswerTooLongIsToldSo() throws Exception {
        CountDownLatch asks = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<Answer> slow = CompletableFuture.supplyAsync(() -> answers.get("now", () -> {
            asks.countDown();
            await(answered);
            return make();
        }));
        asks.await();

        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> answers.get("now", this::make))
                .withMessageContaining("takes too long")
                .satisfies(e -> assertThat(e.kind().retryable()).isTrue());
        answered.countDown();
        slow.get();
        assertThat(made).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
