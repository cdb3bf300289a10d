package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Neighbours of the known cases: trouble that meets something else that happens just then. */
class TrainTroubleNeighboursTest {
    private final FakeShop shop = new FakeShop(8, Map.of());
    private Ride ride = Ride.on(shop, shop.store);
    private boolean broken;

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(String service, String version) {
        shop.build(service, version);
        return ride.queue(service, version);
    }

    private Verdict verdict() {
        return broken ? Verdict.FAILED : shop.test();
    }

    /** @return what it waits for in the end */
    private Task run() throws InterruptedException {
        Task task = ride.train().next("build 1");
        while (task instanceof Task.Test test) {
            shop.clock.advance(Duration.ofMinutes(4));
            ride.train().report(test.trial(), verdict(), "");
            task = ride.train().next("build 1");
        }
        return task;
    }

    private void untilAllAreDecided() throws InterruptedException {
        for (int i = 0; i < 200 && !(run() instanceof Task.Idle); i++) {
            shop.clock.advance(Duration.ofMinutes(5));
        }
        assertThat(ride.train().state().undecided()).isEmpty();
    }

    private Outcome outcome(String change) {
        return ride.outcome(change).outcome();
    }

    @Test
    void I8_intervalOfRetriesSurvivesARestart() throws InterruptedException {
        broken = true;
        String change = queue("s1", "2");
        assertThat(run()).isInstanceOf(Task.Wait.class);
        Instant due = ride.train().state().broken().get("staging").due();
        long before = ride.trials();
        ride = Ride.on(shop, shop.store);
        assertThat(run()).isInstanceOf(Task.Wait.class);
        assertThat(ride.trials()).as("nothing is run before it is due").isEqualTo(before);
        assertThat(ride.train().state().broken().get("staging").due()).isEqualTo(due);
        broken = false;
        untilAllAreDecided();
        assertThat(outcome(change)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I4_resumeWhileAControlRunRunsBlamesNobody() throws InterruptedException {
        broken = true;
        String change = queue("s1", "2");
        run();
        Instant due = ride.train().state().broken().get("staging").due();
        shop.clock.advance(Duration.between(shop.clock.instant(), due));
        Task.Test control = (Task.Test) ride.train().next("build 1");
        assertThat(control.changes()).isEmpty();
        ride.train().resume("ada");
        ride.train().report(control.trial(), Verdict.FAILED, "");
        run();
        broken = false;
        untilAllAreDecided();
        assertThat(outcome(change)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I14_oneOfTwoEnvironmentsIsBrokenAndTheOtherGoesOn() throws InterruptedException {
        ride = Ride.on(shop, shop.store, 2);
        Environment staging = ride.environments().get(0);
        List<String> changes = List.of(queue("s1", "2"), queue("s2", "2"), queue("s3", "2"));
        for (int i = 0; i < 60 && ride.train().state().undecided().findAny().isPresent(); i++) {
            for (Environment place : ride.environments()) {
                Task task = ride.next(place);
                shop.clock.advance(Duration.ofMinutes(2));
                if (task instanceof Task.Test test) {
                    Verdict verdict = place == staging ? Verdict.FAILED : shop.test(place);
                    ride.train().report(test.trial(), verdict, "");
                }
            }
        }
        changes.forEach(c -> assertThat(outcome(c)).isEqualTo(Outcome.RELEASED));
        assertThat(ride.train().state().isPaused()).isFalse();
    }

    @Test
    void freezeThatBeginsDuringASearchEndsItWithoutBlame() throws InterruptedException {
        Timetable.Freeze freeze = new Timetable.Freeze("20 8 * * *", Duration.ofHours(1), ZoneOffset.UTC, "television");
        ride = Ride.on(
                shop,
                shop.store,
                new Train.Plan(
                        TrainSettings.of("shop", "suite 1"),
                        new Timetable(List.of(freeze), Duration.ZERO, Duration.ofHours(2))),
                1);
        String good = queue("s1", "2");
        shop.buildBad("s2", "2");
        String bad = ride.queue("s2", "2");
        for (int i = 0; i < 4; i++) {
            Task task = ride.train().next("build 1");
            shop.clock.advance(Duration.ofMinutes(4));
            if (task instanceof Task.Test test) {
                ride.train().report(test.trial(), verdict(), "");
            }
        }
        shop.clock.advance(Duration.ofMinutes(4).plusSeconds(30));
        long before = ride.trials();
        assertThat(run())
                .isInstanceOfSatisfying(
                        Task.Wait.class, w -> assertThat(w.why()).contains("television"));
        assertThat(ride.trials()).isLessThanOrEqualTo(before + 1);
        shop.clock.advance(Duration.ofHours(1));
        untilAllAreDecided();
        assertThat(outcome(good)).isEqualTo(Outcome.RELEASED);
        assertThat(outcome(bad)).isEqualTo(Outcome.EJECTED);
    }

    @Test
    void I13_olderBuildThatComesAfterTheNewerOneWasEjectedIsTried() throws InterruptedException {
        shop.buildBad("s1", "1.11");
        String eleven =
                ride.train().queue(new Train.Request(Map.of("s1", "1.11"), new Origin("cart#11", "", ""), 0, true));
        untilAllAreDecided();
        shop.build("s1", "1.10");
        String ten =
                ride.train().queue(new Train.Request(Map.of("s1", "1.10"), new Origin("cart#10", "", ""), 0, true));
        untilAllAreDecided();
        assertThat(outcome(eleven)).isEqualTo(Outcome.EJECTED);
        assertThat(outcome(ten)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void rollbackIsPromotedWhileTheEnvironmentIsBroken() throws InterruptedException {
        queue("s1", "2");
        untilAllAreDecided();
        queue("s1", "3");
        untilAllAreDecided();
        broken = true;
        String waiting = queue("s2", "2");
        run();
        ride.train().rollbacks().perform(Rollback.to("shop-1", "it loses carts", "ada"));
        run();
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        broken = false;
        untilAllAreDecided();
        assertThat(outcome(waiting)).isEqualTo(Outcome.RELEASED);
    }

    /** The newest is superseded while it is suspected: its failures are nobody's any more. */
    @Test
    void I4_changeThatIsCancelledWhileSuspectedBlamesNobodyElse() throws InterruptedException {
        shop.buildBad("s1", "2");
        String bad = ride.queue("s1", "2");
        String good = queue("s2", "2");
        Task.Test test = (Task.Test) ride.train().next("build 1");
        ride.train().report(test.trial(), verdict(), "");
        ride.train().cancel(bad, "not needed any more");
        untilAllAreDecided();
        assertThat(outcome(bad)).isEqualTo(Outcome.CANCELLED);
        assertThat(outcome(good)).isEqualTo(Outcome.RELEASED);
    }

    /** B22: passed at 10:59, frozen from 11 on. */
    @Test
    void B22_promotionThatHasNotBegunWaitsForTheEndOfAFreeze() throws InterruptedException {
        Timetable.Freeze freeze = new Timetable.Freeze("2 8 * * *", Duration.ofHours(1), ZoneOffset.UTC, "television");
        ride = Ride.on(
                shop,
                shop.store,
                new Train.Plan(
                        TrainSettings.of("shop", "suite 1"),
                        new Timetable(List.of(freeze), Duration.ZERO, Duration.ofHours(2))),
                1);
        String change = queue("s1", "2");
        Task.Test test = (Task.Test) ride.train().next("build 1");
        shop.clock.advance(Duration.ofMinutes(3));
        ride.train().report(test.trial(), Verdict.PASSED, "");
        assertThat(run()).isInstanceOf(Task.Wait.class);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        shop.clock.advance(Duration.ofHours(1));
        untilAllAreDecided();
        assertThat(outcome(change)).isEqualTo(Outcome.RELEASED);
    }

    private Train train(Catalog catalog, Environment place) {
        Ports ports = new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add);
        Train.Plan plan = new Train.Plan(TrainSettings.of("shop", "suite 1"), Timetable.ALWAYS);
        return new Train(plan, catalog, shop.registries(), List.of(place), ports);
    }

    @Test
    void B21_rollbackLeavesOutWhatTheCatalogDoesNotKnowAnyMore() throws InterruptedException {
        queue("s1", "2");
        untilAllAreDecided();
        queue("s1", "3");
        untilAllAreDecided();
        TreeMap<String, io.jenkins.plugins.releasetrain.engine.model.Service> fewer =
                new TreeMap<>(shop.catalog.services());
        fewer.remove("s7");
        Train train = train(new Catalog(fewer), shop.environment());
        train.rollbacks().perform(Rollback.to("shop-1", "it loses carts", "ada"));
        ride = new Ride(shop, train, List.of(shop.environment()));
        run();
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(train.state().isPaused()).isFalse();
    }

    /** As a virtual machine's is after a pause: due times of before mean nothing any more. */
    @Test
    void clockThatIsSetBackWhileTheEnvironmentIsBrokenMakesNobodyWaitUntilItIsThereAgain() throws InterruptedException {
        broken = true;
        String change = queue("s1", "2");
        assertThat(run()).isInstanceOf(Task.Wait.class);
        shop.clock.advance(Duration.ofDays(-3));
        long before = ride.trials();
        for (int i = 0; i < 24; i++) {
            run();
            shop.clock.advance(Duration.ofMinutes(5));
        }
        assertThat(ride.trials() - before).as("it goes on with its pauses").isBetween(2L, 8L);
        broken = false;
        untilAllAreDecided();
        assertThat(outcome(change)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void clockThatIsSetBackMakesNobodyGatherUntilItIsThereAgain() throws InterruptedException {
        Timetable gathering = new Timetable(List.of(), Duration.ofMinutes(30), Duration.ofHours(2));
        ride = Ride.on(shop, shop.store, new Train.Plan(TrainSettings.of("shop", "suite 1"), gathering), 1);
        String change = queue("s1", "2");
        assertThat(run()).isInstanceOf(Task.Wait.class);
        shop.clock.advance(Duration.ofDays(-3));
        untilAllAreDecided();
        assertThat(outcome(change)).isEqualTo(Outcome.RELEASED);
    }

    /** B24: the API server is away for seconds at the end of half an hour of tests. */
    @Test
    void B24_verdictThatCannotBeCheckedNowIsReportedAgain() throws InterruptedException {
        Environment place = shop.environment();
        boolean[] away = {false};
        Cluster cluster = (Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(), new Class<?>[] {Cluster.class}, (proxy, method, arguments) -> {
                    if (away[0]) {
                        throw new EngineException(FailureKind.UNAVAILABLE, "the API server answered 503");
                    }
                    try {
                        return method.invoke(place.cluster(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        Train train = train(
                shop.catalog,
                new Environment(
                        place.name(),
                        place.namespace(),
                        place.baseUrl(),
                        cluster,
                        place.lock(),
                        place.rolloutDeadline(),
                        place.lease()));
        ride = new Ride(shop, train, List.of(place));
        String change = queue("s1", "2");
        Task.Test test = (Task.Test) train.next("build 1");
        away[0] = true;
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> train.report(test.trial(), Verdict.PASSED, ""))
                .matches(e -> e.kind().retryable());
        assertThat(train.state().trials()).as("not thrown away").hasSize(1);
        away[0] = false;
        train.report(test.trial(), Verdict.PASSED, "");
        run();
        assertThat(outcome(change)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.events.stream().filter(Event.TrialStarted.class::isInstance))
                .hasSize(1);
    }

    /** A version that passed by luck is in production: the baseline fails until its correction is in. */
    private String untilTheBaselineFails() throws InterruptedException {
        shop.buildBad("s1", "2");
        String lucky = ride.queue("s1", "2");
        Task.Test first = (Task.Test) ride.train().next("build 1");
        ride.train().report(first.trial(), Verdict.PASSED, "");
        run();
        assertThat(outcome(lucky)).isEqualTo(Outcome.RELEASED);
        String waiting = queue("s2", "2");
        assertThat(run()).isInstanceOf(Task.Wait.class);
        assertThat(ride.train().state().broken()).isNotEmpty();
        return waiting;
    }

    @Test
    void I4_correctionOfABaselineThatFailsIsTriedAndReleased() throws InterruptedException {
        String waiting = untilTheBaselineFails();
        String correction = queue("s1", "3");
        untilAllAreDecided();
        assertThat(outcome(correction)).isEqualTo(Outcome.RELEASED);
        assertThat(outcome(waiting)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I4_correctionIsFoundAmongWhatIsBadAndBehindALongQueue() throws InterruptedException {
        untilTheBaselineFails();
        for (int i = 3; i < 40; i++) {
            queue("s3", String.valueOf(i));
        }
        String correction = queue("s1", "3");
        shop.buildBad("s4", "2");
        String bad = ride.queue("s4", "2");
        untilAllAreDecided();
        assertThat(outcome(correction)).isEqualTo(Outcome.RELEASED);
        assertThat(outcome(bad)).isEqualTo(Outcome.EJECTED);
    }

    @Test
    void I4_correctionIsReleasedAtOnceWhereSomebodyResumes() throws InterruptedException {
        untilTheBaselineFails();
        String correction = queue("s1", "3");
        ride.train().resume("ada");
        run();
        assertThat(outcome(correction)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I4_whatComesDuringAnOutageIsTriedOnceAfterAControlRunAndBlamedForNothing() throws InterruptedException {
        broken = true;
        queue("s1", "2");
        run();
        shop.buildBad("s2", "2");
        String bad = ride.queue("s2", "2");
        String good = queue("s3", "2");
        for (int i = 0; i < 100; i++) {
            run();
            shop.clock.advance(Duration.ofMinutes(5));
        }
        assertThat(ride.train().state().undecided()).hasSize(3);
        broken = false;
        untilAllAreDecided();
        assertThat(outcome(good)).isEqualTo(Outcome.RELEASED);
        assertThat(outcome(bad)).isEqualTo(Outcome.EJECTED);
    }
}
