package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lanes whose places ran out, or whose process died, and what others make of it. */
class LaneTakeOverTest {
    private static final LaneSettings BESIDE =
            new LaneSettings(Isolation.SIDE_BY_SIDE, OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS);

    private final FakeShop shop = new FakeShop(4, Map.of());

    @AfterEach
    void close() {
        shop.close();
    }

    private static void passes(LaneDrive drive, LaneId lane) {
        LaneTask.Test test = (LaneTask.Test) drive.next(lane);
        drive.lanes.report(lane, test.tenant(), new Lanes.Reported(Verdict.PASSED, "", Optional.empty()));
    }

    private static Origin by(String build) {
        return new Origin(build, "", "");
    }

    private void isWhatItsReleaseBrought(LaneDrive drive, LaneId lane, String version) {
        if (drive.outcome(lane) == Outcome.RELEASED) {
            String release = drive.ended.get(lane).release();
            assertThat(shop.store
                            .release(release)
                            .orElseThrow()
                            .made()
                            .changed()
                            .get("s1")
                            .digest())
                    .as("what %s is told to have released", lane)
                    .isEqualTo(FakeShop.digest("s1", version));
        }
    }

    /** It passed, and its lease ran out while releases were held; another one of the same service came in its place. */
    @Test
    void I8_laneWhosePlaceAnotherTookIsNotReleasedWithIt() {
        shop.build("s1", "2");
        shop.build("s1", "3");
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
        drive.lanes.hold("a sale", "ada");
        LaneId one = drive.open("s1", "2");
        passes(drive, one);
        shop.clock.advance(Duration.ofHours(1));
        LaneId other = drive.open("s1", "3");
        passes(drive, other);
        drive.lanes.free("ada");

        drive.next(other);
        drive.finish();

        isWhatItsReleaseBrought(drive, one, "2");
        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "3"));
    }

    /** The isolation was changed meanwhile: what comes beside the baseline finds one of its own service in it. */
    @Test
    void I8_lanesOfOneServiceAreNotReleasedTogether() {
        shop.build("s1", "2");
        shop.build("s1", "3");
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
        drive.lanes.hold("a sale", "ada");
        LaneId inPlace = drive.open("s1", "2");
        passes(drive, inPlace);
        drive.lanes = LaneDrive.lanes(shop, BESIDE, shop.store);
        LaneId beside = drive.open("s1", "3");
        passes(drive, beside);
        drive.lanes.free("ada");

        drive.next(beside);
        drive.finish();

        isWhatItsReleaseBrought(drive, inPlace, "2");
        isWhatItsReleaseBrought(drive, beside, "3");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "3"));
    }

    /** Who takes over stamps all that nobody claims; a place beside the baseline claims nothing. */
    @Test
    void I3_whatWasTestedBesideTheBaselineComesIntoItThoughOthersTookOverMeanwhile() throws InterruptedException {
        shop.build("s1", "2");
        shop.build("s2", "2");
        shop.build("s3", "2");
        LaneDrive drive = new LaneDrive(shop, BESIDE);
        LaneId lane = drive.open("s1", "2");
        drive.next(lane);
        LaneId silent = drive.open("s2", "2");
        drive.next(silent);
        for (int i = 0; i < 10; i++) {
            shop.clock.advance(Duration.ofMinutes(4));
            drive.lanes.renew(lane);
        }
        drive.next(drive.open("s3", "2"));

        passes(drive, lane);
        drive.finish();
        drive.lanes.tidy();

        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.lanes.problems()).isEmpty();
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "2"));
    }

    /** What it consists of is known from its journal. */
    @Test
    void I6_promotionThatDiedGoesOnThoughTheCatalogHasItsServiceNoMore() {
        shop.build("s1", "2");
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
        LaneId lane = drive.open("s1", "2");
        passes(drive, lane);
        boolean[] dies = {true};
        shop.production.beforeTag(tag -> {
            if (dies[0] && tag.tag().equals("production")) {
                throw new CrashingStore.Crash();
            }
        });
        assertThatThrownBy(() -> drive.next(lane)).isInstanceOf(CrashingStore.Crash.class);
        dies[0] = false;
        SortedMap<String, Service> fewer = new TreeMap<>(shop.catalog.services());
        fewer.remove("s1");
        Ports ports = new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add);
        drive.lanes = new Lanes(LaneDrive.SETTINGS, new Catalog(fewer), shop.registries(), shop.environment(), ports);

        drive.finish();

        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
    }

    /** As for trains: numbers count as ever. */
    @Test
    void I13_clockThatIsSetBackMakesNoLaterBuildOlder() {
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
        for (String version : new String[] {"2", "3", "4"}) {
            shop.build("s1", version);
        }
        LaneId first = drive.open("s1", "2", by("cart#11"));
        drive.finish();
        shop.clock.advance(Duration.ofHours(-2));
        LaneId hotfix = drive.open("s1", "3", by("hotfix#2"));
        assertThat(drive.next(hotfix)).as("nor does it wait for that").isInstanceOf(LaneTask.Test.class);
        drive.finish();
        LaneId late = drive.open("s1", "4", by("hotfix#1"));
        drive.finish();

        assertThat(drive.outcome(first)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(hotfix)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(late)).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "3"));
    }

    /** Nothing is declared, so that everything counts: a lock cannot hold thousands of names. */
    @Test
    void I14_laneThatClaimsALargeCatalogHasTheEnvironmentForItself() {
        try (FakeShop large = new FakeShop(700, Map.of(), MemoryStore.create())) {
            LaneDrive drive = new LaneDrive(large, LaneDrive.SETTINGS);
            large.buildBad("s1", "2");
            large.build("s2", "2");
            large.catalog
                    .services()
                    .keySet()
                    .forEach(s -> large.production.push("prod/" + s, "production", s + " by hand"));
            LaneId bad = drive.open("s1", "2");
            LaneId good = drive.open("s2", "2");
            boolean alone = false;
            for (int i = 0; i < 200 && drive.ended.size() < 2; i++) {
                drive.step();
                assertThat(large.lock.entries())
                        .extracting(e -> e.claims().size())
                        .allMatch(claims -> claims < 700);
                alone |= large.lock.entries().stream().anyMatch(e -> e.held() && e.mode() == Mode.EXCLUSIVE);
            }
            assertThat(drive.outcome(good)).isEqualTo(Outcome.RELEASED);
            assertThat(drive.outcome(bad)).isEqualTo(Outcome.EJECTED);
            assertThat(alone).isTrue();
            drive.tidy();
            assertThat(large.lock.entries()).isEmpty();
            assertThat(large.installed()).containsEntry("s1", FakeShop.digest("s1", "by hand"));
        }
    }
}
