package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    /** The first real request kills it, each time: the tests' verdict counts, and the others are released. */
    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"UNKNOWN", "IMAGE"})
    void K8_1_aCandidateThatFallsOverUnderTestIsFoundAndEjected(Fault fault) {
        // It starts again for the next trial, after it was looked at at the end of this one.
        AtomicBoolean fell = new AtomicBoolean();
        shop.cluster.duringRollouts(() -> {
            if (!fell.getAndSet(false)) {
                shop.cluster.comesBack("s1");
            }
        });
        String cart = queued("s1");
        String pay = queued("s2");
        String mail = queued("s3");
        ride.run("build 1", () -> {
            boolean there = shop.installed().get("s1").equals(FakeShop.digest("s1", "2"));
            if (there) {
                fell.set(true);
                shop.cluster.fallsOver("s1", fault);
            }
            return there ? Verdict.FAILED : Verdict.PASSED;
        });
        assertThat(ride.outcome(cart).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(ride.outcome(cart).reason()).contains("did not run any more").doesNotContain("other images");
        assertThat(ride.outcome(pay).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(mail).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.train().state().isPaused()).isFalse();
    }

    /** Its pods are moved to another node, which finds nothing to pull, as no later trial does. */
    @ParameterizedTest
    @EnumSource(
            value = Verdict.class,
            names = {"PASSED", "FAILED"})
    void I4_changeWhoseImageIsRemovedAndEvictedDuringItsTestsIsNotBlamed(Verdict said) {
        String cart = queued("s1");
        String pay = queued("s2");
        ride.run("build 1", () -> {
            boolean there = shop.installed().get("s1").equals(FakeShop.digest("s1", "2"));
            if (there) {
                shop.dev.untag("dev/s1", "2");
                shop.dev.collect("dev/s1");
                shop.cluster.cannotStart(FakeShop.digest("s1", "2"));
                shop.cluster.fallsOver("s1", Fault.IMAGE);
            }
            return there ? said : Verdict.PASSED;
        });
        assertThat(ride.outcome(cart).outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(ride.outcome(cart).reason())
                .contains("dev.example/dev/s1@", "is not there any more; build it again");
        assertThat(ride.outcome(pay).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.events.stream()
                        .filter(Event.TrialEnded.class::isInstance)
                        .map(Event.TrialEnded.class::cast)
                        .findFirst())
                .hasValueSatisfying(e -> assertThat(e.verdict()).isEqualTo(Verdict.VOID));
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
