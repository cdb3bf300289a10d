package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MeddledStore;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What others do between a decision about a lane and what it is based on. */
class LaneRacesTest {
    /** s1 calls s2. */
    private final FakeShop shop = new FakeShop(4, Map.of("s1", Set.of("s2")));

    @AfterEach
    void close() {
        shop.close();
    }

    /** Another lane brings the baseline of what counts, right before the release is written. */
    @Test
    void I7_baselineThatMovesWhileALaneIsAboutToBeReleasedHasItTestedAgain() {
        shop.build("s1", "2");
        boolean[] moved = {false};
        Store store = MeddledStore.of(shop.store, events -> {
            if (!moved[0] && events.stream().anyMatch(Event.ReleaseMade.class::isInstance)) {
                moved[0] = true;
                Event baseline = new Event.BaselineInstalled("staging", Digest.sha256("another"), List.of("s2"));
                shop.store.append(
                        "lane/staging", shop.store.version("lane/staging"), shop.clock.instant(), List.of(baseline));
            }
        });
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS, store);
        LaneId lane = drive.open("s1", "2");

        drive.finish();

        assertThat(moved[0]).isTrue();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(lane)).as("the first verdict was stale").isEqualTo(2);
    }

    /** The next morning it would be in production, though its build reads that it was stopped. */
    @Test
    void I12_laneThatLeavesWhileItsReleaseWaitsIsNotReleasedAndWhoPassedWithItIs() throws InterruptedException {
        shop.build("s1", "2");
        shop.build("s2", "2");
        Lanes people = LaneDrive.lanes(shop, LaneDrive.SETTINGS, shop.store);
        boolean[] held = {false};
        LaneDrive drive =
                new LaneDrive(shop, LaneDrive.SETTINGS, MeddledStore.of(shop.store, () -> {}, events -> {}, () -> {
                    if (!held[0]
                            && people.state().lanes().stream().anyMatch(l -> l.phase() instanceof Phase.Promoting)) {
                        held[0] = true;
                        people.hold("audit", "ada");
                    }
                }));
        LaneId lane = drive.open("s1", "2");
        LaneId other = drive.open("s2", "2");
        drive.steps(20);
        assertThat(people.state().lanes()).hasSize(2).allMatch(l -> l.phase() instanceof Phase.Promoting);

        drive.lanes.withdraw(lane, "its build was stopped");
        drive.step();

        assertThat(drive.outcome(lane)).isEqualTo(Outcome.CANCELLED);
        assertThat(drive.ended.get(lane).reason()).isEqualTo("its build was stopped");
        people.free("ada");
        drive.finish();
        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "1"));
    }

    /** The other environment's lane takes no other image to production, so that no tag tells that it was there. */
    @Test
    void I13_laneIsNotReleasedOverANewerBuildOfTheImageThatProductionRuns() throws InterruptedException {
        shop.build("s1", "2");
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
        LaneId older = drive.open("s1", "2", new Origin("cart#11", "", "ada"));
        drive.step();
        Ports ports = new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add);
        Lanes elsewhere = new Lanes(
                LaneDrive.SETTINGS,
                shop.catalog,
                shop.registries(),
                shop.environments(2).get(1),
                ports);
        LaneId newer = elsewhere.open(Map.of("s1", "1"), new Origin("cart#12", "", "ada"));
        LaneTask task = elsewhere.next(newer);
        while (task instanceof LaneTask.Test test) {
            elsewhere.report(newer, test.tenant(), new Lanes.Reported(Verdict.PASSED, "", Optional.empty()));
            task = elsewhere.next(newer);
        }
        assertThat(((LaneTask.Done) task).ended().outcome()).isEqualTo(Outcome.RELEASED);

        drive.finish();

        assertThat(drive.outcome(older)).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
    }

    /** Past everybody, so that nobody knows any more whose image production runs: what lanes released stays the newest. */
    @Test
    void I13_olderBuildIsSupersededThoughSomebodyMovedProductionByHand() {
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
        for (int build : new int[] {9, 11}) {
            shop.build("s1", "1." + build);
            LaneId lane = drive.open("s1", "1." + build, new Origin("cart#" + build, "", "ada"));
            drive.finish();
            assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        }
        shop.production.push("prod/s1", "production", "somebody's");
        shop.build("s1", "1.10");
        LaneId late = drive.open("s1", "1.10", new Origin("cart#10", "", "ada"));

        drive.finish();

        assertThat(drive.outcome(late)).isEqualTo(Outcome.SUPERSEDED);
    }

    /** Production has it by then: to say that it was refused would be wrong. */
    @Test
    void I6_whatIsPromotedIsNotRefusedWhereThatCannotBeWrittenNow() {
        shop.build("s1", "2");
        int[] busy = {60};
        Store store = MeddledStore.of(shop.store, events -> {
            if (events.stream().anyMatch(Event.ReleasePromoted.class::isInstance) && busy[0]-- > 0) {
                throw new EngineException(FailureKind.CONFLICT, "others wrote first");
            }
        });
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS, store);
        LaneId lane = drive.open("s1", "2");
        for (int i = 0; i < 20 && busy[0] > 0; i++) {
            try {
                drive.step();
            } catch (EngineException e) {
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.CONFLICT);
            }
        }
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));

        drive.finish();

        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.events(Event.PromotionRefused.class)).isEmpty();
    }

    /** Who does not count it brought it and went on; whoever counts it would be tested beside what production had before. */
    @Test
    void I7_laneWaitsUntilPodsOfWhatCountsRunWhatProductionDoes() {
        Digest moved = shop.production.push("prod/s2", "production", "s2 2");
        shop.cluster.keepsOut(moved, "unauthorized");
        shop.build("s3", "2");
        shop.build("s1", "2");
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
        LaneId other = drive.open("s3", "2");
        drive.finish();
        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.installed()).containsEntry("s2", moved);
        LaneId lane = drive.open("s1", "2");

        assertThat(drive.next(lane))
                .isInstanceOfSatisfying(
                        LaneTask.Wait.class,
                        w -> assertThat(w.why()).contains("does not run what production does of [s2]"));
        shop.cluster.letsIn(moved);
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(lane)).isEqualTo(1);
    }

    /** Who passed before the other came never saw it; the other goes with it all the same. */
    @Test
    void I5_laneAndItsNeighbourThatDoesNotSeeItAreReleasedTogether() {
        shop.build("s2", "2");
        shop.build("s1", "2");
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS, countingReads());
        LaneId below = drive.open("s2", "2");
        passes(drive, below);
        LaneId above = drive.open("s1", "2");
        passes(drive, above);

        assertThat(drive.next(above)).isInstanceOf(LaneTask.Wait.class);
        drive.finish();

        assertThat(drive.ended.get(above).release())
                .isEqualTo(drive.ended.get(below).release())
                .isNotEmpty();
    }

    private static void passes(LaneDrive drive, LaneId lane) {
        LaneTask.Test test = (LaneTask.Test) drive.next(lane);
        drive.lanes.report(lane, test.tenant(), new Lanes.Reported(Verdict.PASSED, "", Optional.empty()));
    }

    /** A store that says so where somebody asks it again and again and nothing happens. */
    private Store countingReads() {
        int[] reads = {0};
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    assertThat(++reads[0]).as("it goes round").isLessThan(20_000);
                    try {
                        return method.invoke(shop.store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Beside the baseline neither sees the other; the one that is promoted first is what the other was not tested with. */
    @Test
    void I7_laneWaitsForTheReleaseOfWhatCountsForItAndIsTestedAgain() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        boolean[] away = {true};
        shop.production.beforeTag(tag -> {
            if (away[0] && tag.repository().equals("prod/s1")) {
                throw new EngineException(FailureKind.UNAVAILABLE, "503");
            }
        });
        LaneSettings beside =
                new LaneSettings(Isolation.SIDE_BY_SIDE, OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS);
        LaneDrive drive = new LaneDrive(shop, beside);
        LaneId above = drive.open("s1", "2");
        LaneId below = drive.open("s2", "2");
        passes(drive, above);
        passes(drive, below);

        assertThat(drive.next(above)).isInstanceOf(LaneTask.Wait.class);
        assertThat(drive.next(below)).isInstanceOf(LaneTask.Wait.class);
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "1"));
        away[0] = false;
        drive.finish();

        assertThat(drive.outcome(above)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(below)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(above) + drive.runs(below))
                .as("one of them was tested with the other in production")
                .isEqualTo(3);
    }

    /** What is rolled back right after a release was made, before anything of it is in production. */
    @Test
    void I7_releaseWhoseSurroundingsAreRolledBackBeforeItIsPromotedIsTestedAgain() {
        boolean[] back = {false};
        String[] former = {""};
        Store store = MeddledStore.of(shop.store, events -> {
            if (back[0] && events.stream().anyMatch(Event.PromotionPlanned.class::isInstance)) {
                back[0] = false;
                LaneDrive.lanes(shop, LaneDrive.SETTINGS, shop.store).rollback().perform(former[0], "slow", "ada");
            }
        });
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS, store);
        former[0] = released(drive, "s2", "2").release();
        released(drive, "s2", "3");
        back[0] = true;
        shop.build("s1", "2");
        LaneId lane = drive.open("s1", "2");

        drive.finish();

        assertThat(back[0]).isFalse();
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "2"));
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(lane)).as("the first verdict was stale").isEqualTo(2);
    }

    /** Somebody pushes to production while the last of several that go together is looked at. */
    @Test
    void I7_productionThatMovesWhileNeighboursAreLookedAtHasThemTestedAgain() {
        FakeShop shop = new FakeShop(4, Map.of("s1", Set.of("s2"), "s3", Set.of("s1")));
        boolean[] moves = {false};
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
        drive.lanes = lanes(shop, services -> {
            if (moves[0] && services.contains("s3")) {
                moves[0] = false;
                shop.production.push("prod/s2", "production", "s2 2");
                shop.clock.advance(Duration.ofMinutes(6));
            }
        });
        drive.lanes.hold("a sale", "ada");
        shop.build("s1", "2");
        shop.build("s3", "2");
        LaneId below = drive.open("s1", "2");
        LaneId above = drive.open("s3", "2");
        drive.next(below);
        drive.next(above);
        passes(drive, above);
        passes(drive, below);
        drive.steps(12);
        assertThat(drive.waits.get(below)).contains("a sale");
        assertThat(drive.waits.get(above)).contains("a sale");
        long runs = drive.runs(below);
        moves[0] = true;
        drive.lanes.free("ada");

        drive.finish();

        assertThat(moves[0]).isFalse();
        assertThat(drive.outcome(below)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(above)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(below)).as("the first verdict was stale").isGreaterThan(runs);
        shop.close();
    }

    /** @param asked told of what somebody is about to promote */
    private static Lanes lanes(FakeShop shop, Consumer<Set<String>> asked) {
        return new Lanes(
                LaneDrive.SETTINGS,
                shop.catalog,
                shop.registries(),
                shop.environment(),
                shop.ports((origin, services) -> {
                    asked.accept(Set.copyOf(services));
                    return Optional.empty();
                }));
    }

    private Event.LaneEnded released(LaneDrive drive, String service, String version) {
        shop.build(service, version);
        LaneId lane = drive.open(service, version);
        drive.finish();
        return drive.ended.get(lane);
    }
}
