package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanesTest {
    /** s1 calls s2; the others call nobody. */
    private final FakeShop shop = new FakeShop(5, Map.of("s1", Set.of("s2")));

    private final Lanes lanes = lanes(shop, shop.store, OnDrift.RERUN);

    private final Map<LaneId, String> tenants = new HashMap<>();

    @AfterEach
    void close() {
        shop.close();
    }

    private static Lanes lanes(FakeShop shop, Store store, OnDrift onDrift) {
        Ports ports = new Ports(store, shop.promoter(store), shop.clock, shop::id, shop.events::add);
        LaneSettings settings = new LaneSettings(Isolation.REPLACE, onDrift, 3, TrainSettings.USUAL_MOVING_TAGS);
        return new Lanes(settings, shop.catalog, shop.registries(), shop.environment(), ports);
    }

    private LaneId open(String service, String version) {
        return lanes.open(Map.of(service, version), Origin.UNKNOWN);
    }

    private LaneTask next(LaneId lane) {
        try {
            LaneTask task = lanes.next(lane);
            if (task instanceof LaneTask.Test test) {
                tenants.put(lane, test.tenant());
            }
            return task;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void report(LaneId lane, Verdict verdict, String reason) {
        lanes.report(lane, tenants.get(lane), new Lanes.Reported(verdict, reason, Optional.empty()));
    }

    private Event.LaneEnded finish(LaneId lane) {
        return finish(lanes, shop, lane);
    }

    private static Event.LaneEnded finish(Lanes lanes, FakeShop shop, LaneId lane) {
        try {
            LaneTask task = lanes.next(lane);
            while (task instanceof LaneTask.Test test) {
                lanes.report(
                        lane,
                        test.tenant(),
                        new Lanes.Reported(shop.test(), "looked at what is installed", Optional.empty()));
                task = lanes.next(lane);
            }
            assertThat(task).isInstanceOf(LaneTask.Done.class);
            return ((LaneTask.Done) task).ended();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void passingCandidateIsPromotedAndStays() {
        shop.build("s1", "2");
        Event.LaneEnded ended = finish(open("s1", "2"));
        assertThat(ended.outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ended.release()).isEqualTo("staging-s1-1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(shop.installed().get("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(shop.lock.entries()).isEmpty();
    }

    @Test
    void failingCandidateLeavesNothingBehind() {
        shop.buildBad("s1", "2");
        Event.LaneEnded ended = finish(open("s1", "2"));
        assertThat(ended.outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(shop.installed().get("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(shop.lock.entries()).isEmpty();
    }

    @Test
    void candidateThatCannotStartEndsAsNotInstallable() {
        shop.cluster.cannotStart(shop.build("s1", "2"));
        Event.LaneEnded ended = finish(open("s1", "2"));
        assertThat(ended.outcome()).isEqualTo(Outcome.NOT_INSTALLABLE);
        assertThat(ended.reason()).contains("CrashLoopBackOff");
        assertThat(shop.installed().get("s1")).isEqualTo(FakeShop.digest("s1", "1"));
    }

    @Test
    void candidateThatIsBlockedDuringItsTestsIsNotPromoted() {
        shop.build("s3", "2");
        finish(open("s3", "2"));
        shop.production.push("prod/s3", "production", "s3 1");
        LaneId lane = open("s3", "2");
        LaneTask task = next(lane);
        while (!(task instanceof LaneTask.Test)) {
            task = next(lane);
        }
        new Blocks(shop.store, shop.clock, shop.events::add).markBad("staging-s3-1", "loses carts", "ada");
        report(lane, Verdict.PASSED, "");
        Event.LaneEnded ended = finish(lane);
        assertThat(ended.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ended.reason()).contains("loses carts");
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "1"));
        assertThat(shop.installed().get("s3")).isEqualTo(FakeShop.digest("s3", "1"));
    }

    @Test
    void lanesOfDifferentServicesAreTestedAtOnce() {
        shop.build("s3", "2");
        shop.build("s4", "2");
        LaneId first = open("s3", "2");
        LaneId second = open("s4", "2");
        assertThat(next(first)).isInstanceOf(LaneTask.Test.class);
        assertThat(next(second)).isInstanceOf(LaneTask.Test.class);
        assertThat(shop.installed())
                .containsEntry("s3", FakeShop.digest("s3", "2"))
                .containsEntry("s4", FakeShop.digest("s4", "2"));
        assertThat(finish(first).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(finish(second).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void secondLaneOfOneServiceWaitsForTheFirst() {
        shop.build("s3", "2");
        shop.build("s3", "3");
        LaneId first = open("s3", "2");
        assertThat(next(first)).isInstanceOf(LaneTask.Test.class);
        LaneId second = open("s3", "3");
        assertThat(next(second))
                .isInstanceOfSatisfying(
                        LaneTask.Wait.class, wait -> assertThat(wait.why()).contains("lane s3"));
        assertThat(finish(first).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(finish(second).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "3"));
    }

    @Test
    void newerProductionIsInstalledBeforeALaneBegins() {
        shop.production.push("prod/s4", "production", "s4 hotfix");
        shop.build("s3", "2");
        LaneId lane = open("s3", "2");
        assertThat(next(lane)).isInstanceOf(LaneTask.Test.class);
        assertThat(shop.installed()).containsEntry("s4", shop.inProduction("s4"));
    }

    @Test
    void oneLaneBringsAnOutdatedBaselineUpToDateForAll() {
        shop.build("s1", "2");
        shop.build("s3", "2");
        shop.build("s4", "2");
        LaneId first = open("s1", "2");
        next(first);
        shop.production.push("prod/s0", "production", "s0 hotfix");
        shop.clock.advance(Duration.ofMinutes(6));
        LaneId second = open("s3", "2");
        LaneId third = open("s4", "2");
        assertThat(next(second)).as("S12: nobody has to leave for that").isInstanceOf(LaneTask.Test.class);
        assertThat(shop.installed()).containsEntry("s0", shop.inProduction("s0"));
        assertThat(next(third)).isInstanceOf(LaneTask.Test.class);
        assertThat(shop.events)
                .filteredOn(Event.BaselineInstalled.class::isInstance)
                .singleElement()
                .satisfies(
                        e -> assertThat(((Event.BaselineInstalled) e).patched()).containsExactly("s0"));
        assertThat(finish(first).outcome()).as("s0 does not count for it").isEqualTo(Outcome.RELEASED);
        assertThat(shop.events)
                .filteredOn(e -> e instanceof Event.LaneStarted l && l.lane().equals(first.id()))
                .hasSize(1);
    }

    @Test
    void I7_driftOfAServiceThatCountsMakesTheVerdictStale() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        LaneId lane = open("s1", "2");
        next(lane);
        shop.cluster.meddle("s2", shop.candidate("s2", "2"));
        report(lane, Verdict.PASSED, "");
        assertThat(next(lane)).as("tested again").isInstanceOf(LaneTask.Test.class);
        assertThat(shop.events)
                .filteredOn(Event.LaneTested.class::isInstance)
                .last()
                .satisfies(e -> assertThat(((Event.LaneTested) e).drift()).containsExactly("s2"));
        assertThat(finish(lane).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I7_driftOfAServiceThatDoesNotCountIsNoMatter() {
        shop.build("s1", "2");
        LaneId lane = open("s1", "2");
        next(lane);
        shop.build("s4", "2");
        shop.cluster.meddle("s4", shop.candidate("s4", "2"));
        report(lane, Verdict.PASSED, "");
        assertThat(finish(lane).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.events).filteredOn(Event.LaneStarted.class::isInstance).hasSize(1);
    }

    @Test
    void I7_promotionIsRefusedWhenProductionIsNotWhatTheTestReplaced() {
        shop.build("s3", "2");
        LaneId lane = open("s3", "2");
        next(lane);
        shop.production.push("prod/s3", "production", "s3 hotfix");
        report(lane, Verdict.PASSED, "");
        Event.LaneEnded ended = finish(lane);
        assertThat(shop.events).anyMatch(Event.PromotionRefused.class::isInstance);
        assertThat(ended.outcome()).as("tested again against the hotfix").isEqualTo(Outcome.RELEASED);
        assertThat(shop.events).filteredOn(Event.LaneStarted.class::isInstance).hasSize(2);
    }

    @Test
    void I7_passingBesideACandidateThatCountsWaitsForItsVerdict() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        LaneId below = open("s2", "2");
        LaneId above = open("s1", "2");
        next(below);
        next(above);
        report(above, Verdict.PASSED, "");
        assertThat(next(above))
                .isInstanceOfSatisfying(
                        LaneTask.Wait.class, w -> assertThat(w.why()).contains("s2"));
        assertThat(finish(below).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(finish(above).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.events)
                .as("its verdict was good all the time")
                .filteredOn(e ->
                        e instanceof Event.LaneStarted started && started.lane().equals(above.id()))
                .hasSize(1);
    }

    @Test
    void I7_passingBesideACandidateThatIsEjectedIsTestedAgainWithoutIt() {
        shop.build("s1", "2");
        shop.buildBad("s2", "2");
        LaneId below = open("s2", "2");
        LaneId above = open("s1", "2");
        next(below);
        next(above);
        report(below, Verdict.FAILED, "its own test fails");
        report(above, Verdict.PASSED, "passes with the new s2 only");
        assertThat(next(below)).as("confirmed alone").isInstanceOf(LaneTask.Wait.class);
        assertThat(next(above)).as("the new s2 is gone").isInstanceOf(LaneTask.Wait.class);
        assertThat(next(below)).isInstanceOf(LaneTask.Test.class);
        report(below, Verdict.FAILED, "its own test fails");
        assertThat(next(below)).as("the other is next in line").isInstanceOf(LaneTask.Wait.class);
        assertThat(next(above)).as("again, without it").isInstanceOf(LaneTask.Test.class);
        assertThat(shop.installed()).containsEntry("s2", FakeShop.digest("s2", "1"));
        report(above, Verdict.PASSED, "");
        assertThat(finish(above).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(finish(below).outcome()).isEqualTo(Outcome.EJECTED);
    }

    @Test
    void I4_failureBesideACandidateThatCountsIsConfirmedAlone() {
        shop.buildBad("s2", "2");
        shop.build("s1", "2");
        LaneId guilty = open("s2", "2");
        LaneId innocent = open("s1", "2");
        next(guilty);
        next(innocent);
        report(innocent, shop.test(), "");
        assertThat(next(innocent))
                .as("waits until it is alone")
                .isInstanceOfSatisfying(
                        LaneTask.Wait.class, w -> assertThat(w.why()).contains("lane s2"));
        assertThat(finish(guilty).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(finish(innocent).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
    }

    @Test
    void verdictOfACandidateThatDidNotRunToTheEndIsVoid() {
        shop.build("s3", "2");
        LaneId lane = open("s3", "2");
        next(lane);
        shop.cluster.meddle("s3", shop.candidate("s3", "1"));
        report(lane, Verdict.PASSED, "");
        assertThat(shop.events)
                .filteredOn(Event.LaneTested.class::isInstance)
                .last()
                .satisfies(e -> assertThat(((Event.LaneTested) e).verdict()).isEqualTo(Verdict.VOID));
        assertThat(finish(lane).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I3_theEnvironmentIsHeldWhileRolloutsTakeLongerThanALease() {
        shop.build("s3", "2");
        shop.build("s3", "3");
        LaneId lane = open("s3", "2");
        shop.cluster.duringRollouts(() -> {
            LaneId other = open("s3", "3");
            shop.cluster.duringRollouts(() -> {});
            shop.clock.advance(shop.environment().lease().plusMinutes(2));
            assertThat(next(other)).isInstanceOf(LaneTask.Wait.class);
        });
        assertThat(next(lane)).isInstanceOf(LaneTask.Test.class);
        report(lane, Verdict.PASSED, "");
        assertThat(finish(lane).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.events)
                .as("held to the end")
                .filteredOn(e ->
                        e instanceof Event.LaneStarted started && started.lane().equals(lane.id()))
                .hasSize(1);
    }

    @Test
    void I4_verdictOfAnEarlierAttemptThatIsReportedAgainDoesNotCount() {
        shop.build("s3", "2");
        LaneId lane = open("s3", "2");
        next(lane);
        String first = tenants.get(lane);
        report(lane, Verdict.VOID, "the agent went away");
        assertThat(next(lane)).isInstanceOf(LaneTask.Test.class);
        lanes.report(lane, first, new Lanes.Reported(Verdict.FAILED, "a build that came back", Optional.empty()));
        assertThat(next(lane)).as("still to be tested").isInstanceOf(LaneTask.Test.class);
        report(lane, Verdict.PASSED, "");
        assertThat(finish(lane).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void laneThatIsVoidAgainAndAgainEndsUndecided() {
        shop.build("s3", "2");
        LaneId lane = open("s3", "2");
        LaneTask task = next(lane);
        while (task instanceof LaneTask.Test) {
            report(lane, Verdict.VOID, "the agent went away");
            task = next(lane);
        }
        Event.LaneEnded ended = ((LaneTask.Done) task).ended();
        assertThat(ended.outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(ended.reason()).contains("3 trials").contains("the agent went away");
        assertThat(shop.installed()).containsEntry("s3", FakeShop.digest("s3", "1"));
    }

    @Test
    void cancelledLaneLeavesNothingBehind() throws InterruptedException {
        shop.build("s3", "2");
        LaneId lane = open("s3", "2");
        next(lane);
        lanes.cancel(lane, "aborted by alice");
        assertThat(finish(lane).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(shop.installed()).containsEntry("s3", FakeShop.digest("s3", "1"));
        assertThat(shop.lock.entries()).isEmpty();
    }

    @Test
    void candidatesOfSeveralGroupsAreSeveralLanes() {
        assertThat(lanes.byGroup(Map.of("s1", "2", "s2", "2"))).containsOnlyKeys("s1", "s2");
        assertThatThrownBy(() -> lanes.open(Map.of("s1", "1", "s2", "1"), Origin.UNKNOWN))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("one group");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I8_crashAtAnyAppendChangesNoOutcome(boolean durable) {
        int appends = 0;
        while (crashAt(appends, durable)) {
            appends++;
        }
        assertThat(appends).as("every append after opening was a crash once").isGreaterThanOrEqualTo(8);
    }

    private static boolean crashAt(int append, boolean durable) {
        try (FakeShop shop = new FakeShop(2, Map.of())) {
            shop.build("s0", "2");
            LaneId lane = lanes(shop, shop.store, OnDrift.RERUN).open(Map.of("s0", "2"), Origin.UNKNOWN);
            CrashingStore crashing = new CrashingStore(shop.store, append, durable);
            Event.LaneEnded ended;
            try {
                ended = finish(lanes(shop, crashing.store(), OnDrift.RERUN), shop, lane);
            } catch (CrashingStore.Crash e) {
                ended = finish(lanes(shop, shop.store, OnDrift.RERUN), shop, lane);
            }
            assertThat(ended.outcome()).as("crash at append " + append).isEqualTo(Outcome.RELEASED);
            assertThat(shop.inProduction("s0")).isEqualTo(FakeShop.digest("s0", "2"));
            assertThat(shop.lock.entries()).as("crash at append " + append).isEmpty();
            return crashing.crashed();
        }
    }
}
