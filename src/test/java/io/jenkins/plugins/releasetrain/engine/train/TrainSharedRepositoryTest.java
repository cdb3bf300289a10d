package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Services that share a repository in production: no image may get there under another service's tag. */
class TrainSharedRepositoryTest {
    private static final Catalog CATALOG = new CatalogReader().read("""
            defaults: {dev: "dev/{service}", production: "prod/all", productionTag: "production-{service}"}
            services: {s0: {}, s1: {}, s2: {}}
            """);

    private final FakeShop shop = new FakeShop(3, Map.of());
    private Ride ride;

    @BeforeEach
    void start() {
        shop.production.push("prod/all", "production-s0", "s0 1");
        shop.production.push("prod/all", "production-s1", "s1 1");
        Train.Plan plan = new Train.Plan(TrainSettings.of("shop", "suite 1"), Timetable.ALWAYS);
        Train train = new Train(plan, CATALOG, shop.registries(), List.of(shop.environment()), ports());
        ride = new Ride(shop, train, List.of(shop.environment()));
    }

    @AfterEach
    void close() {
        shop.close();
    }

    private Ports ports() {
        return new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add);
    }

    private Lanes lanes() {
        LaneSettings settings =
                new LaneSettings(Isolation.REPLACE, LaneSettings.OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS);
        return new Lanes(settings, CATALOG, shop.registries(), shop.environment(), ports());
    }

    private Optional<Digest> inProduction(String tag) {
        return shop.production.resolve("prod/all", tag).map(Registry.Descriptor::digest);
    }

    /** Of s2 nothing was released yet, so that its tag is free. */
    @Test
    void CAT_1_imageThatIsBuiltAsAnotherServicesProductionTagDoesNotBecomeThat() {
        shop.build("s0", "production-s2");
        String change = ride.queue("s0", "production-s2");
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(inProduction("production-s0")).contains(FakeShop.digest("s0", "production-s2"));
        assertThat(inProduction("production-s2")).isEmpty();
    }

    @Test
    void CAT_1_imageThatIsBuiltAsItsOwnProductionTagIsReleasedTwice() {
        for (String version : List.of("2", "3")) {
            Digest digest = shop.dev.push("dev/s0", "production-s0", "s0 " + version);
            String change = ride.queue("s0", "production-s0");
            ride.run("build 1");
            assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
            assertThat(inProduction("production-s0")).contains(digest);
        }
    }

    @Test
    void CAT_1_laneTakesAnImageThatIsBuiltAsItsProductionTag() {
        shop.dev.push("dev/s0", "production-s0", "s0 2");
        assertThat(lanes().open(Map.of("s0", "production-s0"), Origin.UNKNOWN).group())
                .isEqualTo("s0");
    }

    /** One change, as of a group: nothing of it could be promoted, which is known before it is tested. */
    @Test
    void CAT_1_oneVersionTagForTwoImagesIsRefusedAtEntry() {
        shop.build("s0", "2");
        shop.build("s1", "2");
        assertThatThrownBy(() ->
                        ride.train().queue(new Train.Request(Map.of("s0", "2", "s1", "2"), Origin.UNKNOWN, 0, true)))
                .hasMessageContaining("Services s0 and s1")
                .hasMessageContaining("prod/all:2")
                .hasMessageContaining("tags of their own");
    }

    /** Two changes that pass together: the first has the tag, and nobody waits for a person. */
    @Test
    void CAT_1_I14_twoBuildsOfOneVersionTagDoNotStopTheTrain() {
        shop.build("s0", "2");
        shop.build("s1", "2");
        shop.build("s2", "3");
        String first = ride.queue("s0", "2");
        String second = ride.queue("s1", "2");
        String third = ride.queue("s2", "3");
        ride.run("build 1");
        assertThat(ride.train().state().paused()).isEmpty();
        assertThat(ride.outcome(first).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(third).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(second).outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(ride.outcome(second).reason()).contains("prod/all:2", "build under another tag");
        assertThat(inProduction("production-s1")).contains(FakeShop.digest("s1", "1"));
    }
}
