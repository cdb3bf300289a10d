package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.train.Timetable;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Situations beside those that were met: what a cluster, a registry or a person does while lanes are under way. */
class LaneNeighboursTest {
    /** s1 calls s2; the others call nobody. */
    private final FakeShop shop = new FakeShop(10, Map.of("s1", Set.of("s2")));

    private final LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);

    @AfterEach
    void close() {
        shop.close();
    }

    private LaneId open(String service, String version) {
        shop.build(service, version);
        return drive.open(service, version);
    }

    private void assertReleased(LaneId lane) {
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
    }

    private void assertClean() {
        assertThat(drive.lanes.state().obligations()).isEmpty();
        assertThat(shop.lock.entries()).isEmpty();
        shop.catalog
                .services()
                .keySet()
                .forEach(service -> assertThat(shop.installed()).containsEntry(service, shop.inProduction(service)));
    }

    @ParameterizedTest
    @CsvSource({"PASSED", "FAILED"})
    void K8_1_candidateThatIsKilledForMemoryByItsOwnTestsIsRejectedWhateverTheySay(Verdict said) {
        LaneId lane = open("s3", "2");
        drive.tests = test -> {
            if (test.control()) {
                return Verdict.PASSED;
            }
            shop.cluster.fallsOver("s3", Fault.IMAGE);
            return said;
        };
        shop.cluster.duringRollouts(() -> {});
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.EJECTED);
        assertThat(drive.ended.get(lane).reason()).contains("did not run any more");
    }

    @Test
    void K8_1_readinessThatFlapsAtTheEndCostsNothing() {
        LaneId lane = open("s3", "2");
        drive.tests = test -> {
            shop.cluster.fallsOver("s3", Fault.UNKNOWN);
            shop.cluster.duringRollouts(() -> shop.cluster.comesBack("s3"));
            return Verdict.PASSED;
        };
        drive.finish();
        assertReleased(lane);
        assertThat(drive.runs(lane)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"PASSED", "FAILED"})
    void I4_candidateThatIsEvictedByNodePressureIsNotBlamed(Verdict said) {
        LaneId lane = open("s3", "2");
        drive.tests = test -> {
            if (drive.runs(lane) < 2) {
                shop.cluster.fallsOver("s3", Fault.ENVIRONMENT);
                return said;
            }
            shop.cluster.comesBack("s3");
            return shop.test();
        };
        shop.cluster.duringRollouts(() -> {
            if (!shop.installed().get("s3").equals(FakeShop.digest("s3", "2"))) {
                shop.cluster.comesBack("s3");
            }
        });
        drive.finish();
        assertReleased(lane);
        assertThat(drive.events(Event.LaneTested.class))
                .first()
                .satisfies(e -> assertThat(e.verdict()).isEqualTo(Verdict.VOID));
    }

    /** Rate limits of a registry, a webhook that is down, a quota, volumes that are not bound: for hours. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "toomanyrequests: pull rate limit",
                "failed calling webhook \"check\": context deadline exceeded",
                "exceeded quota: pods",
                "pod has unbound immediate PersistentVolumeClaims"
            })
    void K8_3_K8_5_whatTheEnvironmentKeepsOutForHoursIsReleasedWhenItIsOver(String why) {
        Instant over = shop.clock.instant().plus(Duration.ofHours(5));
        shop.cluster.cannotReplacePods(() -> shop.clock.instant().isBefore(over) ? Optional.of(why) : Optional.empty());
        List<LaneId> all = new ArrayList<>();
        for (int i = 3; i < 7; i++) {
            all.add(open("s" + i, "2"));
        }
        drive.steps(60);
        assertThat(drive.ended).isEmpty();
        assertThat(drive.waits.values()).anySatisfy(w -> assertThat(w).contains(why));
        drive.finish();
        all.forEach(this::assertReleased);
        assertThat(drive.events(Event.LaneStarted.class)).as("ever more seldom").hasSizeLessThan(4 * 14);
        assertClean();
    }

    @Test
    void I8_candidateThatNeverBecomesReadyForNoKnownReasonEndsUndecided() {
        LaneId lane = open("s3", "2");
        shop.cluster.duringRollouts(() -> {
            if (shop.installed().get("s3").equals(FakeShop.digest("s3", "2"))) {
                shop.cluster.fallsOver("s3", Fault.UNKNOWN);
            } else {
                shop.cluster.comesBack("s3");
            }
        });
        shop.cluster.fallsOver("s3", Fault.UNKNOWN);
        drive.finish();
        assertThat(drive.outcome(lane)).isIn(Outcome.UNDECIDED, Outcome.RELEASED);
        assertThat(drive.outcome(lane)).isNotEqualTo(Outcome.EJECTED);
    }

    @Test
    void K8_2_candidateThatIsScaledToZeroWhileItIsTestedIsNotTakenForAnotherImage() {
        LaneId lane = open("s3", "2");
        drive.tests = test -> {
            if (drive.runs(lane) == 0) {
                shop.cluster.isNotExpected("s3", "has no replicas");
            }
            return Verdict.FAILED == shop.test() ? Verdict.FAILED : Verdict.PASSED;
        };
        drive.steps(30);
        assertThat(drive.events(Event.LaneTested.class)).first().satisfies(e -> {
            assertThat(e.verdict()).isEqualTo(Verdict.VOID);
            assertThat(e.reason()).contains("nothing showed that [s3] ran", "has no replicas");
        });
        shop.cluster.isExpected("s3");
        drive.finish();
        assertReleased(lane);
    }

    @Test
    void I7_candidateThatSomebodyPromotedByHandMeanwhileIsReleasedAllTheSame() {
        LaneId lane = open("s3", "2");
        drive.steps(3);
        shop.production.push("prod/s3", "production", "s3 2");
        drive.finish();
        assertReleased(lane);
        assertClean();
    }

    @Test
    void I7_productionThatIsRolledBackWhileALaneIsTestedMakesItTestAgain() {
        shop.production.push("prod/s3", "production", "s3 1b");
        LaneId lane = open("s3", "2");
        drive.steps(3);
        shop.production.push("prod/s3", "production", "s3 1");
        drive.finish();
        assertReleased(lane);
        assertThat(drive.runs(lane)).as("its verdict replaced something else").isEqualTo(2);
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "2"));
    }

    @Test
    void I7_productionOfAServiceThatCountsIsRolledBackWhileALaneIsTested() {
        LaneId lane = open("s1", "2");
        drive.steps(3);
        shop.production.push("prod/s2", "production", "s2 0");
        drive.finish();
        assertReleased(lane);
        assertThat(drive.runs(lane)).isEqualTo(2);
        assertClean();
    }

    @Test
    void I4_I7_twoThatFailOnlyTogetherAreNotReleasedTogether() {
        LaneId caller = open("s1", "2");
        LaneId called = open("s2", "2");
        drive.tests = test -> shop.installed().get("s1").equals(FakeShop.digest("s1", "2"))
                        && shop.installed().get("s2").equals(FakeShop.digest("s2", "2"))
                ? Verdict.FAILED
                : Verdict.PASSED;
        drive.finish();
        assertThat(List.of(drive.outcome(caller), drive.outcome(called)))
                .as("one goes; the other is proven to fail with it, by a pass without it")
                .containsExactlyInAnyOrder(Outcome.RELEASED, Outcome.EJECTED);
        assertClean();
    }

    @Test
    void I14_laneWhoseTestsHangDoesNotKeepOthersFromTheirControlRun() throws InterruptedException {
        LaneId hangs = open("s5", "2");
        shop.buildBad("s3", "2");
        LaneId bad = drive.open("s3", "2");
        drive.tests = test -> test.images().containsKey("s5") && !test.control()
                ? null
                : test.control() ? Verdict.PASSED : shop.test();
        drive.steps(400);
        assertThat(drive.outcome(bad)).isEqualTo(Outcome.EJECTED);
        drive.lanes.cancel(hangs, "aborted");
        drive.finish();
        assertClean();
    }

    /** A right that is missing for one workload is waited for, by its lane alone. */
    @Test
    void I14_laneThatCannotBeInstalledDoesNotKeepOthersFromTheirControlRun() {
        shop.cluster.forbids("s5");
        LaneId waits = open("s5", "2");
        shop.buildBad("s3", "2");
        LaneId bad = drive.open("s3", "2");
        drive.tests = test -> test.control() ? Verdict.PASSED : shop.test();
        drive.steps(400);
        assertThat(drive.outcome(bad)).isEqualTo(Outcome.EJECTED);
        assertThat(drive.waits.get(waits)).contains("cannot patch s5");
        shop.cluster.allows("s5");
        drive.finish();
        assertReleased(waits);
        assertClean();
    }

    @Test
    void I13_olderLaneThatEndsAfterTheNewerOneEndsSuperseded() {
        shop.build("s3", "9");
        shop.build("s3", "10");
        LaneId older = drive.open("s3", "9", new Origin("cart#9", "job/cart/9/", "ada"));
        drive.steps(2);
        drive.lanes.report(
                older, older.id() + "-1", new Lanes.Reported(Verdict.VOID, "its agent was lost", Optional.empty()));
        LaneId newer = drive.open("s3", "10", new Origin("cart#10", "job/cart/10/", "ada"));
        drive.finish();
        assertThat(drive.outcome(older)).isEqualTo(Outcome.SUPERSEDED);
        assertReleased(newer);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 5, 6, 7})
    void I8_I12_laneThatIsAbortedInAnyPhaseLeavesNothing(int steps) throws InterruptedException {
        LaneId lane = open("s3", "2");
        LaneId other = open("s4", "2");
        drive.steps(steps);
        drive.lanes.cancel(lane, "aborted by ada");
        drive.finish();
        assertThat(drive.outcome(lane)).isIn(Outcome.CANCELLED, Outcome.RELEASED);
        if (steps < 5) {
            assertThat(drive.outcome(lane)).isEqualTo(Outcome.CANCELLED);
            assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "1"));
        }
        assertReleased(other);
        assertClean();
    }

    /** Another process goes on with what the one before left, in every phase, while the environment is broken. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 6, 8, 11, 14, 20})
    void I8_controllerThatRestartsWhileTheEnvironmentIsBrokenGoesOn(int steps) {
        List<LaneId> all = List.of(open("s3", "2"), open("s4", "2"), open("s1", "2"));
        Instant repaired = shop.clock.instant().plus(Duration.ofMinutes(70));
        drive.tests = test -> shop.clock.instant().isBefore(repaired) ? Verdict.FAILED : shop.test();
        drive.steps(steps);
        drive.lanes = LaneDrive.lanes(shop, LaneDrive.SETTINGS, shop.store);
        drive.finish();
        all.forEach(this::assertReleased);
        assertThat(drive.lanes.state().outage()).isEmpty();
        assertClean();
    }

    @ParameterizedTest
    @CsvSource({
        "0, PAUSE",
        "2, PAUSE",
        "5, PAUSE",
        "0, HOLD",
        "2, HOLD",
        "5, HOLD",
        "0, FREEZE",
        "2, FREEZE",
        "5, FREEZE"
    })
    void I10_nothingReachesProductionWhileLanesArePausedHeldOrFrozen(int steps, String how) {
        Instant from = shop.clock.instant().plus(Duration.ofMinutes(2L * steps)).plusSeconds(90);
        String cron = from.atOffset(ZoneOffset.UTC).getMinute() + " "
                + from.atOffset(ZoneOffset.UTC).getHour() + " * * *";
        LaneDrive driven = how.equals("FREEZE")
                ? new LaneDrive(
                        shop,
                        LaneDrive.SETTINGS.with(
                                List.of(new Timetable.Freeze(cron, Duration.ofHours(2), ZoneOffset.UTC, "sale"))))
                : drive;
        shop.build("s3", "2");
        LaneId lane = driven.open("s3", "2");
        driven.steps(steps);
        if (how.equals("PAUSE")) {
            driven.lanes.pause("hands off", "ada");
        } else if (how.equals("HOLD")) {
            driven.lanes.hold("hands off", "ada");
        } else {
            shop.clock.advance(Duration.ofMinutes(2));
        }
        boolean before = driven.ended.containsKey(lane);
        driven.steps(30);
        if (!before) {
            assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "1"));
        }
        driven.lanes.resume("ada");
        driven.lanes.free("ada");
        shop.clock.advance(Duration.ofHours(3));
        driven.finish();
        assertThat(driven.outcome(lane)).isEqualTo(Outcome.RELEASED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 5})
    void imageThatIsMarkedBadInAnyPhaseIsNeitherLetInNorPromoted(int steps) {
        LaneId first = open("s3", "2");
        drive.finish();
        shop.production.push("prod/s3", "production", "s3 1");
        shop.clock.advance(Duration.ofMinutes(6));
        LaneId again = drive.open("s3", "2");
        drive.steps(steps);
        new Blocks(shop.store, shop.clock, shop.events::add)
                .markBad(drive.ended.get(first).release(), "loses carts", "ada");
        long started = drive.events(Event.LaneStarted.class).size();
        drive.finish();
        assertThat(drive.outcome(again)).isEqualTo(Outcome.CANCELLED);
        assertThat(drive.ended.get(again).reason()).contains("loses carts");
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "1"));
        if (steps == 0) {
            assertThat(drive.events(Event.LaneStarted.class))
                    .as("not even tried")
                    .hasSize((int) started);
        }
    }

    /** As after a restart with another configuration; while its lane is under way no other catalog is taken. */
    @Test
    void I14_serviceThatLeftTheCatalogWhileItsLaneRanStopsNobodyElse() throws InterruptedException {
        LaneId gone = open("s3", "2");
        LaneId other = open("s4", "2");
        drive.steps(2);
        TreeMap<String, io.jenkins.plugins.releasetrain.engine.model.Service> fewer =
                new TreeMap<>(shop.catalog.services());
        fewer.remove("s3");
        assertThat(drive.lanes.mayGoOnWith(new Catalog(fewer))).isFalse();
        Lanes after = new Lanes(
                LaneDrive.SETTINGS,
                new Catalog(fewer),
                shop.registries(),
                shop.environment(),
                new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add));
        drive.lanes = after;
        try {
            after.next(gone);
        } catch (EngineException e) {
            assertThat(e.getMessage()).contains("s3");
        }
        after.cancel(gone, "its service left the catalog");
        drive.finish();
        assertThat(drive.outcome(gone)).isEqualTo(Outcome.CANCELLED);
        assertReleased(other);
        assertThat(after.state().obligations()).isEmpty();
    }

    @Test
    void K8_2_neighbourWithoutPodsIsNoMatterForABaselineThatHasToBeRefreshed() {
        shop.cluster.isNotExpected("s2", "has no replicas");
        shop.production.push("prod/s2", "production", "s2 hotfix");
        LaneId lane = open("s1", "2");
        drive.finish();
        assertReleased(lane);
        assertThat(shop.installed()).containsEntry("s2", shop.inProduction("s2"));
    }

    /** A control run claims what counts for it, so that it must not ask for another place to bring it up to date. */
    @Test
    void I14_workloadThatIsDeletedStopsNobodyButItsOwnLane() {
        LaneId kept = open("s3", "2");
        shop.cluster.isGone("s3");
        shop.cluster.isGone("s5");
        LaneId other = open("s4", "2");
        drive.steps(20);
        assertReleased(other);
        assertThat(drive.waits.get(kept)).contains("Deployment s3");
        shop.cluster.isBack("s3", shop.candidate("s3", "1"));
        drive.finish();
        assertReleased(kept);
        shop.cluster.isBack("s5", shop.candidate("s5", "1"));
        assertClean();
    }

    @Test
    void I14_laneWhoseWorkloadIsDeletedDuringItsTestsIsTestedAgain() {
        LaneId lane = open("s3", "2");
        drive.tests = test -> {
            if (drive.runs(lane) == 0) {
                shop.cluster.isGone("s3");
            }
            return Verdict.PASSED;
        };
        drive.steps(20);
        assertThat(drive.ended).isEmpty();
        shop.cluster.isBack("s3", shop.candidate("s3", "1"));
        drive.finish();
        assertReleased(lane);
        assertClean();
    }

    @Test
    void I13_laneOfAJobThatWasMadeAgainIsNotOlderThanItsFormerBuilds() {
        shop.build("s3", "57");
        drive.open("s3", "57", new Origin("cart/main#57", "", ""));
        drive.finish();
        shop.clock.advance(Duration.ofDays(3));
        Origin anew = new Origin(
                "cart/main#1",
                "",
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.of(shop.clock.instant().minusSeconds(60)));
        shop.build("s3", "1.1");
        LaneId lane = drive.open("s3", "1.1", anew);
        drive.finish();
        assertReleased(lane);
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "1.1"));
    }

    @Test
    void I8_productionThatMovesBetweenALanesRunsDoesNotMakeItWaitForItself() {
        shop.buildBad("s1", "2");
        LaneId bad = open("s1", "2");
        AtomicInteger moves = new AtomicInteger();
        drive.tests = test -> {
            Verdict verdict = shop.test();
            shop.production.push("prod/s2", "production", "s2 hotfix " + moves.incrementAndGet());
            return verdict;
        };
        drive.finish();
        assertThat(drive.outcome(bad)).isEqualTo(Outcome.EJECTED);
        assertThat(drive.events(Event.LaneStarted.class)).anyMatch(Event.LaneStarted::control);
        shop.build("s3", "2");
        LaneId next = open("s3", "2");
        drive.finish();
        assertReleased(next);
        assertThat(shop.installed()).containsEntry("s1", shop.inProduction("s1"));
    }

    @ParameterizedTest
    @CsvSource({"REPLACE", "SIDE_BY_SIDE"})
    void I4_goodAndBadOfOneServiceInARowEachGetTheirOwn(Isolation isolation) {
        LaneDrive driven =
                new LaneDrive(shop, new LaneSettings(isolation, OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS));
        shop.buildBad("s3", "2");
        LaneId bad = driven.open("s3", "2", new Origin("cart#2", "job/cart/2/", "ada"));
        driven.tests = test -> isolation.beside()
                ? (test.images().get("s3").digest().equals(Optional.of(FakeShop.digest("s3", "2")))
                        ? Verdict.FAILED
                        : Verdict.PASSED)
                : shop.test();
        driven.step();
        shop.build("s3", "3");
        LaneId good = driven.open("s3", "3", new Origin("cart#3", "job/cart/3/", "ada"));
        driven.finish();
        assertThat(driven.outcome(good)).isEqualTo(Outcome.RELEASED);
        assertThat(driven.outcome(bad)).isIn(Outcome.EJECTED, Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "3"));
    }

    /** A version that passed by luck is in production: the baseline fails until its correction is in. */
    private List<LaneId> untilTheBaselineFails() {
        shop.buildBad("s3", "2");
        drive.tests = test -> Verdict.PASSED;
        LaneId lucky = drive.open("s3", "2");
        drive.finish();
        assertReleased(lucky);
        drive.tests = test -> shop.test();
        List<LaneId> waiting = List.of(open("s4", "2"), open("s5", "2"));
        drive.steps(20);
        assertThat(drive.lanes.state().outage()).isPresent();
        return waiting;
    }

    @Test
    void I4_correctionOfABaselineThatFailsIsLetInAndReleased() {
        List<LaneId> waiting = untilTheBaselineFails();
        shop.buildBad("s6", "2");
        LaneId bad = drive.open("s6", "2");
        LaneId correction = open("s3", "3");
        drive.finish();
        assertReleased(correction);
        waiting.forEach(this::assertReleased);
        assertThat(drive.outcome(bad)).isEqualTo(Outcome.EJECTED);
        assertClean();
    }

    @Test
    void I4_whatComesDuringAnOutageIsLetInOneAtATimeAfterAControlRunAndBlamedForNothing() {
        Instant repaired = shop.clock.instant().plus(Duration.ofHours(6));
        drive.tests = test -> shop.clock.instant().isBefore(repaired) ? Verdict.FAILED : shop.test();
        List<LaneId> all = new ArrayList<>(List.of(open("s3", "2"), open("s4", "2")));
        drive.steps(10);
        all.addAll(List.of(open("s5", "2"), open("s6", "2"), open("s7", "2")));
        drive.finish();
        all.forEach(this::assertReleased);
        assertThat(drive.events(Event.LaneStarted.class))
                .as("as seldom as control runs")
                .hasSizeLessThan(40);
    }

    /** Suites that look at everything, though nobody declared that: a bad neighbour fails the tests of all. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I4_suitesThatLookAtMoreThanTheCatalogSaysBlameNobodyButTheBadOne(boolean declared) {
        FakeShop other = declared ? shop : new FakeShop(10, Map.of());
        LaneDrive driven = new LaneDrive(other, LaneDrive.SETTINGS);
        driven.tests = test -> other.test();
        other.build("s4", "2");
        other.build("s5", "2");
        other.buildBad("s6", "2");
        List<LaneId> good = List.of(driven.open("s4", "2"), driven.open("s5", "2"));
        LaneId bad = driven.open("s6", "2");
        driven.finish();
        assertThat(driven.outcome(bad)).isEqualTo(Outcome.EJECTED);
        good.forEach(lane -> assertThat(driven.outcome(lane)).isEqualTo(Outcome.RELEASED));
    }
}
