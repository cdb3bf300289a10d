package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.Conductors.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Builds that are to run the tests: some do not begin, some are stopped, some are gone. */
class TrainConductorsTest {
    private static final int VOIDS_THAT_STOP = 3;

    private final FakeShop shop = new FakeShop(8, Map.of());
    private final Ride ride = Ride.on(shop, shop.store);
    private final Map<String, Standing> standing = new HashMap<>();
    private final Conductors builds = Conductors.builds(change -> standing.getOrDefault(change, Standing.HERE));

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(String service, String version) {
        shop.build(service, version);
        String change = ride.queue(service, version);
        shop.clock.advance(Duration.ofSeconds(1));
        return change;
    }

    private Task next() throws InterruptedException {
        return ride.train().next("staging", builds);
    }

    private void pass(Duration time) {
        for (long minute = 0; minute < time.toMinutes(); minute++) {
            shop.clock.advance(Duration.ofMinutes(1));
            ride.train().renew();
            ride.train().expire();
        }
    }

    private void runAll() throws InterruptedException {
        while (next() instanceof Task.Test test) {
            ride.train().began(test.trial());
            ride.train().report(test.trial(), shop.test(), "");
        }
    }

    private List<String> reasons() {
        return shop.events.stream()
                .filter(Event.TrialEnded.class::isInstance)
                .map(e -> ((Event.TrialEnded) e).reason())
                .toList();
    }

    @Test
    void I8_conductorWhoseTestsNeverBeginIsReplaced() throws InterruptedException {
        String first = queue("s1", "2");
        String second = queue("s2", "2");
        assertThat(((Task.Test) next()).conductor()).isEqualTo(first);
        pass(Duration.ofMinutes(15));
        assertThat(ride.train().state().trials()).hasSize(1);
        pass(Duration.ofMinutes(1));
        assertThat(ride.train().state().trials()).isEmpty();
        assertThat(reasons()).last().asString().contains("did not begin the tests within 15 minutes");
        assertThat(((Task.Test) next()).conductor()).isEqualTo(second);
        runAll();
        assertThat(ride.outcome(first).outcome()).as("its change rides on").isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(second).outcome()).isEqualTo(Outcome.RELEASED);
    }

    /** A build that does not come back after a restart, before it had begun. */
    @Test
    void I8_conductorThatStaysAwayBeforeItsTestsBeginIsReplaced() throws InterruptedException {
        String first = queue("s1", "2");
        String second = queue("s2", "2");
        next();
        standing.put(first, Standing.AWAY);
        pass(Duration.ofMinutes(16));
        assertThat(((Task.Test) next()).conductor()).isEqualTo(second);
    }

    @Test
    void testsThatBeganHaveTheDeadlineForTests() throws InterruptedException {
        String first = queue("s1", "2");
        queue("s2", "2");
        Task.Test test = (Task.Test) next();
        ride.train().began(test.trial());
        ride.train().began(test.trial());
        standing.put(first, Standing.AWAY);
        pass(Duration.ofHours(2));
        assertThat(ride.train().state().trials())
                .singleElement()
                .satisfies(t -> assertThat(t.began()).isTrue());
        assertThat(shop.events.stream().filter(Event.TestsBegan.class::isInstance))
                .hasSize(1);
    }

    @Test
    void I14_whereNobodyBeginsAllAreAskedInTurnAndTheEnvironmentIsNotCalledBroken() throws InterruptedException {
        List<String> changes = List.of(queue("s1", "2"), queue("s2", "2"));
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 2 * VOIDS_THAT_STOP; i++) {
            asked.add(((Task.Test) next()).conductor());
            pass(Duration.ofMinutes(16));
        }
        assertThat(asked)
                .containsExactly(
                        changes.get(0), changes.get(1), changes.get(0), changes.get(1), changes.get(0), changes.get(1));
        assertThat(ride.train().state().broken()).isEmpty();
        runAll();
        changes.forEach(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
    }

    @Test
    void I14_testReleaseWhoseBuildDoesNotBeginDoesNotKeepOthersWaiting() throws InterruptedException {
        shop.build("s1", "2");
        String test = ride.queueTest("s1", "2");
        shop.clock.advance(Duration.ofSeconds(1));
        String change = queue("s2", "2");
        assertThat(((Task.Test) next()).conductor()).isEqualTo(test);
        pass(Duration.ofMinutes(16));
        assertThat(((Task.Test) next()).conductor()).isEqualTo(change);
    }

    @Test
    void NEW_3_buildsThatTheirAuthorsStopSayNothingAboutTheEnvironment() throws InterruptedException {
        for (int i = 0; i < 2 * VOIDS_THAT_STOP; i++) {
            String change = queue("s1", "1." + i);
            Task.Test test = (Task.Test) next();
            ride.train().began(test.trial());
            ride.train().abandoned(test.trial(), "its build was stopped");
            assertThat(ride.train().cancel(change, "its build was stopped")).isTrue();
        }
        assertThat(ride.train().state().isPaused()).isFalse();
        assertThat(ride.train().state().broken()).isEmpty();
        String good = queue("s2", "2");
        runAll();
        assertThat(ride.outcome(good).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void NEW_3_buildsThatAreGoneSayNothingAboutTheEnvironment() throws InterruptedException {
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < 2 * VOIDS_THAT_STOP; i++) {
            changes.add(queue("s" + i, "2"));
        }
        String last = queue("s7", "2");
        for (String change : changes) {
            assertThat(((Task.Test) next()).conductor()).isEqualTo(change);
            standing.put(change, Standing.GONE);
            next();
        }
        assertThat(ride.train().state().broken()).isEmpty();
        assertThat(ride.train().state().isPaused()).isFalse();
        runAll();
        assertThat(ride.outcome(last).outcome()).isEqualTo(Outcome.RELEASED);
    }

    /** Between them a build was stopped; the agents are what is the matter. */
    @Test
    void NEW_3_voidsThatBuildsMeetStillCount() throws InterruptedException {
        queue("s1", "2");
        for (int i = 0; i < VOIDS_THAT_STOP; i++) {
            Task.Test test = (Task.Test) next();
            ride.train().report(test.trial(), Verdict.VOID, "the agent of the tests was lost");
            if (next() instanceof Task.Test stopped) {
                ride.train().abandoned(stopped.trial(), "its build was stopped");
            }
        }
        assertThat(ride.train().state().broken()).containsKey("staging");
    }

    /** Whoever is named by others is named as people know it. */
    @Test
    void suspectsAreToldByServiceAndTag() throws InterruptedException {
        shop.buildBad("s1", "2.0");
        ride.queue("s1", "2.0");
        shop.clock.advance(Duration.ofSeconds(1));
        queue("s2", "2");
        queue("s3", "2");
        runAll();
        assertThat(shop.events.stream()
                        .filter(Event.TrialStarted.class::isInstance)
                        .map(e -> ((Event.TrialStarted) e).purpose()))
                .anySatisfy(purpose -> assertThat(purpose).contains("without the suspected s1:2.0"));
    }
}
