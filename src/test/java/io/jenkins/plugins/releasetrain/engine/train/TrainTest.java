package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrainTest {
    private final FakeShop shop = new FakeShop(8, Map.of());
    private final Ride ride = Ride.on(shop, shop.store);
    private final Train train = ride.train();

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void goodChangesAreReleasedTogetherAfterOneTrial() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        String first = ride.queue("s1", "2");
        String second = ride.queue("s2", "2");
        ride.run("build 1");
        assertThat(ride.outcome(first)).extracting(Event.ChangeEnded::outcome).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(second)).extracting(Event.ChangeEnded::related).isEqualTo("shop-1");
        assertThat(ride.trials()).isEqualTo(1);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(shop.production.resolve("prod/s2", "2")).as("version tag").isPresent();
        assertThat(shop.lock.entries()).as("the environment is free again").isEmpty();
    }

    @Test
    void onlyWhatDiffersIsPatched() {
        shop.build("s1", "2");
        ride.queue("s1", "2");
        ride.run("build 1");
        assertThat(shop.cluster.installations())
                .allSatisfy(patched -> assertThat(patched).isSubsetOf("s1"));
    }

    @Test
    void I1_tagThatMovesAfterEntryIsNotFollowed() {
        Digest pinned = shop.build("s1", "2");
        ride.queue("s1", "2");
        shop.dev.push("dev/s1", "2", "something else");
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(pinned);
    }

    @Test
    void I2_releaseKeepsItsWholeSet() {
        shop.build("s1", "2");
        ride.queue("s1", "2");
        ride.run("build 1");
        Event.ReleaseMade made = shop.store.release("shop-1").orElseThrow().made();
        var set = shop.store.set(made.set()).orElseThrow();
        assertThat(set.images()).hasSize(8);
        assertThat(set.digest()).isEqualTo(made.set());
        assertThat(made.changed()).containsOnlyKeys("s1");
    }

    @Test
    void I4_culpritIsEjectedWithProofAndTheOthersAreReleased() {
        Map<String, String> changes = new LinkedHashMap<>();
        for (int i = 0; i < 6; i++) {
            if (i == 3) {
                shop.buildBad("s3", "2");
            } else {
                shop.build("s" + i, "2");
            }
            changes.put("s" + i, ride.queue("s" + i, "2"));
        }
        ride.run("build 1");
        changes.forEach((service, change) -> assertThat(ride.outcome(change).outcome())
                .as(service)
                .isEqualTo(service.equals("s3") ? Outcome.EJECTED : Outcome.RELEASED));
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "1"));
        assertThat(shop.installed().get("s3"))
                .as("staging holds the baseline again")
                .isEqualTo(shop.inProduction("s3"));
        assertProof(changes.get("s3"), FakeShop.digest("s3", "2"));
    }

    /** The very set with the culprit failed, and the set without it passed, both by trials of their own. */
    private void assertProof(String change, Digest culprit) {
        List<Event.TrialEnded> ended = shop.events.stream()
                .filter(Event.TrialEnded.class::isInstance)
                .map(Event.TrialEnded.class::cast)
                .toList();
        assertThat(ride.outcome(change).reason())
                .contains("failed with it in ")
                .contains("passed without it in ")
                .doesNotContain("set ");
        assertThat(ended).anySatisfy(failed -> {
            assertThat(failed.verdict()).isEqualTo(Verdict.FAILED);
            var with = shop.store.set(failed.set()).orElseThrow();
            assertThat(with.images().get("s3").digest()).isEqualTo(culprit);
            assertThat(ended).anySatisfy(passed -> {
                assertThat(passed.verdict()).isEqualTo(Verdict.PASSED);
                var without = shop.store.set(passed.set()).orElseThrow();
                assertThat(with.changedSince(without)).containsOnlyKeys("s3");
            });
        });
    }

    @Test
    void changeThatCannotStartEndsAsNotInstallable() {
        shop.cluster.cannotStart(shop.build("s1", "2"));
        String change = ride.queue("s1", "2");
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.NOT_INSTALLABLE);
        assertThat(ride.outcome(change).reason()).contains("CrashLoopBackOff").contains("s1");
    }

    @Test
    void I3_meddlingDuringTheTestsMakesTheTrialVoid() throws InterruptedException {
        shop.build("s1", "2");
        ride.queue("s1", "2");
        Task.Test test = (Task.Test) train.next("build 1");
        shop.build("s2", "9");
        shop.cluster.meddle("s2", shop.candidate("s2", "9"));
        train.report(test.trial(), Verdict.PASSED, "");
        assertThat(shop.events)
                .filteredOn(Event.TrialEnded.class::isInstance)
                .last()
                .satisfies(e -> assertThat(((Event.TrialEnded) e).verdict()).isEqualTo(Verdict.VOID));
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
    }

    @Test
    void I3_waitsWhileSomebodyElseHoldsTheEnvironment() throws InterruptedException {
        shop.lock.request(new EnvironmentLock.Request(
                "x", "lane pay", EnvironmentLock.Mode.SHARED, Set.of("s5"), Duration.ofMinutes(1)));
        shop.build("s1", "2");
        ride.queue("s1", "2");
        assertThat(train.next("build 1"))
                .isInstanceOfSatisfying(
                        Task.Wait.class, wait -> assertThat(wait.why()).contains("lane pay"));
        shop.lock.release("x");
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
    }

    @Test
    void I8_newerChangeOfTheSameServiceSupersedesTheWaitingOne() {
        shop.build("s1", "2");
        shop.build("s1", "3");
        String older = ride.queue("s1", "2");
        String newer = ride.queue("s1", "3");
        ride.run("build 1");
        assertThat(ride.outcome(older).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(ride.outcome(older).related()).isEqualTo(newer);
        assertThat(ride.outcome(newer).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void testReleaseIsTriedAndNeverPromoted() {
        shop.build("s1", "2");
        String change = ride.queueTest("s1", "2");
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.PROVEN);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(shop.store.releases("shop", Integer.MAX_VALUE, 10)).isEmpty();
        assertThat(shop.installed().get("s1")).isEqualTo(FakeShop.digest("s1", "1"));
    }

    @Test
    void sameSetIsNeverTestedTwice() {
        shop.build("s1", "2");
        String tested = ride.queueTest("s1", "2");
        ride.run("build 1");
        String released = ride.queue("s1", "2");
        ride.run("build 1");
        assertThat(ride.outcome(tested).outcome()).isEqualTo(Outcome.PROVEN);
        assertThat(ride.outcome(released).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.trials()).isEqualTo(1);
    }

    @Test
    void rollbackReleasesTheOldSetAgain() {
        shop.build("s1", "2");
        ride.queue("s1", "2");
        ride.run("build 1");
        shop.build("s1", "3");
        ride.queue("s1", "3");
        ride.run("build 1");
        String rollback = train.rollbacks().perform(Rollback.to("shop-1", "it loses carts", "admin"));
        ride.run("build 1");
        assertThat(rollback).isEqualTo("shop-3");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(shop.installed().get("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        Event.ReleaseMade made = shop.store.release("shop-3").orElseThrow().made();
        assertThat(made.rollbackOf()).isEqualTo("shop-1");
        assertThat(made.set())
                .isEqualTo(shop.store.release("shop-1").orElseThrow().made().set());
    }

    @Test
    void I8_rollbackDuringATrialVoidsItAndKeepsItsChanges() throws InterruptedException {
        shop.build("s1", "2");
        ride.queue("s1", "2");
        ride.run("build 1");
        shop.build("s2", "2");
        String riding = ride.queue("s2", "2");
        Task.Test test = (Task.Test) train.next("build 1");
        train.rollbacks().perform(Rollback.to("shop-1", "it loses carts", "admin"));
        train.report(test.trial(), Verdict.PASSED, "too late");
        assertThat(train.outcome(riding)).isEmpty();
        ride.run("build 1");
        assertThat(ride.outcome(riding).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(riding).related()).isEqualTo("shop-3");
    }

    @Test
    void I8_deadConductorHandsOverAndItsTrialIsVoid() throws InterruptedException {
        shop.build("s1", "2");
        String change = ride.queue("s1", "2");
        assertThat(train.next("build 1")).isInstanceOf(Task.Test.class);
        ride.run("build 2");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.events)
                .filteredOn(e -> e instanceof Event.TrialEnded ended && ended.verdict() == Verdict.VOID)
                .hasSize(1);
    }

    @Test
    void I6_refusedTagUndoesThePromotionAndReturnsTheChanges() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        String first = ride.queue("s1", "2");
        ride.queue("s2", "2");
        shop.production.beforeTag(tag -> {
            if (tag.equals(new Registry.Tag("prod/s2", "production"))) {
                throw new EngineException(FailureKind.FORBIDDEN, "push to prod/s2 is denied");
            }
        });
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).as("undone").isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(shop.production.resolve("prod/s1", "2"))
                .as("version tag is gone")
                .isEmpty();
        assertThat(train.state().paused()).contains("push to prod/s2 is denied");
        assertThat(train.outcome(first)).isEmpty();
        shop.production.beforeTag(tag -> {});
        train.resume("admin");
        ride.run("build 1");
        assertThat(ride.outcome(first).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.trials()).as("the verdict is remembered").isEqualTo(1);
    }

    @Test
    void I7_productionThatMovedDuringTheTestIsTestedAgain() throws InterruptedException {
        shop.build("s1", "2");
        String change = ride.queue("s1", "2");
        Task.Test test = (Task.Test) train.next("build 1");
        shop.production.push("prod/s1", "production", "s1 hotfix");
        train.report(test.trial(), Verdict.PASSED, "");
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.events).anyMatch(Event.PromotionRefused.class::isInstance);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
    }

    @Test
    void badRequestsAreRefusedBeforeAnythingIsQueued() {
        assertThatThrownBy(() -> ride.queue("nosuch", "2"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("nosuch");
        assertThatThrownBy(() -> ride.queue("s1", "99")).hasMessageContaining("dev.example/dev/s1:99");
        assertThatThrownBy(() -> ride.queue("s1", "not a tag")).hasMessageContaining("not a tag");
        assertThatThrownBy(() -> ride.queue("s1", "other.example/dev/s1:1")).hasMessageContaining("other.example");
        shop.build("s1", "2");
        shop.production.push("prod/s1", "2", "older content");
        assertThatThrownBy(() -> ride.queue("s1", "2")).hasMessageContaining("is taken");
        assertThat(train.state().queue()).isEmpty();
    }

    @Test
    void releaseMarkedBadBlocksItsNewImagesUntilSomebodyUnblocksThem() {
        Blocks blocks = new Blocks(shop.store, shop.clock, shop.events::add);
        Digest image = shop.build("s1", "2");
        ride.queue("s1", "2");
        ride.run("build 1");
        assertThatThrownBy(() -> blocks.markBad("shop-1", " ", "ada")).hasMessageContaining("reason");
        blocks.markBad("shop-1", "loses carts", "ada");
        assertThatThrownBy(() -> ride.queue("s1", "2"))
                .hasMessageContaining("loses carts")
                .hasMessageContaining("ada");
        assertThatThrownBy(() -> train.rollbacks().perform(Rollback.to("shop-1", "it loses carts", "bob")))
                .hasMessageContaining("loses carts");
        blocks.unblock(image, "bob");
        assertThat(ride.queue("s1", "2")).isNotEmpty();
    }

    @Test
    void I8_imageBlockedWhileItsChangeWaitsEndsItWithTheReason() {
        Blocks blocks = new Blocks(shop.store, shop.clock, shop.events::add);
        shop.build("s1", "2");
        ride.queue("s1", "2");
        ride.run("build 1");
        shop.build("s2", "2");
        String other = ride.queue("s2", "2");
        String waiting = ride.queue("s1", "2");
        blocks.markBad("shop-1", "loses carts", "ada");
        ride.run("build 1");
        assertThat(ride.outcome(waiting).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ride.outcome(waiting).reason()).contains("loses carts");
        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void forcedChangeIsRunAlthoughItsVerdictIsRemembered() {
        shop.build("s1", "2");
        ride.queueTest("s1", "2");
        ride.run("build 1");
        String released = ride.queue("s1", "2");
        train.force(List.of(released), "ada");
        ride.run("build 1");
        assertThat(ride.outcome(released).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.trials()).isEqualTo(2);
    }

    /** One person asks for one, another for another. */
    @Test
    void forcedChangeStaysForcedWhenAnotherOneIsForced() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        ride.queueTest("s1", "2");
        ride.run("build 1");
        train.force(List.of(ride.queue("s1", "2")), "ada");
        train.force(List.of(ride.queueTest("s2", "2")), "bob");
        ride.run("build 1");
        assertThat(ride.trials()).isEqualTo(3);
        assertThat(train.state().search().forced()).isEmpty();
    }
}
