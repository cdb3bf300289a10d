package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real train, by brute force: every set of changes that could be installed passes or fails as a pattern says, and
 * whatever the pattern, what is promised holds. Sets of changes are bit masks.
 */
class TrainModelCheckTest {
    /** Two changes and what is the matter with them. */
    private enum Effect {
        NONE,
        /** Fails where both are. */
        CONFLICT,
        /** The first fails where the second is not: it must come with it or after it. */
        NEEDS
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 1", "1, 2", "2, 2", "3, 2"})
    void I1_to_I8_holdForEveryPatternOfFailingSets(int changes, int environments) {
        int sets = (1 << changes) - 1;
        for (long pattern = 0; pattern < 1L << sets; pattern++) {
            long fails = pattern << 1;
            check(changes, environments, set -> (fails >>> set & 1) != 0, "pattern " + Long.toBinaryString(pattern));
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "6, 1", "4, 2", "6, 2"})
    void I4_exactlyTheBadChangesAreEjectedAndOfTwoThatInteractNoMoreThanOne(int changes, int environments) {
        for (int bad = 0; bad < 1 << changes; bad++) {
            checkAlone(changes, environments, bad);
            for (int one = 0; one < changes; one++) {
                for (int other = 0; other < changes; other++) {
                    if (one < other) {
                        checkPair(changes, environments, bad, Effect.CONFLICT, 1 << one, 1 << other);
                    }
                    if (one != other) {
                        checkPair(changes, environments, bad, Effect.NEEDS, 1 << one, 1 << other);
                    }
                }
            }
        }
    }

    /** Every trouble, wherever it begins and however long it is, in every pattern. */
    @ParameterizedTest
    @CsvSource({
        "OUTAGE, 1", "OUTAGE, 2",
        "LOST_AGENTS, 1", "LOST_AGENTS, 2",
        "REFUSED_PROMOTIONS, 1", "REFUSED_PROMOTIONS, 2",
        "KEPT_OUT, 1", "KEPT_OUT, 2"
    })
    void I1_to_I8_holdForEveryPatternInEveryTrouble(Trouble trouble, int environments) {
        for (int pattern = 0; pattern < 8; pattern++) {
            int fails = pattern << 1;
            for (int from = 1; from <= 4; from++) {
                for (int length = 1; length <= 4; length++) {
                    String where = trouble + " from " + from + " for " + length + ", pattern " + pattern;
                    try (FakeShop shop = shop(2)) {
                        IntPredicate set = s -> (fails >>> s & 1) != 0;
                        int first = from;
                        int count = length;
                        ride(shop, shop.store, environments, set, tests -> trouble.in(shop, first, count, tests));
                        promises(shop, set, where);
                    }
                }
            }
        }
    }

    private static void checkAlone(int changes, int environments, int bad) {
        int released = check(changes, environments, set -> (set & bad) != 0, "bad " + bad);
        assertThat(released).as("bad " + bad).isEqualTo(((1 << changes) - 1) & ~bad);
    }

    private static void checkPair(int changes, int environments, int bad, Effect effect, int one, int other) {
        String where = "bad " + bad + ", " + one + " " + effect + " " + other;
        int released = check(changes, environments, fails(bad, effect, one, other), where);
        int good = ((1 << changes) - 1) & ~bad;
        assertThat(released & bad).as(where).isZero();
        boolean harmless = effect == Effect.CONFLICT ? (good & one) == 0 || (good & other) == 0 : (good & one) == 0;
        int suffers = harmless ? 0 : effect == Effect.CONFLICT ? one | other : one;
        assertThat(released & ~suffers).as("others: " + where).isEqualTo(good & ~suffers);
        if (effect == Effect.CONFLICT && !harmless) {
            assertThat(Integer.bitCount(released & suffers)).as(where).isEqualTo(1);
        }
    }

    private static IntPredicate fails(int bad, Effect effect, int one, int other) {
        return set -> (set & bad) != 0
                || effect == Effect.CONFLICT && (set & one) != 0 && (set & other) != 0
                || effect == Effect.NEEDS && (set & one) != 0 && (set & other) == 0;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void I8_crashAfterEveryTransitionOfEveryPatternKeepsThePromises(int environments) {
        for (int pattern = 0; pattern < 8; pattern++) {
            int fails = pattern << 1;
            boolean more = true;
            for (int crash = 0; more; crash++) {
                for (boolean durable : new boolean[] {true, false}) {
                    more = crashing(environments, set -> (fails >>> set & 1) != 0, crash, durable);
                }
            }
        }
    }

    private static boolean crashing(int environments, IntPredicate fails, int crash, boolean durable) {
        String where = "crash at append " + crash + ", durable: " + durable;
        try (FakeShop shop = shop(2)) {
            CrashingStore store = new CrashingStore(shop.store, crash, durable);
            try {
                ride(shop, store.store(), environments, fails);
            } catch (CrashingStore.Crash e) {
                ride(shop, shop.store, environments, fails);
            }
            promises(shop, fails, where);
            return store.crashed();
        }
    }

    /** @return the mask of the changes that were released */
    private static int check(int changes, int environments, IntPredicate fails, String where) {
        try (FakeShop shop = shop(changes)) {
            ride(shop, shop.store, environments, fails);
            return promises(shop, fails, where);
        }
    }

    private static FakeShop shop(int changes) {
        FakeShop shop = new FakeShop(changes, Map.of(), MemoryStore.create());
        IntStream.range(0, changes).forEach(i -> shop.build("s" + i, "2"));
        return shop;
    }

    private static void ride(FakeShop shop, Store store, int environments, IntPredicate fails) {
        ride(shop, store, environments, fails, UnaryOperator.identity());
    }

    private static void ride(
            FakeShop shop,
            Store store,
            int environments,
            IntPredicate fails,
            UnaryOperator<Function<Environment, Verdict>> mishaps) {
        Ride ride = Ride.on(shop, store, environments);
        Set<String> known = new HashSet<>();
        shop.store.events("train/shop", 0, 10_000).forEach(r -> {
            if (r.event() instanceof Event.ChangeQueued e) {
                known.addAll(e.change().images().keySet());
            }
        });
        shop.catalog.services().keySet().stream()
                .filter(service -> !known.contains(service))
                .forEach(service -> ride.queue(service, "2"));
        ride.runAll(
                new Random(environments),
                mishaps.apply(
                        place -> fails.test(mask(shop, shop.installed(place))) ? Verdict.FAILED : Verdict.PASSED));
    }

    private static int mask(FakeShop shop, Map<String, Digest> set) {
        return IntStream.range(0, shop.catalog.services().size())
                .filter(i -> set.get("s" + i).equals(FakeShop.digest("s" + i, "2")))
                .map(i -> 1 << i)
                .sum();
    }

    private static int mask(FakeShop shop, ImageSet set) {
        Map<String, Digest> digests = new HashMap<>();
        set.images().forEach((service, image) -> digests.put(service, image.digest()));
        return mask(shop, digests);
    }

    /**
     * Every change has one outcome; what was released had passed as exactly that set and is what production runs; whoever
     * was ejected fails on a set that passed without it.
     *
     * @return the mask of the changes that were released
     */
    private static int promises(FakeShop shop, IntPredicate fails, String where) {
        Map<String, Integer> changes = new HashMap<>();
        Map<String, Outcome> outcomes = new HashMap<>();
        List<Integer> passed = new ArrayList<>();
        List<Integer> failed = new ArrayList<>();
        int released = 0;
        for (Store.RecordedEvent recorded : shop.store.events("train/shop", 0, 10_000)) {
            Event event = recorded.event();
            if (event instanceof Event.ChangeQueued e) {
                changes.put(
                        e.change().id(),
                        1 << Integer.parseInt(e.change().images().firstKey().substring(1)));
            } else if (event instanceof Event.TrialEnded e && e.verdict() != Verdict.VOID) {
                (e.verdict() == Verdict.PASSED ? passed : failed)
                        .add(mask(shop, shop.store.set(e.set()).orElseThrow()));
            } else if (event instanceof Event.ReleaseMade e) {
                released = mask(shop, shop.store.set(e.set()).orElseThrow());
                assertThat(passed).as("I1, " + where).contains(released);
            } else if (event instanceof Event.ChangeEnded e) {
                int change = changes.get(e.change());
                assertThat(outcomes.put(e.change(), e.outcome()))
                        .as("I8, " + where)
                        .isNull();
                assertThat(e.outcome() == Outcome.RELEASED || isProven(change, passed, failed))
                        .as("I4, " + where)
                        .isTrue();
            }
        }
        assertThat(outcomes.keySet()).as("I8, " + where).isEqualTo(changes.keySet());
        assertThat(mask(shop, shop.registries().productionSet(shop.catalog)))
                .as("I1, " + where)
                .isEqualTo(released);
        assertThat(released == 0 || !fails.test(released))
                .as("production passes, " + where)
                .isTrue();
        for (Environment place : shop.environments(1)) {
            assertThat(place.lock().entries()).as("I3, " + where).isEmpty();
        }
        return released;
    }

    private static boolean isProven(int change, List<Integer> passed, List<Integer> failed) {
        return failed.stream().anyMatch(with -> (with & change) != 0 && passed.contains(with & ~change));
    }
}
