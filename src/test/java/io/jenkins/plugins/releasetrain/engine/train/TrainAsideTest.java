package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeCluster;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes that the environment keeps out, while it lets others in: one service stops nobody else (I14). */
class TrainAsideTest {
    private final FakeShop shop = new FakeShop(6, Map.of(), MemoryStore.create());
    private Ride ride = Ride.on(shop, shop.store);

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(String service) {
        shop.build(service, "2");
        return ride.queue(service, "2");
    }

    private static Digest image(String service) {
        return FakeShop.digest(service, "2");
    }

    /** @return the last thing that is waited for */
    private String goOn(Duration time) {
        Instant end = shop.clock.instant().plus(time);
        String waits = "";
        while (shop.clock.instant().isBefore(end)
                && ride.train().state().undecided().findAny().isPresent()) {
            for (Environment place : ride.environments()) {
                Task task = ride.next(place);
                shop.clock.advance(Duration.ofMinutes(2));
                if (task instanceof Task.Test test) {
                    ride.train().report(test.trial(), shop.test(place), "");
                } else if (task instanceof Task.Wait wait) {
                    waits = wait.why();
                }
            }
        }
        return waits;
    }

    private Outcome outcome(String change) {
        return ride.outcome(change).outcome();
    }

    private boolean isUndecided(String change) {
        return ride.train().outcome(change).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ImagePullBackOff: unauthorized: the pull secret ran out",
                "exceeded quota: compute",
                "CreateContainerConfigError: secret \"mail\" not found",
                "Unschedulable: 0/3 nodes are available: node selector",
                "admission webhook \"limits\" denied the request: no team label"
            })
    void I14_K8_3_whoIsKeptOutStandsAsideAndTheOthersGoOn(String why) {
        shop.cluster.keepsOut(image("s0"), why);
        String kept = queue("s0");
        List<String> others = List.of(queue("s1"), queue("s2"), queue("s3"));
        shop.buildBad("s4", "2");
        String bad = ride.queue("s4", "2");
        String waits = goOn(Duration.ofHours(10));
        others.forEach(c -> assertThat(outcome(c)).isEqualTo(Outcome.RELEASED));
        assertThat(outcome(bad)).isEqualTo(Outcome.EJECTED);
        assertThat(isUndecided(kept)).isTrue();
        assertThat(waits).contains("keeps changes out", "tried again at", why);
        assertThat(shop.events).noneMatch(Event.EnvironmentBroken.class::isInstance);
        assertThat(ride.trials()).as("ever more seldom").isLessThan(25);
        shop.cluster.letsIn(image("s0"));
        goOn(Duration.ofHours(2));
        assertThat(outcome(kept)).isEqualTo(Outcome.RELEASED);
        assertThat(ride.train().state().aside().kept()).isEmpty();
    }

    /** A secret was rotated, or a database is away: what runs does not mind, and no pod can be started. */
    @Test
    void I4_K8_4_whereNothingStartsNobodyIsBlamedAndAllAreReleasedOnceItDoes() {
        Instant repaired = shop.clock.instant().plus(Duration.ofHours(3));
        shop.cluster.nothingStarts(() -> shop.clock.instant().isBefore(repaired));
        List<String> changes = List.of(queue("s0"), queue("s1"), queue("s2"));
        shop.cluster.cannotStart(shop.build("s4", "2"));
        final String bad = ride.queue("s4", "2");
        String waits = goOn(Duration.ofMinutes(150));
        assertThat(changes).allMatch(this::isUndecided);
        assertThat(isUndecided(bad)).as("nor is it known of this one").isTrue();
        assertThat(waits).contains("what was there before does not start there now either");
        goOn(Duration.ofHours(4));
        changes.forEach(c -> assertThat(outcome(c)).isEqualTo(Outcome.RELEASED));
        assertThat(outcome(bad)).isEqualTo(Outcome.NOT_INSTALLABLE);
        assertThat(ride.outcome(bad).reason()).contains("; what was there before starts there");
    }

    @Test
    void clockThatIsSetBackKeepsNobodyOutUntilItIsThereAgain() {
        shop.cluster.keepsOut(image("s0"), "exceeded quota");
        String kept = queue("s0");
        goOn(Duration.ofHours(3));
        shop.clock.advance(Duration.ofDays(-3));
        shop.cluster.letsIn(image("s0"));
        goOn(Duration.ofHours(2));
        assertThat(outcome(kept)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I14_whoComesLaterDoesNotWaitForWhoIsKeptOut() {
        shop.cluster.keepsOut(image("s0"), "exceeded quota");
        String kept = queue("s0");
        goOn(Duration.ofMinutes(4));
        String later = queue("s1");
        goOn(Duration.ofMinutes(10));
        assertThat(outcome(later)).isEqualTo(Outcome.RELEASED);
        assertThat(isUndecided(kept)).isTrue();
    }

    @Test
    void I8_everybodyIsKeptOutForHoursAndReleasedWhenItIsOver() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            shop.cluster.keepsOut(image("s" + i), "429 Too Many Requests");
            all.add(queue("s" + i));
        }
        goOn(Duration.ofHours(6));
        assertThat(ride.train().state().undecided()).hasSize(5);
        assertThat(ride.trials()).isLessThan(12);
        assertThat(ride.train().state().isPaused()).isFalse();
        all.forEach(c -> shop.cluster.letsIn(image("s" + all.indexOf(c))));
        goOn(Duration.ofHours(2));
        all.forEach(c -> assertThat(outcome(c)).isEqualTo(Outcome.RELEASED));
    }

    @Test
    void I4_I8_whatNeverBecomesReadyEndsUndecidedAndBlamesNobody() {
        shop.cluster.neverReady(image("s0"));
        String kept = queue("s0");
        List<String> others = List.of(queue("s1"), queue("s2"));
        goOn(Duration.ofHours(5));
        others.forEach(c -> assertThat(outcome(c)).isEqualTo(Outcome.RELEASED));
        assertThat(outcome(kept)).isEqualTo(Outcome.UNDECIDED);
        assertThat(ride.outcome(kept).reason()).contains("'staging' could not bring it in 3 times", "s0");
    }

    @Test
    void I4_I8_theOnlyOneThatNeverBecomesReadyEndsUndecidedOnceTheBaselinePassed() {
        shop.cluster.neverReady(image("s0"));
        String kept = queue("s0");
        goOn(Duration.ofHours(8));
        assertThat(outcome(kept)).isEqualTo(Outcome.UNDECIDED);
        assertThat(shop.events).anyMatch(e -> e instanceof Event.TrialEnded t && t.verdict() == Verdict.PASSED);
    }

    @Test
    void I14_oneOfTwoEnvironmentsKeepsItOutAndItIsReleasedByTheOther() {
        ride = Ride.on(shop, shop.store, 2);
        ((FakeCluster) ride.environments().get(0).cluster()).keepsOut(image("s0"), "unauthorized");
        List<String> all = List.of(queue("s0"), queue("s1"));
        goOn(Duration.ofHours(1));
        all.forEach(c -> assertThat(outcome(c)).isEqualTo(Outcome.RELEASED));
        assertThat(shop.events).noneMatch(Event.EnvironmentBroken.class::isInstance);
    }

    @Test
    void I14_K8_2_whoseWorkloadIsScaledToZeroAfterItWasQueuedStandsAside() {
        String kept = queue("s0");
        String other = queue("s1");
        shop.cluster.isNotExpected("s0", "has no replicas");
        goOn(Duration.ofHours(1));
        assertThat(outcome(other)).isEqualTo(Outcome.RELEASED);
        shop.cluster.isExpected("s0");
        goOn(Duration.ofHours(2));
        assertThat(outcome(kept)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void I14_whoseWorkloadIsDeletedAfterItWasQueuedStandsAsideAndOthersGoOn() {
        String kept = queue("s0");
        String other = queue("s1");
        shop.cluster.isGone("s0");
        goOn(Duration.ofHours(1));
        assertThat(outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(ride.train().state().aside().text().orElseThrow()).contains("Deployment s0");
        shop.cluster.isBack("s0", shop.candidate("s0", "1"));
        goOn(Duration.ofHours(2));
        assertThat(outcome(kept)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.events).noneMatch(Event.EnvironmentBroken.class::isInstance);
    }

    @Test
    void I14_aWorkloadThatIsDeletedDuringTheTestsOfOthersStopsNobody() {
        String one = queue("s0");
        ride.run("build", () -> {
            shop.cluster.isGone("s1");
            return Verdict.PASSED;
        });
        assertThat(outcome(one)).isEqualTo(Outcome.RELEASED);
        assertThat(ride.trials()).isEqualTo(1);
    }

    @Test
    void I8_restartTriesNobodyEarlier() {
        shop.cluster.keepsOut(image("s0"), "unauthorized");
        queue("s0");
        goOn(Duration.ofHours(3));
        long before = ride.trials();
        Aside aside = ride.train().state().aside();
        ride = Ride.on(shop, shop.store);
        assertThat(ride.train().state().aside()).isEqualTo(aside);
        goOn(Duration.ofMinutes(4));
        assertThat(ride.trials()).isLessThanOrEqualTo(before + 1);
    }

    @Test
    void whoeverResumesTriesItAtOnceAndWhoeverCancelsTakesItOff() {
        shop.cluster.keepsOut(image("s0"), "unauthorized");
        String first = queue("s0");
        goOn(Duration.ofHours(3));
        shop.cluster.letsIn(image("s0"));
        ride.train().resume("ada");
        goOn(Duration.ofMinutes(6));
        assertThat(outcome(first)).isEqualTo(Outcome.RELEASED);
        shop.cluster.keepsOut(image("s1"), "unauthorized");
        String second = queue("s1");
        goOn(Duration.ofMinutes(3));
        assertThat(ride.train().cancel(second, "not needed")).isTrue();
        assertThat(ride.train().state().aside().kept()).isEmpty();
    }

    @Test
    void I13_newerOneThatIsLetInTakesThePlaceOfTheOneThatIsKeptOut() {
        shop.cluster.keepsOut(image("s0"), "unauthorized");
        String kept = queue("s0");
        goOn(Duration.ofMinutes(4));
        shop.build("s0", "3");
        String newer = ride.queue("s0", "3");
        goOn(Duration.ofHours(2));
        assertThat(outcome(newer)).isEqualTo(Outcome.RELEASED);
        assertThat(outcome(kept)).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s0")).isEqualTo(FakeShop.digest("s0", "3"));
    }

    @Test
    void I4_K8_5_whatAPolicyDeniesIsNotInstallableAndWhatItCannotLookAtStandsAside() {
        shop.cluster.denies(image("s0"), Fault.IMAGE, "denied: dev.example/dev/s0 has no signature");
        shop.cluster.denies(image("s1"), Fault.ENVIRONMENT, "failed calling webhook");
        String denied = queue("s0");
        String kept = queue("s1");
        String other = queue("s2");
        goOn(Duration.ofHours(4));
        assertThat(outcome(denied)).isEqualTo(Outcome.NOT_INSTALLABLE);
        assertThat(isUndecided(kept)).isTrue();
        assertThat(outcome(other)).isEqualTo(Outcome.RELEASED);
    }
}
