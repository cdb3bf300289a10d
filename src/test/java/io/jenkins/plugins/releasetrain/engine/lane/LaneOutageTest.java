package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people, pages and other systems are told while an environment of lanes is broken. */
class LaneOutageTest {
    /** s1 calls s2; the others call nobody. */
    private final FakeShop shop = new FakeShop(8, Map.of("s1", Set.of("s2")));

    private final LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);

    @AfterEach
    void close() {
        shop.close();
    }

    private List<LaneId> three() {
        List<LaneId> all = new ArrayList<>();
        for (int i = 3; i < 6; i++) {
            shop.build("s" + i, "2");
            all.add(drive.open("s" + i, "2"));
        }
        return all;
    }

    @Test
    void I4_brokenAndHealedAreToldWithRunsAndTimes() {
        final Instant began = shop.clock.instant();
        List<LaneId> lanes = three();
        Instant repaired = began.plus(Duration.ofMinutes(50));
        drive.tests = test -> shop.clock.instant().isBefore(repaired) ? Verdict.FAILED : shop.test();
        while (drive.events(Event.EnvironmentBroken.class).isEmpty()) {
            drive.step();
        }
        Event.EnvironmentBroken broken =
                drive.events(Event.EnvironmentBroken.class).get(0);
        assertThat(broken.train()).isEqualTo("lane/staging");
        assertThat(broken.environment()).isEqualTo("staging");
        assertThat(broken.since()).isBetween(began, began.plus(Duration.ofMinutes(5)));
        assertThat(broken.runs()).as("three lanes and the baseline alone").hasSize(4);
        assertThat(broken.due()).isAfter(shop.clock.instant());
        assertThat(broken.reason()).contains("nobody is blamed", "when somebody resumes the lanes");
        assertThat(drive.lanes.state().outage()).hasValueSatisfying(o -> {
            assertThat(o.runs()).isEqualTo(broken.runs());
            assertThat(o.due()).isEqualTo(broken.due());
        });
        drive.finish();
        assertThat(lanes).allSatisfy(lane -> assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED));
        assertThat(drive.events(Event.EnvironmentBroken.class))
                .as("told again after each control run that fails, with a later look")
                .hasSizeGreaterThan(1)
                .extracting(Event.EnvironmentBroken::since)
                .containsOnly(broken.since());
        assertThat(drive.events(Event.EnvironmentHealed.class)).hasSize(1);
        assertThat(drive.lanes.state().outage()).isEmpty();
    }

    /** The service that it reads its configuration from answers before the deadline. */
    @Test
    void K8_4_candidateThatRestartsUntilItsDependencyIsThereIsReleased() {
        AtomicBoolean answers = new AtomicBoolean();
        shop.cluster.restartsUntil(shop.build("s3", "2"), answers::get);
        shop.cluster.duringRollouts(() -> answers.set(true));
        LaneId lane = drive.open("s3", "2");
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(lane)).as("it is waited for, not tried again").isEqualTo(1);
        assertThat(shop.installed()).containsEntry("s3", FakeShop.digest("s3", "2"));
    }

    /** It answers only after the deadline: that says nothing against the image. */
    @Test
    void K8_4_I4_candidateThatRestartsBeyondTheDeadlineIsTriedAgain() {
        Instant answers = shop.clock.instant().plus(Duration.ofMinutes(9));
        shop.cluster.restartsUntil(
                shop.build("s3", "2"), () -> !shop.clock.instant().isBefore(answers));
        LaneId lane = drive.open("s3", "2");
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.events(Event.LaneStarted.class)).hasSizeGreaterThan(1);
    }

    @Test
    void I4_whoeverResumesIsNotMadeToWait() {
        List<LaneId> lanes = three();
        drive.tests = test -> Verdict.FAILED;
        while (drive.events(Event.EnvironmentBroken.class).size() < 4) {
            drive.step();
        }
        assertThat(drive.lanes.state().outage())
                .hasValueSatisfying(
                        o -> assertThat(o.due()).isAfter(shop.clock.instant().plus(Duration.ofMinutes(30))));
        drive.tests = test -> shop.test();
        drive.lanes.resume("ada");
        assertThat(drive.lanes.state().outage()).isEmpty();
        drive.steps(8);
        assertThat(lanes)
                .as("within 16 minutes, though the next look was due later")
                .allSatisfy(lane -> assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED));
    }

    @Test
    void ratesAreMeasuredAndToldWithTheirUncertainty() {
        three();
        double width = width();
        drive.finish();
        assertThat(drive.lanes.measured().changes()).isGreaterThan(2.9);
        assertThat(drive.lanes.measured().failure().low())
                .isLessThan(drive.lanes.measured().failure().mean());
        assertThat(width()).as("the more is measured, the less uncertain").isLessThan(width);
    }

    private double width() {
        return drive.lanes.measured().failure().high()
                - drive.lanes.measured().failure().low();
    }

    @Test
    void I14_troubleOfAServiceThatCountsIsToldAndJudgesNobody() {
        shop.cluster.fallsOver("s2", Fault.UNKNOWN);
        shop.build("s1", "2");
        LaneId lane = drive.open("s1", "2");
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.events(Event.TroubleElsewhere.class)).singleElement().satisfies(e -> {
            assertThat(e.trial()).isEqualTo(lane.id() + "-1");
            assertThat(e.trouble()).singleElement().asString().startsWith("s2: ");
        });
    }

    @Test
    void driftIsToldWithWhoeverSetIt() {
        shop.build("s1", "2");
        shop.build("s2", "other");
        LaneId lane = drive.open("s1", "2");
        drive.step();
        shop.cluster.meddle("s2", shop.candidate("s2", "other"));
        drive.steps(6);
        assertThat(drive.events(Event.LaneTested.class)).first().satisfies(e -> {
            assertThat(e.lane()).isEqualTo(lane.id());
            assertThat(e.drift()).containsExactly("s2");
            assertThat(e.reason()).contains("s2: s2 asks for");
        });
    }
}
