package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Admission keeps candidates out: policies, quotas and webhooks that are asked for what a lane patches or makes. */
class LaneAdmissionTest {
    /** Steps of two minutes. */
    private static final int AN_HOUR = 30;

    /** s1 calls s2; the others call nobody. */
    private final FakeShop shop = new FakeShop(5, Map.of("s1", Set.of("s2")));

    @AfterEach
    void close() {
        shop.close();
    }

    private LaneDrive drive(Isolation isolation) {
        return new LaneDrive(shop, new LaneSettings(isolation, OnDrift.RERUN, 3, TrainSettings.USUAL_MOVING_TAGS));
    }

    @ParameterizedTest
    @EnumSource(
            value = Isolation.class,
            names = {"REPLACE", "SIDE_BY_SIDE"})
    void I4_whatAPolicyDeniesByItsNameIsNotInstallable(Isolation isolation) {
        LaneDrive drive = drive(isolation);
        shop.cluster.denies(shop.build("s1", "2"), Fault.IMAGE, "denied the request: the image has no signature");
        shop.build("s3", "2");
        LaneId denied = drive.open("s1", "2");
        LaneId other = drive.open("s3", "2");
        drive.finish();
        assertThat(drive.outcome(denied)).isEqualTo(Outcome.NOT_INSTALLABLE);
        assertThat(drive.ended.get(denied).reason()).contains("has no signature");
        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.cluster.beside()).isEmpty();
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "1"));
        assertThat(shop.lock.entries()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Isolation.class,
            names = {"REPLACE", "SIDE_BY_SIDE"})
    void I4_I14_whatTheEnvironmentKeepsOutWaitsEverLongerAndNobodyWaitsForIt(Isolation isolation) {
        LaneDrive drive = drive(isolation);
        Digest image = shop.build("s1", "2");
        shop.cluster.denies(image, Fault.ENVIRONMENT, "services \"c\" is forbidden: exceeded quota: candidates");
        LaneId kept = drive.open("s1", "2");
        for (int hour = 0; hour < 3; hour++) {
            LaneId other = drive.open("s" + (hour % 2 == 0 ? 3 : 4), build(hour % 2 == 0 ? "s3" : "s4", 2 + hour));
            drive.steps(AN_HOUR);
            assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        }
        assertThat(drive.runs(kept))
                .as("at once, and after 5, 15, 60 and 60 minutes")
                .isEqualTo(5);
        assertThat(drive.waits.get(kept)).contains("exceeded quota");
        assertThat(shop.cluster.beside()).isEmpty();
        shop.cluster.letsIn(image);
        drive.finish();
        assertThat(drive.outcome(kept)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(image);
    }

    /** A quota, or a group that is full, keeps one out for hours: whoever is behind it does not need what it needs. */
    @ParameterizedTest
    @EnumSource(
            value = Isolation.class,
            names = {"REPLACE", "SIDE_BY_SIDE"})
    void I14_whoIsKeptOutKeepsNoRoomFromThoseBehindIt(Isolation isolation) {
        LaneDrive drive = limited(isolation, 1, 0);
        Digest image = shop.build("s1", "2");
        shop.cluster.denies(image, Fault.ENVIRONMENT, "services \"c\" is forbidden: exceeded quota: candidates");
        LaneId kept = drive.open("s1", "2");
        for (int version = 2; version < 6; version++) {
            LaneId other = drive.open("s3", build("s3", version));
            drive.steps(AN_HOUR / 2);
            assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        }
        shop.cluster.letsIn(image);
        drive.finish();
        assertThat(drive.outcome(kept)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I14_whoWaitsForItsGroupOrForItsPlaceKeepsNoRoomFromThoseBehindIt() {
        LaneDrive drive = limited(Isolation.REPLACE, 2, 1);
        drive.tests = test -> test.images().containsKey("s1") ? null : Verdict.PASSED;
        drive.open("s1", build("s1", 2), new Origin("one#1", "", "ada"));
        drive.steps(1);
        LaneId next = drive.open("s1", build("s1", 3), new Origin("two#1", "", "ada"));
        LaneId other = drive.open("s3", build("s3", 2));

        drive.steps(AN_HOUR);

        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.waits.get(next)).contains("up to 1 lanes of group 's1'");
    }

    private LaneDrive limited(Isolation isolation, int environment, int group) {
        LaneSettings.Limits limits = new LaneSettings.Limits(environment, group, Duration.ofDays(1));
        return new LaneDrive(
                shop, new LaneSettings(isolation, OnDrift.RERUN, 3, TrainSettings.USUAL_MOVING_TAGS).with(limits));
    }

    private String build(String service, int version) {
        shop.build(service, "" + version);
        return "" + version;
    }

    /** A secret was rotated, or a database is away: what runs does not mind, and no pod can be started. */
    @ParameterizedTest
    @EnumSource(
            value = Isolation.class,
            names = {"REPLACE", "SIDE_BY_SIDE"})
    void I4_K8_4_whereNothingStartsNobodyIsBlamedAndAllAreReleasedOnceItDoes(Isolation isolation) {
        LaneDrive drive = drive(isolation);
        Instant repaired = shop.clock.instant().plus(Duration.ofHours(3));
        shop.cluster.nothingStarts(() -> shop.clock.instant().isBefore(repaired));
        LaneId one = drive.open("s1", build("s1", 2));
        LaneId other = drive.open("s3", build("s3", 2));
        shop.cluster.cannotStart(shop.build("s4", "2"));
        LaneId bad = drive.open("s4", "2");
        drive.steps(2 * AN_HOUR);
        assertThat(drive.ended).isEmpty();
        assertThat(drive.waits.get(one)).contains("what was there before does not start there now either");
        drive.finish();
        assertThat(drive.outcome(one)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.outcome(bad)).isEqualTo(Outcome.NOT_INSTALLABLE);
        assertThat(drive.ended.get(bad).reason()).contains("; what was there before starts there");
        assertThat(shop.cluster.beside()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Isolation.class,
            names = {"REPLACE", "SIDE_BY_SIDE"})
    void I4_whatNobodyKnowsTheReasonOfEndsUndecided(Isolation isolation) {
        LaneDrive drive = drive(isolation);
        Digest image = shop.build("s1", "2");
        shop.cluster.neverReady(image);
        LaneId kept = drive.open("s1", "2");
        drive.finish();
        assertThat(drive.outcome(kept)).isEqualTo(Outcome.UNDECIDED);
        assertThat(shop.cluster.beside()).isEmpty();
        assertThat(shop.lock.entries()).isEmpty();
    }

    /** What production runs by now is not let in: whoever counts it waits, and the others go on. */
    @ParameterizedTest
    @EnumSource(
            value = Isolation.class,
            names = {"REPLACE", "SIDE_BY_SIDE"})
    void I14_admissionThatKeepsTheBaselineOutEndsNobody(Isolation isolation) {
        LaneDrive drive = drive(isolation);
        shop.build("s1", "2");
        shop.build("s3", "2");
        Digest moved = shop.production.push("prod/s2", "production", "s2 hotfix");
        shop.cluster.denies(moved, Fault.ENVIRONMENT, "failed calling webhook \"sign\": context deadline exceeded");
        LaneId counts = drive.open("s1", "2");
        LaneId other = drive.open("s3", "2");
        drive.steps(AN_HOUR);
        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.waits.get(counts)).contains("does not run what production does", "failed calling webhook");
        shop.cluster.letsIn(moved);
        drive.finish();
        assertThat(drive.outcome(counts)).isEqualTo(Outcome.RELEASED);
    }
}
