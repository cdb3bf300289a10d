package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stands against one change of a release that passed stops nobody else (I14). */
class TrainPromotionTest {
    private final FakeShop shop = new FakeShop(4, Map.of());
    private final Ride ride = Ride.on(shop, shop.store);

    @AfterEach
    void close() {
        shop.close();
    }

    private String queued(String service) {
        shop.build(service, "2");
        return ride.queue(service, "2");
    }

    private void runWhile(Runnable happens) {
        boolean[] happened = {false};
        ride.run("build 1", () -> {
            if (!happened[0]) {
                happened[0] = true;
                happens.run();
            }
            return Verdict.PASSED;
        });
    }

    @Test
    void I14_versionTagThatSomebodyTakesDuringTheTestsEndsItsChangeAndTheOthersShip() {
        String taken = queued("s1");
        String other = queued("s2");
        runWhile(() -> shop.production.push("prod/s1", "2", "something else"));
        assertThat(ride.outcome(taken).outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(ride.outcome(taken).reason()).contains("passed", "prod/s1:2", "is taken by");
        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(ride.train().state().isPaused()).isFalse();
    }

    @Test
    void I14_imageThatTheDevRegistryRemovesDuringTheTestsEndsItsChangeAndTheOthersShip() {
        String gone = queued("s1");
        String other = queued("s2");
        runWhile(() -> {
            shop.dev.push("dev/s1", "2", "something else");
            shop.dev.collect("dev/s1");
        });
        assertThat(ride.outcome(gone).outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(ride.outcome(gone).reason()).contains("passed", "dev/s1", "is not there any more");
        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.train().state().isPaused()).isFalse();
    }

    @Test
    void whatNobodyKnowsTheCauseOfStopsTheTrain() {
        String change = queued("s1");
        shop.production.beforeTag(tag -> {
            throw new io.jenkins.plugins.releasetrain.engine.model.EngineException(
                    io.jenkins.plugins.releasetrain.engine.model.FailureKind.UNSUPPORTED, "no such media type");
        });
        ride.run("build 1", () -> Verdict.PASSED);
        assertThat(ride.train().outcome(change)).isEmpty();
        assertThat(ride.train().state().paused()).contains("no such media type");
    }
}
