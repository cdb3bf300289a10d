package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Batch;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Pending;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The process dies at every single append of a story in turn; the next one goes on; the outcomes are the same. */
class TrainCrashTest {
    private static final List<String> SERVICES = List.of("s0", "s1", "s2");

    @ParameterizedTest
    @CsvSource({"true, 0", "false, 0", "true, 1", "false, 2"})
    void I8_crashAtAnyAppendChangesNoOutcome(boolean durable, int flakyRun) {
        int appends = 0;
        while (crashAt(appends, durable, flakyRun)) {
            appends++;
        }
        assertThat(appends).as("every append of the story was a crash once").isGreaterThan(20);
    }

    /**
     * @param flakyRun the run of the tests that fails whatever is installed, 1 being the first; 0: none
     * @return whether the story is that long
     */
    private static boolean crashAt(int append, boolean durable, int flakyRun) {
        try (FakeShop shop = new FakeShop(4, Map.of())) {
            shop.build("s0", "2");
            shop.buildBad("s1", "2");
            shop.build("s2", "2");
            AtomicInteger runs = new AtomicInteger();
            Supplier<Verdict> tests = () -> runs.incrementAndGet() == flakyRun ? Verdict.FAILED : shop.test();
            CrashingStore crashing = new CrashingStore(shop.store, append, durable);
            try {
                Ride ride = Ride.on(shop, crashing.store());
                SERVICES.forEach(service -> ride.queue(service, "2"));
                ride.run("build 1", tests);
            } catch (CrashingStore.Crash e) {
                Ride ride = Ride.on(shop, shop.store);
                queueWhatGotLost(ride);
                ride.run("build 1", tests);
            }
            String where = "after a crash at append " + append + ", durable: " + durable;
            assertOutcome(shop, "s0", Outcome.RELEASED, where);
            assertOutcome(shop, "s1", Outcome.EJECTED, where);
            assertOutcome(shop, "s2", Outcome.RELEASED, where);
            assertThat(shop.lock.entries()).as(where).isEmpty();
            return crashing.crashed();
        }
    }

    /** A build whose queueing failed asks again; one that got its id does not. */
    private static void queueWhatGotLost(Ride ride) {
        TrainState state = ride.train().state();
        Stream<Change> known = Stream.of(
                        state.queue().stream(),
                        state.batch().map(Batch::changes).stream().flatMap(List::stream),
                        state.pending().map(Pending::changes).stream().flatMap(List::stream))
                .flatMap(changes -> changes);
        List<String> there = known.flatMap(c -> c.images().keySet().stream()).toList();
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
