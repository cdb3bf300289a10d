package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A controller's clock is set back, or two controllers' differ: what happened first is told by the stream. */
class LaneClockTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T08:00:00Z");
    /** Failed, passed without it, failed again: less than that chance of innocence. */
    private static final double TWO_FAILURES = 0.01;

    /** In milliseconds: an installation that took all of its attempt. */
    private static final long LONG = 1_000_000_000;

    private static final Digest SET = Digest.sha256("set");

    private final FakeShop shop = new FakeShop(8, Map.of("s1", Set.of("s2")));
    private final LaneDrive drive = new LaneDrive(
            shop,
            LaneDrive.SETTINGS.with(new LaneSettings.Judging(
                    LaneDrive.SETTINGS.judging().prior(), TWO_FAILURES, LaneSettings.WhenBroken.RETRY)));

    @AfterEach
    void close() {
        shop.close();
    }

    private LaneTask.Test test(LaneId lane) {
        for (int i = 0; i < 20; i++) {
            if (drive.next(lane) instanceof LaneTask.Test test) {
                return test;
            }
            drive.tidy();
            pass(1);
        }
        throw new AssertionError("not tested: " + drive.next(lane));
    }

    private void report(LaneId lane, LaneTask.Test test, Verdict verdict) {
        drive.lanes.report(lane, test.tenant(), new Lanes.Reported(verdict, "", Optional.empty()));
    }

    private void pass(int minutes) {
        shop.clock.advance(Duration.ofMinutes(minutes));
    }

    /** It may have passed while its environment worked, and before that failed again: that is two outages, or none of its. */
    @ParameterizedTest
    @ValueSource(ints = {0, 4, 30, 24 * 60})
    void I4_passThatBeganBeforeAFailureEndedProvesNothing(int minutesBack) {
        shop.build("s3", "2");
        shop.build("s4", "2");
        LaneId good = drive.open("s3", "2");
        final LaneTask.Test first = test(good);
        pass(8);
        LaneId other = drive.open("s4", "2");
        LaneTask.Test overlapping = test(other);
        pass(2);
        pass(-minutesBack);
        report(good, first, Verdict.FAILED);
        pass(8);
        report(other, overlapping, Verdict.PASSED);
        assertThat(drive.next(other)).isInstanceOf(LaneTask.Done.class);
        pass(2);
        LaneTask.Test second = test(good);
        assertThat(second.control()).isFalse();
        pass(10);
        report(good, second, Verdict.FAILED);

        drive.finish();
        assertThat(drive.events(Event.LaneEnded.class))
                .as("no pass without it began after it had failed")
                .extracting(Event.LaneEnded::outcome)
                .containsOnly(Outcome.RELEASED);
        assertThat(drive.outcome(good)).isEqualTo(Outcome.RELEASED);
    }

    /** Others, who see that nobody renews it, have clocks of their own. */
    @Test
    void I3_placeIsRenewedThoughTheClockWasSetBack() throws InterruptedException {
        shop.build("s3", "2");
        ManualClock own = new ManualClock(shop.clock.instant());
        Ports ports = new Ports(shop.store, shop.promoter(shop.store), own, shop::id, shop.events::add);
        Lanes lanes = new Lanes(LaneDrive.SETTINGS, shop.catalog, shop.registries(), shop.environment(), ports);
        LaneId lane = lanes.open(Map.of("s3", "2"), Origin.UNKNOWN);
        LaneTask.Test test = (LaneTask.Test) lanes.next(lane);
        own.advance(Duration.ofHours(-1));
        for (int minute = 0; minute < 30; minute++) {
            own.advance(Duration.ofMinutes(1));
            pass(1);
            lanes.renew(lane);
        }
        assertThat(shop.lock.entries())
                .as("its lease")
                .extracting(EnvironmentLock.Entry::id)
                .containsExactly(lane.id());
        lanes.report(lane, test.tenant(), new Lanes.Reported(Verdict.PASSED, "", Optional.empty()));
        assertThat(lanes.next(lane))
                .isInstanceOfSatisfying(
                        LaneTask.Done.class,
                        done -> assertThat(done.ended().outcome()).isEqualTo(Outcome.RELEASED));
    }

    @Test
    void whoeverResumesAfterTheClockWasSetBackIsHeard() {
        shop.build("s3", "2");
        LaneId lane = drive.open("s3", "2");
        drive.tests = test -> Verdict.FAILED;
        while (drive.events(Event.EnvironmentBroken.class).size() < 3) {
            drive.step();
        }
        shop.clock.advance(Duration.ofHours(-2));
        drive.tests = test -> shop.test();
        drive.lanes.resume("ada");

        assertThat(drive.lanes.state().outage()).isEmpty();
        drive.steps(16);
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
    }

    /** The next control run, and whoever was to be tried again, would be due in a day. */
    @Test
    void I8_nobodyWaitsForTheClockToComeAgainToWhereItWas() {
        shop.build("s3", "2");
        LaneId lane = drive.open("s3", "2");
        drive.tests = test -> Verdict.FAILED;
        while (drive.events(Event.EnvironmentBroken.class).size() < 3) {
            drive.step();
        }
        shop.clock.advance(Duration.ofDays(-1));
        drive.tests = test -> shop.test();

        drive.steps(30);
        assertThat(drive.outcome(lane)).as("within an hour").isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I8_whatALaneLeftIsCleanedUpThoughTheClockIsSetBack() throws InterruptedException {
        shop.build("s4", "2");
        LaneId left = drive.open("s4", "2");
        test(left);
        shop.cluster.cannotReplacePods(() -> Optional.of("no node can pull it"));
        drive.lanes.cancel(left, "not needed");
        assertThat(drive.lanes.problems()).isNotEmpty();
        shop.cluster.cannotReplacePods(Optional::empty);
        shop.clock.advance(Duration.ofDays(-1));
        drive.steps(3);
        assertThat(drive.lanes.state().obligations()).isEmpty();
    }

    /** What one clock says, and what clocks say that are set back, or differ by what those of controllers may. */
    @Test
    void I4_orderOfRunsIsThatOfTheStreamWhateverClocksSay() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Event> events = history(random, 60);
            LaneState truth = LaneState.empty();
            LaneState told = LaneState.empty();
            Instant at = BEGIN;
            long wrong = 0;
            for (Event event : events) {
                at = at.plusSeconds(1 + random.nextInt(600));
                if (random.nextInt(8) == 0) {
                    wrong = random.nextInt(3) == 0 ? random.nextInt(200_000) - 100_000 : random.nextInt(240);
                }
                truth = truth.after(event, at);
                told = told.after(event, at.plusSeconds(wrong));
            }
            assertThat(order(told.runs().runs()))
                    .as("seed %d", seed)
                    .isEqualTo(order(truth.runs().runs()));
        }
    }

    /** Of each two runs, whether one was over before the other began; and which ended first. */
    private static List<String> order(List<Run> runs) {
        List<String> order = new ArrayList<>();
        for (Run one : runs) {
            for (Run other : runs) {
                String after = one.start().isBefore(other.end()) ? "" : " began after ";
                String later = one.end().isAfter(other.end()) ? " ended after " : "";
                order.add(one.id() + after + later + other.id());
            }
        }
        return order;
    }

    /** Lanes that come in, are installed or not, and are tested, in any order; some are control runs. */
    private static List<Event> history(Random random, int length) {
        List<Event> events = new ArrayList<>();
        Map<String, Integer> phases = new TreeMap<>();
        for (int i = 0; i < length; i++) {
            String lane = "l" + random.nextInt(4);
            int phase = phases.merge(lane, 1, (a, b) -> a == 4 ? 1 : a + 1);
            switch (phase) {
                case 1 -> {
                    if (events.stream()
                            .noneMatch(e ->
                                    e instanceof Event.LaneQueued q && q.lane().equals(lane))) {
                        events.add(new Event.LaneQueued(
                                lane,
                                "staging",
                                lane,
                                new TreeMap<>(Map.of(lane, new PinnedImage("dev/" + lane, SET, "2"))),
                                Origin.UNKNOWN));
                    }
                    events.add(new Event.LaneStarted(
                            lane,
                            new TreeMap<>(),
                            SET,
                            List.of(),
                            i,
                            Optional.of(Isolation.REPLACE),
                            random.nextInt(3) == 0,
                            Optional.empty(),
                            Optional.empty()));
                }
                case 2 -> {
                    if (random.nextInt(4) == 0) {
                        phases.put(lane, 3);
                        events.add(new Event.LaneTested(lane, Verdict.FAILED, "", SET, List.of(), LONG));
                    } else {
                        events.add(new Event.LaneInstalled(lane, SET, List.of(), List.of(), 1));
                    }
                }
                case 3 ->
                    events.add(new Event.LaneTested(
                            lane, random.nextBoolean() ? Verdict.FAILED : Verdict.PASSED, "", SET, List.of(), 1000));
                default -> events.add(new Event.LaneRetried(lane, "", true));
            }
        }
        return events;
    }
}
