package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.cluster.Beside;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Probe;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingCluster;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lanes whose candidates are beside the baseline; what all lanes do is in {@link LanesTest}. */
class SideBySideTest {
    private static final Duration LONGER_THAN_THE_LEASE = Duration.ofMinutes(16);

    /** s1 calls s2; the others call nobody. */
    private final FakeShop shop = new FakeShop(5, Map.of("s1", Set.of("s2")));

    private final Lanes lanes = lanes(shop, shop.store, shop.cluster, Isolation.SIDE_BY_SIDE);

    @AfterEach
    void close() {
        shop.close();
    }

    private static Lanes lanes(FakeShop shop, Store store, Cluster cluster, Isolation isolation) {
        return lanes(shop, store, cluster, isolation, Probe.NONE);
    }

    private static Lanes lanes(FakeShop shop, Store store, Cluster cluster, Isolation isolation, Probe probe) {
        Ports ports = new Ports(store, shop.promoter(store), shop.clock, shop::id, shop.events::add);
        LaneSettings settings = new LaneSettings(isolation, OnDrift.RERUN, 3, TrainSettings.USUAL_MOVING_TAGS);
        Environment e = shop.environment();
        Environment environment = new Environment(
                e.name(), e.namespace(), e.baseUrl(), cluster, e.lock(), e.rolloutDeadline(), e.lease(), "", probe);
        return new Lanes(settings, shop.catalog, shop.registries(), environment, ports);
    }

    private LaneId open(String service, String version) {
        return lanes.open(Map.of(service, version), Origin.UNKNOWN);
    }

    private LaneTask next(LaneId lane) {
        return next(lanes, lane);
    }

    private static LaneTask next(Lanes lanes, LaneId lane) {
        try {
            return lanes.next(lane);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void report(LaneId lane, Verdict verdict) {
        String tenant = lanes.state().lane(lane.id()).orElseThrow().tenant();
        lanes.report(lane, tenant, new Lanes.Reported(verdict, "", Optional.empty()));
    }

    private Event.LaneEnded finish(LaneId lane, Verdict verdict) {
        return finish(lanes, lane, verdict);
    }

    private static Event.LaneEnded finish(Lanes lanes, LaneId lane, Verdict verdict) {
        LaneTask task = next(lanes, lane);
        while (task instanceof LaneTask.Test test) {
            lanes.report(
                    lane,
                    test.tenant(),
                    new Lanes.Reported(test.control() ? Verdict.PASSED : verdict, "", Optional.empty()));
            task = next(lanes, lane);
        }
        return ((LaneTask.Done) task).ended();
    }

    @Test
    void candidateIsBesideTheBaselineUntilItIsPromoted() {
        shop.build("s1", "2");
        LaneId lane = open("s1", "2");

        LaneTask.Test test = (LaneTask.Test) next(lane);

        assertThat(shop.cluster.beside()).containsExactly(FakeShop.digest("s1", "2"));
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "1"));
        Beside beside = new Beside(lane.id(), test.tenant(), Isolation.SIDE_BY_SIDE);
        assertThat(test.hosts())
                .containsOnlyKeys("s1")
                .containsEntry("s1", beside.name(shop.catalog.service("s1").workload()) + ".staging.svc");
        assertThat(finish(lane, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.cluster.beside()).isEmpty();
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "2"));
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(shop.lock.entries()).isEmpty();
    }

    @Test
    void failingCandidateLeavesNothingBehindAndNothingWasPatched() {
        shop.build("s1", "2");
        LaneId lane = open("s1", "2");
        assertThat(finish(lane, Verdict.FAILED).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(shop.cluster.beside()).isEmpty();
        assertThat(shop.cluster.installations()).isEmpty();
        assertThat(shop.lock.entries()).isEmpty();
    }

    @Test
    void candidateThatCannotStartEndsAsNotInstallableAndIsRemoved() {
        shop.cluster.cannotStart(shop.build("s1", "2"));
        Event.LaneEnded ended = finish(open("s1", "2"), Verdict.PASSED);
        assertThat(ended.outcome()).isEqualTo(Outcome.NOT_INSTALLABLE);
        assertThat(ended.reason()).contains("CrashLoopBackOff");
        assertThat(shop.cluster.beside()).isEmpty();
    }

    @Test
    void I4_candidateThatANamespacesQuotaKeepsOutIsNotBlamed() {
        shop.build("s1", "2");
        shop.cluster.isFull();
        LaneId lane = open("s1", "2");
        assertThat(next(lanes, lane))
                .as("it waits until there is room")
                .isInstanceOfSatisfying(
                        LaneTask.Wait.class, w -> assertThat(w.why()).contains("exceeded quota"));
        assertThat(shop.cluster.beside()).isEmpty();
        assertThat(shop.events).noneMatch(Event.LaneEnded.class::isInstance);
    }

    @Test
    void cancelledLaneLeavesNothingBehind() throws InterruptedException {
        shop.build("s3", "2");
        LaneId lane = open("s3", "2");
        next(lane);
        lanes.cancel(lane, "aborted by alice");
        assertThat(finish(lane, Verdict.PASSED).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(shop.cluster.beside()).isEmpty();
        assertThat(shop.lock.entries()).isEmpty();
    }

    @Test
    void I7_twoCandidatesOfOneServiceAreTestedAtOnceAndTheOlderDoesNotComeOverTheNewer() {
        shop.build("s3", "2");
        shop.build("s3", "3");
        LaneId first = open("s3", "2");
        assertThat(next(first)).isInstanceOf(LaneTask.Test.class);
        shop.clock.advance(Duration.ofSeconds(1));
        LaneId second = open("s3", "3");
        assertThat(next(second)).isInstanceOf(LaneTask.Test.class);
        assertThat(shop.cluster.beside())
                .containsExactlyInAnyOrder(FakeShop.digest("s3", "2"), FakeShop.digest("s3", "3"));

        report(second, Verdict.PASSED);
        assertThat(finish(second, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        report(first, Verdict.PASSED);
        assertThat(((LaneTask.Done) next(first)).ended().outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "3"));
        assertThat(shop.installed()).containsEntry("s3", FakeShop.digest("s3", "3"));
        assertThat(shop.cluster.beside()).isEmpty();
    }

    @Test
    void promotedCandidateIsBroughtByItsOwnLaneAlsoAfterACrash() {
        shop.build("s1", "2");
        shop.build("s3", "2");
        LaneId first = open("s1", "2");
        LaneId second = open("s3", "2");
        next(first);
        report(first, Verdict.PASSED);
        CrashingCluster crashing = new CrashingCluster(shop.cluster, 1, false);
        Lanes dying = lanes(shop, shop.store, crashing.cluster(), Isolation.SIDE_BY_SIDE);
        assertThatThrownBy(() -> dying.next(first))
                .as("between the promotion and its coming into the environment")
                .isInstanceOf(CrashingStore.Crash.class);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));

        assertThat(next(second)).as("s1 is no matter to it").isInstanceOf(LaneTask.Test.class);
        assertThat(shop.installed())
                .as("it is the first one's to bring")
                .containsEntry("s1", FakeShop.digest("s1", "1"));
        assertThat(finish(first, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "2"));
    }

    @Test
    void I4_failureBesideOthersCandidatesIsItsOwn() {
        shop.build("s2", "2");
        shop.build("s1", "2");
        LaneId below = open("s2", "2");
        next(below);
        LaneId above = open("s1", "2");
        next(above);
        report(above, Verdict.FAILED);
        assertThat(next(above))
                .as("whether the environment works is told by the other")
                .isInstanceOf(LaneTask.Wait.class);
        assertThat(finish(below, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(finish(above, Verdict.FAILED).outcome())
                .as("nobody else's candidate was to be seen")
                .isEqualTo(Outcome.EJECTED);
        assertThat(shop.events)
                .filteredOn(Event.LaneRetried.class::isInstance)
                .noneMatch(e -> ((Event.LaneRetried) e).reason().contains("beside other candidates"));
    }

    @Test
    void I7_whatIsPromotedMeanwhileIsDriftForThoseThatItCountsFor() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        LaneId above = open("s1", "2");
        LaneId below = open("s2", "2");
        next(above);
        assertThat(finish(below, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        report(above, Verdict.PASSED);
        assertThat(next(above)).as("tested again").isInstanceOf(LaneTask.Test.class);
        assertThat(shop.events)
                .filteredOn(Event.LaneTested.class::isInstance)
                .last()
                .satisfies(e -> assertThat(((Event.LaneTested) e).drift()).containsExactly("s2"));
        assertThat(finish(above, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I4_failureWhileSomethingChangedIsConfirmedBesideOthers() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        shop.build("s2", "3");
        shop.build("s3", "2");
        LaneId above = open("s1", "2");
        next(above);
        LaneId other = open("s3", "2");
        next(other);
        finish(open("s2", "2"), Verdict.PASSED);
        report(above, Verdict.FAILED);
        assertThat(next(above)).as("whether the environment works, s3 tells").isInstanceOf(LaneTask.Wait.class);
        assertThat(finish(other, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        LaneId beside = open("s2", "3");
        next(beside);
        assertThat(next(above)).as("beside the lane of s2").isInstanceOf(LaneTask.Test.class);
        report(above, Verdict.FAILED);
        assertThat(finish(beside, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(finish(above, Verdict.FAILED).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(shop.events)
                .filteredOn(Event.LaneRetried.class::isInstance)
                .anyMatch(e -> ((Event.LaneRetried) e).reason().contains("changed; confirming"));
    }

    @Test
    void I3_candidateOfALaneThatDiedIsRemovedByTheNextOneAndItsVerdictIsVoid() {
        shop.build("s1", "2");
        shop.build("s3", "2");
        LaneId dead = open("s1", "2");
        next(dead);
        shop.clock.advance(LONGER_THAN_THE_LEASE);

        LaneId other = open("s3", "2");
        assertThat(next(other)).isInstanceOf(LaneTask.Test.class);
        assertThat(shop.cluster.beside()).containsExactly(FakeShop.digest("s3", "2"));

        report(dead, Verdict.PASSED);
        assertThat(shop.events)
                .filteredOn(Event.LaneTested.class::isInstance)
                .last()
                .satisfies(e -> assertThat(((Event.LaneTested) e).verdict()).isEqualTo(Verdict.VOID));
        assertThat(finish(dead, Verdict.PASSED).outcome()).as("begins anew").isEqualTo(Outcome.RELEASED);
        assertThat(finish(other, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.cluster.beside()).isEmpty();
    }

    @Test
    void I3_holderThatLosesTheLockWhileItCreatesRemovesWhatItMadeTooLate() {
        shop.build("s1", "2");
        shop.build("s3", "2");
        LaneId late = open("s1", "2");
        LaneId other = open("s3", "2");
        AtomicBoolean paused = new AtomicBoolean();
        Cluster pausing = (Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(), new Class<?>[] {Cluster.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("putBeside") && !paused.getAndSet(true)) {
                        shop.clock.advance(LONGER_THAN_THE_LEASE);
                        assertThat(next(other)).isInstanceOf(LaneTask.Test.class);
                    } else if (paused.get() && method.getName().equals("lanesBeside")) {
                        assertThat(shop.cluster.beside())
                                .as("before its own next attempt sweeps")
                                .containsExactly(FakeShop.digest("s3", "2"));
                    }
                    return method.invoke(shop.cluster, arguments);
                });

        next(lanes(shop, shop.store, pausing, Isolation.SIDE_BY_SIDE), late);

        assertThat(shop.events)
                .filteredOn(Event.LaneTested.class::isInstance)
                .singleElement()
                .satisfies(e -> {
                    assertThat(((Event.LaneTested) e).verdict()).isEqualTo(Verdict.VOID);
                    assertThat(((Event.LaneTested) e).reason()).contains("is not held any more");
                });
        assertThat(finish(late, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(finish(other, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.cluster.beside()).isEmpty();
    }

    @Test
    void sweepSparesLanesThatHoldTheirPlace() {
        shop.build("s1", "2");
        LaneId lane = open("s1", "2");
        next(lane);
        shop.cluster.putBeside(
                new Beside("forgotten", "forgotten-1", Isolation.SIDE_BY_SIDE),
                Map.of(shop.catalog.service("s4"), shop.candidate("s4", "1")));
        lanes.sweep();
        assertThat(shop.cluster.beside()).containsExactly(FakeShop.digest("s1", "2"));
    }

    @Test
    void I7_outdatedBaselineIsBroughtBeforeALaneBeginsAlsoForItsOwnService() {
        shop.production.push("prod/s3", "production", "s3 hotfix");
        shop.build("s3", "2");
        LaneId lane = open("s3", "2");
        next(lane);
        assertThat(shop.installed()).containsEntry("s3", shop.inProduction("s3"));
        assertThat(finish(lane, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void laneGoesOnAsItBeganWhenTheIsolationIsConfiguredAnew() throws InterruptedException {
        shop.build("s3", "2");
        shop.build("s3", "3");
        LaneId beside = open("s3", "2");
        next(beside);
        Lanes anew = lanes(shop, shop.store, shop.cluster, Isolation.REPLACE);
        LaneId inPlace = anew.open(Map.of("s3", "3"), Origin.UNKNOWN);
        assertThat(next(anew, inPlace)).isInstanceOf(LaneTask.Test.class);
        assertThat(shop.installed()).containsEntry("s3", FakeShop.digest("s3", "3"));

        anew.cancel(beside, "aborted by alice");

        assertThat(shop.cluster.beside()).isEmpty();
        assertThat(shop.installed()).as("its own candidate was beside").containsEntry("s3", FakeShop.digest("s3", "3"));
        assertThat(finish(anew, inPlace, Verdict.FAILED).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(shop.installed()).containsEntry("s3", FakeShop.digest("s3", "1"));
    }

    @Test
    void laneThatWaitsInLineAsksAnewWhenTheIsolationIsConfiguredAnew() {
        shop.build("s3", "2");
        shop.build("s3", "3");
        Lanes before = lanes(shop, shop.store, shop.cluster, Isolation.REPLACE);
        LaneId first = before.open(Map.of("s3", "2"), Origin.UNKNOWN);
        next(before, first);
        LaneId second = before.open(Map.of("s3", "3"), Origin.UNKNOWN);
        assertThat(next(before, second)).isInstanceOf(LaneTask.Wait.class);
        assertThat(next(second))
                .as("without a claim of its own, so nobody is in its way")
                .isInstanceOf(LaneTask.Test.class);
    }

    @Test
    void I8_whatCannotBePutBesideEndsTheLaneAtOnce() throws InterruptedException {
        shop.build("s3", "2");
        shop.cluster.refuseBeside("No Service selects the pods of Deployment s3");
        LaneId lane = open("s3", "2");
        assertThatThrownBy(() -> lanes.next(lane)).hasMessage("No Service selects the pods of Deployment s3");
        lanes.cancel(lane, "No Service selects the pods of Deployment s3");
        assertThat(finish(lane, Verdict.PASSED).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(shop.lock.entries()).isEmpty();
    }

    @Test
    void I4_candidateThatNoHeaderLeadsToIsNotTestedAndNotBlamed() {
        shop.build("s3", "2");
        shop.cluster.refuseRoutes("HTTPRoute s3-1 is not accepted by any of its gateways");
        Lanes routed = lanes(shop, shop.store, shop.cluster, Isolation.HEADER);
        LaneId lane = routed.open(Map.of("s3", "2"), Origin.UNKNOWN);
        assertThat(next(routed, lane))
                .isInstanceOfSatisfying(
                        LaneTask.Wait.class,
                        w -> assertThat(w.why()).contains("is not accepted by any of its gateways"));
        assertThat(shop.events).noneMatch(Event.LaneInstalled.class::isInstance);
        assertThat(shop.cluster.beside()).isEmpty();
    }

    @Test
    void B33_candidateThatNoRequestReachedIsNotTestedAndNotBlamed() {
        shop.build("s3", "2");
        List<Probe.Target> asked = new ArrayList<>();
        AtomicBoolean follows = new AtomicBoolean();
        Lanes routed = lanes(shop, shop.store, shop.cluster, Isolation.HEADER, (targets, deadline) -> {
            asked.addAll(targets);
            return follows.get() ? Optional.empty() : Optional.of("requests do not reach the candidate of s3");
        });
        LaneId lane = routed.open(Map.of("s3", "2"), Origin.UNKNOWN);
        assertThat(next(routed, lane))
                .isInstanceOfSatisfying(
                        LaneTask.Wait.class,
                        w -> assertThat(w.why()).contains("requests do not reach the candidate of s3"));
        assertThat(shop.events).noneMatch(Event.LaneInstalled.class::isInstance);
        assertThat(shop.events)
                .filteredOn(Event.LaneTested.class::isInstance)
                .isNotEmpty()
                .allSatisfy(e -> assertThat(((Event.LaneTested) e).verdict()).isEqualTo(Verdict.VOID));
        follows.set(true);
        shop.clock.advance(Duration.ofHours(1));
        assertThat(next(routed, lane)).isInstanceOf(LaneTask.Test.class);
        assertThat(asked).allSatisfy(t -> {
            assertThat(t.service()).isEqualTo("s3");
            assertThat(t.digest()).isEqualTo(FakeShop.digest("s3", "2"));
        });
        assertThat(asked)
                .extracting(Probe.Target::tenant)
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(1);
    }

    @Test
    void routedCandidateIsReleasedAsTheOthersAre() {
        shop.build("s3", "2");
        Lanes routed = lanes(shop, shop.store, shop.cluster, Isolation.HEADER);
        LaneId lane = routed.open(Map.of("s3", "2"), Origin.UNKNOWN);
        assertThat(next(routed, lane)).isInstanceOf(LaneTask.Test.class);
        assertThat(shop.cluster.beside()).containsExactly(FakeShop.digest("s3", "2"));
        assertThat(finish(routed, lane, Verdict.PASSED).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.cluster.beside()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true, PASSED", "false, PASSED", "true, FAILED", "false, FAILED"})
    void I8_crashAtAnyAppendChangesNoOutcomeAndLeavesNothing(boolean durable, Verdict verdict) {
        int appends = 0;
        while (crashAtAppend(appends, durable, verdict)) {
            appends++;
        }
        assertThat(appends).as("every append after opening was a crash once").isGreaterThanOrEqualTo(4);
    }

    private static boolean crashAtAppend(int append, boolean durable, Verdict verdict) {
        try (FakeShop shop = new FakeShop(2, Map.of())) {
            CrashingStore crashing = new CrashingStore(shop.store, append, durable);
            crashed(
                    shop,
                    lanes(shop, crashing.store(), shop.cluster, Isolation.SIDE_BY_SIDE),
                    verdict,
                    "append " + append);
            return crashing.crashed();
        }
    }

    @ParameterizedTest
    @CsvSource({"true, PASSED", "false, PASSED", "true, FAILED", "false, FAILED"})
    void I8_crashAtAnyCallOfTheClusterChangesNoOutcomeAndLeavesNothing(boolean done, Verdict verdict) {
        int calls = 0;
        while (crashAtCall(calls, done, verdict)) {
            calls++;
        }
        assertThat(calls).as("every call of the cluster was a crash once").isGreaterThanOrEqualTo(8);
    }

    private static boolean crashAtCall(int call, boolean done, Verdict verdict) {
        try (FakeShop shop = new FakeShop(2, Map.of())) {
            CrashingCluster crashing = new CrashingCluster(shop.cluster, call, done);
            crashed(shop, lanes(shop, shop.store, crashing.cluster(), Isolation.SIDE_BY_SIDE), verdict, "call " + call);
            return crashing.crashed();
        }
    }

    private static void crashed(FakeShop shop, Lanes dying, Verdict verdict, String where) {
        shop.build("s0", "2");
        Lanes living = lanes(shop, shop.store, shop.cluster, Isolation.SIDE_BY_SIDE);
        LaneId lane = living.open(Map.of("s0", "2"), Origin.UNKNOWN);
        Event.LaneEnded ended;
        try {
            ended = finish(dying, lane, verdict);
        } catch (CrashingStore.Crash e) {
            ended = finish(living, lane, verdict);
        }
        boolean passed = verdict == Verdict.PASSED;
        assertThat(ended.outcome()).as(where).isEqualTo(passed ? Outcome.RELEASED : Outcome.EJECTED);
        assertThat(shop.cluster.beside()).as(where).isEmpty();
        assertThat(shop.installed()).as(where).containsEntry("s0", FakeShop.digest("s0", passed ? "2" : "1"));
        assertThat(shop.inProduction("s0")).as(where).isEqualTo(FakeShop.digest("s0", passed ? "2" : "1"));
        assertThat(shop.lock.entries()).as(where).isEmpty();
    }
}
