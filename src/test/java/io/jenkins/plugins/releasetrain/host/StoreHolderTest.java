package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A database that comes and goes, and threads that run when the test says so. */
class StoreHolderTest {
    private final Queue<Runnable> thread = new ArrayDeque<>();
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final List<String> opened = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();
    private final List<String> tookUp = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private String wanted = "a";
    private Throwable trouble;
    private String cannotWrite = "";
    private int tries;
    private Runnable duringOpening = () -> {};

    private final class OneStore implements StoreHolder.Held {
        private final String name;

        OneStore(String name) {
            this.name = name;
            opened.add(name);
        }

        @Override
        public String trouble() {
            return cannotWrite;
        }

        @Override
        public void close() {
            closed.add(name);
        }
    }

    private final class TestClock extends Clock {
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
    }

    private final StoreHolder<String, OneStore> holder = new StoreHolder<>(
            () -> wanted,
            this::open,
            new StoreHolder.Ports(
                    thread::add, (work, delay) -> later.add(work), new TestClock(), () -> tookUp.add(wanted)));

    private OneStore open(String key) {
        tries++;
        duringOpening.run();
        if (trouble instanceof RuntimeException e) {
            throw e;
        } else if (trouble instanceof Error e) {
            throw e;
        }
        return new OneStore(key);
    }

    private void run(Queue<Runnable> queue) {
        for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
            next.run();
        }
    }

    private void refusesAtOnce(String because) {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(holder::get)
                .withMessageContaining(because)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE))
                .satisfies(e -> assertThat(e.kind().retryable()).isTrue());
    }

    @Test
    void B6_nobodyWaitsWhileItIsOpenedAndOneThreadOpensIt() {
        for (int request = 0; request < 100; request++) {
            refusesAtOnce("being opened");
        }
        assertThat(thread).hasSize(1);

        run(thread);

        assertThat(holder.get().name).isEqualTo("a");
        assertThat(opened).containsExactly("a");
        assertThat(tookUp).containsExactly("a");
    }

    @Test
    void B6_aDatabaseThatIsDownIsTriedNowAndThenAndNobodyIsToldWhy() {
        trouble = new EngineException(FailureKind.UNAVAILABLE, "db.example does not answer");
        refusesAtOnce("being opened");
        run(thread);
        for (int request = 0; request < 100; request++) {
            refusesAtOnce("cannot be opened");
        }
        assertThat(thread).as("until it is due").isEmpty();
        assertThatExceptionOfType(EngineException.class).isThrownBy(holder::get).withMessageNotContaining("db.example");
        assertThat(holder.trouble()).contains("db.example");

        trouble = null;
        now = now.plus(StoreHolder.TRY_AGAIN);
        run(later);
        run(thread);

        assertThat(holder.get().name).isEqualTo("a");
        assertThat(holder.trouble()).isEmpty();
    }

    /** A disk that is full, or a database that is away, after it was opened: builds wait, and *Health* says why. */
    @Test
    void whatIsOpenAndCannotBeWrittenIsTrouble() {
        holder.check();
        run(thread);
        cannotWrite = "has no room";

        assertThat(holder.get().name).isEqualTo("a");
        assertThat(holder.trouble()).isEqualTo("has no room");
    }

    @Test
    void B6_whoAsksWhenItIsDueHasItTried() {
        trouble = new EngineException(FailureKind.UNAVAILABLE, "down");
        holder.check();
        run(thread);
        now = now.plus(Duration.ofSeconds(31));
        trouble = null;

        refusesAtOnce("cannot be opened");
        run(thread);

        assertThat(holder.open()).isPresent();
    }

    /** Builds write each new line into their logs, and a database may be away for hours. */
    @Test
    void B6_whoAsksAgainAndAgainIsToldTheSameAndHasItTriedNoOftenerThanItIsDue() {
        trouble = new EngineException(FailureKind.UNAVAILABLE, "down");
        holder.check();
        run(thread);
        Set<String> told = new HashSet<>();
        duringOpening = () -> told.add(refusal());
        for (int i = 0; i < 5; i++) {
            now = now.plus(StoreHolder.TRY_AGAIN);
            told.add(refusal());
            int before = tries;
            run(thread);
            assertThat(tries).isEqualTo(before + 1);
            told.add(refusal());
        }
        assertThat(told).singleElement().asString().contains("cannot be opened", "every 30 s");
    }

    private String refusal() {
        try {
            holder.get();
            return "";
        } catch (EngineException e) {
            return e.getMessage();
        }
    }

    @Test
    void J_other_store_anotherOneIsUsedAtOnceAndTheFormerOneAgainAfterwards() {
        holder.check();
        run(thread);
        for (String next : List.of("b", "a")) {
            wanted = next;
            holder.check();
            run(thread);
            assertThat(holder.get().name).isEqualTo(next);
        }
        assertThat(opened).containsExactly("a", "b", "a");
        assertThat(closed).containsExactly("a", "b");
        assertThat(tookUp).as("what was left in each is taken up").containsExactly("a", "b", "a");
    }

    @Test
    void J_other_store_oneThatCannotBeOpenedDoesNotStayInTheWay() {
        holder.check();
        run(thread);
        wanted = "nonsense";
        trouble = new EngineException(FailureKind.UNAVAILABLE, "no such host");
        holder.check();
        run(thread);
        refusesAtOnce("cannot be opened");

        wanted = "a";
        trouble = null;
        holder.check();
        run(thread);

        assertThat(holder.get().name).isEqualTo("a");
    }

    @Test
    void howeverOftenItIsAskedForThereIsOneRetryAtATime() {
        trouble = new EngineException(FailureKind.UNAVAILABLE, "down");
        holder.check();
        holder.check();
        run(thread);
        assertThat(later).hasSize(1);

        for (int round = 0; round < 3; round++) {
            later.remove().run();
            holder.check();
            run(thread);
            assertThat(later).hasSize(1);
        }
    }

    @Test
    void savingTheSameAgainLeavesItOpen() {
        holder.check();
        run(thread);
        holder.check();
        run(thread);

        assertThat(opened).containsExactly("a");
        assertThat(closed).isEmpty();
    }

    @Test
    void anErrorOfADriverIsAFailureLikeOthers() {
        trouble = new NoClassDefFoundError("org/postgresql/Driver");
        holder.check();
        run(thread);
        refusesAtOnce("cannot be opened");
        assertThat(later).hasSize(1);
    }

    @Test
    void aChangeWhileItIsOpenedIsSeenByTheSameThread() {
        holder.check();
        Runnable opener = thread.remove();
        wanted = "b";
        holder.check();
        assertThat(thread).isEmpty();

        opener.run();

        assertThat(holder.get().name).isEqualTo("b");
        assertThat(closed).doesNotContain("b");
    }

    @Test
    void afterTheEndNothingIsOpenedAnew() {
        holder.check();
        run(thread);
        holder.close();
        assertThat(closed).containsExactly("a");

        refusesAtOnce("being opened");
        holder.check();
        assertThat(thread).isEmpty();
        assertThat(opened).containsExactly("a");
    }

    @Test
    void whatWasBeingOpenedAtTheEndIsClosed() {
        holder.check();
        Runnable opener = thread.remove();
        holder.close();

        opener.run();

        assertThat(opened).isEqualTo(closed);
        assertThat(holder.open()).isEmpty();
    }
}
