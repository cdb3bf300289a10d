package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Judging;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Limits;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.WhenBroken;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What went wrong before, by the numbers that it was found under. */
class LaneCasesTest {
    /** s1 calls s2; the others call nobody. */
    private final FakeShop shop = new FakeShop(25, Map.of("s1", Set.of("s2")));

    private final LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);

    @AfterEach
    void close() {
        shop.close();
    }

    private static Origin build(String job, int number) {
        return new Origin(job + "#" + number, "job/" + job + "/" + number + "/", "ada");
    }

    @Test
    void B5_I4_twentyGoodLanesInOneOutageAreAllReleasedAndOneControlRunServesAll() {
        List<LaneId> all = new ArrayList<>();
        for (int i = 3; i < 23; i++) {
            shop.build("s" + i, "2");
            all.add(drive.open("s" + i, "2"));
        }
        Instant repaired = shop.clock.instant().plus(Duration.ofMinutes(90));
        drive.tests = test -> shop.clock.instant().isBefore(repaired) ? Verdict.FAILED : shop.test();
        drive.steps(10);
        assertThat(drive.waits.values())
                .as("they say since when")
                .anySatisfy(why -> assertThat(why).contains("since 2026-11-23T08:0"));
        drive.finish();
        assertThat(all).allSatisfy(lane -> assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED));
        long controls = drive.events(Event.LaneStarted.class).stream()
                .filter(Event.LaneStarted::control)
                .count();
        assertThat(controls).as("one at a time, ever more seldom, for all").isBetween(2L, 6L);
        assertThat(drive.events(Event.TrainPaused.class)).isEmpty();
    }

    @Test
    void B5_I4_badLaneIsRejectedWithTheRunsThatProveIt() {
        shop.buildBad("s3", "2");
        LaneId bad = drive.open("s3", "2");
        drive.finish();
        assertThat(drive.outcome(bad)).isEqualTo(Outcome.EJECTED);
        assertThat(drive.ended.get(bad).reason())
                .contains(
                        "in staging: failed with it in s3 2 (attempt 1)",
                        "the baseline passed in",
                        "chance of innocence");
        assertThat(shop.installed()).containsEntry("s3", FakeShop.digest("s3", "1"));
    }

    @Test
    void B5_whenBrokenPauseWaitsForAPerson() {
        LaneDrive pausing = new LaneDrive(
                shop,
                LaneDrive.SETTINGS.with(
                        new Judging(Judging.USUAL.prior(), Judging.USUAL.innocence(), WhenBroken.PAUSE)));
        shop.build("s3", "2");
        LaneId lane = pausing.open("s3", "2");
        pausing.tests = test -> Verdict.FAILED;
        pausing.steps(60);
        assertThat(pausing.waits.get(lane)).contains("paused", "the baseline itself fails");
        pausing.tests = test -> shop.test();
        pausing.lanes.resume("ada");
        pausing.finish();
        assertThat(pausing.outcome(lane)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void B6_neighbourThatCameAndWentDuringTheTestsIsNoticed() {
        shop.build("s1", "2");
        shop.buildBad("s2", "2");
        LaneId good = drive.open("s1", "2");
        drive.step();
        LaneId bad = drive.open("s2", "2");
        drive.finish();
        assertThat(drive.outcome(good)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(bad)).isEqualTo(Outcome.EJECTED);
        assertThat(drive.events(Event.LaneTested.class).stream()
                        .filter(e -> e.lane().equals(good.id()))
                        .findFirst())
                .hasValueSatisfying(e -> assertThat(e.beside().orElseThrow()).containsExactly(bad.id()));
    }

    @Test
    void B6_passBesideANeighbourThatLeftAgainIsStale() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        LaneId one = drive.open("s1", "2");
        drive.step();
        LaneId other = drive.open("s2", "2");
        drive.step();
        try {
            drive.lanes.cancel(other, "aborted");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        drive.finish();
        assertThat(drive.outcome(one)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(one))
                .as("the first run was partly against the new s2")
                .isEqualTo(2);
    }

    @Test
    void B7_olderCandidateThatWasVoidDoesNotOverwriteTheNewerOne() {
        shop.build("s3", "2");
        shop.build("s3", "3");
        LaneId older = drive.open("s3", "2", build("s3", 2));
        drive.step();
        LaneId newer = drive.open("s3", "3", build("s3", 3));
        drive.lanes.report(
                older, older.id() + "-1", new Lanes.Reported(Verdict.VOID, "the agent went away", Optional.empty()));
        drive.finish();
        assertThat(drive.outcome(newer)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(older)).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "3"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Isolation.class,
            names = {"REPLACE", "SIDE_BY_SIDE"})
    void MQ_1_I13_lowerBuildThatComesLateIsSuperseded(Isolation isolation) {
        LaneDrive driven =
                new LaneDrive(shop, new LaneSettings(isolation, OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS));
        shop.build("s3", "1.11");
        shop.build("s3", "1.10");
        LaneId eleven = driven.open("s3", "1.11", build("cart", 11));
        LaneId ten = driven.open("s3", "1.10", build("cart", 10));
        driven.finish();
        assertThat(driven.outcome(eleven)).isEqualTo(Outcome.RELEASED);
        assertThat(driven.outcome(ten)).isEqualTo(Outcome.SUPERSEDED);
        LaneId late = driven.open("s3", "1.10", build("cart", 9));
        driven.finish();
        assertThat(driven.outcome(late)).as("after it was released").isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "1.11"));
    }

    private void untilItFails(LaneId lane) {
        while (drive.events(Event.LaneRetried.class).stream()
                .noneMatch(e -> e.lane().equals(lane.id()))) {
            drive.step();
        }
    }

    /** ADR 35: should the newer one be rejected, the older one is not lost. */
    @Test
    void I13_olderOneWaitsForWhatBecomesOfANewerOneThatFailed() {
        shop.buildBad("s3", "1.11");
        Digest older = shop.build("s3", "1.10");
        LaneId eleven = drive.open("s3", "1.11", build("cart", 11));
        untilItFails(eleven);
        LaneId ten = drive.open("s3", "1.10", build("cart", 10));
        drive.step();
        assertThat(drive.waits.get(ten)).contains("cart#11, is in doubt");
        drive.finish();
        assertThat(drive.outcome(eleven)).isEqualTo(Outcome.EJECTED);
        assertThat(drive.outcome(ten)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s3")).isEqualTo(older);
    }

    /** And should the newer one be released after all, the older one never wins. */
    @Test
    void I13_olderOneThatWaitedForANewerOneThatIsReleasedIsSuperseded() {
        Digest newer = shop.build("s3", "1.11");
        shop.build("s3", "1.10");
        AtomicInteger flakes = new AtomicInteger(1);
        drive.tests = test -> flakes.getAndDecrement() > 0 ? Verdict.FAILED : shop.test();
        LaneId eleven = drive.open("s3", "1.11", build("cart", 11));
        untilItFails(eleven);
        LaneId ten = drive.open("s3", "1.10", build("cart", 10));
        drive.finish();
        assertThat(drive.outcome(eleven)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(ten)).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s3")).isEqualTo(newer);
    }

    /** A tag that names the newest of a line moves, and is no version of production. */
    @Test
    void CAT_1_aTagThatMovesIsReleasedAgainAndAgain() {
        for (String build : new String[] {"one", "two"}) {
            Digest image = shop.dev.push("dev/s3", "latest-s3", build);
            LaneId lane = drive.open("s3", "latest-s3");
            drive.finish();
            assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
            assertThat(shop.inProduction("s3")).isEqualTo(image);
            assertThat(shop.production.tags("prod/s3")).doesNotContain("latest-s3");
        }
    }

    @Test
    void I13_newestOfThoseThatWaitWins() {
        shop.build("s3", "2");
        shop.build("s3", "3");
        LaneId older = drive.open("s3", "2");
        LaneId newer = drive.open("s3", "3");
        drive.step();
        assertThat(drive.outcome(older)).isEqualTo(Outcome.SUPERSEDED);
        assertThat(drive.ended.get(older).release()).isEqualTo(newer.id());
    }

    @Test
    void B11_B12_I8_outcomeComesFirstAndTheEnvironmentCleansUpUntilItIsDone() throws InterruptedException {
        shop.build("s3", "2");
        LaneId lane = drive.open("s3", "2");
        drive.step();
        shop.cluster.cannotReplacePods(() -> Optional.of("nodes cannot pull"));
        drive.lanes.cancel(lane, "aborted");
        drive.step();
        assertThat(drive.outcome(lane)).as("told at once").isEqualTo(Outcome.CANCELLED);
        assertThat(drive.lanes.problems()).containsKey(lane.id());
        shop.cluster.cannotReplacePods(Optional::empty);
        shop.cluster.cannotReplacePods(
                () -> shop.installed().get("s3").equals(FakeShop.digest("s3", "1")) && drive.ended.size() == 1
                        ? Optional.of("nodes of s3 cannot pull")
                        : Optional.empty());
        shop.build("s3", "3");
        LaneId same = drive.open("s3", "3");
        drive.step();
        assertThat(drive.waits.get(same)).contains("is cleaned up");
        shop.cluster.cannotReplacePods(Optional::empty);
        drive.finish();
        assertThat(drive.lanes.state().obligations()).isEmpty();
        assertThat(drive.outcome(same)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void B13_leasesAreRenewedWhileALaneWaitsForItsNeighbour() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        drive.lanes.hold("wait", "ada");
        LaneId lane = drive.open("s1", "2");
        drive.steps(30);
        assertThat(drive.waits.get(lane)).contains("held: wait");
        assertThat(shop.lock.entries())
                .singleElement()
                .satisfies(e -> assertThat(e.held()).isTrue());
        drive.lanes.free("ada");
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(lane)).as("its place was never lost").isEqualTo(1);
    }

    @Test
    void B14_imageThatIsBlockedBeforeThePromotionIsPlannedIsNotPromoted() {
        shop.build("s3", "2");
        LaneId first = drive.open("s3", "2");
        drive.finish();
        shop.production.push("prod/s3", "production", "s3 1");
        shop.clock.advance(Duration.ofMinutes(6));
        drive.lanes.hold("look first", "ada");
        LaneId again = drive.open("s3", "2");
        drive.steps(8);
        new Blocks(shop.store, shop.clock, shop.events::add)
                .markBad(drive.ended.get(first).release(), "loses carts", "ada");
        drive.lanes.free("ada");
        drive.finish();
        assertThat(drive.outcome(again)).isEqualTo(Outcome.CANCELLED);
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "1"));
    }

    @Test
    void B15_I7_lanesThatPassedBesideEachOtherAreOneReleaseAllOrNothing() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        LaneId one = drive.open("s1", "2");
        LaneId other = drive.open("s2", "2");
        drive.finish();
        assertThat(drive.outcome(one)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.events(Event.ReleaseMade.class)).singleElement().satisfies(made -> {
            assertThat(made.changes()).containsExactly(one.id(), other.id());
            assertThat(made.changed()).containsOnlyKeys("s1", "s2");
        });
    }

    @Test
    void B15_I7_ofTwoThatCannotGoTogetherEachIsTestedAgainWithoutTheOther() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        LaneId one = drive.open("s1", "2");
        LaneId other = drive.open("s2", "2");
        drive.tests = test -> {
            if (drive.runs(one) + drive.runs(other) == 2) {
                // Somebody gives this version's tag to something else while it is tested.
                shop.production.push("prod/s2", "2", "another s2");
            }
            return shop.test();
        };
        drive.finish();
        assertThat(drive.outcome(one)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(other)).isEqualTo(Outcome.UNDECIDED);
        assertThat(drive.ended.get(other).reason()).contains("was not promoted");
        assertThat(drive.events(Event.LaneTested.class))
                .filteredOn(e -> e.lane().equals(one.id()))
                .last()
                .satisfies(e -> assertThat(e.beside().orElseThrow()).isEmpty());
    }

    @ParameterizedTest
    @EnumSource(
            value = Isolation.class,
            names = {"REPLACE", "SIDE_BY_SIDE"})
    void B16_I2_setOfAMicroReleaseIsProductionWithItsImages(Isolation isolation) {
        LaneDrive driven =
                new LaneDrive(shop, new LaneSettings(isolation, OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS));
        shop.build("s3", "2");
        shop.build("s4", "2");
        driven.lanes.pause("s4 is to stay a candidate", "ada");
        driven.lanes.resume("ada");
        LaneId lane = driven.open("s3", "2");
        driven.open("s4", "2");
        driven.steps(3);
        driven.finish();
        Event.ReleaseMade made = driven.events(Event.ReleaseMade.class).get(0);
        ImageSet set = shop.store.set(made.set()).orElseThrow();
        assertThat(made.changes()).containsExactly(lane.id());
        assertThat(set.images().get("s3").digest()).isEqualTo(FakeShop.digest("s3", "2"));
        assertThat(set.images().get("s4").digest()).isEqualTo(FakeShop.digest("s4", "1"));
        assertThat(set.images()).hasSize(25);
    }

    @Test
    void B22_pausedAndFrozenLanesNeitherComeInNorArePromoted() {
        LaneDrive frozen = new LaneDrive(
                shop,
                LaneDrive.SETTINGS.with(
                        List.of(new Timetable.Freeze("0 8 * * *", Duration.ofHours(3), ZoneOffset.UTC, "sale"))));
        shop.build("s3", "2");
        LaneId lane = frozen.open("s3", "2");
        frozen.steps(20);
        assertThat(frozen.waits.get(lane)).contains("frozen until", "sale");
        frozen.lanes.pause("hands off", "ada");
        shop.clock.advance(Duration.ofHours(4));
        frozen.step();
        assertThat(frozen.waits.get(lane)).contains("paused: hands off");
        frozen.lanes.resume("ada");
        frozen.finish();
        assertThat(frozen.outcome(lane)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void limitsHoldPerEnvironmentAndPerGroup() {
        LaneDrive limited = new LaneDrive(shop, LaneDrive.SETTINGS.with(new Limits(2, 1, Duration.ofDays(1))));
        List<LaneId> all = new ArrayList<>();
        for (int i = 3; i < 8; i++) {
            shop.build("s" + i, "2");
            all.add(limited.open("s" + i, "2"));
        }
        limited.steps(3);
        assertThat(shop.lock.entries()).hasSize(2);
        assertThat(limited.waits.get(all.get(4))).contains("up to 2 lanes may be in the environment");
        limited.finish();
        assertThat(all).allSatisfy(lane -> assertThat(limited.outcome(lane)).isEqualTo(Outcome.RELEASED));
        assertThatThrownBy(() -> new Limits(2, 3, Duration.ofDays(1))).hasMessageContaining("lower lanesPerGroup");
        assertThatThrownBy(() -> new Limits(-1, 0, Duration.ofDays(1))).hasMessageContaining("must not be negative");
    }

    /** A Jenkinsfile without a timeout, whose tests wait for something that never comes. */
    @Test
    void I14_laneWhoseTestsHangLeavesItsPlaceToOthers() throws InterruptedException {
        LaneDrive limited = new LaneDrive(shop, LaneDrive.SETTINGS.with(new Limits(1, 0, Duration.ofHours(3))));
        shop.build("s3", "2");
        LaneId hanging = limited.open("s3", "2");
        assertThat(limited.lanes.next(hanging)).isInstanceOf(LaneTask.Test.class);
        shop.clock.advance(Duration.ofHours(3));
        assertThat(limited.lanes.next(hanging)).isInstanceOf(LaneTask.Test.class);
        shop.clock.advance(Duration.ofSeconds(1));
        assertThat(limited.lanes.next(hanging))
                .isInstanceOfSatisfying(
                        LaneTask.Done.class,
                        done -> assertThat(done.ended())
                                .satisfies(end -> assertThat(end.outcome()).isEqualTo(Outcome.UNDECIDED))
                                .satisfies(end -> assertThat(end.reason()).contains("no verdict within 180 minutes")));
        shop.build("s4", "2");
        LaneId next = limited.open("s4", "2");
        limited.finish();
        assertThat(limited.outcome(next)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.installed()).containsEntry("s3", FakeShop.digest("s3", "1"));
        assertThatThrownBy(() -> new Limits(0, 0, Duration.ZERO)).hasMessageContaining("testMinutes is 1 or more");
    }

    @Test
    void B25_B26_testsAreTimedAndOutcomesAreReadHoweverOld() {
        shop.build("s3", "2");
        LaneId old = drive.open("s3", "2");
        drive.finish();
        assertThat(drive.events(Event.LaneTested.class).get(0).milliseconds())
                .isBetween(
                        Duration.ofMinutes(8).toMillis(), Duration.ofMinutes(12).toMillis());
        assertThat(LaneDrive.lanes(shop, LaneDrive.SETTINGS, shop.store).state().lanes())
                .isEmpty();
        assertThat(drive.next(old))
                .isInstanceOfSatisfying(
                        LaneTask.Done.class,
                        done -> assertThat(done.ended().outcome()).isEqualTo(Outcome.RELEASED));
    }

    @Test
    void B28_laneThatIsCancelledInLineLeavesTheLine() throws InterruptedException {
        shop.build("s3", "2");
        shop.build("s3", "3");
        LaneId inside = drive.open("s3", "2");
        drive.step();
        LaneId inLine = drive.open("s3", "3");
        drive.step();
        drive.lanes.cancel(inLine, "aborted");
        assertThat(shop.lock.entries())
                .singleElement()
                .satisfies(e -> assertThat(e.id()).isEqualTo(inside.id()));
    }

    @Test
    void B40_sweepRemovesWhatAnotherIsolationLeft() {
        shop.cluster.putBeside(
                new io.jenkins.plugins.releasetrain.engine.cluster.Beside("dead", "dead-1", Isolation.SIDE_BY_SIDE),
                Map.of(shop.catalog.service("s4"), shop.candidate("s4", "1")));
        drive.lanes.sweep();
        assertThat(shop.cluster.beside()).isEmpty();
    }

    @Test
    void K8_1_candidateThatFallsOverUnderTestHasFailed() {
        shop.build("s3", "2");
        LaneId lane = drive.open("s3", "2");
        drive.tests = test -> {
            if (!test.control()) {
                shop.cluster.fallsOver("s3", Fault.UNKNOWN);
                return Verdict.FAILED;
            }
            shop.cluster.comesBack("s3");
            return Verdict.PASSED;
        };
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.EJECTED);
    }

    @Test
    void K8_2_serviceWithoutPodsStopsNobodyButItself() {
        shop.cluster.isNotExpected("s5", "has no replicas");
        shop.production.push("prod/s2", "production", "s2 hotfix");
        shop.build("s1", "2");
        shop.build("s5", "2");
        LaneId lane = drive.open("s1", "2");
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThatThrownBy(() -> drive.open("s5", "2"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("has no replicas");
    }

    @Test
    void S5_oneHopCountsByDefault() {
        try (FakeShop chain = new FakeShop(4, Map.of("s0", Set.of("s1"), "s1", Set.of("s2"), "s2", Set.of("s3")))) {
            assertThat(new Connections(chain.catalog, 1).of(List.of("s0"))).containsExactly("s0", "s1");
            assertThat(new Connections(chain.catalog, 2).of(List.of("s0"))).containsExactly("s0", "s1", "s2");
            assertThat(new Connections(chain.catalog, 0).of(List.of("s0"))).containsExactly("s0");
        }
    }

    @ParameterizedTest
    @EnumSource(OnDrift.class)
    void driftIsRecordedWhereNothingIsDeclaredAndOnDriftDecides(OnDrift onDrift) {
        try (FakeShop undeclared = new FakeShop(3, Map.of())) {
            undeclared.build("s0", "2");
            undeclared.build("s1", "2");
            LaneDrive driven = new LaneDrive(
                    undeclared, new LaneSettings(Isolation.REPLACE, onDrift, 3, TrainSettings.USUAL_MOVING_TAGS));
            LaneId lane = driven.open("s0", "2");
            driven.step();
            undeclared.cluster.meddle("s1", undeclared.candidate("s1", "2"));
            driven.finish();
            assertThat(driven.events(Event.LaneTested.class).get(0).drift()).containsExactly("s1");
            assertThat(driven.outcome(lane)).isEqualTo(onDrift == OnDrift.FAIL ? Outcome.UNDECIDED : Outcome.RELEASED);
            assertThat(driven.runs(lane)).isEqualTo(onDrift == OnDrift.RERUN ? 2 : 1);
        }
    }
}
