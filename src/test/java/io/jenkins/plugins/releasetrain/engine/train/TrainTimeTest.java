package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.manifest.Publisher;
import io.jenkins.plugins.releasetrain.engine.manifest.ReleaseManifest;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Freezes, gathering, deadlines and holds: what a train does as time goes by, and what follows a pass. */
class TrainTimeTest {
    private static final TrainSettings SETTINGS = TrainSettings.of("shop", "suite 1");

    private final FakeShop shop = new FakeShop(8, Map.of());

    @AfterEach
    void close() {
        shop.close();
    }

    private Ride ride(Timetable timetable) {
        return Ride.on(shop, shop.store, new Train.Plan(SETTINGS, timetable), 1);
    }

    private Ride ride() {
        return ride(Timetable.ALWAYS);
    }

    /** Time goes by while tests run and their lock is kept. */
    private void testing(Ride ride, int minutes) {
        for (int i = 0; i < minutes; i++) {
            shop.clock.advance(Duration.ofMinutes(1));
            ride.train().renew();
        }
    }

    private static String why(Task task) {
        return ((Task.Wait) task).why();
    }

    @Test
    void frozenTrainEndsItsTrialReleasesNothingAndGoesOnAfterwards() throws InterruptedException {
        Timetable.Freeze freeze =
                new Timetable.Freeze("30 8 * * *", Duration.ofHours(1), ZoneOffset.UTC, "the shop is on television");
        Ride ride = ride(new Timetable(List.of(freeze), Duration.ZERO, Duration.ofHours(24)));
        shop.build("s1", "2");
        String change = ride.queue("s1", "2");
        Task.Test test = (Task.Test) ride.train().next("build 1");
        testing(ride, 45);
        ride.train().report(test.trial(), Verdict.PASSED, "");
        assertThat(why(ride.train().next("build 1"))).contains("frozen until").contains("television");
        assertThat(ride.train().outcome(change))
                .as("not released during a freeze")
                .isEmpty();
        assertThat(shop.lock.entries()).as("the environment is free meanwhile").isEmpty();
        shop.clock.advance(Duration.ofMinutes(50));
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.trials()).as("what passed is not tried again").isEqualTo(1);
    }

    @Test
    void batchGathersUntilItsOldestChangeHasWaitedLongest() throws InterruptedException {
        Ride ride = ride(new Timetable(List.of(), Duration.ofMinutes(30), Duration.ofHours(24)));
        shop.build("s1", "2");
        shop.build("s2", "2");
        ride.queue("s1", "2");
        assertThat(why(ride.train().next("build 1"))).contains("waits another 1800 s for more changes");
        shop.clock.advance(Duration.ofMinutes(20));
        ride.queue("s2", "2");
        assertThat(why(ride.train().next("build 1"))).contains("another 600 s");
        shop.clock.advance(Duration.ofMinutes(10));
        assertThat(((Task.Test) ride.train().next("build 1")).changes()).hasSize(2);
    }

    @Test
    void testReleaseDoesNotWaitForOthersToGather() throws InterruptedException {
        Ride ride = ride(new Timetable(List.of(), Duration.ofMinutes(30), Duration.ofHours(24)));
        shop.build("s1", "2");
        shop.build("s2", "2");
        ride.queue("s1", "2");
        String test = ride.queueTest("s2", "2");
        Task.Test task = (Task.Test) ride.train().next("build 1");
        assertThat(task.changes()).containsExactly(test);
        ride.train().report(task.trial(), Verdict.PASSED, "");
        assertThat(why(ride.train().next("build 1"))).contains("for more changes");
        assertThat(ride.outcome(test).outcome()).isEqualTo(Outcome.PROVEN);
    }

    @Test
    void I8_testsThatHangAreVoidThoughTheClockIsSetBack() throws InterruptedException {
        Ride ride = ride(new Timetable(List.of(), Duration.ZERO, Duration.ofHours(2)));
        shop.build("s1", "2");
        String change = ride.queue("s1", "2");
        ride.train().began(((Task.Test) ride.train().next("build 1")).trial());
        shop.clock.advance(Duration.ofDays(-3));
        testing(ride, 121);
        ride.train().expire();
        assertThat(ended()).extracting(Event.TrialEnded::verdict).containsExactly(Verdict.VOID);
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I4_testsBeyondTheirDeadlineAreVoid() throws InterruptedException {
        Ride ride = ride(new Timetable(List.of(), Duration.ZERO, Duration.ofHours(2)));
        shop.build("s1", "2");
        String change = ride.queue("s1", "2");
        Task.Test test = (Task.Test) ride.train().next("build 1");
        ride.train().began(test.trial());
        testing(ride, 119);
        ride.train().expire();
        assertThat(ride.train().state().trials()).hasSize(1);
        shop.clock.advance(Duration.ofMinutes(2));
        ride.train().expire();
        assertThat(ride.train().state().trials()).isEmpty();
        ride.train().report(test.trial(), Verdict.FAILED, "too late");
        assertThat(ended()).extracting(Event.TrialEnded::verdict).containsExactly(Verdict.VOID);
        assertThat(ended().get(0).reason()).contains("within 120 minutes");
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void installationThatNobodyGoesOnWithIsVoid() throws InterruptedException {
        shop.build("s1", "2");
        Ride ride = ride();
        String change = ride.queue("s1", "2");
        ride.train().next("build 1");
        Event.TrialStarted started = (Event.TrialStarted) shop.events.stream()
                .filter(Event.TrialStarted.class::isInstance)
                .findFirst()
                .orElseThrow();
        try (FakeShop crashed = new FakeShop(8, Map.of())) {
            crashed.build("s1", "2");
            Ride after = Ride.on(crashed, crashed.store);
            copyUntil(crashed, started);
            crashed.clock.advance(Duration.ofMinutes(24));
            after.train().expire();
            assertThat(after.train().state().trials()).hasSize(1);
            crashed.clock.advance(Duration.ofMinutes(2));
            after.train().expire();
            assertThat(after.train().state().trials()).isEmpty();
            after.run("build 2");
            assertThat(after.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
        }
    }

    /** Another store that ends with the trial's start. */
    private void copyUntil(FakeShop other, Event last) {
        shop.store.events("train/shop", 0, 100).stream()
                .takeWhile(r -> !(r.event() instanceof Event.TrialInstalled))
                .forEach(r -> {
                    if (r.event() instanceof Event.BatchDeparted e) {
                        other.store.saveSet(shop.store.set(e.baseline()).orElseThrow(), Optional.empty());
                    } else if (r.event().equals(last)) {
                        Digest set = ((Event.TrialStarted) last).set();
                        other.store.saveSet(shop.store.set(set).orElseThrow(), Optional.empty());
                    }
                    other.store.append("train/shop", other.store.version("train/shop"), r.at(), List.of(r.event()));
                });
    }

    private List<Event.TrialEnded> ended() {
        return shop.events.stream()
                .filter(Event.TrialEnded.class::isInstance)
                .map(Event.TrialEnded.class::cast)
                .toList();
    }

    @Test
    void verdictIsForgottenWhenItIsTooOld() {
        Ride ride = ride();
        shop.build("s1", "2");
        ride.queueTest("s1", "2");
        ride.run("build 1");
        shop.clock.advance(SETTINGS.memo().plusMinutes(1));
        String change = ride.queue("s1", "2");
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.trials()).as("run again").isEqualTo(2);
    }

    @Test
    void whatFailedOnceAndPassedOnceIsNotRemembered() {
        Ride ride = ride();
        shop.build("s1", "2");
        String test = ride.queueTest("s1", "2");
        int[] runs = {0};
        ride.run("build 1", () -> runs[0]++ == 0 ? Verdict.FAILED : Verdict.PASSED);
        assertThat(ride.outcome(test).outcome()).isEqualTo(Outcome.PROVEN);
        long before = ride.trials();

        String change = ride.queue("s1", "2");
        ride.run("build 1");

        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.trials() - before).as("run again").isEqualTo(1);
    }

    @Test
    void I4_rememberedFailureIsRunOnceMoreBeforeAnybodyIsEjectedForIt() {
        Ride ride = ride();
        shop.cluster.cannotStart(shop.build("s1", "2"));
        String test = ride.queueTest("s1", "2");
        ride.run("build 1");
        assertThat(ride.outcome(test).outcome()).isEqualTo(Outcome.NOT_INSTALLABLE);
        long before = ride.trials();
        String change = ride.queue("s1", "2");
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).as("for what it is").isEqualTo(Outcome.NOT_INSTALLABLE);
        assertThat(ride.outcome(change).reason()).contains("CrashLoopBackOff");
        assertThat(ride.trials() - before)
                .as("the baseline passes, and then it fails again")
                .isEqualTo(2);
    }

    @Test
    void heldReleasesAreTriedAndReleasedWhenTheyAreFreed() throws InterruptedException {
        Ride ride = ride();
        assertThatThrownBy(() -> ride.train().hold(" ", "ada")).hasMessageContaining("reason");
        ride.train().hold("auditors are here", "ada");
        shop.build("s1", "2");
        String change = ride.queue("s1", "2");
        ride.run("build 1");
        assertThat(why(ride.train().next("build 1"))).contains("held").contains("auditors");
        assertThat(ride.trials()).isEqualTo(1);
        assertThat(ride.train().outcome(change)).isEmpty();
        shop.build("s2", "2");
        String test = ride.queueTest("s2", "2");
        ride.run("build 1");
        assertThat(ride.outcome(test).outcome()).as("test releases go on").isEqualTo(Outcome.PROVEN);
        ride.train().free("ada");
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.trials()).as("it had passed already").isEqualTo(2);
    }

    @Test
    void I6_imageBlockedBetweenPassAndPromotionIsNotPromoted() throws InterruptedException {
        Ride ride = ride();
        shop.build("s1", "2");
        ride.queue("s1", "2");
        ride.run("build 1");
        shop.build("s2", "2");
        String again = ride.queue("s1", "2");
        String other = ride.queue("s2", "2");
        Task.Test test = (Task.Test) ride.train().next("build 1");
        ride.train().report(test.trial(), Verdict.PASSED, "");
        appendRelease(ride);
        new Blocks(shop.store, shop.clock, shop.events::add).markBad("shop-1", "loses carts", "ada");
        ride.run("build 1");
        assertThat(shop.events)
                .filteredOn(Event.PromotionRefused.class::isInstance)
                .singleElement()
                .satisfies(
                        e -> assertThat(((Event.PromotionRefused) e).reason()).contains("loses carts"));
        assertThat(ride.outcome(again).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.train().state().isPaused()).as("nobody has to look").isFalse();
    }

    /** As after a crash right after the release was made; it brings the blocked image again. */
    private void appendRelease(Ride ride) {
        TrainState state = ride.train().state();
        Evidence.Tried passed = state.search().evidence().passes().get(0);
        var baseline = shop.store.set(state.batch().orElseThrow().baseline()).orElseThrow();
        var set = Sets.with(baseline, state.batch().orElseThrow().changes());
        var changed = new java.util.TreeMap<>(set.changedSince(baseline));
        changed.put("s1", state.batch().orElseThrow().changes().get(0).images().get("s1"));
        shop.store.append(
                "train/shop",
                shop.store.version("train/shop"),
                shop.clock.instant(),
                List.of(new Event.ReleaseMade(
                        "shop-2",
                        "shop",
                        2,
                        Event.Kind.MONO,
                        set.digest(),
                        "shop-1",
                        "",
                        changed,
                        passed.changes(),
                        "",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())));
    }

    @Test
    void promotedReleaseIsPublishedAndARegistryThatRefusesDoesNotStopIt() {
        List<ReleaseManifest> shelf = new ArrayList<>();
        Publisher publisher = manifest -> {
            if (!shelf.isEmpty()) {
                throw new EngineException(FailureKind.FORBIDDEN, "push to releases/shop is denied");
            }
            shelf.add(manifest);
            return Optional.of(new Publisher.Published("releases/shop", Digest.sha256("manifest")));
        };
        Ride ride = Ride.on(shop, shop.store, new Train.Plan(SETTINGS, Timetable.ALWAYS, publisher), 1);
        for (String service : List.of("s1", "s2")) {
            shop.build(service, "2");
            ride.queue(service, "2");
            ride.runAll(new Random(1), shop::test);
        }
        assertThat(shelf).singleElement().satisfies(m -> {
            assertThat(m.release().id()).isEqualTo("shop-1");
            assertThat(m.set().images()).hasSize(8);
            assertThat(m.host()).isEqualTo("production.example");
        });
        assertThat(shop.events)
                .contains(new Event.ReleasePublished("shop-1", "releases/shop", Digest.sha256("manifest")))
                .contains(new Event.ReleaseNotPublished("shop-2", "push to releases/shop is denied"));
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "2"));
    }
}
