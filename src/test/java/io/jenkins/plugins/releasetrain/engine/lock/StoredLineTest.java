package io.jenkins.plugins.releasetrain.engine.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer.Granted;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer.Waiting;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Entry;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Standing;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The contract with the line in a store and the Lease in the embedded API server. */
class StoredLineTest extends EnvironmentLockContract {
    private final SqlStore store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));

    private EmbeddedKubernetes kubernetes;
    private KubernetesNamespace place;
    private List<Standing> told = List.of();

    @Override
    EnvironmentLock open(Clock clock) {
        kubernetes = EmbeddedKubernetes.start();
        kubernetes.createNamespace("staging");
        place = new KubernetesNamespace(kubernetes.client(), "staging");
        return controller(store, clock, Duration.ZERO);
    }

    private EnvironmentLock controller(SqlStore itsStore, Clock itsClock, Duration freshness) {
        return new StoredLine(
                new LeaseLock(place, Duration.ofSeconds(5), itsClock, Sleeper.real()),
                itsStore.line("staging"),
                itsClock,
                freshness,
                standings -> told = standings);
    }

    @Override
    void close() {
        kubernetes.close();
        store.close();
    }

    private static Request lane(String id, String... claims) {
        return new Request(id, "lane " + id, Mode.SHARED, Set.of(claims), LEASE);
    }

    private static Request train(String id) {
        return new Request(id, "train " + id, Mode.EXCLUSIVE, Set.of(), LEASE);
    }

    private LockState lease() {
        String state = kubernetes
                .client()
                .leases()
                .inNamespace("staging")
                .withName(LeaseLock.NAME)
                .get()
                .getMetadata()
                .getAnnotations()
                .get(LeaseLock.STATE);
        return LockStateJson.read(state, "test");
    }

    @Test
    void theLeaseHasHoldersAndTheFirstInLineOnly() {
        lock.request(train("t"));
        IntStream.range(0, 40).forEach(i -> lock.request(lane("l" + i, "cart")));
        assertThat(lease().line()).extracting(p -> p.entry().id()).containsExactly("t", "l0");
        assertThat(lock.entries()).hasSize(41);
        assertThat(lock.request(lane("l39", "cart")))
                .isInstanceOfSatisfying(
                        Waiting.class, w -> assertThat(w.position()).isEqualTo(40));
    }

    @Test
    void whoWaitsIsInOrderWhicheverControllerAsks() {
        EnvironmentLock other =
                controller(store, new ManualClock(clock.instant().plusSeconds(1200)), Duration.ZERO);
        lock.request(train("a"));
        other.request(train("b"));
        lock.request(train("c"));
        lock.release("a");
        assertThat(waiting(train("c")).waitsFor()).containsExactly("train b");
        assertThat(waiting(train("c")).position()).isEqualTo(2);
        assertThat(other.request(train("b"))).isInstanceOf(Granted.class);
        other.release("b");
        assertThat(lock.request(train("c"))).isInstanceOf(Granted.class);
    }

    /** What a controller saw last is old, and whoever waits there keeps the place in the line. */
    @Test
    void I14_whoWaitsWhereTheClockIsSetBackGoesOn() {
        ManualClock back = new ManualClock(clock.instant());
        EnvironmentLock other = controller(store, back, Duration.ofSeconds(2));
        lock.request(train("a"));
        lock.request(train("b"));
        assertThat(other.request(train("c"))).isInstanceOf(Waiting.class);
        back.advance(Duration.ofHours(-1));
        for (int i = 0; i < 12; i++) {
            clock.advance(Duration.ofSeconds(5));
            back.advance(Duration.ofSeconds(5));
            lock.request(train("a"));
            lock.request(train("b"));
            other.request(train("c"));
        }
        assertThat(waiting(train("d")).position()).as("c keeps its place").isEqualTo(3);
        lock.release("a");
        assertThat(lock.request(train("b"))).isInstanceOf(Granted.class);
        lock.release("b");
        back.advance(Duration.ofSeconds(5));
        assertThat(other.request(train("c"))).isInstanceOf(Granted.class);
    }

    @Test
    void I14_whoDiedIsNotWaitedForLongerSinceTheClockIsSetBack() {
        EnvironmentLock died = controller(store, new ManualClock(clock.instant()), Duration.ZERO);
        died.request(train("a"));
        died.request(train("b"));
        died.request(train("c"));
        waiting(train("d"));
        clock.advance(Duration.ofHours(-1));
        int asked = 0;
        while (!(lock.request(train("d")) instanceof Granted)) {
            clock.advance(Duration.ofSeconds(5));
            assertThat(asked++).isLessThan(30);
        }
    }

    /** Each has its first one in the Lease, so they take turns. */
    @Test
    void controllersWithStoresOfTheirOwnStarveNobody() {
        try (SqlStore elsewhere =
                SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()))) {
            EnvironmentLock other = controller(elsewhere, clock, Duration.ZERO);
            lock.request(lane("l0", "s0"));
            assertThat(other.request(train("stranger"))).isInstanceOf(Waiting.class);
            IntStream.range(1, 9)
                    .forEach(i -> assertThat(lock.request(lane("l" + i, "s" + i)))
                            .isInstanceOfSatisfying(
                                    Waiting.class, w -> assertThat(w.waitsFor()).contains("train stranger")));
            lock.release("l0");
            assertThat(lock.request(lane("l3", "s3"))).isInstanceOf(Waiting.class);
            assertThat(other.request(train("stranger"))).isInstanceOf(Granted.class);
            other.release("stranger");
            IntStream.range(1, 9)
                    .forEach(i ->
                            assertThat(lock.request(lane("l" + i, "s" + i))).isInstanceOf(Granted.class));
        }
    }

    @Test
    void whoWaitsIsToldWhenByHowLongItWasHeld() {
        lock.request(train("t"));
        assertThat(waiting(lane("l", "cart")).expected()).as("nothing is known").isEmpty();
        lock.release("l");
        clock.advance(Duration.ofSeconds(24));
        lock.release("t");
        lock.request(lane("l", "cart"));
        clock.advance(Duration.ofSeconds(10));
        lock.release("l");
        lock.request(train("t"));
        clock.advance(Duration.ofSeconds(4));
        assertThat(waiting(lane("l", "cart")).expected()).contains(Duration.ofSeconds(20));
        Waiting third = waiting(lane("m", "cart"));
        assertThat(third.expected()).contains(Duration.ofSeconds(30));
        assertThat(third.owners()).isEqualTo("train t, lane l");
        assertThat(third.place()).isEqualTo("2, within 5 minutes");
        assertThat(new Waiting(3, List.of("train t"), Optional.of(Duration.ofMinutes(12))).place())
                .isEqualTo("3, in about 15 minutes");
    }

    private Waiting waiting(Request request) {
        Answer answer = lock.request(request);
        assertThat(answer).isInstanceOf(Waiting.class);
        return (Waiting) answer;
    }

    @Test
    void aProcessThatDiedBetweenItsGrantAndTheLineBarsNobody() {
        lock.request(train("t"));
        lock.request(train("dead"));
        lock.release("t");
        // As it would be if its grant had not been followed by leaving the line.
        new LeaseLock(place, Duration.ofSeconds(5), clock, Sleeper.real()).request(train("dead"));
        lock.request(lane("l"));
        for (int i = 0; i < 4; i++) {
            clock.advance(Duration.ofSeconds(20));
            lock.request(lane("l"));
        }
        assertThat(lock.request(lane("l"))).isInstanceOf(Granted.class);
        assertThat(lock.entries()).extracting(Entry::id).containsExactly("l");
    }

    @Test
    void manyWhoAskReadTheLeaseOnceASecond() {
        EnvironmentLock many = controller(store, clock, Duration.ofSeconds(1));
        many.request(train("t"));
        IntStream.range(0, 20).forEach(i -> many.request(lane("l" + i, "s" + i)));
        int before = kubernetes.requests();
        IntStream.range(1, 20).forEach(i -> many.request(lane("l" + i, "s" + i)));
        assertThat(kubernetes.requests() - before).isLessThanOrEqualTo(1);
    }

    @Test
    void theWholeLineIsToldInOrderWithAboutWhen() {
        lock.request(train("t"));
        clock.advance(Duration.ofSeconds(24));
        lock.release("t");
        lock.request(train("t"));
        Instant begun = clock.instant();
        lock.request(train("u"));
        lock.request(train("v"));
        lock.request(train("v"));
        assertThat(told).extracting(Standing::owner).containsExactly("train t", "train u", "train v");
        assertThat(told).extracting(Standing::position).containsExactly(0, 1, 2);
        assertThat(told).allMatch(Standing::alone);
        Instant next = begun.plusSeconds(24).truncatedTo(ChronoUnit.SECONDS);
        assertThat(told)
                .extracting(Standing::expected)
                .containsExactly(Optional.empty(), Optional.of(next), Optional.of(next.plusSeconds(24)));
        lock.release("u");
        assertThat(told)
                .as("whoever left is told no more")
                .extracting(Standing::id)
                .containsExactly("t", "v");
        assertThat(told.get(1).position()).isEqualTo(1);
    }

    @Test
    void ofAVeryLongLineTheFirstAreTold() {
        lock.request(train("t"));
        IntStream.range(0, 120).forEach(i -> lock.request(lane("l" + i, "cart")));
        lock.entries();
        assertThat(told).hasSize(101).last().extracting(Standing::id).isEqualTo("l99");
    }
}
