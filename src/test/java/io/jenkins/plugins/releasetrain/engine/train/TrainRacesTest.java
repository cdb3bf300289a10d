package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MeddledStore;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What others do between a decision and what it is based on. */
class TrainRacesTest {
    private final FakeShop shop = new FakeShop(4, Map.of());

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(Ride ride, String build, Map<String, String> images) {
        images.forEach(shop::build);
        shop.clock.advance(Duration.ofSeconds(1));
        return ride.train().queue(new Train.Request(images, new Origin(build, "", ""), 0, true));
    }

    /** Once, before such an event is appended. */
    private Store meanwhile(Predicate<Event> which, Runnable happens) {
        boolean[] happened = {false};
        return MeddledStore.of(shop.store, events -> {
            if (!happened[0] && events.stream().anyMatch(which)) {
                happened[0] = true;
                happens.run();
            }
        });
    }

    private List<Event.ChangeEnded> ends(String change) {
        return shop.events.stream()
                .filter(Event.ChangeEnded.class::isInstance)
                .map(Event.ChangeEnded.class::cast)
                .filter(e -> e.change().equals(change))
                .toList();
    }

    private void everyReleasePassedAsItIs() {
        Set<Digest> passed = shop.events.stream()
                .filter(e -> e instanceof Event.TrialEnded ended && ended.verdict() == Verdict.PASSED)
                .map(e -> ((Event.TrialEnded) e).set())
                .collect(Collectors.toSet());
        assertThat(shop.events).filteredOn(Event.ReleaseMade.class::isInstance).allSatisfy(e -> {
            assertThat(passed).contains(((Event.ReleaseMade) e).set());
            assertThat(((Event.ReleaseMade) e).changes()).isNotEmpty();
        });
    }

    /** The older build goes back to the queue, where it would wait for the newer one. */
    @Test
    void I1_passOfASetIsReleasedAsThatSetAlsoWhereANewerBuildCameAndTheTrainWasPaused() {
        Ride ride = Ride.on(shop, shop.store);
        String older = queue(ride, "cart#2", Map.of("s0", "1.2"));
        String other = queue(ride, "pay#1", Map.of("s1", "1.1"));
        Task.Test both = (Task.Test) ride.next(ride.environments().get(0));
        assertThat(both.changes()).containsExactlyInAnyOrder(older, other);
        String newer = queue(ride, "cart#3", Map.of("s0", "1.3"));
        ride.train().report(both.trial(), Verdict.PASSED, "");
        ride.train().pause("look", "ada");
        assertThat(ride.next(ride.environments().get(0))).isInstanceOf(Task.Wait.class);

        ride.train().resume("ada");
        ride.run("build 1");

        everyReleasePassedAsItIs();
        assertThat(List.of(older, other, newer))
                .allSatisfy(c -> assertThat(ride.outcome(c).outcome()).isEqualTo(Outcome.RELEASED));
        assertThat(shop.inProduction("s0")).isEqualTo(FakeShop.digest("s0", "1.3"));
    }

    @Test
    void I13_rollbackThatIsRefusedLeavesNoOlderBuildBeforeWhatProductionRuns() {
        Ride ride = Ride.on(shop, shop.store);
        queue(ride, "cart#1", Map.of("s0", "1.1"));
        ride.run("build 1");
        queue(ride, "cart#3", Map.of("s0", "1.3"));
        ride.run("build 1");
        ride.train().rollbacks().perform(Rollback.to("shop-1", "loses carts", "ada"));
        boolean[] refused = {false};
        shop.production.beforeTag(tag -> {
            if (!refused[0]) {
                refused[0] = true;
                throw new EngineException(FailureKind.UNSUPPORTED, "no such media type");
            }
        });
        ride.run("build 1");
        assertThat(ride.train().state().paused()).contains("could not be promoted");
        ride.train().resume("ada");

        String late = queue(ride, "cart#2", Map.of("s0", "1.2"));
        ride.run("build 1");

        assertThat(ride.outcome(late).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s0")).isEqualTo(FakeShop.digest("s0", "1.3"));
    }

    /** It passed, but somebody took its version tag: nothing of it reached production. */
    @Test
    void I13_newerBuildThatIsNotPromotedKeepsNoOlderOneOut() {
        Ride ride = Ride.on(shop, shop.store);
        String newer = queue(ride, "cart#3", Map.of("s0", "1.3"));
        Task.Test test = (Task.Test) ride.next(ride.environments().get(0));
        ride.train().report(test.trial(), Verdict.PASSED, "");
        shop.production.push("prod/s0", "1.3", "something else");
        ride.run("build 1");
        assertThat(ride.outcome(newer).outcome()).isEqualTo(Outcome.UNDECIDED);

        String older = queue(ride, "cart#2", Map.of("s0", "1.2"));
        ride.run("build 1");

        assertThat(ride.outcome(older).outcome()).isEqualTo(Outcome.RELEASED);
    }

    /** The driver supersedes what waits, and so does a build that comes at that moment. */
    @Test
    void I8_changeThatTwoNewerOnesSupersedeAtOnceEndsOnce() {
        Ride builds = Ride.on(shop, shop.store);
        String[] ids = new String[2];
        Store store = meanwhile(
                e -> e instanceof Event.ChangeEnded ended && ended.change().equals(ids[0]),
                () -> ids[1] = queue(builds, "", Map.of("s0", "1.4")));
        Ride ride = Ride.on(shop, store);
        ids[0] = queue(builds, "cart#1", Map.of("s0", "1.1"));
        Task.Test first = (Task.Test) ride.next(ride.environments().get(0));
        queue(builds, "cart#2", Map.of("s0", "1.2"));
        builds.train().pause("look", "ada");
        ride.train().report(first.trial(), Verdict.VOID, "the agent was lost");
        ride.next(ride.environments().get(0));
        builds.train().resume("ada");

        ride.run("build 1");

        assertThat(ids[1]).as("it came meanwhile").isNotNull();
        assertThat(ends(ids[0])).hasSize(1);
        assertThat(ride.outcome(ids[1]).outcome()).isEqualTo(Outcome.RELEASED);
    }

    /** Of two who promote one release, the slower one finds the next one on its way. */
    @Test
    void I8_whoIsSlowToSayThatAReleaseIsPromotedEndsNoOtherOne() {
        Ride quick = Ride.on(shop, shop.store);
        String first = queue(quick, "cart#1", Map.of("s0", "1.1"));
        String[] second = new String[1];
        Store store = meanwhile(Event.ReleasePromoted.class::isInstance, () -> {
            second[0] = queue(quick, "pay#1", Map.of("s1", "1.1"));
            Task.Test test = (Task.Test) quick.next(quick.environments().get(0));
            shop.production.beforeTag(tag -> {
                throw new EngineException(FailureKind.UNAVAILABLE, "the registry answered 503");
            });
            quick.train().report(test.trial(), Verdict.PASSED, "");
            quick.next(quick.environments().get(0));
            assertThat(quick.train().state().pending()).isPresent();
        });
        Ride slow = Ride.on(shop, store);
        Task.Test test = (Task.Test) slow.next(slow.environments().get(0));
        slow.train().report(test.trial(), Verdict.PASSED, "");
        slow.next(slow.environments().get(0));
        assertThat(second[0]).as("it came meanwhile").isNotNull();
        assertThat(ends(first)).hasSize(1);
        assertThat(slow.train().state().undecided()).extracting("id").containsExactly(second[0]);

        shop.production.beforeTag(tag -> {});
        quick.run("build 1");

        assertThat(ends(second[0])).extracting(Event.ChangeEnded::outcome).containsExactly(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.1"));
    }

    /** Production has it by then: to say that it was refused would be wrong. */
    @Test
    void I6_whatIsPromotedIsNotRefusedWhereThatCannotBeWrittenNow() {
        Ride builds = Ride.on(shop, shop.store);
        String change = queue(builds, "cart#1", Map.of("s0", "1.1"));
        boolean[] busy = {true};
        Ride ride = Ride.on(shop, MeddledStore.of(shop.store, events -> {
            if (busy[0] && events.stream().anyMatch(Event.ReleasePromoted.class::isInstance)) {
                throw new EngineException(FailureKind.CONFLICT, "others wrote first");
            }
        }));
        Task.Test test = (Task.Test) ride.next(ride.environments().get(0));
        ride.train().report(test.trial(), Verdict.PASSED, "");
        assertThatThrownBy(() -> ride.next(ride.environments().get(0))).hasMessageContaining("others wrote first");
        assertThat(shop.inProduction("s0")).isEqualTo(FakeShop.digest("s0", "1.1"));
        assertThat(ride.train().state().pending()).isPresent();
        busy[0] = false;

        ride.run("build 1");

        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.events).noneMatch(Event.PromotionRefused.class::isInstance);
    }

    @Test
    void I8_buildThatGoesAwayWhileItsTrialBeginsIsAskedForAgain() throws InterruptedException {
        Ride ride = Ride.on(shop, shop.store);
        String change = queue(ride, "cart#1", Map.of("s0", "1.1"));
        int[] asked = {0};
        Conductors away = Conductors.builds(
                c -> change.equals(c) && ++asked[0] == 2 ? Conductors.Standing.AWAY : Conductors.Standing.HERE);
        assertThat(ride.train().next(ride.environments().get(0).name(), away)).isInstanceOf(Task.Test.class);
    }

    /** Of the first change only the other image is released: its bad one stays the likely reason why both failed. */
    @Test
    void I4_releaseWithoutABadImageOfAChangeBlamesNobodyElseForIt() {
        Ride ride = Ride.on(shop, shop.store);
        String overlaid = queue(ride, "cart#1", Map.of("s0", "1.1", "s1", "1.1"));
        String good = queue(ride, "pay#1", Map.of("s2", "1.1"));
        Task.Test both = (Task.Test) ride.next(ride.environments().get(0));
        assertThat(both.changes()).containsExactlyInAnyOrder(overlaid, good);
        shop.buildBad("s0", "1.1");
        ride.train().report(both.trial(), shop.test(), "1 test failed");
        String newer = queue(ride, "cart#2", Map.of("s0", "1.2"));
        ride.train().prioritise(newer, 50, "ada");
        shop.cluster.keepsOut(FakeShop.digest("s2", "1.1"), "unauthorized");

        ride.run("build 1");

        assertThat(ride.outcome(overlaid).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(newer).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.train().outcome(good)).as("it cannot be pulled now").isEmpty();
        assertThat(ride.train().state().search().evidence().failures())
                .extracting(Evidence.Tried::changes)
                .doesNotContain(List.of(good));
    }
}
