package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MeddledStore;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.store.Item;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaneRollbackTest {
    private final FakeShop shop = new FakeShop(3, Map.of());
    private final LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);

    @AfterEach
    void close() {
        shop.close();
    }

    /** @return the release's id */
    private static String release(FakeShop shop, LaneDrive drive, String service, String version) {
        shop.build(service, version);
        Lanes.LaneId lane = drive.open(service, version);
        drive.finish();
        return drive.ended.get(lane).release();
    }

    private String release(String service, String version) {
        return release(shop, drive, service, version);
    }

    @Test
    void whatAnEarlierReleaseBroughtComesBackAndLanesGoOn() {
        String second = release("s1", "2");
        release("s1", "3");
        release("s2", "2");
        LaneRollback rollback = drive.lanes.rollback();
        assertThat(rollback.target(second).changed()).containsOnlyKeys("s1");
        assertThat(rollback.refusal(rollback.target(second))).isEmpty();

        String back = rollback.perform(second, "it loses carts", "ada");
        assertThat(back).isEqualTo("staging-s1-4");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "2"));
        Event.ReleaseMade made = shop.store.release(back).orElseThrow().made();
        assertThat(made.rollbackOf()).isEqualTo(second);
        assertThat(made.reason()).contains("it loses carts");
        assertThat(made.user()).contains("ada");
        assertThat(shop.store.release(back).orElseThrow().promotedAt()).isPresent();

        release("s0", "2");
        assertThat(release("s1", "4")).isEqualTo("staging-s1-6");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "4"));
    }

    /** As in trains: who goes back on purpose wants what is older than what he left. */
    @Test
    void I13_afterARollbackABuildFromBetweenIsTried() {
        String second = release("s1", "2", "cart#2");
        release("s1", "4", "cart#4");
        assertThat(drive.outcome(opened("s1", "1.5", "cart#1"))).isEqualTo(Event.Outcome.SUPERSEDED);
        drive.lanes.rollback().perform(second, "it loses carts", "ada");
        assertThat(drive.outcome(opened("s1", "3", "cart#3"))).isEqualTo(Event.Outcome.RELEASED);
        assertThat(drive.outcome(opened("s1", "1.6", "cart#1"))).isEqualTo(Event.Outcome.SUPERSEDED);
    }

    private Lanes.LaneId opened(String service, String version, String build) {
        shop.build(service, version);
        Lanes.LaneId lane = drive.open(service, version, new Origin(build, "", ""));
        drive.finish();
        return lane;
    }

    private String release(String service, String version, String build) {
        return drive.ended.get(opened(service, version, build)).release();
    }

    @Test
    void whatCannotBeDoneDoesNothing() {
        String second = release("s1", "2");
        LaneRollback rollback = drive.lanes.rollback();
        int before = shop.events.size();
        assertThatThrownBy(() -> rollback.perform(second, "why", "ada"))
                .hasMessageContaining("has the images of " + second + " already");
        assertThatThrownBy(() -> rollback.perform("staging-s1-9", "why", "ada"))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.NOT_FOUND))
                .hasMessageContaining("the newest is " + second);
        release("s1", "3");
        new Blocks(shop.store, shop.clock, e -> {}).markBad(second, "bad", "eve");
        assertThatThrownBy(() -> rollback.perform(second, "why", "ada")).hasMessageContaining("is blocked");
        assertThat(shop.events.subList(before, shop.events.size()))
                .noneMatch(e -> e instanceof Event.ReleaseMade made
                        && !made.rollbackOf().isEmpty());
    }

    /** Nobody else gets the tags before it is done, and others made releases meanwhile. */
    @Test
    void I6_rollbackWhoseProcessDiedWhileTagsMovedIsGoneOnWithUnasked() {
        String second = release("s1", "2");
        release("s1", "3");
        Store dying = MeddledStore.of(shop.store, events -> {
            if (events.stream().anyMatch(Event.PromotionCompleted.class::isInstance)) {
                throw new CrashingStore.Crash();
            }
        });
        LaneRollback rollback = LaneDrive.lanes(shop, LaneDrive.SETTINGS, dying).rollback();
        assertThatThrownBy(() -> rollback.perform(second, "it loses carts", "ada"))
                .isInstanceOf(CrashingStore.Crash.class);
        release("s0", "2");

        drive.tidy();

        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(shop.store.releases("staging", 99, 9))
                .filteredOn(r -> r.made().rollbackOf().equals(second))
                .singleElement()
                .satisfies(r -> assertThat(r.promotedAt()).isPresent());
        release("s1", "4");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "4"));
    }

    private Event.ReleaseMade diesAt(String release, Class<? extends Event> event) {
        Store dying = MeddledStore.of(shop.store, events -> {
            if (events.stream().anyMatch(event::isInstance)) {
                throw new CrashingStore.Crash();
            }
        });
        LaneRollback rollback = LaneDrive.lanes(shop, LaneDrive.SETTINGS, dying).rollback();
        assertThatThrownBy(() -> rollback.perform(release, "it loses carts", "ada"))
                .isInstanceOf(CrashingStore.Crash.class);
        return shop.store.releases("staging", 99, 1).get(0).made();
    }

    private String state(Event.ReleaseMade made) {
        return shop.store.item(Item.RELEASE, made.id()).orElseThrow().state();
    }

    /** Others' releases came after it, so that it is not the newest, and nobody asks for it again. */
    @Test
    void I8_rollbackWhoseProcessDiedAfterItsTagsIsToldAsPromoted() {
        String second = release("s1", "2");
        release("s1", "3");
        Event.ReleaseMade back = diesAt(second, Event.ReleasePromoted.class);
        release("s0", "2");

        drive.tidy();

        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(state(back)).isEqualTo("PROMOTED");
    }

    /** Nothing came of it, and what is in production may be another by now. */
    @Test
    void I8_rollbackWhoseProcessDiedBeforeItsPlanIsRefusedAfterAWhile() {
        String second = release("s1", "2");
        release("s1", "3");
        Event.ReleaseMade back = diesAt(second, Event.PromotionPlanned.class);
        drive.tidy();
        shop.promoter(shop.store).sweep(open -> Optional.of(shop.production));
        assertThat(state(back)).as("it may be asked for again").isEqualTo("MADE");
        release("s1", "4");

        shop.clock.advance(Duration.ofMinutes(11));
        drive.tidy();

        assertThat(state(back)).isEqualTo("REFUSED");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "4"));
        assertThat(drive.lanes.rollback().perform(second, "it loses carts", "ada"))
                .isNotEqualTo(back.id());
    }

    /** Dies at every append in turn; asked for again it goes on, and there is one release. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I8_askedForAgainAfterACrashItGoesOn(boolean durable) {
        int append = 0;
        while (crashAt(append, durable)) {
            append++;
        }
        assertThat(append).isGreaterThan(2);
    }

    private static boolean crashAt(int append, boolean durable) {
        try (FakeShop shop = new FakeShop(2, Map.of())) {
            LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
            String second = release(shop, drive, "s0", "2");
            release(shop, drive, "s0", "3");
            CrashingStore crashing = new CrashingStore(shop.store, append, durable);
            String back;
            try {
                back = LaneDrive.lanes(shop, LaneDrive.SETTINGS, crashing.store())
                        .rollback()
                        .perform(second, "why", "ada");
            } catch (CrashingStore.Crash e) {
                LaneRollback again =
                        LaneDrive.lanes(shop, LaneDrive.SETTINGS, shop.store).rollback();
                boolean done = again.refusal(again.target(second)).isPresent();
                back = done
                        ? shop.store.releases("staging", 99, 1).get(0).made().id()
                        : again.perform(second, "why", "ada");
            }
            assertThat(back).as("crash at append " + append).isEqualTo("staging-s0-3");
            assertThat(shop.store.release(back).orElseThrow().promotedAt()).isPresent();
            assertThat(shop.inProduction("s0")).isEqualTo(FakeShop.digest("s0", "2"));
            return crashing.crashed();
        }
    }

    /** Letting a lane go first is one append: it is either done or not, and asked for again it is done once. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I8_goingFirstSurvivesACrash(boolean durable) {
        shop.build("s0", "2");
        shop.build("s1", "2");
        drive.open("s0", "2");
        String last = drive.open("s1", "2").id();
        CrashingStore crashing = new CrashingStore(shop.store, 0, durable);
        Lanes dying = LaneDrive.lanes(shop, LaneDrive.SETTINGS, crashing.store());
        assertThatThrownBy(() -> dying.prioritise(last, 1_000, "ada")).isInstanceOf(CrashingStore.Crash.class);

        Lanes after = LaneDrive.lanes(shop, LaneDrive.SETTINGS, shop.store);
        after.prioritise(last, 1_000, "ada");
        assertThat(after.state().waiting().get(0).id()).isEqualTo(last);
        assertThat(shop.store.events("lane/staging", 0, 1_000).stream()
                        .filter(r -> r.event() instanceof Event.ChangePrioritised))
                .hasSize(1);
    }
}
