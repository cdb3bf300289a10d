package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Trials in two environments at once (design §5.7). */
class SpeculationTest {
    private final FakeShop shop = new FakeShop(40, Map.of());
    private final Ride ride = Ride.on(shop, shop.store, 2);
    private final Train train = ride.train();
    private final Environment first = ride.environments().get(0);
    private final Environment second = ride.environments().get(1);

    @AfterEach
    void close() {
        shop.close();
    }

    private List<String> queue(int count) {
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shop.build("s" + i, "2");
            changes.add(ride.queue("s" + i, "2"));
        }
        return changes;
    }

    private Task.Test test(Environment environment) {
        return (Task.Test) ride.next(environment);
    }

    @Test
    void whatFollowsIsTriedWhileATrialRuns() {
        queue(30);
        Task.Test ahead = test(first);
        Task.Test behind = test(second);
        assertThat(behind.environment()).isEqualTo("staging-1");
        assertThat(behind.changes()).isNotEmpty().isNotEqualTo(ahead.changes());
        assertThat(shop.installed(second)).as("each has its own").isNotEqualTo(shop.installed(first));
        assertThat(train.state().trials()).hasSize(2);
        ride.runAll(new Random(1), shop::test);
        assertThat(shop.inProduction("s29")).isEqualTo(FakeShop.digest("s29", "2"));
        assertThat(shop.installed(second)).as("the baseline again").isEqualTo(shop.installed(first));
        assertThat(ride.environments())
                .allSatisfy(e -> assertThat(e.lock().entries()).isEmpty());
    }

    /** A trial of a prefix in the first environment, and one of more in the second, whatever the policy would choose. */
    private List<Task.Test> nested() {
        List<String> changes = queue(4);
        ImageSet production = shop.registries().productionSet(shop.catalog);
        shop.store.saveSet(production, Optional.empty());
        append(new Event.BatchDeparted("b1", changes, production.digest()));
        return List.of(begin(first, production, 2), begin(second, production, 4));
    }

    private Task.Test begin(Environment environment, ImageSet baseline, int changes) {
        List<Change> prefix = train.state().batch().orElseThrow().changes().subList(0, changes);
        ImageSet set = Sets.with(baseline, prefix);
        shop.store.saveSet(set, Optional.of(baseline.digest()));
        EnvironmentLock.Answer.Granted lock = (EnvironmentLock.Answer.Granted) environment
                .lock()
                .request(new EnvironmentLock.Request(
                        "train/shop", "train shop", EnvironmentLock.Mode.EXCLUSIVE, Set.of(), environment.lease()));
        append(new Event.TrialStarted(
                "trial in " + environment.name(),
                "b1",
                set.digest(),
                Train.ids(prefix),
                "prefix",
                environment.name(),
                "build",
                lock.token(),
                false));
        return test(environment);
    }

    private void append(Event event) {
        long version = shop.store.version("train/shop");
        shop.store.append("train/shop", version, shop.clock.instant(), List.of(event));
    }

    @Test
    void I5_longerSetThatPassesFirstIsReleasedAtOnce() {
        List<Task.Test> tests = nested();
        train.report(tests.get(1).trial(), Verdict.PASSED, "");
        ride.next(second);
        assertThat(tests.get(1).changes())
                .allSatisfy(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
        ride.next(first);
        assertThat(verdict(tests.get(0).trial()))
                .as("the shorter one does not matter any more")
                .isEqualTo(Verdict.VOID);
        assertThat(train.state().voids()).as("nobody's fault").isZero();
    }

    @Test
    void I4_failureAheadVoidsWhatWasBuiltOnItAndBlamesNobodyThere() {
        List<Task.Test> tests = nested();
        train.report(tests.get(0).trial(), Verdict.FAILED, "1 test failed");
        train.report(tests.get(1).trial(), Verdict.FAILED, "1 test failed");
        assertThat(verdict(tests.get(1).trial())).isEqualTo(Verdict.VOID);
        assertThat(ended(tests.get(1).trial()).reason()).contains("built on").contains("failed meanwhile");
        assertThat(train.state().search().evidence().failures()).hasSize(1);
        assertThat(train.state().waste().wasted()).isEqualTo(1);
        assertThat(train.state().voids()).isZero();
    }

    @Test
    void longerSetThatPassesAlthoughTheShorterOneFailedCounts() {
        List<Task.Test> tests = nested();
        train.report(tests.get(0).trial(), Verdict.FAILED, "a flake");
        train.report(tests.get(1).trial(), Verdict.PASSED, "");
        ride.next(second);
        assertThat(tests.get(1).changes())
                .allSatisfy(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
    }

    @Test
    void shorterSetThatPassesMakesTheLongerOneATrialOfTheRest() {
        List<Task.Test> tests = nested();
        train.report(tests.get(0).trial(), Verdict.PASSED, "");
        ride.next(first);
        List<String> rest = tests.get(1).changes().stream()
                .filter(c -> !tests.get(0).changes().contains(c))
                .toList();
        TrainState.Trial behind = train.state().trial(tests.get(1).trial()).orElseThrow();
        assertThat(behind.tried().changes()).isEqualTo(rest);
        assertThat(behind.tried().exact()).as("the very set that runs").isTrue();
        train.report(behind.id(), Verdict.PASSED, "");
        ride.next(second);
        assertThat(rest).allSatisfy(c -> assertThat(ride.outcome(c).related()).isEqualTo("shop-2"));
    }

    @Test
    void budgetOfWastedTrialsStopsRunningAhead() {
        List<Task.Test> tests = nested();
        train.report(tests.get(0).trial(), Verdict.FAILED, "1 test failed");
        train.report(tests.get(1).trial(), Verdict.FAILED, "1 test failed");
        Ride strict = Ride.on(shop, shop.store, new Train.Plan(wasting(0.05), Timetable.ALWAYS), 2);
        assertThat(strict.next(first)).as("the search goes on").isInstanceOf(Task.Test.class);
        assertThat(strict.next(second))
                .isInstanceOfSatisfying(
                        Task.Wait.class,
                        wait -> assertThat(wait.why())
                                .contains("10 % of the last trials were for nothing, and 5 % may be"));
        assertThat(strict.train().forecast().wasted()).isEqualTo(0.1, within(0.01));
        assertThat(strict.train().forecast().wasteBudget()).isEqualTo(0.05);
        assertThat(Ride.on(shop, shop.store, new Train.Plan(wasting(0.5), Timetable.ALWAYS), 2)
                        .next(second))
                .as("with a larger budget")
                .isInstanceOf(Task.Test.class);
    }

    private static TrainSettings wasting(double share) {
        TrainSettings usual = TrainSettings.of("shop", "suite 1");
        return new TrainSettings(
                usual.name(),
                usual.suite(),
                usual.testSuite(),
                usual.smallestBatch(),
                usual.largestBatch(),
                usual.expectedFailure(),
                usual.priorChanges(),
                usual.expectedFlake(),
                usual.priorRuns(),
                usual.innocenceBound(),
                usual.memo(),
                usual.voidsBeforePause(),
                usual.movingTags(),
                share,
                usual.outages());
    }

    @Test
    void I3_environmentThatSomebodyElseHoldsIsLeftOutAndTheOtherGoesOn() {
        second.lock()
                .request(new EnvironmentLock.Request(
                        "x", "lane pay", EnvironmentLock.Mode.SHARED, Set.of("s5"), Duration.ofMinutes(1)));
        queue(30);
        assertThat(ride.next(first)).isInstanceOf(Task.Test.class);
        assertThat(ride.next(second))
                .isInstanceOfSatisfying(
                        Task.Wait.class, wait -> assertThat(wait.why()).contains("lane pay"));
    }

    @Test
    void testReleaseIsTriedBesideReleaseCandidates() {
        queue(3);
        shop.build("s7", "2");
        String test = ride.queueTest("s7", "2");
        Task.Test candidates = test(first);
        Task.Test preMerge = test(second);
        assertThat(preMerge.changes()).containsExactly(test);
        assertThat(preMerge.changed()).containsExactly("s7");
        train.report(preMerge.trial(), Verdict.PASSED, "");
        ride.next(second);
        assertThat(ride.outcome(test).outcome()).isEqualTo(Outcome.PROVEN);
        train.report(candidates.trial(), Verdict.PASSED, "");
        ride.runAll(new Random(1), shop::test);
        assertThat(shop.inProduction("s7")).isEqualTo(FakeShop.digest("s7", "1"));
        assertThat(shop.inProduction("s0")).isEqualTo(FakeShop.digest("s0", "2"));
        assertThat(shop.store.release("shop-1").orElseThrow().made().changed()).containsOnlyKeys("s0", "s1", "s2");
    }

    @Test
    void everyTrialHasABuildOfItsOwnToRunIt() throws InterruptedException {
        List<String> changes = queue(30);
        Conductors builds = Conductors.builds(
                change -> change.equals(changes.get(0)) ? Conductors.Standing.GONE : Conductors.Standing.HERE);
        Task.Test ahead = (Task.Test) train.next(first.name(), builds);
        Task.Test behind = (Task.Test) train.next(second.name(), builds);
        assertThat(List.of(ahead.conductor(), behind.conductor()))
                .as("the oldest that are there")
                .containsExactly(changes.get(1), changes.get(2));
        Conductors few = Conductors.builds(
                change -> change.equals(changes.get(1)) ? Conductors.Standing.HERE : Conductors.Standing.GONE);
        assertThat(train.next(first.name(), few)).as("goes on").isEqualTo(ahead);
        assertThat(train.next(second.name(), few))
                .isInstanceOfSatisfying(
                        Task.Wait.class, wait -> assertThat(wait.why()).contains("no build"));
        assertThat(verdict(behind.trial())).as("its build is gone").isEqualTo(Verdict.VOID);
    }

    @Test
    void I8_trialInAnEnvironmentThatTheTrainLostIsVoidAndItsChangesAreTriedElsewhere() {
        queue(30);
        test(first);
        Task.Test lost = test(second);
        Ride smaller = Ride.on(shop, shop.store, 1);
        smaller.runAll(new Random(1), shop::test);
        assertThat(ended(lost.trial()).reason()).contains("staging-1").contains("not the train's any more");
        assertThat(lost.changes())
                .allSatisfy(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
    }

    @Test
    void I1_passOnABaselineThatMovedIsNotReleasedUntried() {
        shop.build("s0", "2");
        shop.build("s1", "2");
        String one = ride.queue("s0", "2");
        Task.Test alone = test(first);
        String other = ride.queue("s1", "2");
        shop.build("s2", "2");
        String third = ride.queue("s2", "2");
        Task.Test both = test(second);
        train.report(both.trial(), Verdict.PASSED, "");
        train.report(alone.trial(), Verdict.PASSED, "");
        ride.runAll(new Random(1), shop::test);
        assertThat(List.of(one, other, third))
                .allSatisfy(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
        Set<Object> passed = shop.events.stream()
                .filter(e -> e instanceof Event.TrialEnded ended && ended.verdict() == Verdict.PASSED)
                .map(e -> ((Event.TrialEnded) e).set())
                .collect(Collectors.toSet());
        shop.events.stream()
                .filter(Event.ReleaseMade.class::isInstance)
                .forEach(e -> assertThat(passed).contains(((Event.ReleaseMade) e).set()));
    }

    private Event.TrialEnded ended(String trial) {
        return shop.events.stream()
                .filter(e ->
                        e instanceof Event.TrialEnded ended && ended.trial().equals(trial))
                .map(Event.TrialEnded.class::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError(trial + " has not ended"));
    }

    private Verdict verdict(String trial) {
        return ended(trial).verdict();
    }

    @Test
    void I12_whatAPersonDeclinesEndsCancelledInAllTrialsThatHoldItAndIsNotReleasedAfterwards() {
        List<String> changes = queue(30);
        Task.Test declined = test(first);

        train.decline(declined.trial(), "declined: Rejected by Ada");

        assertThat(verdict(declined.trial())).isEqualTo(Verdict.VOID);
        assertThat(declined.changes()).isNotEmpty().allSatisfy(change -> {
            assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.CANCELLED);
            assertThat(ride.outcome(change).reason()).isEqualTo("declined: Rejected by Ada");
        });
        assertThat(train.state().trials()).noneMatch(t -> t.changes().stream().anyMatch(declined.changes()::contains));
        train.decline(declined.trial(), "declined: Rejected by Ada");
        assertThat(changes).containsAll(declined.changes());
    }

    @Test
    void changeInARunningTrialStaysAndAnotherMayLeave() {
        List<String> changes = queue(30);
        Task.Test running = test(first);
        String waiting = train.state()
                .undecided()
                .map(Change::id)
                .filter(c -> !running.changes().contains(c))
                .findFirst()
                .orElseThrow();
        assertThat(train.cancel(running.changes().get(0), "not needed")).isFalse();
        assertThat(train.cancel(waiting, "not needed")).isTrue();
        assertThat(ride.outcome(waiting).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(changes).contains(waiting);
    }

    /** The trial that holds it goes on; that it passes says nothing about its other changes alone. */
    @Test
    void I1_passOfASetWithAChangeThatEndedMeanwhileReleasesNothingUntried() {
        shop.build("s0", "3");
        shop.build("s0", "2");
        for (String version : List.of("2", "3")) {
            ride.queue("s0", version);
            ride.runAll(new Random(1), shop::test);
        }
        shop.build("s1", "2");
        String blocked = ride.queue("s0", "2");
        String other = ride.queue("s1", "2");
        Task.Test both = test(first);
        assertThat(both.changes()).containsExactlyInAnyOrder(blocked, other);
        new Blocks(shop.store, shop.clock, shop.events::add).markBad("shop-1", "loses carts", "ada");
        ride.next(second);
        assertThat(ride.outcome(blocked).outcome()).isEqualTo(Outcome.CANCELLED);

        train.report(both.trial(), Verdict.PASSED, "");
        ride.runAll(new Random(1), shop::test);

        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
        Set<Digest> passed = shop.events.stream()
                .filter(Event.TrialEnded.class::isInstance)
                .map(Event.TrialEnded.class::cast)
                .filter(e -> e.verdict() == Verdict.PASSED)
                .map(Event.TrialEnded::set)
                .collect(Collectors.toSet());
        assertThat(shop.events)
                .filteredOn(Event.ReleaseMade.class::isInstance)
                .allSatisfy(e -> assertThat(passed).contains(((Event.ReleaseMade) e).set()));
    }
}
