package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Candidates that the dev registry removed while their lanes were under way: that is nothing against them (I4). */
class LaneGoneImageTest {
    private final FakeShop shop = new FakeShop(4, Map.of());
    private final LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);

    @AfterEach
    void close() {
        shop.close();
    }

    /** As a registry's retention does it; no node that has not pulled it yet can bring it in. */
    private void remove(String service, String version) {
        shop.dev.untag("dev/" + service, version);
        shop.dev.collect("dev/" + service);
        shop.cluster.cannotStart(FakeShop.digest(service, version));
    }

    private static void assertTold(LaneDrive drive, LaneId lane) {
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.UNDECIDED);
        assertThat(drive.ended.get(lane).reason())
                .contains("dev.example/dev/s1@", "is not there any more; build it again");
    }

    @ParameterizedTest
    @EnumSource(
            value = Isolation.class,
            names = {"REPLACE", "SIDE_BY_SIDE"})
    void I4_candidateThatTheDevRegistryRemovedWhileItWaitedIsNotBlamed(Isolation isolation) {
        LaneDrive drive =
                new LaneDrive(shop, new LaneSettings(isolation, OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS));
        shop.build("s1", "2");
        shop.build("s2", "2");
        drive.lanes.pause("a sale", "ada");
        LaneId gone = drive.open("s1", "2");
        LaneId other = drive.open("s2", "2");
        remove("s1", "2");
        drive.lanes.resume("ada");
        shop.clock.advance(Duration.ofMinutes(1));

        drive.finish();

        assertTold(drive, gone);
        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.lanes.state().runs().failures(gone.id())).isEmpty();
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "1"));
    }

    /** Its pods are moved to another node, which finds nothing to pull. */
    @ParameterizedTest
    @ValueSource(strings = {"PASSED", "FAILED"})
    void I4_candidateThatIsRemovedAndEvictedWhileItsTestsRunIsNotBlamed(Verdict said) {
        shop.build("s1", "2");
        LaneId lane = drive.open("s1", "2");
        drive.tests = test -> {
            if (test.control()) {
                return Verdict.PASSED;
            }
            remove("s1", "2");
            shop.cluster.fallsOver("s1", Fault.IMAGE);
            return said;
        };

        drive.finish();

        assertTold(drive, lane);
        assertThat(drive.events(Event.LaneTested.class))
                .allSatisfy(e -> assertThat(e.verdict()).isEqualTo(Verdict.VOID));
    }

    /** Candidates are pulled from the dev registry, whatever production has of older releases. */
    @Test
    void I4_candidateThatOnlyProductionHasStillIsNotBlamed() {
        Digest digest = shop.build("s1", "2");
        shop.production.push("prod/s1", "old", "s1 2");
        drive.lanes.pause("a sale", "ada");
        LaneId lane = drive.open("s1", "2");
        remove("s1", "2");
        assertThat(shop.production.resolve("prod/s1", digest.value())).isPresent();
        drive.lanes.resume("ada");
        shop.clock.advance(Duration.ofMinutes(1));

        drive.finish();

        assertTold(drive, lane);
    }

    @Test
    void I4_candidateThatIsThereAndCannotStartIsRejectedAsEver() {
        shop.cluster.cannotStart(shop.build("s1", "2"));
        LaneId lane = drive.open("s1", "2");
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.NOT_INSTALLABLE);
    }
}
