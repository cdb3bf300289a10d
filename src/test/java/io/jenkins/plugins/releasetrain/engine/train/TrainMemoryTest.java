package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is remembered of a set, and of where it ran (design §5.5). */
class TrainMemoryTest {
    private final FakeShop shop = new FakeShop(8, Map.of());

    @AfterEach
    void close() {
        shop.close();
    }

    /** @param setUps how each environment is configured */
    private Ride ride(String... setUps) {
        List<Environment> places = shop.environments(setUps.length);
        List<Environment> configured = IntStream.range(0, setUps.length)
                .mapToObj(i -> places.get(i))
                .map(e -> new Environment(
                        e.name(),
                        e.namespace(),
                        e.baseUrl(),
                        e.cluster(),
                        e.lock(),
                        e.rolloutDeadline(),
                        e.lease(),
                        setUps[places.indexOf(e)]))
                .toList();
        Ports ports = new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add);
        Train.Plan plan = new Train.Plan(TrainSettings.of("shop", "suite 1"), Timetable.ALWAYS);
        return new Ride(shop, new Train(plan, shop.catalog, shop.registries(), configured, ports), configured);
    }

    private void prove(Ride ride) {
        shop.build("s1", "2");
        ride.queueTest("s1", "2");
        ride.run("build 1");
    }

    private long trialsOfTheSameSet(Ride ride) {
        long before = ride.trials();
        ride.queue("s1", "2");
        ride.run("build 1");
        return ride.trials() - before;
    }

    @Test
    void verdictIsRememberedWhereTheEnvironmentIsAsItWas() {
        prove(ride("cluster a"));
        assertThat(trialsOfTheSameSet(ride("cluster a"))).isZero();
    }

    @Test
    void B32_verdictOfAnotherConfigurationOfTheEnvironmentIsNotRemembered() {
        prove(ride("cluster a"));
        assertThat(trialsOfTheSameSet(ride("cluster b"))).isEqualTo(1);
    }

    @Test
    void B32_whatOneOfItsEnvironmentsSaidHoldsForAllOfTheTrain() {
        prove(ride("cluster a"));
        assertThat(trialsOfTheSameSet(ride("cluster b", "cluster a"))).isZero();
    }
}
