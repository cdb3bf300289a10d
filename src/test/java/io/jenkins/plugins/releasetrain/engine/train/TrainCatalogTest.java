package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A catalog that changes while the train runs. */
class TrainCatalogTest {
    private final FakeShop shop = new FakeShop(6, Map.of());
    private final ChangingCatalog catalog = new ChangingCatalog(shop.catalog);
    private final Ride ride = new Ride(
            shop,
            new Train(
                    new Train.Plan(TrainSettings.of("shop", "suite 1"), Timetable.ALWAYS),
                    catalog,
                    shop.registries(),
                    List.of(shop.environment()),
                    new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add)),
            List.of(shop.environment()));
    private final Train train = ride.train();

    @AfterEach
    void close() {
        shop.close();
    }

    private static Catalog without(Catalog catalog, String service) {
        SortedMap<String, Service> services = new TreeMap<>(catalog.services());
        services.remove(service);
        return new Catalog(services);
    }

    private Task.Test test() throws InterruptedException {
        return (Task.Test) train.next("build");
    }

    @Test
    void aSearchEndsWithTheCatalogThatItBeganWithAndNobodyJoinsIt() throws InterruptedException {
        shop.buildBad("s0", "2");
        List<String> others = List.of("s1", "s2", "s3");
        others.forEach(s -> shop.build(s, "2"));
        String bad = ride.queue("s0", "2");
        others.forEach(s -> ride.queue(s, "2"));
        train.report(test().trial(), shop.test(), "1 test failed");
        shop.build("s4", "2");
        String late = ride.queue("s4", "2");

        catalog.newest = without(shop.catalog, "s5");
        int trials = 0;
        while (catalog.taken == shop.catalog) {
            Task.Test next = test();
            if (catalog.taken == shop.catalog) {
                assertThat(next.changes()).as("nobody joins").doesNotContain(late);
                assertThat(train.state().batch().orElseThrow().changes()).noneMatch(c -> c.id().equals(late));
                trials++;
            }
            train.report(next.trial(), shop.test(), "1 test failed");
        }
        ride.run("build");

        assertThat(trials).as("the search went on").isPositive();
        assertThat(ride.outcome(bad).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(ride.outcome(late).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(catalog.taken).isSameAs(catalog.newest);
        assertThat(shop.events.stream().filter(Event.TrialEnded.class::isInstance))
                .noneMatch(e -> ((Event.TrialEnded) e).verdict() == Verdict.VOID);
    }

    /** Two services that swap their repositories: what was built into the one is nothing of the other. */
    @Test
    void I4_whoWaitsWithAServiceThatMovedIsCancelledAndBlamedForNothing() throws InterruptedException {
        shop.build("s1", "2");
        shop.build("s3", "2");
        train.pause("the catalog is tidied", "ada");
        String moved = ride.queue("s1", "2");
        String other = ride.queue("s3", "2");
        SortedMap<String, Service> services = new TreeMap<>(shop.catalog.services());
        services.put("s1", in(shop.catalog.service("s1"), shop.catalog.service("s2")));
        services.put("s2", in(shop.catalog.service("s2"), shop.catalog.service("s1")));
        catalog.newest = new Catalog(services);
        train.resume("ada");
        ride.run("build");
        assertThat(ride.outcome(moved).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ride.outcome(moved).reason()).contains("'s1'", "prod/s2", "prod/s1", "build it again");
        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
    }

    private static Service in(Service service, Service place) {
        return new Service(
                service.name(),
                place.devRepository(),
                place.productionRepository(),
                service.productionTag(),
                service.workload(),
                service.group(),
                service.dependsOn());
    }

    /** An emergency does not depend on today's catalog, and whoever looks is told what stays as it is (B21). */
    @Test
    void B21_rollbackNamesServicesThatTheCatalogLost() {
        for (String service : List.of("s1", "s2")) {
            shop.build(service, "2");
            shop.build(service, "3");
            ride.queue(service, "2");
        }
        ride.run("build");
        ride.queue("s2", "3");
        ride.run("build");
        catalog.newest = without(shop.catalog, "s1");
        ride.queue("s2", "2");
        ride.run("build");

        assertThat(train.rollbacks().target("shop-1").skipped()).containsExactly("s1");
        train.rollbacks().perform(Rollback.to("shop-1", "it loses carts", "ada"));
        ride.run("build");

        Event.ReleaseMade made =
                shop.store.release(train.state().lastRelease()).orElseThrow().made();
        assertThat(made.rollbackOf()).isEqualTo("shop-1");
        assertThat(made.skipped()).contains(List.of("s1"));
        assertThat(train.state().paused()).isEmpty();
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));

        catalog.newest = new Catalog(new TreeMap<>());
        catalog.taken = catalog.newest;
        assertThatThrownBy(() -> train.rollbacks().perform(Rollback.to("shop-1", "it loses carts", "ada")))
                .hasMessageContaining("knows no service of release 'shop-1' any more");
    }

    @Test
    void whoWaitsWithAServiceThatIsGoneIsCancelledAtDepartureAndOthersGoOn() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        String gone = ride.queue("s1", "2");
        String stays = ride.queue("s2", "2");

        catalog.newest = without(shop.catalog, "s1");
        ride.run("build");

        assertThat(ride.outcome(gone).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ride.outcome(gone).reason()).isEqualTo("the catalog has no service 's1' any more");
        assertThat(ride.outcome(stays).outcome()).isEqualTo(Outcome.RELEASED);
        assertThatThrownBy(() -> ride.queue("s1", "2"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("Unknown service 's1'");
    }

    private static Service in(Service service, String dev, String production) {
        return new Service(
                service.name(),
                dev,
                production,
                service.productionTag(),
                service.workload(),
                service.group(),
                service.dependsOn());
    }

    private Catalog with(Service service) {
        SortedMap<String, Service> all = new TreeMap<>(shop.catalog.services());
        all.put(service.name(), service);
        return new Catalog(all);
    }

    /** No node can pull it from where the catalog says that it is; nobody looked at the image (I4). */
    @Test
    void I4_imageThatIsNotWhereTheCatalogHasItsServiceByNowIsNotBlamed() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        String moved = ride.queue("s1", "2");
        String other = ride.queue("s2", "2");
        catalog.newest = with(in(shop.catalog.service("s1"), "dev/elsewhere", "prod/s1"));
        shop.cluster.cannotStart(FakeShop.digest("s1", "2"));
        ride.run("build");

        assertThat(ride.outcome(moved).outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(ride.outcome(moved).reason()).contains("dev/elsewhere", "is not there any more; build it again");
        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
    }

    /** Candidates are pulled from the dev registry, whatever production has of older releases. */
    @Test
    void I4_imageThatTheDevRegistryRemovedAndProductionHasStillIsNotBlamed() {
        shop.cluster.cannotStart(shop.build("s1", "2"));
        shop.production.push("prod/s1", "old", "s1 2");
        String gone = ride.queue("s1", "2");
        shop.dev.untag("dev/s1", "2");
        shop.dev.collect("dev/s1");
        ride.run("build");

        assertThat(ride.outcome(gone).outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(ride.outcome(gone).reason()).contains("dev/s1@", "is not there any more; build it again");
    }

    /** What is tried next would be tested beside it, and whoever looks would take it for what production runs. */
    @Test
    void I4_rejectedImageOfAServiceThatLeftTheCatalogIsNotLeftInTheEnvironment() throws InterruptedException {
        shop.buildBad("s1", "2");
        String bad = ride.queue("s1", "2");
        Task.Test first = test();
        catalog.newest = without(shop.catalog, "s1");
        shop.build("s2", "2");
        String next = ride.queue("s2", "2");
        train.report(first.trial(), shop.test(), "1 test failed");
        ride.run("build");

        assertThat(ride.outcome(bad).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(ride.outcome(next).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(catalog.taken).isSameAs(catalog.newest);
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "1"));
    }

    @Test
    void B21_rollbackLeavesWhatTheCatalogHasInAnotherRepositoryByNow() {
        for (String version : List.of("2", "3")) {
            for (String service : List.of("s1", "s2")) {
                shop.build(service, version);
                ride.queue(service, version);
            }
            ride.run("build");
        }
        String first = shop.store
                .release(train.state().lastRelease())
                .orElseThrow()
                .made()
                .parent();
        shop.production.push("prod/elsewhere", "production", "s1 3");
        catalog.newest = with(in(shop.catalog.service("s1"), "dev/s1", "prod/elsewhere"));
        catalog.taken = catalog.newest;

        assertThat(train.rollbacks().target(first).skipped()).containsExactly("s1");
        train.rollbacks().perform(Rollback.to(first, "it loses carts", "ada"));
        ride.run("build");

        assertThat(train.state().paused()).isEmpty();
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "2"));
        shop.production.push("prod/elsewhere", "old", "s1 2");
        assertThat(train.rollbacks().target(first).skipped())
                .as("it is there as well")
                .isEmpty();
    }
}
