package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeCluster;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeRegistry;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.LaneTask;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lock.InMemoryLock;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A train is not the only one that brings images to production: the newer never loses to the older there either (I13). */
class TrainBesideOthersTest {
    private final FakeShop shop = new FakeShop(4, Map.of());
    private final Ride ride = Ride.on(shop, shop.store);

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(Ride train, String build, Map<String, String> images) {
        images.forEach(shop::build);
        String change = train.train().queue(new Train.Request(images, new Origin(build, "", ""), 0, true));
        shop.clock.advance(Duration.ofSeconds(1));
        return change;
    }

    private Lanes lanes() {
        Ports ports = new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add);
        LaneSettings settings =
                new LaneSettings(Isolation.REPLACE, LaneSettings.OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS);
        return new Lanes(settings, shop.catalog, shop.registries(), shop.environment(), ports);
    }

    private void releaseByLane(String build, String service, String version) throws InterruptedException {
        Event.LaneEnded ended = byLane(build, service, version);
        assertThat(ended.outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction(service)).isEqualTo(FakeShop.digest(service, version));
    }

    private Event.LaneEnded byLane(String build, String service, String version) throws InterruptedException {
        shop.build(service, version);
        Lanes lanes = lanes();
        Lanes.LaneId lane = lanes.open(Map.of(service, version), new Origin(build, "", ""));
        LaneTask task = lanes.next(lane);
        for (int i = 0; !(task instanceof LaneTask.Done); i++) {
            assertThat(i).as("it waits: " + task).isLessThan(20);
            shop.clock.advance(Duration.ofSeconds(10));
            if (task instanceof LaneTask.Test test) {
                lanes.report(lane, test.tenant(), new Lanes.Reported(Verdict.PASSED, "", Optional.empty()));
            }
            task = lanes.next(lane);
        }
        lanes.tidy();
        return ((LaneTask.Done) task).ended();
    }

    /** Whoever goes back on purpose lets what is between come again, also in the train that is told by others. */
    @Test
    void I13_afterLanesRolledBackTheTrainTriesABuildFromBetween() throws InterruptedException {
        String nine = byLane("cart#9", "s1", "1.9").release();
        releaseByLane("cart#11", "s1", "1.11");
        String late = queue(ride, "cart#10", Map.of("s1", "1.10"));
        ride.run("build 1");
        assertThat(ride.outcome(late).outcome()).isEqualTo(Outcome.SUPERSEDED);
        shop.clock.advance(Duration.ofMinutes(1));
        lanes().rollback().perform(nine, "it loses carts", "ada");

        String again = queue(ride, "cart#10", Map.of("s1", "1.10"));
        ride.run("build 1");

        assertThat(ride.outcome(again).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.10"));
        String older = queue(ride, "cart#8", Map.of("s1", "1.8"));
        ride.run("build 1");
        assertThat(ride.outcome(older).outcome()).isEqualTo(Outcome.SUPERSEDED);
    }

    @Test
    void I13_afterATrainRolledBackLanesTryABuildFromBetween() throws InterruptedException {
        String nine = queue(ride, "cart#9", Map.of("s1", "1.9"));
        ride.run("build 1");
        releaseByLane("cart#11", "s1", "1.11");
        assertThat(byLane("cart#10", "s1", "1.10").outcome()).isEqualTo(Outcome.SUPERSEDED);
        shop.clock.advance(Duration.ofMinutes(1));
        ride.train()
                .rollbacks()
                .perform(new Rollback(ride.outcome(nine).related(), "it loses carts", false, List.of(), "ada"));
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.9"));

        releaseByLane("cart#10", "s1", "1.10");
        assertThat(byLane("cart#8", "s1", "1.8").outcome()).isEqualTo(Outcome.SUPERSEDED);
    }

    @Test
    void MQ_1_olderBuildDoesNotOverwriteWhatALaneReleased() throws InterruptedException {
        releaseByLane("cart#11", "s1", "1.11");
        String ten = queue(ride, "cart#10", Map.of("s1", "1.10"));
        ride.run("build 1");
        assertThat(ride.outcome(ten).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.11"));
    }

    @Test
    void MQ_1_laneThatReleasesANewerOneDuringTheTrialOfTheOlderWins() throws InterruptedException {
        String ten = queue(ride, "cart#10", Map.of("s1", "1.10"));
        Task.Test test = (Task.Test) ride.train().next("build 1");
        Ride elsewhere = other("express");
        String eleven = queue(elsewhere, "cart#11", Map.of("s1", "1.11"));
        elsewhere.train().next("build 2");
        ride.train().report(test.trial(), Verdict.VOID, "the agent of the tests was lost");
        ride.train().pause("not now", "ada");
        ride.run("build 1");
        elsewhere.run("build 2");
        assertThat(elsewhere.outcome(eleven).outcome()).isEqualTo(Outcome.RELEASED);
        ride.train().resume("ada");
        ride.run("build 1");
        assertThat(ride.outcome(ten).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.11"));
    }

    @Test
    void oneImageThatALaneReleasedMeanwhileIsReleasedForTheTrainToo() throws InterruptedException {
        ride.train().pause("not yet", "ada");
        String same = queue(ride, "nightly#3", Map.of("s1", "1.11"));
        releaseByLane("cart#11", "s1", "1.11");
        ride.train().resume("ada");
        ride.run("build 1");
        assertThat(ride.outcome(same).outcome()).isEqualTo(Outcome.RELEASED);
    }

    /** Whose agents are lost, so that it takes the environment to be broken: others' may work. */
    @Test
    void I14_trainThatWaitsForABrokenEnvironmentLeavesItToOthers() throws InterruptedException {
        String waiting = queue(ride, "cart#10", Map.of("s1", "1.10"));
        while (ride.train().next("build 1") instanceof Task.Test test) {
            ride.train().report(test.trial(), Verdict.VOID, "the agent of the tests was lost");
        }
        assertThat(ride.train().state().broken()).isNotEmpty();
        ride.run("build 1");
        releaseByLane("pay#3", "s2", "3");
        Ride elsewhere = other("express");
        String other = queue(elsewhere, "mail#1", Map.of("s3", "2"));
        elsewhere.run("build 2");
        assertThat(elsewhere.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
        ride.train().resume("ada");
        ride.run("build 1");
        assertThat(ride.outcome(waiting).outcome()).isEqualTo(Outcome.RELEASED);
    }

    private Ride other(String name) {
        return Ride.on(shop, shop.store, new Train.Plan(TrainSettings.of(name, "suite 1"), Timetable.ALWAYS), 1);
    }

    /** Of a change of several services only what others have not overtaken is brought in. */
    @Test
    void I13_whatALaneReleasedMeanwhileIsKeptBesideTheRestOfAnOlderChange() throws InterruptedException {
        ride.train().pause("not yet", "ada");
        String all = queue(ride, "all#1", Map.of("s1", "2", "s2", "2"));
        releaseByLane("hotfix#1", "s1", "3");
        ride.train().resume("ada");
        ride.run("build 1");
        assertThat(ride.outcome(all).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "3"));
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "2"));
    }

    @Test
    void I13_newerBuildFollowsWhatALaneReleased() throws InterruptedException {
        releaseByLane("cart#11", "s1", "1.11");
        String twelve = queue(ride, "cart#12", Map.of("s1", "1.12"));
        ride.run("build 1");
        assertThat(ride.outcome(twelve).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.12"));
    }

    /** Another region: the same services, with a production registry of its own. */
    private Ride overseas(FakeRegistry production) {
        shop.catalog.services().keySet().forEach(s -> production.push("prod/" + s, "production", s + " 1"));
        Ports ports = new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add);
        Environment place = new Environment(
                "overseas",
                "overseas",
                "",
                new FakeCluster(),
                new InMemoryLock(shop.clock),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10));
        Train train = new Train(
                new Train.Plan(TrainSettings.of("overseas", "suite 1"), Timetable.ALWAYS),
                shop.catalog,
                new Registries(shop.dev, production),
                List.of(place),
                ports);
        return new Ride(shop, train, List.of(place));
    }

    @Test
    void I14_whatAnotherRegionReleasedIsNotReleasedHere() throws InterruptedException {
        releaseByLane("cart#11", "s1", "1.11");
        FakeRegistry production = new FakeRegistry("overseas.example");
        Ride overseas = overseas(production);
        String ten = queue(overseas, "cart#10", Map.of("s1", "1.10"));
        overseas.run("build 2");
        assertThat(overseas.outcome(ten).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(production.resolve("prod/s1", "production").orElseThrow().digest())
                .isEqualTo(FakeShop.digest("s1", "1.10"));
    }

    @Test
    void I13_whatAnotherRegionRolledBackIsNotRolledBackHere() throws InterruptedException {
        String nine = queue(ride, "cart#9", Map.of("s1", "1.9"));
        ride.run("build 1");
        FakeRegistry production = new FakeRegistry("overseas.example");
        Ride overseas = overseas(production);
        String eleven = queue(overseas, "cart#11", Map.of("s1", "1.11"));
        overseas.run("build 2");
        assertThat(overseas.outcome(eleven).outcome()).isEqualTo(Outcome.RELEASED);
        String here = queue(ride, "cart#11", Map.of("s1", "1.11"));
        ride.run("build 1");
        assertThat(ride.outcome(here).outcome()).isEqualTo(Outcome.RELEASED);
        shop.clock.advance(Duration.ofMinutes(1));
        ride.train()
                .rollbacks()
                .perform(new Rollback(ride.outcome(nine).related(), "it loses carts", false, List.of(), "ada"));
        ride.run("build 1");

        String ten = queue(overseas, "cart#10", Map.of("s1", "1.10"));
        overseas.run("build 2");
        assertThat(overseas.outcome(ten).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(production.resolve("prod/s1", "production").orElseThrow().digest())
                .isEqualTo(FakeShop.digest("s1", "1.11"));
    }

    /** What is between may come again, and not what is older than that. */
    @Test
    void I13_afterARollbackWhatIsOlderThanItsImageIsSuperseded() throws InterruptedException {
        String nine = queue(ride, "cart#9", Map.of("s1", "1.9"));
        ride.run("build 1");
        queue(ride, "cart#11", Map.of("s1", "1.11"));
        ride.run("build 1");
        queue(ride, "pay#1", Map.of("s2", "2"));
        ride.run("build 1");
        shop.clock.advance(Duration.ofMinutes(1));
        ride.train()
                .rollbacks()
                .perform(new Rollback(ride.outcome(nine).related(), "it loses carts", false, List.of(), "ada"));
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.9"));

        assertThat(byLane("cart#8", "s1", "1.8").outcome()).isEqualTo(Outcome.SUPERSEDED);
        String eight = queue(ride, "cart#8", Map.of("s1", "1.8"));
        ride.run("build 1");
        assertThat(ride.outcome(eight).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.9"));
    }

    @Test
    void I13_afterLanesRolledBackWhatIsOlderThanItsImageIsSuperseded() throws InterruptedException {
        String nine = byLane("cart#9", "s1", "1.9").release();
        releaseByLane("cart#11", "s1", "1.11");
        shop.clock.advance(Duration.ofMinutes(1));
        lanes().rollback().perform(nine, "it loses carts", "ada");

        assertThat(byLane("cart#8", "s1", "1.8").outcome()).isEqualTo(Outcome.SUPERSEDED);
        String eight = queue(ride, "cart#8", Map.of("s1", "1.8"));
        ride.run("build 1");
        assertThat(ride.outcome(eight).outcome()).isEqualTo(Outcome.SUPERSEDED);
        releaseByLane("cart#10", "s1", "1.10");
    }

    @Test
    void I14_laneOfAnotherRegionIsNotSupersededByWhatIsReleasedHere() throws InterruptedException {
        FakeRegistry production = new FakeRegistry("overseas.example");
        Ride overseas = overseas(production);
        String eleven = queue(overseas, "cart#11", Map.of("s1", "1.11"));
        overseas.run("build 2");
        assertThat(overseas.outcome(eleven).outcome()).isEqualTo(Outcome.RELEASED);

        releaseByLane("cart#10", "s1", "1.10");
    }
}
