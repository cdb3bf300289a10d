package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate.Exchange;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever breaks an interface does not depart (design §13). */
class ContractsInTrainsTest {
    private final FakeShop shop = new FakeShop(4, Map.of());
    private final List<Exchange> asked = new ArrayList<>();
    private Predicate<Exchange> breaks = x -> false;
    private Ride ride;

    @BeforeEach
    void withAGate() {
        shop.gate = exchanges -> {
            TreeMap<String, String> refusals = new TreeMap<>();
            asked.addAll(exchanges);
            exchanges.stream().filter(breaks).forEach(x -> refusals.put(x.service(), x.service() + " lost a field"));
            return refusals;
        };
        ride = Ride.on(shop, shop.store);
    }

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void whoBreaksItsContractEndsAtOnceWithoutATrial() {
        Digest bad = shop.build("s1", "2");
        breaks = x -> x.after().equals(bad);
        String change = ride.queue("s1", "2");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.INCOMPATIBLE);
        assertThat(ride.outcome(change).reason()).isEqualTo("s1 lost a field");
        ride.run("build 1");
        assertThat(shop.events).noneMatch(Event.TrialStarted.class::isInstance);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
    }

    @Test
    void incompatibleChangesDoNotCountInTheFailureRate() {
        double before = ride.train()
                .state()
                .statistics()
                .rates(TrainSettings.of("shop", "x").prior())
                .failure();
        breaks = x -> true;
        for (int i = 2; i < 12; i++) {
            shop.build("s1", "" + i);
            ride.queue("s1", "" + i);
        }
        assertThat(ride.train()
                        .state()
                        .statistics()
                        .rates(TrainSettings.of("shop", "x").prior())
                        .failure())
                .isEqualTo(before);
    }

    @Test
    void theBeforeIsWhatProductionRuns() {
        shop.build("s1", "2");
        ride.queue("s1", "2");
        assertThat(asked)
                .containsExactly(new Exchange(
                        "s1", java.util.Optional.of(FakeShop.digest("s1", "1")), FakeShop.digest("s1", "2")));
    }

    /** What came to production meanwhile is what counts; the others of the release go on without it. */
    @Test
    void isAskedAgainBeforeThePromotionAndTheOthersGoOn() throws InterruptedException {
        Digest late = shop.build("s1", "2");
        shop.build("s2", "2");
        ride.train().pause("until both are there", "ada");
        String bad = ride.queue("s1", "2");
        String good = ride.queue("s2", "2");
        ride.train().resume("ada");
        Task.Test test = (Task.Test) ride.train().next("build 1");
        breaks = x -> x.after().equals(late);
        ride.train().report(test.trial(), shop.test(), "");
        ride.run("build 1");
        assertThat(ride.outcome(bad).outcome()).isEqualTo(Outcome.INCOMPATIBLE);
        assertThat(ride.outcome(good).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "2"));
        assertThat(ride.train().state().isPaused()).isFalse();
    }

    /** What passed together is verified together; what failed, and the baseline alone, verify nobody. */
    @Test
    void aTrialThatPassedTellsWhatWasTestedTogether() throws InterruptedException {
        List<String> passed = new ArrayList<>();
        shop.gate = new ContractGate() {
            @Override
            public SortedMap<String, String> refusals(Collection<Exchange> exchanges) {
                return new TreeMap<>();
            }

            @Override
            public void passed(Map<String, Digest> images, ImageSet set, String run) {
                assertThat(set.images()).containsKeys("s0", "s1", "s2", "s3");
                images.forEach((service, image) ->
                        assertThat(set.images().get(service).digest()).isEqualTo(image));
                passed.add(images + " " + run);
            }
        };
        ride = Ride.on(shop, shop.store);
        shop.buildBad("s2", "2");
        shop.build("s1", "2");
        String bad = ride.queue("s2", "2");
        ride.run("build 1");
        assertThat(ride.outcome(bad).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(passed).isEmpty();
        ride.queue("s1", "2");
        ride.run("build 1");
        String trial = shop.events.stream()
                .filter(e -> e instanceof Event.TrialEnded t && t.verdict() == Verdict.PASSED)
                .map(e -> ((Event.TrialEnded) e).trial())
                .reduce((first, last) -> last)
                .orElseThrow();
        assertThat(passed).containsExactly(Map.of("s1", FakeShop.digest("s1", "2")) + " " + trial);
    }

    /** Before any trial, so that two that break each other are told in time. */
    @Test
    void whoeverIsQueuedMeetsWhatTheUndecidedBring() {
        List<String> met = new ArrayList<>();
        ContractGate refusing = shop.gate;
        shop.gate = new ContractGate() {
            @Override
            public SortedMap<String, String> refusals(Collection<Exchange> exchanges) {
                return refusing.refusals(exchanges);
            }

            @Override
            public void meet(Map<String, PinnedImage> brought, Collection<? extends Map<String, PinnedImage>> others) {
                met.add(brought.keySet() + " "
                        + others.stream().map(Map::keySet).toList());
            }
        };
        ride = Ride.on(shop, shop.store);
        shop.build("s1", "2");
        shop.build("s2", "2");
        ride.queue("s1", "2");
        ride.queue("s2", "2");
        breaks = x -> true;
        shop.build("s3", "2");
        ride.queue("s3", "2");
        assertThat(met).as("who is stopped meets nobody").containsExactly("[s1] []", "[s2] [[s1]]");
    }

    @Test
    void rollingBackIsNotAsked() {
        shop.build("s1", "2");
        ride.queue("s1", "2");
        ride.run("build 1");
        shop.build("s1", "3");
        ride.queue("s1", "3");
        ride.run("build 1");
        breaks = x -> true;
        ride.train().rollbacks().perform(Rollback.to("shop-1", "it loses carts", "ada"));
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
    }
}
