package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The newer never loses to the older, whichever arrives first (I13). */
class TrainOrderTest {
    private final FakeShop shop = new FakeShop(8, Map.of());
    private final Ride ride = Ride.on(shop, shop.store);

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(String build, int priority, Map<String, String> images) {
        images.forEach(shop::build);
        String change = ride.train().queue(new Train.Request(images, new Origin(build, "", ""), priority, true));
        shop.clock.advance(Duration.ofSeconds(1));
        return change;
    }

    @Test
    void MQ_1_a_olderBuildThatComesLateIsSupersededItself() {
        ride.train().pause("not yet", "ada");
        String eleven = queue("cart#11", 0, Map.of("s1", "1.11"));
        String ten = queue("cart#10", 0, Map.of("s1", "1.10"));
        ride.train().resume("ada");
        ride.run("build 1");
        assertThat(ride.outcome(eleven).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(ten).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(ride.outcome(ten).related()).isEqualTo(eleven);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.11"));
    }

    /** As a virtual machine's is after a pause, or that of another controller, which is slow. */
    @Test
    void I13_clockThatIsSetBackMakesNoLaterBuildOlder() {
        queue("cart#11", 0, Map.of("s1", "1.11"));
        ride.run("build 1");
        shop.clock.advance(Duration.ofHours(-2));
        String hotfix = queue("cart-hotfix#1", 0, Map.of("s1", "1.12"));
        ride.run("build 1");
        assertThat(ride.outcome(hotfix).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.12"));
        String late = queue("cart-hotfix#0", 0, Map.of("s1", "1.10"));
        assertThat(ride.outcome(late).outcome()).as("numbers count as ever").isEqualTo(Outcome.SUPERSEDED);
    }

    @Test
    void MQ_1_b_olderBuildDoesNotOverwriteTheNewerRelease() {
        queue("cart#11", 0, Map.of("s1", "1.11"));
        ride.run("build 1");
        String ten = queue("cart#10", 0, Map.of("s1", "1.10"));
        ride.run("build 1");
        assertThat(ride.outcome(ten).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.11"));
    }

    /** A branch that was deleted and comes back has a job of the same name, whose first build is number one. */
    @Test
    void I13_buildOfAJobThatWasMadeAgainIsNotOlderThanItsFormerBuilds() {
        queue("cart/main#57", 0, Map.of("s1", "1.57"));
        ride.run("build 1");
        shop.clock.advance(Duration.ofDays(3));
        shop.build("s1", "2.1");
        String anew = ride.train()
                .queue(new Train.Request(
                        Map.of("s1", "2.1"),
                        new Origin(
                                "cart/main#1",
                                "",
                                "",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(shop.clock.instant().minusSeconds(60))),
                        0,
                        true));
        ride.run("build 1");
        assertThat(ride.outcome(anew).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2.1"));
    }

    /** A replay has a number of its own, and the images of the build that it does again. */
    @Test
    void MQ_1_d_replayOfAnOldBuildIsAsOldAsThatBuild() {
        queue("cart#11", 0, Map.of("s1", "1.11"));
        ride.run("build 1");
        String replay = ride.train()
                .queue(new Train.Request(
                        Map.of("s1", "1"), new Origin("cart#12", "", "", Optional.empty(), Optional.of(10L)), 0, true));
        String again = ride.train()
                .queue(new Train.Request(
                        Map.of("s1", "1.11"),
                        new Origin("cart#13", "", "", Optional.empty(), Optional.of(11L)),
                        0,
                        true));
        ride.run("build 1");
        assertThat(ride.outcome(replay).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(ride.outcome(replay).reason()).contains("build 10 is done again", "roll back");
        assertThat(ride.outcome(again).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.11"));
    }

    /** B19: a hotfix goes first, and what it changes is not taken back by what was queued before it. */
    @Test
    void B19_inOneBatchTheNewestWinsWhateverThePriority() {
        String older = queue("all#1", 0, Map.of("s1", "2", "s2", "2"));
        String hotfix = queue("hotfix#1", 1, Map.of("s1", "3"));
        ride.run("build 1");
        assertThat(ride.outcome(hotfix).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(older).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "3"));
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "2"));
    }

    /** NEW-6: also where the older one was tried in vain before, as with a lost agent; with and without priority. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void NEW_6_whatIsNotDecidedIsSupersededByANewerOneAndNeverJoinsIt(int priority) throws InterruptedException {
        String old = queue("old#1", 0, Map.of("s1", "1.1"));
        Task.Test first = (Task.Test) ride.train().next("build 1");
        String newer = queue("new#1", priority, Map.of("s1", "1.2"));
        ride.train().report(first.trial(), Verdict.VOID, "the agent of the tests was lost");
        ride.run("build 1");
        assertThat(ride.outcome(newer).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(old).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.2"));
    }

    /** NEW-6: nor does it follow the newer one out of a search, or come before it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void NEW_6_duringASearchANewerOneTakesThePlaceOfTheOlder(int priority) throws InterruptedException {
        String old = queue("old#1", 0, Map.of("s1", "1.1"));
        String bad = queue("bad#1", 0, Map.of("s2", "bad"));
        Task.Test batch = (Task.Test) ride.train().next("build 1");
        String newer = queue("new#1", priority, Map.of("s1", "1.2"));
        ride.train().report(batch.trial(), Verdict.FAILED, "1 test failed");
        ride.run("build 1", this::failsWithBad);
        assertThat(ride.outcome(bad).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(ride.outcome(newer).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(old).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(ride.outcome(old).related()).isEqualTo(newer);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.2"));
    }

    private Verdict failsWithBad() {
        return shop.installed().values().stream()
                        .anyMatch(d -> d.equals(FakeShop.digest("s2", "bad")) || d.equals(FakeShop.digest("s1", "bad")))
                ? Verdict.FAILED
                : Verdict.PASSED;
    }

    /** I5: what passed is a release at once, though a newer one came while it was tried. */
    @Test
    void I5_NEW_6_whatPassedIsReleasedThoughANewerOneWaits() throws InterruptedException {
        String old = queue("old#1", 0, Map.of("s1", "1.1"));
        Task.Test first = (Task.Test) ride.train().next("build 1");
        String newer = queue("new#1", 0, Map.of("s1", "1.2"));
        ride.train().report(first.trial(), Verdict.PASSED, "");
        ride.run("build 1");
        assertThat(ride.outcome(old).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(newer).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.2"));
    }

    /** A service that is built faster than trials run does not make the search forget who else may be to blame. */
    @Test
    void I8_aServiceThatIsBuiltAgainAndAgainDoesNotKeepASearchFromItsEnd() throws InterruptedException {
        String bad = queue("bad#1", 0, Map.of("s2", "bad"));
        queue("cart#1", 0, Map.of("s1", "1.1"));
        for (int i = 2;
                ride.train().next("build 1") instanceof Task.Test test
                        && ride.train().state().lastNumber() == 0;
                i++) {
            assertThat(i).as("trials until something is released").isLessThan(8);
            queue("cart#" + i, 0, Map.of("s1", "1." + i));
            ride.train().report(test.trial(), failsWithBad(), "1 test failed");
        }
        String newest = queue("cart#99", 0, Map.of("s1", "1.99"));
        ride.run("build 1", this::failsWithBad);
        assertThat(ride.outcome(newest).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(bad).outcome()).isEqualTo(Outcome.EJECTED);
    }

    /** The newer one is in doubt: the older one that comes late waits, and is released where the newer one is bad. */
    @Test
    void I13_olderOneWaitsForANewerThatIsSuspectedAndIsReleasedWhenThatIsEjected() throws InterruptedException {
        String eleven = queue("cart#11", 0, Map.of("s1", "bad"));
        Task.Test first = (Task.Test) ride.train().next("build 1");
        ride.train().report(first.trial(), Verdict.FAILED, "1 test failed");
        String ten = queue("cart#10", 0, Map.of("s1", "1.10"));
        String other = queue("pay#1", 0, Map.of("s2", "2"));
        while (ride.train().outcome(eleven).isEmpty()) {
            Task.Test test = (Task.Test) ride.train().next("build 1");
            assertThat(shop.installed().get("s1"))
                    .as("never tried beside the newer one or before it")
                    .isNotEqualTo(FakeShop.digest("s1", "1.10"));
            ride.train().report(test.trial(), failsWithBad(), "1 test failed");
            if (ride.train().state().trials().isEmpty()) {
                ride.train().next("build 1");
            }
        }
        ride.run("build 1", this::failsWithBad);
        assertThat(ride.outcome(eleven).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(ride.outcome(ten).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.10"));
    }

    /** The suspicion was wrong: the older one ends superseded, as it would have without it. */
    @Test
    void I13_olderOneThatWaitedEndsSupersededWhenTheNewerIsReleased() throws InterruptedException {
        String eleven = queue("cart#11", 0, Map.of("s1", "1.11"));
        String bad = queue("bad#1", 0, Map.of("s2", "bad"));
        Task.Test first = (Task.Test) ride.train().next("build 1");
        ride.train().report(first.trial(), Verdict.FAILED, "1 test failed");
        String ten = queue("cart#10", 0, Map.of("s1", "1.10"));
        assertThat(ride.train().outcome(ten)).isEmpty();
        ride.run("build 1", this::failsWithBad);
        assertThat(ride.outcome(eleven).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(ride.outcome(bad).outcome()).isEqualTo(Outcome.EJECTED);
        assertThat(ride.outcome(ten).outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(ride.outcome(ten).related()).startsWith("shop-");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1.11"));
    }

    /** It is told what to do should the newer one not be released. */
    @Test
    void MQ_1_whoeverIsSupersededIsToldWhatToDoOtherwise() {
        ride.train().pause("not yet", "ada");
        queue("cart#11", 0, Map.of("s1", "1.11"));
        String ten = queue("cart#10", 0, Map.of("s1", "1.10"));
        assertThat(ride.outcome(ten).reason()).contains("should that not be released, build this one again");
    }

    /** B42: a stream of urgent changes does not keep a usual one waiting for ever. */
    @Test
    void B42_whoHasWaitedForHoursIsDueBeforeWhoIsUrgentNow() {
        ride.train().pause("not yet", "ada");
        String usual = queue("a#1", 0, Map.of("s1", "2"));
        String urgent = queue("b#1", 1, Map.of("s2", "2"));
        shop.clock.advance(Duration.ofHours(5));
        String urgentLater = queue("c#1", 1, Map.of("s3", "2"));
        assertThat(ride.train().state().queue()).extracting(c -> c.id()).isEqualTo(List.of(urgent, usual, urgentLater));
    }

    /** B22: what is not begun waits while the train is paused or its releases are held. */
    @Test
    void B22_pendingPromotionWaitsWhileTheTrainIsPaused() throws InterruptedException {
        String change = queue("cart#11", 0, Map.of("s1", "1.11"));
        Task.Test test = (Task.Test) ride.train().next("build 1");
        ride.train().pause("stop the line", "ada");
        ride.train().report(test.trial(), shop.test(), "");
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        ride.train().resume("ada");
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
    }

    /** B36: what waits for its release does not keep the environment from others. */
    @Test
    void B36_heldReleasesDoNotHoldTheEnvironment() {
        ride.train().hold("audit", "ada");
        String change = queue("cart#11", 0, Map.of("s1", "1.11"));
        ride.run("build 1");
        assertThat(shop.lock.entries()).isEmpty();
        assertThat(shop.installed().get("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        ride.train().free("ada");
        ride.run("build 1");
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
    }
}
