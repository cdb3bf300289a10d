package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Random histories in one to three environments: builds, bad ones among them, flakes, voids, cancels, rollbacks, blocks,
 * conductors that go away, trials that end in any order.
 */
class TrainProperties {
    private static final int SERVICES = 10;
    private static final int STEPS = 40;

    @Property(tries = 40)
    void I1_to_I8_holdInEveryHistory(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int environments)
            throws InterruptedException {
        try (FakeShop shop = new FakeShop(SERVICES, Map.of())) {
            History history = new History(shop, new Random(seed), environments);
            for (int i = 0; i < STEPS; i++) {
                history.step();
            }
            history.finish();
            everyChangeEndsExactlyOnce(shop, history.changes);
            numbersAreNeverReused(shop);
            whatIsReleasedPassedAsExactlyThatSet(shop);
            whoeverIsEjectedHasBothProofs(shop);
            noTwoTrialsHoldOneEnvironment(shop);
            productionIsTheNewestRelease(shop);
            assertThat(history.wronglyReleased())
                    .as("bad changes in production")
                    .isEmpty();
        }
    }

    private static void everyChangeEndsExactlyOnce(FakeShop shop, Set<String> changes) {
        List<String> ended = events(shop, Event.ChangeEnded.class).stream()
                .map(Event.ChangeEnded::change)
                .toList();
        assertThat(ended).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(changes);
    }

    private static void numbersAreNeverReused(FakeShop shop) {
        List<Integer> numbers = events(shop, Event.ReleaseMade.class).stream()
                .map(Event.ReleaseMade::number)
                .toList();
        for (int i = 0; i < numbers.size(); i++) {
            assertThat(numbers.get(i)).isEqualTo(i + 1);
        }
    }

    private static void whatIsReleasedPassedAsExactlyThatSet(FakeShop shop) {
        Set<Digest> passed = new HashSet<>();
        for (Event event : shop.events) {
            if (event instanceof Event.TrialEnded e && e.verdict() == Verdict.PASSED) {
                passed.add(e.set());
            } else if (event instanceof Event.ReleaseMade e && e.rollbackOf().isEmpty()) {
                assertThat(passed).contains(e.set());
            }
        }
    }

    private static void whoeverIsEjectedHasBothProofs(FakeShop shop) {
        Map<String, Event.ChangeQueued> queued = new HashMap<>();
        List<ImageSet> passed = new ArrayList<>();
        List<ImageSet> failed = new ArrayList<>();
        for (Event event : shop.events) {
            if (event instanceof Event.ChangeQueued e) {
                queued.put(e.change().id(), e);
            } else if (event instanceof Event.TrialEnded e && e.verdict() != Verdict.VOID) {
                (e.verdict() == Verdict.PASSED ? passed : failed)
                        .add(shop.store.set(e.set()).orElseThrow());
            } else if (event instanceof Event.ChangeEnded e && e.outcome() == Outcome.EJECTED) {
                Set<String> services = queued.get(e.change()).change().images().keySet();
                assertThat(failed)
                        .anySatisfy(with -> assertThat(passed)
                                .anySatisfy(without ->
                                        assertThat(with.changedSince(without)).containsOnlyKeys(services)));
            }
        }
    }

    private static void noTwoTrialsHoldOneEnvironment(FakeShop shop) {
        Map<String, String> running = new HashMap<>();
        for (Event event : shop.events) {
            if (event instanceof Event.TrialStarted e) {
                assertThat(running.put(e.environment(), e.trial())).isNull();
            } else if (event instanceof Event.TrialEnded e) {
                running.values().remove(e.trial());
            }
        }
    }

    private static void productionIsTheNewestRelease(FakeShop shop) {
        List<Digest> promoted = new ArrayList<>();
        Map<String, Digest> made = new HashMap<>();
        for (Event event : shop.events) {
            if (event instanceof Event.ReleaseMade e) {
                made.put(e.id(), e.set());
            } else if (event instanceof Event.ReleasePromoted e) {
                promoted.add(made.get(e.release()));
            }
        }
        if (!promoted.isEmpty()) {
            assertThat(shop.registries().productionSet(shop.catalog).digest())
                    .isEqualTo(promoted.get(promoted.size() - 1));
        }
    }

    private static <E extends Event> List<E> events(FakeShop shop, Class<E> type) {
        return shop.events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static final class History {
        private static final double FLAKE = 0.05;

        private final FakeShop shop;
        private final Random random;
        private final Ride ride;
        private final Set<String> changes = new HashSet<>();
        private final List<String> bad = new ArrayList<>();
        private final Set<String> broken = new HashSet<>();
        private final Set<Digest> keptOut = new HashSet<>();
        private int version = 1;
        private boolean over;

        History(FakeShop shop, Random random, int environments) {
            this.shop = shop;
            this.random = random;
            this.ride = Ride.on(shop, shop.store, environments);
            shop.production.beforeTag(tag -> {
                if (!over && random.nextInt(15) == 0) {
                    throw new EngineException(FailureKind.UNAVAILABLE, "the registry answered 503");
                }
            });
            shop.cluster.cannotReplacePods(() -> broken.contains("nodes")
                    ? Optional.of("ImagePullBackOff: 429 Too Many Requests")
                    : Optional.empty());
        }

        /** Environments break and heal, nodes cannot pull for a while, one image alone cannot be pulled. */
        private void troubleOrRelief() {
            shop.clock.advance(Duration.ofMinutes(10));
            if (!broken.isEmpty()) {
                broken.clear();
                return;
            }
            switch (random.nextInt(3)) {
                case 0 ->
                    broken.add(ride.environments()
                            .get(random.nextInt(ride.environments().size()))
                            .name());
                case 1 -> broken.add("nodes");
                default -> {
                    shop.cluster.keepsOut(FakeShop.digest("s0", "" + version), "unauthorized");
                    keptOut.add(FakeShop.digest("s0", "" + version));
                }
            }
        }

        void step() throws InterruptedException {
            switch (random.nextInt(9)) {
                case 8 -> troubleOrRelief();
                case 0, 1, 2, 3 -> queue();
                case 4, 5 -> trial();
                case 6 -> changes.stream().findAny().ifPresent(c -> ride.train().cancel(c, "not needed any more"));
                default -> rollBackSometimes();
            }
        }

        private void queue() {
            String service = "s" + random.nextInt(SERVICES);
            String image = "" + ++version;
            if (random.nextInt(5) == 0) {
                shop.buildBad(service, image);
                bad.add(service + " " + image);
            } else {
                shop.build(service, image);
            }
            changes.add(random.nextInt(10) == 0 ? ride.queueTest(service, image) : ride.queue(service, image));
        }

        private Verdict verdict(Environment environment) {
            boolean fails = broken.contains(environment.name()) || random.nextDouble() < FLAKE;
            return fails ? Verdict.FAILED : shop.test(environment);
        }

        private void trial() throws InterruptedException {
            ride.train().resume("admin");
            Environment place =
                    ride.environments().get(random.nextInt(ride.environments().size()));
            Task task = random.nextInt(10) == 0
                    ? ride.train().next(place.name(), Conductors.only("build " + random.nextInt(2)))
                    : ride.next(place);
            if (task instanceof Task.Test test && random.nextInt(3) > 0) {
                Verdict verdict = random.nextInt(8) == 0 ? Verdict.VOID : verdict(place);
                ride.train().report(test.trial(), verdict, "some test");
            }
        }

        private void rollBackSometimes() {
            int last = ride.train().state().lastNumber();
            if (last > 1
                    && random.nextInt(4) == 0
                    && ride.train().state().pending().isEmpty()) {
                ride.train()
                        .rollbacks()
                        .perform(Rollback.to("shop-" + (1 + random.nextInt(last)), "it loses carts", "admin"));
            }
        }

        /** All heals, since everything is to be decided in the end. */
        void finish() {
            over = true;
            broken.clear();
            keptOut.forEach(shop.cluster::letsIn);
            ride.runAll(random, environment -> {
                ride.train().resume("admin");
                return verdict(environment);
            });
        }

        List<String> wronglyReleased() {
            return bad.stream()
                    .filter(image -> shop.inProduction(image.split(" ")[0]).equals(Digest.sha256(image)))
                    .toList();
        }
    }
}
