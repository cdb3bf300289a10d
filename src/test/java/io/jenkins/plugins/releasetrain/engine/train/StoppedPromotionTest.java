package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MeddledStore;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Images may take hours to copy. What stops a train meanwhile stops the first tag; what is half moved is completed. */
class StoppedPromotionTest {
    private static final Timetable.Freeze FREEZE =
            new Timetable.Freeze("2 8 * * *", Duration.ofHours(1), ZoneOffset.UTC, "television");

    private final FakeShop shop = new FakeShop(3, Map.of(), MemoryStore.create());
    private Class<? extends Event> moment = Event.ContentPromoted.class;
    private Runnable then = () -> {};
    private Ride ride;
    private String change;

    @AfterEach
    void close() {
        shop.close();
    }

    private void passes(Timetable timetable, Runnable whileCopying) throws InterruptedException {
        passes(timetable, whileCopying, () -> {});
    }

    private void passes(Timetable timetable, Runnable whileCopying, Runnable others) throws InterruptedException {
        Store store = MeddledStore.of(shop.store, this::meddle);
        ride = Ride.on(shop, store, new Train.Plan(TrainSettings.of("shop", "suite 1"), timetable), 1);
        shop.build("s1", "2");
        change = ride.queue("s1", "2");
        others.run();
        Task.Test test = (Task.Test) ride.train().next("build 1");
        then = whileCopying;
        ride.train().report(test.trial(), Verdict.PASSED, "");
        ride.run("build 1");
    }

    private void meddle(List<? extends Event> events) {
        if (events.stream().anyMatch(moment::isInstance)) {
            Runnable now = then;
            then = () -> {};
            now.run();
        }
    }

    private void assertWaits() {
        assertWaitsWith("s1");
    }

    private void assertWaitsWith(String service) {
        assertThat(shop.inProduction(service)).isEqualTo(FakeShop.digest(service, "1"));
        assertThat(ride.train().state().pending()).isPresent();
    }

    private void assertReleased() {
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void trainThatIsPausedWhileContentIsCopiedMovesNoTag() throws InterruptedException {
        passes(Timetable.ALWAYS, () -> ride.train().pause("stop the line", "ada"));
        assertWaits();
        ride.train().resume("ada");
        assertReleased();
    }

    @Test
    void releasesThatAreHeldWhileContentIsCopiedMoveNoTag() throws InterruptedException {
        passes(Timetable.ALWAYS, () -> ride.train().hold("audit", "ada"));
        assertWaits();
        ride.train().free("ada");
        assertReleased();
    }

    @Test
    void freezeThatBeginsWhileContentIsCopiedMovesNoTag() throws InterruptedException {
        Timetable timetable = new Timetable(List.of(FREEZE), Duration.ZERO, Duration.ofHours(24));
        passes(timetable, () -> shop.clock.advance(Duration.ofMinutes(10)));
        assertWaits();
        shop.clock.advance(Duration.ofHours(1));
        assertReleased();
    }

    @Test
    void I6_whatIsHalfMovedIsCompletedThoughTheTrainIsPaused() throws InterruptedException {
        moment = Event.TagsMoving.class;
        passes(Timetable.ALWAYS, () -> ride.train().pause("stop the line", "ada"));
        assertReleased();
    }

    /** It may wait for a whole weekend. */
    @Test
    void I14_whatWaitsKeepsNobodyElseFromItsTagsAndIsReleasedOnTopOfWhatTheyBrought() throws InterruptedException {
        passes(Timetable.ALWAYS, () -> ride.train().hold("audit", "ada"));
        assertWaits();
        shop.build("s1", "fix");
        Promoter.Item fix = new Promoter.Item("dev/s1", "prod/s1", FakeShop.digest("s1", "fix"), "production", true);

        Promoter.Result result = shop.promoter(shop.store)
                .promote(new Promoter.Request("fix", "", shop.dev, shop.production, List.of(fix), Map.of()));

        assertThat(result.promoted()).isTrue();
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "fix"));
        ride.train().free("ada");
        assertReleased();
        assertThat(ride.train().state().isPaused()).isFalse();
    }

    /** Whoever aborts a build, or takes its change off, reads that it is cancelled: it is not released on Monday. */
    @Test
    void I12_whoIsTakenOffWhileItsReleaseIsHeldIsNotReleasedAndTheOthersAre() throws InterruptedException {
        shop.build("s2", "2");
        String[] other = {""};
        passes(Timetable.ALWAYS, () -> ride.train().hold("audit", "ada"), () -> other[0] = ride.queue("s2", "2"));
        assertWaits();

        assertThat(ride.train().withdraw(change, "taken off by ada")).isTrue();

        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ride.outcome(change).reason()).isEqualTo("taken off by ada");
        assertThat(shop.promoter(shop.store).underWay()).isEmpty();
        ride.train().free("ada");
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(ride.outcome(other[0]).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "2"));
        assertThat(ride.train().state().isPaused()).isFalse();
    }

    @Test
    void I12_whoIsTakenOffWhileContentIsCopiedIsNotReleased() throws InterruptedException {
        passes(Timetable.ALWAYS, () -> ride.train().withdraw(change, "its build was stopped"));
        assertThat(ride.outcome(change).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ride.outcome(change).reason()).isEqualTo("its build was stopped");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(ride.train().state().isPaused()).isFalse();
    }

    @Test
    void I6_whatIsHalfMovedIsCompletedThoughItsBuildIsStopped() throws InterruptedException {
        boolean[] off = {true};
        shop.production.beforeTag(tag -> off[0] = ride.train().withdraw(change, "its build was stopped"));
        passes(Timetable.ALWAYS, () -> {});
        assertThat(off[0]).isFalse();
        assertReleased();
    }

    @Test
    void rollbackDoesNotWaitForAReleaseThatIsHeld() throws InterruptedException {
        passes(Timetable.ALWAYS, () -> {});
        String first = ride.outcome(change).related();
        shop.build("s1", "3");
        ride.queue("s1", "3");
        ride.run("build 1");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "3"));
        shop.build("s2", "2");
        String other = ride.queue("s2", "2");
        then = () -> ride.train().hold("it loses carts", "ada");
        ride.run("build 1");
        assertWaitsWith("s2");

        ride.train().rollbacks().perform(new Rollback(first, "it loses carts", true, List.of(), "ada"));
        ride.run("build 1");

        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "1"));
        ride.train().free("ada");
        ride.run("build 1");
        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "2"));
    }
}
