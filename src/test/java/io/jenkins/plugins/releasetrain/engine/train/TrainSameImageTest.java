package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Changes that bring what is there already, or what another one brings. */
class TrainSameImageTest {
    private final FakeShop shop = new FakeShop(4, Map.of());
    private final Ride ride = Ride.on(shop, shop.store);

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(String build, String version) {
        shop.clock.advance(Duration.ofSeconds(1));
        return ride.train().queue(new Train.Request(Map.of("s1", version), new Origin(build, "", ""), 0, true));
    }

    @Test
    void oneImageThatTwoJobsQueueIsReleasedOnceForBoth() throws InterruptedException {
        shop.build("s1", "2");
        String first = queue("cart#7", "2");
        Task.Test test = (Task.Test) ride.train().next("build");
        String second = queue("nightly#3", "2");
        ride.train().report(test.trial(), Verdict.PASSED, "");
        ride.run("build");
        assertThat(ride.outcome(first).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(second).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.trials()).isEqualTo(1);
    }

    @Test
    void I4_whatProductionRunsAlreadyIsNotBlamedForAnOutage() {
        String same = queue("cart#7", "1");
        ride.run("build", () -> Verdict.FAILED);
        assertThat(ride.train().outcome(same)).isEmpty();
        shop.clock.advance(Duration.ofMinutes(1));
        ride.train().resume("ada");
        ride.run("build", () -> Verdict.PASSED);
        assertThat(ride.outcome(same).outcome()).isEqualTo(Outcome.RELEASED);
    }
}
