package io.jenkins.plugins.releasetrain.engine.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer.Granted;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer.Waiting;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Entry;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link EnvironmentLock} does. */
abstract class EnvironmentLockContract {
    static final Duration LEASE = Duration.ofSeconds(30);
    /** Longer than a lease and every grace. */
    private static final Duration LONG = Duration.ofMinutes(5);

    final ManualClock clock = new ManualClock();
    EnvironmentLock lock;

    abstract EnvironmentLock open(Clock clock) throws Exception;

    abstract void close() throws Exception;

    @BeforeEach
    void openLock() throws Exception {
        lock = open(clock);
    }

    @AfterEach
    void closeLock() throws Exception {
        close();
    }

    private static Request exclusive(String id) {
        return new Request(id, "train " + id, Mode.EXCLUSIVE, Set.of(), LEASE);
    }

    private static Request shared(String id, String... claims) {
        return new Request(id, "lane " + id, Mode.SHARED, Set.of(claims), LEASE);
    }

    private long granted(Request request) {
        Answer answer = lock.request(request);
        assertThat(answer).isInstanceOf(Granted.class);
        return ((Granted) answer).token();
    }

    private Waiting waiting(Request request) {
        Answer answer = lock.request(request);
        assertThat(answer).isInstanceOf(Waiting.class);
        return (Waiting) answer;
    }

    @Test
    void shouldGrantAFreeLockAndTheSameAgain() {
        assertThat(lock.request(exclusive("a"))).isEqualTo(new Granted(1, false));
        assertThat(lock.request(exclusive("a"))).isEqualTo(new Granted(1, false));
        assertThat(lock.entries()).singleElement().satisfies(e -> {
            assertThat(e.held()).isTrue();
            assertThat(e.owner()).isEqualTo("train a");
            assertThat(e.since()).isEqualTo(clock.instant());
        });
    }

    @Test
    void I3_shouldLetAnExclusiveHolderBeAlone() {
        granted(exclusive("a"));
        assertThat(waiting(exclusive("b")))
                .usingRecursiveComparison()
                .ignoringFields("expected")
                .isEqualTo(new Waiting(1, List.of("train a")));
        assertThat(waiting(shared("c")))
                .usingRecursiveComparison()
                .ignoringFields("expected")
                .isEqualTo(new Waiting(2, List.of("train a", "train b")));
    }

    @Test
    void I3_shouldLetSharedHoldersWithTheSameClaimNotMeet() {
        granted(shared("a", "cart", "pay"));
        granted(shared("b", "stock"));
        assertThat(waiting(shared("c", "pay", "mail")).waitsFor()).containsExactly("lane a");
        assertThat(waiting(shared("d", "mail")).waitsFor())
                .as("who asked first goes first")
                .containsExactly("lane c");
        granted(shared("e", "search"));
        lock.release("a");
        granted(shared("c", "pay", "mail"));
    }

    @Test
    void shouldLetNoLaterSharedRequestPassAWaitingExclusiveOne() {
        granted(shared("a"));
        waiting(exclusive("train"));
        assertThat(waiting(shared("late")).waitsFor()).containsExactly("train train");
        lock.release("a");
        assertThat(waiting(shared("late")).waitsFor()).containsExactly("train train");
        granted(exclusive("train"));
        lock.release("train");
        granted(shared("late"));
    }

    @Test
    void shouldServeInTheOrderOfAsking() {
        granted(exclusive("a"));
        waiting(exclusive("b"));
        waiting(exclusive("c"));
        lock.release("a");
        assertThat(waiting(exclusive("c")))
                .usingRecursiveComparison()
                .ignoringFields("expected")
                .isEqualTo(new Waiting(2, List.of("train b")));
        granted(exclusive("b"));
        assertThat(lock.entries()).extracting(Entry::id).containsExactly("b", "c");
    }

    @Test
    void shouldLetAWaitingRequestLeaveTheLine() {
        granted(shared("a"));
        waiting(exclusive("b"));
        waiting(shared("c"));
        lock.release("b");
        granted(shared("c"));
        lock.release("unknown");
    }

    @Test
    void I3_shouldGiveEveryGrantAHigherToken() {
        long last = 0;
        for (int i = 0; i < 5; i++) {
            long token = granted(i % 2 == 0 ? exclusive("x" + i) : shared("x" + i));
            assertThat(token).isGreaterThan(last);
            last = token;
            lock.release("x" + i);
            assertThat(lock.entries()).isEmpty();
        }
    }

    @Test
    void I3_shouldTakeOverFromAHolderWhoseLeaseRanOutAndSaySo() {
        long lost = granted(exclusive("a"));
        clock.advance(LONG);
        assertThat(lock.request(exclusive("b"))).isEqualTo(new Granted(lost + 1, true));
        assertThat(lock.request(exclusive("b"))).as("asked again").isEqualTo(new Granted(lost + 1, true));
        assertThatThrownBy(() -> lock.renew("a", lost, LEASE))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCK_LOST));
        lock.release("b");
        assertThat(lock.request(exclusive("c"))).isEqualTo(new Granted(lost + 2, false));
    }

    @Test
    void I3_shouldSayAgainThatItWasTakenOverIfTheOneWhoWasToldDiesToo() {
        granted(exclusive("a"));
        clock.advance(LONG);
        assertThat(lock.request(exclusive("b"))).isEqualTo(new Granted(2, true));
        clock.advance(LONG);
        assertThat(lock.request(shared("c"))).isEqualTo(new Granted(3, true));
        assertThat(lock.request(shared("d"))).isEqualTo(new Granted(4, false));
    }

    @Test
    void shouldHoldAsLongAsItIsRenewed() {
        long token = granted(exclusive("a"));
        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofSeconds(20));
            lock.renew("a", token, LEASE);
            waiting(exclusive("b"));
        }
        assertThatThrownBy(() -> lock.renew("a", token + 1, LEASE)).isInstanceOf(EngineException.class);
        assertThatThrownBy(() -> lock.renew("b", 0, LEASE)).isInstanceOf(EngineException.class);
    }

    @Test
    void shouldForgetAWaitingRequestThatIsNotAskedAgain() {
        long token = granted(shared("a"));
        waiting(exclusive("gone"));
        waiting(shared("b"));
        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofSeconds(20));
            lock.renew("a", token, LEASE);
        }
        assertThat(lock.request(shared("b")))
                .isInstanceOfSatisfying(
                        Granted.class,
                        g -> assertThat(g.takenOver())
                                .as("who only waited changed nothing")
                                .isFalse());
    }

    @Test
    void shouldRefuseALeaseThatEndsAtOnceAndAnIdThatChangesItsRequest() {
        assertThatThrownBy(() -> lock.request(new Request("a", "a", Mode.SHARED, Set.of(), Duration.ZERO)))
                .hasMessageContaining("lease");
        granted(shared("b", "cart"));
        assertThatThrownBy(() -> lock.request(exclusive("b"))).hasMessageContaining("'b'");
    }

    @Test
    void I3_shouldNeverHaveTwoExclusiveHoldersUnderContention() throws Exception {
        int threads = 6;
        int rounds = 5;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        AtomicInteger inside = new AtomicInteger();
        ConcurrentLinkedQueue<Long> tokens = new ConcurrentLinkedQueue<>();
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String id = "t" + t;
                tasks.add(() -> {
                    for (int i = 0; i < rounds; i++) {
                        Answer answer = lock.request(exclusive(id));
                        while (!(answer instanceof Granted granted)) {
                            Thread.onSpinWait();
                            answer = lock.request(exclusive(id));
                        }
                        assertThat(inside.incrementAndGet()).isOne();
                        tokens.add(granted.token());
                        inside.decrementAndGet();
                        lock.release(id);
                    }
                    return null;
                });
            }
            for (Future<Void> done : pool.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(List.copyOf(tokens)).hasSize(threads * rounds).isSorted();
        assertThat(new HashSet<>(tokens)).hasSize(threads * rounds);
    }
}
