package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.block.BlockState;
import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The process dies at every single append of a story in turn; the next one goes on; the outcomes are the same. */
class TrainCrashTest {
    private static final List<String> SERVICES = List.of("s0", "s1", "s2");

    @ParameterizedTest
    @CsvSource({"true, 0, 1", "false, 0, 1", "true, 1, 1", "false, 2, 1", "true, 0, 2", "false, 0, 2", "true, 2, 2"})
    void I8_crashAtAnyAppendChangesNoOutcome(boolean durable, int flakyRun, int environments) {
        int appends = 0;
        while (crashAt(appends, durable, flakyRun, environments)) {
            appends++;
        }
        assertThat(appends).as("every append of the story was a crash once").isGreaterThan(20);
    }

    /** Outages, lost agents, refused promotions, images that cannot be pulled; and the process dies meanwhile, anywhere. */
    @ParameterizedTest
    @CsvSource({
        "OUTAGE, true, 1",
        "OUTAGE, false, 2",
        "LOST_AGENTS, false, 1",
        "REFUSED_PROMOTIONS, true, 1",
        "REFUSED_PROMOTIONS, false, 2",
        "KEPT_OUT, true, 1",
        "KEPT_OUT, false, 1",
        "KEPT_OUT, true, 2"
    })
    void I8_crashAtAnyAppendInTroubleChangesNoOutcome(Trouble trouble, boolean durable, int environments) {
        int appends = 0;
        while (crashAt(appends, durable, environments, (shop, tests) -> trouble.in(shop, 2, 3, tests))) {
            appends++;
        }
        assertThat(appends).as("every append of the story was a crash once").isGreaterThan(20);
    }

    /** @param flakyRun the run of the tests that fails whatever is installed, 1 being the first; 0: none */
    private static boolean crashAt(int append, boolean durable, int flakyRun, int environments) {
        return crashAt(append, durable, environments, (shop, tests) -> {
            AtomicInteger runs = new AtomicInteger();
            return place -> runs.incrementAndGet() == flakyRun ? Verdict.FAILED : tests.apply(place);
        });
    }

    /**
     * @param mishaps what happens to the tests, and besides
     * @return whether the story is that long
     */
    private static boolean crashAt(
            int append,
            boolean durable,
            int environments,
            BiFunction<FakeShop, Function<Environment, Verdict>, Function<Environment, Verdict>> mishaps) {
        try (FakeShop shop = new FakeShop(4, Map.of(), MemoryStore.create())) {
            shop.build("s0", "2");
            shop.buildBad("s1", "2");
            shop.build("s2", "2");
            Function<Environment, Verdict> tests = mishaps.apply(shop, shop::test);
            CrashingStore crashing = new CrashingStore(shop.store, append, durable);
            try {
                Ride ride = Ride.on(shop, crashing.store(), environments);
                SERVICES.forEach(service -> ride.queue(service, "2"));
                ride.runAll(new Random(append), tests);
            } catch (CrashingStore.Crash e) {
                Ride ride = Ride.on(shop, shop.store, environments);
                queueWhatGotLost(ride);
                ride.runAll(new Random(append), tests);
            }
            String where = "after a crash at append " + append + ", durable: " + durable;
            assertOutcome(shop, "s0", Outcome.RELEASED, where);
            assertOutcome(shop, "s1", Outcome.EJECTED, where);
            assertOutcome(shop, "s2", Outcome.RELEASED, where);
            assertThat(shop.environments(environments))
                    .allSatisfy(e -> assertThat(e.lock().entries()).as(where).isEmpty());
            return crashing.crashed();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I8_crashDuringARollbackLeavesItDoneOrNotBegun(boolean durable) {
        int appends = 0;
        while (crashWhileRollingBack(appends, durable)) {
            appends++;
        }
        assertThat(appends).as("every append of the story was a crash once").isGreaterThan(20);
    }

    /** A release, another, a trial under way, a rollback to the first release; then what was under way is released. */
    private static boolean crashWhileRollingBack(int append, boolean durable) {
        try (FakeShop shop = new FakeShop(4, Map.of())) {
            SERVICES.forEach(service -> shop.build(service, "2"));
            CrashingStore crashing = new CrashingStore(shop.store, append, durable);
            try {
                story(Ride.on(shop, crashing.store(), 2));
            } catch (CrashingStore.Crash e) {
                story(Ride.on(shop, shop.store, 2));
            }
            String where = "after a crash at append " + append + ", durable: " + durable;
            assertOutcome(shop, "s0", Outcome.RELEASED, where);
            assertThat(shop.inProduction("s1")).as(where).isEqualTo(FakeShop.digest("s1", "1"));
            assertOutcome(shop, "s2", Outcome.RELEASED, where);
            assertThat(rollbacks(shop)).as(where).isEqualTo(1);
            return crashing.crashed();
        }
    }

    /** Goes on where the former process stopped. */
    private static void story(Ride ride) {
        FakeShop shop = ride.shop();
        for (String service : List.of("s0", "s1")) {
            if (!ended(ride, service)) {
                queueOnce(ride, service);
                ride.runAll(new Random(1), shop::test);
            }
        }
        queueOnce(ride, "s2");
        if (rollbacks(shop) == 0) {
            ride.environments().forEach(ride::next);
            ride.train().rollbacks().perform(Rollback.to("shop-1", "it loses carts", "ada"));
        }
        ride.runAll(new Random(1), shop::test);
    }

    /** Hold, blocks, release: whatever a crash leaves is the safer half, and asking once more goes on (I8). */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I8_crashDuringARollbackThatStaysLeavesTheSaferHalf(boolean durable) {
        int appends = 0;
        while (crashWhileRollingBackForGood(appends, durable)) {
            appends++;
        }
        assertThat(appends).as("every append of the story was a crash once").isGreaterThan(4);
    }

    private static boolean crashWhileRollingBackForGood(int append, boolean durable) {
        Rollback wanted = new Rollback("shop-1", "it loses carts", true, List.of("shop-2"), "ada");
        try (FakeShop shop = new FakeShop(4, Map.of())) {
            SERVICES.forEach(service -> shop.build(service, "2"));
            Ride before = Ride.on(shop, shop.store, 1);
            for (String service : List.of("s0", "s1")) {
                before.queue(service, "2");
                before.runAll(new Random(1), shop::test);
            }
            String where = "after a crash at append " + append + ", durable: " + durable;
            CrashingStore crashing = new CrashingStore(shop.store, append, durable);
            try {
                Ride dying = Ride.on(shop, crashing.store(), 1);
                dying.train().rollbacks().perform(wanted);
                dying.run("build");
            } catch (CrashingStore.Crash e) {
                Ride next = Ride.on(shop, shop.store, 1);
                BlockState blocked = new Blocks(shop.store, shop.clock, event -> {}).state();
                boolean made = rollbacks(shop) == 1;
                assertThat(!made || !blocked.blocked().isEmpty())
                        .as(where + ": blocks before the release")
                        .isTrue();
                assertThat(blocked.blocked().isEmpty()
                                || !next.train().state().held().isEmpty())
                        .as(where + ": hold before the blocks")
                        .isTrue();
                boolean begun = !next.train().state().held().isEmpty();
                assertThat(next.train().state().rollback().isPresent())
                        .as(where + ": the page offers to go on")
                        .isEqualTo(begun && !made);
                if (!made) {
                    next.train().rollbacks().perform(wanted);
                }
                next.run("build");
            }
            TrainState state = Ride.on(shop, shop.store, 1).train().state();
            assertThat(rollbacks(shop)).as(where).isEqualTo(1);
            assertThat(shop.inProduction("s1")).as(where).isEqualTo(FakeShop.digest("s1", "1"));
            assertThat(state.held()).as(where).isEqualTo("it loses carts");
            assertThat(state.rollback()).as(where).isEmpty();
            assertThat(count(shop, "train/shop", Event.ReleasesHeld.class))
                    .as(where)
                    .isEqualTo(1);
            assertThat(count(shop, "blocks", Event.ImageBlocked.class))
                    .as(where)
                    .isEqualTo(1);
            return crashing.crashed();
        }
    }

    private static long count(FakeShop shop, String stream, Class<? extends Event> type) {
        return shop.store.events(stream, 0, 1_000).stream()
                .filter(e -> type.isInstance(e.event()))
                .count();
    }

    private static void queueOnce(Ride ride, String service) {
        boolean waits =
                ride.train().state().undecided().anyMatch(c -> c.images().containsKey(service));
        if (!waits && !ended(ride, service)) {
            ride.queue(service, "2");
        }
    }

    private static long rollbacks(FakeShop shop) {
        return shop.store.events("train/shop", 0, 1_000).stream()
                .filter(e -> e.event() instanceof Event.ReleaseMade made
                        && !made.rollbackOf().isEmpty())
                .count();
    }

    /** A build whose queueing failed asks again; one that got its id does not. */
    private static void queueWhatGotLost(Ride ride) {
        List<String> there = ride.train()
                .state()
                .undecided()
                .flatMap(c -> c.images().keySet().stream())
                .toList();
        SERVICES.stream()
                .filter(service -> !there.contains(service) && !ended(ride, service))
                .forEach(service -> ride.queue(service, "2"));
    }

    private static boolean ended(Ride ride, String service) {
        return endOf(ride.shop(), service) != null;
    }

    private static void assertOutcome(FakeShop shop, String service, Outcome expected, String where) {
        assertThat(endOf(shop, service)).as(service + " " + where).isEqualTo(expected);
        String version = expected == Outcome.RELEASED ? "2" : "1";
        assertThat(shop.inProduction(service)).as(service + " " + where).isEqualTo(FakeShop.digest(service, version));
        assertThat(shop.installed().get(service))
                .as(service + " " + where)
                .isEqualTo(FakeShop.digest(service, version));
    }

    private static Outcome endOf(FakeShop shop, String service) {
        return shop.store.events("train/shop", 0, 1_000).stream()
                .map(recorded -> recorded.event())
                .filter(Event.ChangeQueued.class::isInstance)
                .map(Event.ChangeQueued.class::cast)
                .filter(queued -> queued.change().images().containsKey(service))
                .flatMap(queued -> shop.store.change(queued.change().id()).orElseThrow().ended().stream())
                .map(Event.ChangeEnded::outcome)
                .findFirst()
                .orElse(null);
    }
}
