package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
    /** A hotfix is in production that the dev registry never saw, as when it was cleaned up. */
    @Test
    void snapshotOfProductionMakesOneReleaseOfWhatLanesProved() {
        try (FakeShop shop = new FakeShop(3, Map.of())) {
            shop.production.push("prod/s1", "production", "s1 hotfix");
            Map<String, String> images = new TreeMap<>();
            shop.registries()
                    .productionSet(shop.catalog)
                    .images()
                    .forEach((service, image) ->
                            images.put(service, image.digest().value()));
            Ride ride = Ride.on(shop, shop.store);
            String change = ride.train().queue(new Train.Request(images, Origin.UNKNOWN, 0, true));
            ride.run("build 1");
            assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
            assertThat(ride.trials()).isEqualTo(1);
            Event.ReleaseMade made = shop.store.release("shop-1").orElseThrow().made();
            assertThat(made.set())
                    .isEqualTo(shop.registries().productionSet(shop.catalog).digest());
            assertThat(made.changed()).as("nothing moves").isEmpty();
        }
    }

    private final FakeShop shop = new FakeShop(4, Map.of());
    private final Snapshots snapshots = new Snapshots(shop.catalog, shop.registries());

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void whateverTheDevRegistryHoldsIsReleasedAsOne() {
        shop.build("s1", "main");
        shop.build("s2", "main");
        shop.dev.push("dev/s3", "main", "s3 1");
        Map<String, String> images = snapshots.ofTag("main");
        assertThat(images).as("production runs this s3 already").containsOnlyKeys("s1", "s2");
        Ride ride = Ride.on(shop, shop.store);
        ride.train().queue(new Train.Request(images, Origin.UNKNOWN, 0, true));
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "main"));
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "main"));
        assertThatThrownBy(() -> snapshots.ofTag("main")).hasMessageContaining("nothing new");
    }

    @Test
    void newestTagIsThatOfTheHighestNumbers() {
        assertThat(Snapshots.newest(
                        List.of("1.9.0", "1.10.0", "1.10.0-rc", "2.0-beta", "latest"),
                        Pattern.compile("\\d+(\\.\\d+)*")))
                .contains("1.10.0");
        shop.build("s1", "1.9");
        shop.build("s1", "1.10");
        assertThat(snapshots.ofPattern(name -> Pattern.compile("1\\.\\d+"))).isEqualTo(Map.of("s1", "1.10"));
    }

    @Test
    void nothingNewIsToldWithCounts() {
        assertThatThrownBy(() -> snapshots.ofTag("nosuch"))
                .hasMessageContaining("of 4 services, 0 have a tag 'nosuch'");
    }
}
