package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A train's trials beside services that they do not change. */
class TrainScopeTest {
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

    @Test
    void I14_K8_2_aServiceWithoutPodsStopsNobody() {
        shop.cluster.isNotExpected("s3", "has no replicas");
        String change = queued("s1");
        ride.run("build 1");
        assertThat(ride.outcome(change)).extracting(Event.ChangeEnded::outcome).isEqualTo(Outcome.RELEASED);
        assertThat(ride.trials()).isEqualTo(1);
    }

    @Test
    void K8_2_K8_10_aCandidateThatCannotBeShownIsRefusedByName() {
        shop.cluster.isNotExpected("s3", "has the partition 1");
        assertThatThrownBy(() -> queued("s3"))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.INVALID_INPUT))
                .hasMessageContaining("staging")
                .hasMessageContaining("s3")
                .hasMessageContaining("partition 1");
        assertThat(ride.train().state().queue()).isEmpty();
        // A snapshot may hold it as it is.
        String same = ride.queue("s3", "1");
        assertThat(ride.train().state().queue()).extracting(c -> c.id()).containsExactly(same);
    }

    @Test
    void B8_B9_aServiceThatIsNotReadyStopsNobody() {
        shop.cluster.fallsOver("s3", Fault.UNKNOWN);
        String change = queued("s1");
        ride.run("build 1");
        assertThat(ride.outcome(change)).extracting(Event.ChangeEnded::outcome).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void K8_11_whatWasReleasedIsPulledFromProduction() {
        queued("s1");
        ride.run("build 1");
        assertThat(shop.cluster.asksFor("s1").orElseThrow().registry())
                .isEqualTo(shop.registries()
                        .released(
                                shop.catalog.service("s1"),
                                shop.registries()
                                        .productionSet(shop.catalog)
                                        .images()
                                        .get("s1"))
                        .registry());
    }
}
