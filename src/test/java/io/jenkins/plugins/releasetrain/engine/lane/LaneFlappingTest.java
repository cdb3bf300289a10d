package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Environments that are broken now and then, or for some only. */
class LaneFlappingTest {
    /** s1 calls s2; the others call nobody. */
    private final FakeShop shop = new FakeShop(20, Map.of("s1", Set.of("s2")), MemoryStore.create());

    private final LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);

    @AfterEach
    void close() {
        shop.close();
    }

    /** Two of every ten minutes, for as long as it lasts. */
    @Test
    void I4_environmentThatFlapsBlamesNobody() {
        drive.tests = test -> {
            long second = shop.clock.instant().getEpochSecond() % 600;
            return second < 120 ? Verdict.FAILED : shop.test();
        };
        List<LaneId> all = new ArrayList<>();
        for (int round = 2; round < 6; round++) {
            for (int i = 3; i < 20; i++) {
                shop.build("s" + i, "" + round);
                all.add(drive.open("s" + i, "" + round));
                shop.clock.advance(Duration.ofSeconds(47));
                drive.step();
            }
            drive.finish();
        }
        assertThat(all).noneMatch(lane -> drive.outcome(lane) == Outcome.EJECTED);
        assertThat(all)
                .filteredOn(lane -> drive.outcome(lane) == Outcome.RELEASED)
                .hasSizeGreaterThan(60);
    }

    /** Its database is away: production's image of it fails as well, and what calls it; the others pass. */
    @Test
    void I4_I14_environmentThatIsBrokenForOneServiceBlamesNobodyAndStopsNobodyElse() {
        Instant repaired = shop.clock.instant().plus(Duration.ofHours(6));
        drive.tests = test -> shop.clock.instant().isBefore(repaired)
                        && (test.images().containsKey("s1") || test.images().containsKey("s2"))
                ? Verdict.FAILED
                : shop.test();
        shop.build("s1", "2");
        shop.build("s2", "2");
        LaneId above = drive.open("s1", "2");
        LaneId below = drive.open("s2", "2");
        List<LaneId> others = new ArrayList<>();
        for (int i = 3; i < 20; i++) {
            shop.build("s" + i, "2");
            others.add(drive.open("s" + i, "2"));
            drive.steps(3);
        }
        drive.steps(60);
        assertThat(others).allSatisfy(lane -> assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED));
        assertThat(shop.clock.instant()).isBefore(repaired);
        drive.finish();
        assertThat(drive.outcome(below)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(above)).isEqualTo(Outcome.RELEASED);
    }

    /** The last run before a rejection may be one that passed without it. */
    @Test
    void rejectionSaysWhatItsOwnTestsSaid() {
        shop.build("s3", "2");
        LaneId bad = drive.open("s3", "2");
        drive.tests = test -> !test.control() && test.images().containsKey("s3") ? Verdict.FAILED : shop.test();
        for (int i = 4; i < 20; i++) {
            shop.build("s" + i, "2");
            drive.open("s" + i, "2");
            drive.steps(3);
        }
        drive.finish();

        assertThat(drive.outcome(bad)).isEqualTo(Outcome.EJECTED);
        assertThat(drive.events(Event.LaneTested.class))
                .filteredOn(e -> e.lane().equals(bad.id()))
                .last()
                .extracting(Event.LaneTested::verdict)
                .as("of its own tests without it")
                .isEqualTo(Verdict.PASSED);
        assertThat(drive.events(Event.LaneEnded.class))
                .filteredOn(e -> e.lane().equals(bad.id()))
                .singleElement()
                .satisfies(e -> assertThat(e.reason()).startsWith("looked at what is installed; in staging: failed"));
    }
}
