package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Environments that break and heal, nodes that cannot pull, agents that are lost, promotions that are refused (design §14):
 * exactly who is bad is ejected, nobody has to resume, and the process may die at any append meanwhile.
 */
class TrainTroubleProperties {
    /** Shorter than a lease, which nobody renews here. */
    private static final Duration RUN = Duration.ofMinutes(4);

    /** Runs of the tests, of which the first {@code from} to before {@code to} meet a broken environment. */
    private static final class Outage {
        private final FakeShop shop;
        private final int from;
        private final int to;
        private int runs;

        Outage(FakeShop shop, int from, int to) {
            this.shop = shop;
            this.from = from;
            this.to = to;
        }

        Verdict test(Environment place) {
            runs++;
            shop.clock.advance(RUN);
            return runs >= from && runs < to ? Verdict.FAILED : shop.test(place);
        }
    }

    /** By brute force: every choice of bad ones among three changes, every outage by its first run and its length. */
    @Example
    void I4_everyOutageOfEveryBatchBlamesExactlyTheBadOnes() {
        for (int bad = 0; bad < 8; bad++) {
            for (int from = 1; from <= 5; from++) {
                for (int length = 1; length <= 4; length++) {
                    String where = "bad " + bad + ", broken from run " + from + " for " + length;
                    try (FakeShop shop = new FakeShop(3, Map.of(), MemoryStore.create())) {
                        build(shop, bad);
                        Outage outage = new Outage(shop, from, from + length);
                        ride(shop, shop.store, outage, 1);
                        promises(shop, bad, where);
                    }
                }
            }
        }
    }

    /** The process dies at every append of such a story in turn. */
    @Example
    void I8_crashAtAnyAppendOfAnOutageChangesNoOutcome() {
        for (int environments = 1; environments <= 2; environments++) {
            for (boolean durable : new boolean[] {true, false}) {
                boolean more = true;
                for (int append = 0; more; append++) {
                    more = crash(append, durable, environments);
                }
            }
        }
    }

    private static boolean crash(int append, boolean durable, int environments) {
        int bad = 0b010;
        try (FakeShop shop = new FakeShop(3, Map.of(), MemoryStore.create())) {
            build(shop, bad);
            CrashingStore crashing = new CrashingStore(shop.store, append, durable);
            Outage outage = new Outage(shop, 2, 5);
            try {
                ride(shop, crashing.store(), outage, environments);
            } catch (CrashingStore.Crash e) {
                ride(shop, shop.store, outage, environments);
            }
            promises(shop, bad, "crash at append " + append + ", durable: " + durable);
            return crashing.crashed();
        }
    }

    private static void build(FakeShop shop, int bad) {
        for (int i = 0; i < shop.catalog.services().size(); i++) {
            if ((bad >>> i & 1) != 0) {
                shop.buildBad("s" + i, "2");
            } else {
                shop.build("s" + i, "2");
            }
        }
    }

    private static void ride(FakeShop shop, Store store, Outage outage, int environments) {
        Ride ride = Ride.on(shop, store, environments);
        Set<String> queued = new TreeSet<>();
        shop.store.events("train/shop", 0, 10_000).forEach(r -> {
            if (r.event() instanceof Event.ChangeQueued e) {
                queued.addAll(e.change().images().keySet());
            }
        });
        shop.catalog.services().keySet().stream()
                .filter(service -> !queued.contains(service))
                .forEach(service -> ride.queue(service, "2"));
        ride.runAll(new Random(environments), outage::test);
    }

    private static void promises(FakeShop shop, int bad, String where) {
        Map<String, Integer> changes = new HashMap<>();
        Map<String, Outcome> outcomes = new HashMap<>();
        shop.store.events("train/shop", 0, 10_000).forEach(r -> {
            assertThat(r.event()).as(where).isNotInstanceOf(Event.TrainPaused.class);
            if (r.event() instanceof Event.ChangeQueued e) {
                changes.put(
                        e.change().id(),
                        Integer.parseInt(e.change().images().firstKey().substring(1)));
            } else if (r.event() instanceof Event.ChangeEnded e) {
                assertThat(outcomes.put(e.change(), e.outcome()))
                        .as("I8, " + where)
                        .isNull();
            }
        });
        assertThat(outcomes.keySet()).as("I8, " + where).isEqualTo(changes.keySet());
        outcomes.forEach((change, outcome) -> assertThat(outcome)
                .as("I4, s" + changes.get(change) + ", " + where)
                .isEqualTo((bad >>> changes.get(change) & 1) == 0 ? Outcome.RELEASED : Outcome.EJECTED));
    }

    /** Each trouble comes and goes by chance; builds arrive all the time. */
    @Property(tries = 20)
    void I4_I12_I13_I14_holdInEveryTrouble(@ForAll long seed, @ForAll @IntRange(min = 1, max = 2) int environments) {
        try (FakeShop shop = new FakeShop(6, Map.of(), MemoryStore.create())) {
            Troubles troubles = new Troubles(shop, new Random(seed), environments);
            troubles.happen();
            troubles.endWell();
        }
    }

    private static final class Troubles {
        private final FakeShop shop;
        private final Random random;
        private final Ride ride;
        private final Map<String, Boolean> changes = new HashMap<>();
        private final Set<String> broken = new TreeSet<>();
        private final Set<String> suffered = new TreeSet<>();
        private int version = 1;
        private int refusals;
        private boolean over;

        Troubles(FakeShop shop, Random random, int environments) {
            this.shop = shop;
            this.random = random;
            this.ride = Ride.on(shop, shop.store, environments);
            ride.environments().get(0);
            shop.production.beforeTag(tag -> {
                if (refusals > 0) {
                    refusals--;
                    throw new EngineException(FailureKind.UNAVAILABLE, "the registry answered 503");
                }
            });
            shop.cluster.cannotReplacePods(() -> broken.contains("nodes")
                    ? Optional.of("ImagePullBackOff: 429 Too Many Requests")
                    : Optional.empty());
        }

        void happen() {
            for (int round = 0; round < 8; round++) {
                int arriving = 1 + random.nextInt(3);
                IntStream.range(0, arriving).forEach(i -> queue());
                troubleOrRelief();
                int steps = 2 + random.nextInt(4);
                for (int i = 0; i < steps; i++) {
                    step();
                }
            }
        }

        private void queue() {
            String service = "s" + random.nextInt(6);
            String image = "" + ++version;
            boolean bad = random.nextInt(6) == 0;
            if (bad) {
                shop.buildBad(service, image);
            } else {
                shop.build(service, image);
            }
            changes.put(ride.queue(service, image), bad);
        }

        private void troubleOrRelief() {
            if (!broken.isEmpty()) {
                if (broken.contains("staging")) {
                    undecided().forEach(suffered::add);
                }
                broken.clear();
            } else {
                switch (random.nextInt(4)) {
                    case 0 -> breakStaging();
                    case 1 -> broken.add("nodes");
                    case 2 -> refusals = 1 + random.nextInt(3);
                    default -> {}
                }
            }
        }

        /**
         * Not for whom it was broken before: failed, passed without it, failed again is proof by the usual rates (I4), and an
         * environment that breaks every half an hour is none of which they hold.
         */
        private void breakStaging() {
            if (undecided().noneMatch(suffered::contains)) {
                broken.add("staging");
            }
        }

        private Stream<String> undecided() {
            return ride.train().state().undecided().map(Change::id);
        }

        private void step() {
            Environment place =
                    ride.environments().get(random.nextInt(ride.environments().size()));
            Task task = ride.next(place);
            shop.clock.advance(RUN);
            if (task instanceof Task.Test test) {
                boolean lost = !over && random.nextInt(8) == 0;
                Verdict verdict =
                        lost ? Verdict.VOID : broken.contains(place.name()) ? Verdict.FAILED : shop.test(place);
                ride.train().report(test.trial(), verdict, lost ? "the agent of the tests was lost" : "");
            } else if (task instanceof Task.Wait) {
                shop.clock.advance(Duration.ofMinutes(10));
            }
        }

        /** All is well again: everybody gets what is due without any person. */
        void endWell() {
            over = true;
            broken.clear();
            refusals = 0;
            for (int i = 0;
                    i < 3_000 && ride.train().state().undecided().findAny().isPresent();
                    i++) {
                step();
            }
            assertThat(ride.train().state().undecided())
                    .as("I8: all are decided")
                    .isEmpty();
            assertThat(ride.train().state().isPaused())
                    .as("no person is needed")
                    .isFalse();
            changes.forEach((change, bad) -> {
                Outcome outcome = ride.outcome(change).outcome();
                if (bad) {
                    assertThat(outcome).as("I4: " + change + " is bad").isNotEqualTo(Outcome.RELEASED);
                } else {
                    assertThat(outcome).as("I4: " + change + " is good").isIn(Outcome.RELEASED, Outcome.SUPERSEDED);
                }
            });
        }
    }
}
