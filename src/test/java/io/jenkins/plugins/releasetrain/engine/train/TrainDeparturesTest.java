package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.train.Timetable.Freeze;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A train that departs by a timetable, under a clock that stands still until the test moves it. It is Monday, 8:00 UTC. */
class TrainDeparturesTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Departure AT_TEN = new Departure("0 10 * * *", ZoneOffset.UTC, "every day");

    private final FakeShop shop = new FakeShop(6, Map.of());

    @AfterEach
    void close() {
        shop.close();
    }

    private static Timetable timetable(Freeze... freezes) {
        return new Timetable(List.of(freezes), Duration.ZERO, Duration.ofHours(24))
                .with(new Departures(List.of(AT_TEN), Duration.ofMinutes(60), 90));
    }

    private Ride ride(Store store, Freeze... freezes) {
        return Ride.on(shop, store, new Train.Plan(TrainSettings.of("shop", "suite 1"), timetable(freezes)), 1);
    }

    private Ride ride(Freeze... freezes) {
        return ride(shop.store, freezes);
    }

    private String queue(Ride ride, String service) {
        shop.build(service, "2");
        return ride.queue(service, "2");
    }

    private void at(int hour, int minute) {
        Instant now = shop.clock.instant();
        Instant then = now.atZone(ZoneOffset.UTC)
                .withHour(hour)
                .withMinute(minute)
                .withSecond(0)
                .withNano(0)
                .toInstant();
        shop.clock.advance(Duration.between(now, then));
    }

    private static boolean isReleased(Ride ride, String change) {
        return ride.train()
                .outcome(change)
                .map(Event.ChangeEnded::outcome)
                .filter(Outcome.RELEASED::equals)
                .isPresent();
    }

    private static String why(Ride ride) {
        return ((Task.Wait) ride.next(ride.environments().get(0))).why();
    }

    @Test
    void whoWaitsByThenDepartsAndWhoComesLaterWaitsForTheNext() {
        Ride ride = ride();
        String early = queue(ride, "s0");
        ride.run("build");
        assertThat(ride.trials()).isZero();
        assertThat(why(ride))
                .isEqualTo("waits for the departure Mon 2026-11-23 10:00 Z (every day); 1 change departs then");
        at(10, 0);
        Task first = ride.next(ride.environments().get(0));
        assertThat(first).isInstanceOf(Task.Test.class);
        at(10, 1);
        String late = queue(ride, "s1");
        ride.train().report(((Task.Test) first).trial(), shop.test(), "");
        ride.run("build");
        assertThat(isReleased(ride, early)).isTrue();
        assertThat(ride.train().outcome(late)).isEmpty();
        shop.clock.advance(Duration.ofHours(24));
        ride.run("build");
        assertThat(isReleased(ride, late)).isTrue();
    }

    /** The list stays the same until all on it are decided, however long that takes and whatever comes meanwhile. */
    @Test
    void listIsTriedUntilAllAreDecided() {
        Ride ride = ride();
        shop.buildBad("s0", "2");
        String bad = ride.queue("s0", "2");
        List<String> good = List.of(queue(ride, "s1"), queue(ride, "s2"), queue(ride, "s3"));
        at(10, 0);
        Task.Test first = (Task.Test) ride.next(ride.environments().get(0));
        at(10, 30);
        String late = queue(ride, "s4");
        ride.train().report(first.trial(), shop.test(), "1 test failed");
        ride.run("build");
        assertThat(ride.outcome(bad).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(good).allMatch(c -> isReleased(ride, c));
        assertThat(ride.train().outcome(late)).isEmpty();
    }

    @Test
    void hotfixesAndTestReleasesDoNotWait() {
        Ride ride = ride();
        String usual = queue(ride, "s0");
        shop.build("s1", "2");
        shop.build("s2", "2");
        shop.build("s3", "2");
        String hotfix = ride.train().queue(new Train.Request(Map.of("s1", "2"), Origin.UNKNOWN, 90, true));
        String urgent = ride.train().queue(new Train.Request(Map.of("s3", "2"), Origin.UNKNOWN, 89, true));
        String test = ride.queueTest("s2", "2");
        ride.run("build");
        assertThat(isReleased(ride, hotfix)).isTrue();
        assertThat(ride.outcome(test).outcome()).isEqualTo(Outcome.PROVEN);
        assertThat(ride.train().outcome(usual)).isEmpty();
        assertThat(ride.train().outcome(urgent)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"59, true", "60, true", "61, false"})
    void departureThatWasMissedCountsWithinItsGrace(int minutes, boolean departs) {
        String change = queue(ride(), "s0");
        at(10, 0);
        shop.clock.advance(Duration.ofMinutes(minutes));
        Ride restarted = ride();
        restarted.run("build");
        assertThat(isReleased(restarted, change)).isEqualTo(departs);
        shop.clock.advance(Duration.ofHours(23));
        restarted.run("build");
        assertThat(isReleased(restarted, change)).isTrue();
    }

    /** Another one has the environment, for hours: the list was closed in time all the same. */
    @Test
    void environmentThatIsTakenDoesNotMakeItMissed() {
        Ride ride = ride();
        String change = queue(ride, "s0");
        Environment environment = ride.environments().get(0);
        environment
                .lock()
                .request(new EnvironmentLock.Request(
                        "other", "other", EnvironmentLock.Mode.EXCLUSIVE, Set.of(), Duration.ofHours(9)));
        at(10, 0);
        assertThat(why(ride)).contains("environment is held by");
        at(10, 5);
        String late = queue(ride, "s1");
        at(13, 0);
        environment.lock().release("other");
        ride.run("build");
        assertThat(isReleased(ride, change)).isTrue();
        assertThat(ride.train().outcome(late)).isEmpty();
    }

    @Test
    void listStaysOpenWhileTheTrainIsFrozen() {
        Ride ride = ride(new Freeze("30 9 * * *", Duration.ofHours(3), ZoneOffset.UTC, "television"));
        String early = queue(ride, "s0");
        at(10, 0);
        assertThat(why(ride)).contains("television");
        String within = queue(ride, "s1");
        at(12, 29);
        ride.run("build");
        assertThat(ride.trials()).isZero();
        at(12, 30);
        ride.run("build");
        at(12, 31);
        String late = queue(ride, "s2");
        ride.run("build");
        assertThat(isReleased(ride, early)).isTrue();
        assertThat(isReleased(ride, within)).isTrue();
        assertThat(ride.train().outcome(late)).isEmpty();
    }

    @Test
    void listStaysOpenWhileTheTrainIsPaused() {
        Ride ride = ride();
        String early = queue(ride, "s0");
        at(9, 59);
        ride.train().pause("database move", "eve");
        at(15, 0);
        ride.train().pause("it takes longer", "eve");
        String within = queue(ride, "s1");
        ride.run("build");
        assertThat(ride.trials()).isZero();
        at(16, 0);
        ride.train().resume("eve");
        at(16, 1);
        String late = queue(ride, "s2");
        ride.run("build");
        assertThat(isReleased(ride, early)).isTrue();
        assertThat(isReleased(ride, within)).isTrue();
        assertThat(ride.train().outcome(late)).isEmpty();
    }

    @Test
    void byHandItDepartsOnceAndTheTimetableGoesOn() {
        Ride ride = ride();
        String early = queue(ride, "s0");
        ride.train().depart("a fix for the checkout", "ada");
        at(8, 1);
        String late = queue(ride, "s1");
        ride.run("build");
        assertThat(isReleased(ride, early)).isTrue();
        assertThat(ride.train().outcome(late)).isEmpty();
        at(10, 0);
        ride.run("build");
        assertThat(isReleased(ride, late)).isTrue();
        Ride without = Ride.on(shop, shop.store);
        assertThatThrownBy(() -> without.train().depart("now", "ada")).hasMessageContaining("no scheduled departures");
    }

    /** Before, between and after each append of a departure the process dies; the list is the same (I8). */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I8_crashAtAnyAppendKeepsTheList(boolean durable) {
        int append = 0;
        while (crashAt(append, durable)) {
            append++;
        }
        assertThat(append).isGreaterThan(5);
    }

    private static boolean crashAt(int append, boolean durable) {
        TrainDeparturesTest test = new TrainDeparturesTest();
        try {
            Ride before = test.ride();
            String early = test.queue(before, "s0");
            test.at(10, 0);
            CrashingStore crashing = new CrashingStore(test.shop.store, append, durable);
            try {
                test.ride(crashing.store()).run("build");
            } catch (CrashingStore.Crash e) {
                // The next process goes on.
            }
            test.at(10, 50);
            Ride next = test.ride();
            String late = test.queue(next, "s1");
            next.run("build");
            assertThat(isReleased(next, early)).as("after " + append).isTrue();
            assertThat(next.train().outcome(late)).as("after " + append).isEmpty();
            return crashing.crashed();
        } finally {
            test.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "30 2 * * *, 2026-03-29T00:59:59Z, 2026-03-28T01:30:00Z", // 02:30 is skipped: it departs at 03:00, which is
        // 01:00 UTC
        "30 2 * * *, 2026-03-29T01:00:00Z, 2026-03-29T01:00:00Z",
        "30 2 * * *, 2026-03-29T12:00:00Z, 2026-03-29T01:00:00Z",
        "30 2 * * *, 2026-10-25T00:30:00Z, 2026-10-25T00:30:00Z", // comes twice: the first one
        "30 2 * * *, 2026-10-25T01:30:00Z, 2026-10-25T00:30:00Z",
        "30 2 * * *, 2026-10-25T01:59:00Z, 2026-10-25T00:30:00Z",
        "*/30 2 * * *, 2026-03-29T01:30:00Z, 2026-03-29T01:00:00Z",
        "0 0 1 1 *, 2026-12-31T22:59:59Z, 2025-12-31T23:00:00Z",
        "'0 10 * * 2,4', 2026-11-23T08:00:00Z, 2026-11-19T09:00:00Z",
    })
    void latestDepartureIsOnTheWallClock(String cron, Instant now, Instant latest) {
        Departure departure = new Departure(cron, BERLIN, "");
        assertThat(departure.latest(now)).contains(latest);
    }

    @ParameterizedTest
    @CsvSource({
        "30 2 * * *, 2026-03-28T02:00:00Z, 2026-03-29T01:00:00Z",
        "30 2 * * *, 2026-03-29T01:00:00Z, 2026-03-30T00:30:00Z",
        "30 2 * * *, 2026-10-25T00:29:59Z, 2026-10-25T00:30:00Z",
        "30 2 * * *, 2026-10-25T00:30:00Z, 2026-10-26T01:30:00Z",
        "0 0 1 1 *, 2026-01-01T00:00:00Z, 2026-12-31T23:00:00Z",
    })
    void nextDepartureIsOnTheWallClock(String cron, Instant now, Instant next) {
        assertThat(new Departure(cron, BERLIN, "").next(now)).contains(next);
    }

    /** Whatever the zone does to its clock, each day's departure is one moment, and they are found both ways. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Europe/Berlin",
                "America/New_York",
                "Australia/Lord_Howe",
                "Asia/Kolkata",
                "UTC",
                "America/Sao_Paulo"
            })
    void forwardsAndBackwardsTheDeparturesAreTheSame(String zone) {
        for (String cron : List.of("30 2 * * *", "0 0 * * *", "15 1 * * 0")) {
            Departure departure = new Departure(cron, ZoneId.of(zone), "");
            Instant at =
                    ZonedDateTime.of(2026, 1, 1, 12, 0, 0, 0, ZoneOffset.UTC).toInstant();
            for (int i = 0; i < 400; i++) {
                Instant next = departure.next(at).orElseThrow();
                assertThat(next).isAfter(at);
                assertThat(departure.latest(next)).contains(next);
                assertThat(departure.latest(next.minusSeconds(1))).isNotEqualTo(Optional.of(next));
                assertThat(departure.next(next.minusSeconds(1))).contains(next);
                at = next;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 0 30 2 *", "0 0 29 2 *", "0 0 31 4,6,9,11 *"})
    void departureThatDoesNotComeInEveryYearIsRefused(String cron) {
        assertThatThrownBy(() -> new Departure(cron, BERLIN, ""))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(cron)
                .hasMessageContaining("366 days");
    }

    @Test
    void timetableWhoseDeparturesAreAllFrozenIsTold() {
        Instant now = shop.clock.instant();
        Timetable frozen = timetable(new Freeze("0 9 * * *", Duration.ofHours(2), ZoneOffset.UTC, "mornings"));
        Timetable often = timetable(new Freeze("0 9 * * 1-5", Duration.ofHours(2), ZoneOffset.UTC, "mornings"));
        assertThat(frozen.departures().areAllFrozen(frozen, now)).isTrue();
        assertThat(often.departures().areAllFrozen(often, now)).isFalse();
        assertThat(Departures.NONE.areAllFrozen(frozen, now)).isFalse();
    }
}
