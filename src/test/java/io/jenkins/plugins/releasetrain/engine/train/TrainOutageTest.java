package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings.Outages;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings.WhenBroken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An environment is broken for a while, and everything that is tried there fails. */
class TrainOutageTest {
    private static final Duration RUN = Duration.ofMinutes(30);

    private final FakeShop shop = new FakeShop(8, Map.of());
    private Ride ride = Ride.on(shop, shop.store);
    private Instant broken = Instant.MAX;
    private Instant healed = Instant.MAX;

    @AfterEach
    void close() {
        shop.close();
    }

    private void pausingWhenBroken() {
        TrainSettings usual = TrainSettings.of("shop", "suite 1");
        ride = Ride.on(
                shop,
                shop.store,
                new Train.Plan(usual.with(Outages.USUAL.with(WhenBroken.PAUSE)), Timetable.ALWAYS),
                1);
    }

    /** @return the task that it came to in the end; every run takes half an hour */
    private Task run() throws InterruptedException {
        Task task = ride.train().next("build 1");
        while (task instanceof Task.Test test) {
            Instant start = shop.clock.instant();
            for (int minute = 0; minute < RUN.toMinutes(); minute++) {
                shop.clock.advance(Duration.ofMinutes(1));
                ride.train().renew();
            }
            boolean overlaps = start.isBefore(healed) && shop.clock.instant().isAfter(broken);
            Verdict verdict = overlaps ? Verdict.FAILED : shop.test();
            ride.train().report(test.trial(), verdict, verdict == Verdict.FAILED ? "1 test failed" : "");
            task = ride.train().next("build 1");
        }
        return task;
    }

    /** Until nothing is left; time passes while it waits. */
    private void runThrough() throws InterruptedException {
        for (int i = 0; i < 1_000 && !(run() instanceof Task.Idle); i++) {
            assertThat(ride.train().state().isPaused()).as("a person is needed").isFalse();
            shop.clock.advance(Duration.ofMinutes(1));
        }
        assertThat(run()).isInstanceOf(Task.Idle.class);
    }

    private List<String> good(String version) {
        List<String> changes = new ArrayList<>();
        for (String service : List.of("s1", "s2", "s3")) {
            shop.build(service, version);
            changes.add(ride.queue(service, version));
        }
        return changes;
    }

    private long controls(Verdict verdict) {
        List<String> controls = shop.events.stream()
                .filter(e -> e instanceof Event.TrialStarted started
                        && started.changes().isEmpty())
                .map(e -> ((Event.TrialStarted) e).trial())
                .toList();
        return shop.events.stream()
                .filter(e -> e instanceof Event.TrialEnded ended
                        && ended.verdict() == verdict
                        && controls.contains(ended.trial()))
                .count();
    }

    /** B2: the baseline passed days ago; then staging's database goes away for a night. */
    @Test
    void I4_nobodyIsBlamedForAnOutageAndNobodyHasToResume() throws InterruptedException {
        good("2");
        runThrough();
        shop.clock.advance(Duration.ofDays(6));
        broken = shop.clock.instant();
        healed = broken.plus(Duration.ofHours(10));
        List<String> changes = good("3");
        assertThat(run())
                .isInstanceOfSatisfying(
                        Task.Wait.class,
                        wait -> assertThat(wait.why())
                                .contains("environment 'staging'")
                                .contains("broken since " + broken)
                                .contains("nobody is blamed"));
        assertThat(controls(Verdict.FAILED)).isPositive();
        runThrough();
        changes.forEach(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
        assertThat(shop.events)
                .anyMatch(Event.EnvironmentBroken.class::isInstance)
                .anyMatch(Event.EnvironmentHealed.class::isInstance)
                .noneMatch(Event.TrainPaused.class::isInstance);
    }

    @Test
    void controlRunsAreRepeatedWithGrowingIntervals() throws InterruptedException {
        broken = shop.clock.instant();
        good("2");
        run();
        List<Long> minutes = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            TrainState.Broken known = ride.train().state().broken().get("staging");
            minutes.add(Duration.between(shop.clock.instant(), known.due()).toMinutes());
            assertThat(known.since()).isEqualTo(broken);
            shop.clock.advance(Duration.between(shop.clock.instant(), known.due()));
            run();
        }
        assertThat(minutes.get(0)).isLessThanOrEqualTo(10);
        assertThat(minutes).isSorted().endsWith(60L, 60L);
        assertThat(shop.lock.entries())
                .as("the environment is free while the train waits")
                .isEmpty();
    }

    @Test
    void somebodyCanResumeAtOnce() throws InterruptedException {
        broken = shop.clock.instant();
        List<String> changes = good("2");
        run();
        healed = shop.clock.instant();
        ride.train().resume("ada");
        assertThat(run()).isInstanceOf(Task.Idle.class);
        changes.forEach(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
    }

    /** B1: after a repair the train can be resumed, and what was measured before is not held against the baseline. */
    @Test
    void I4_trainThatPausedForABrokenBaselineGoesOnWhenResumed() throws InterruptedException {
        pausingWhenBroken();
        broken = shop.clock.instant();
        List<String> changes = good("2");
        assertThat(run()).isInstanceOf(Task.Wait.class);
        assertThat(ride.train().state().paused())
                .contains("the baseline itself fails")
                .contains("since " + broken);
        assertThat(ride.train().state().queue()).hasSize(3);
        healed = shop.clock.instant();
        ride.train().resume("ada");
        runThrough();
        changes.forEach(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
    }

    /** B3: a rollback to a release that passed days ago, and a broken environment. */
    @Test
    void I4_controlRunIsNeverAnsweredFromMemory() throws InterruptedException {
        good("2");
        runThrough();
        good("3");
        runThrough();
        shop.clock.advance(Duration.ofDays(6));
        ride.train().rollbacks().perform(Rollback.to("shop-1", "it loses carts", "ada"));
        run();
        broken = shop.clock.instant();
        healed = broken.plus(Duration.ofHours(4));
        List<String> changes = good("4");
        runThrough();
        changes.forEach(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
        assertThat(controls(Verdict.PASSED)).isPositive();
        assertThat(shop.events)
                .noneMatch(e -> e instanceof Event.VerdictRecalled recalled
                        && recalled.changes().isEmpty());
    }

    @Test
    void I4_guiltyOneIsFoundAfterTheOutage() throws InterruptedException {
        broken = shop.clock.instant();
        healed = broken.plus(Duration.ofHours(3));
        List<String> changes = good("2");
        shop.buildBad("s5", "2");
        String bad = ride.queue("s5", "2");
        runThrough();
        changes.forEach(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
        assertThat(ride.outcome(bad).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(ride.outcome(bad).reason())
                .contains("in staging: failed with it in ")
                .contains("passed");
    }

    @Test
    void I4_whatCannotBeTriedIsTriedAgainLater() throws InterruptedException {
        String change = good("2").get(0);
        for (int i = 0; i < 3; i++) {
            Task.Test test = (Task.Test) ride.train().next("build 1");
            ride.train().report(test.trial(), Verdict.VOID, "the agent went away");
        }
        assertThat(ride.train().next("build 1"))
                .isInstanceOfSatisfying(
                        Task.Wait.class, wait -> assertThat(wait.why()).contains("broken since"));
        assertThat(ride.train().outcome(change)).isEmpty();
        runThrough();
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I4_voidTrialsPauseATrainThatShall() throws InterruptedException {
        pausingWhenBroken();
        String change = good("2").get(0);
        for (int i = 0; i < 3; i++) {
            Task.Test test = (Task.Test) ride.train().next("build 1");
            ride.train().report(test.trial(), Verdict.VOID, "the agent went away");
        }
        assertThat(ride.train().next("build 1")).isInstanceOf(Task.Wait.class);
        assertThat(ride.train().state().paused()).contains("the agent went away");
        ride.train().resume("ada");
        runThrough();
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
    }
}
