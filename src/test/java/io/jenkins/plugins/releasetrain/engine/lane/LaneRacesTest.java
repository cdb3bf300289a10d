package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MeddledStore;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What others do between a decision about a lane and what it is based on. */
class LaneRacesTest {
    /** s1 calls s2. */
    private final FakeShop shop = new FakeShop(4, Map.of("s1", Set.of("s2")));

    @AfterEach
    void close() {
        shop.close();
    }

    /** Another lane brings the baseline of what counts, right before the release is written. */
    @Test
    void I7_baselineThatMovesWhileALaneIsAboutToBeReleasedHasItTestedAgain() {
        shop.build("s1", "2");
        boolean[] moved = {false};
        Store store = MeddledStore.of(shop.store, events -> {
            if (!moved[0] && events.stream().anyMatch(Event.ReleaseMade.class::isInstance)) {
                moved[0] = true;
                Event baseline = new Event.BaselineInstalled("staging", Digest.sha256("another"), List.of("s2"));
                shop.store.append(
                        "lane/staging", shop.store.version("lane/staging"), shop.clock.instant(), List.of(baseline));
            }
        });
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS, store);
        LaneId lane = drive.open("s1", "2");

        drive.finish();

        assertThat(moved[0]).isTrue();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(lane)).as("the first verdict was stale").isEqualTo(2);
    }

    /** Production has it by then: to say that it was refused would be wrong. */
    @Test
    void I6_whatIsPromotedIsNotRefusedWhereThatCannotBeWrittenNow() {
        shop.build("s1", "2");
        int[] busy = {60};
        Store store = MeddledStore.of(shop.store, events -> {
            if (events.stream().anyMatch(Event.ReleasePromoted.class::isInstance) && busy[0]-- > 0) {
                throw new EngineException(FailureKind.CONFLICT, "others wrote first");
            }
        });
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS, store);
        LaneId lane = drive.open("s1", "2");
        for (int i = 0; i < 20 && busy[0] > 0; i++) {
            try {
                drive.step();
            } catch (EngineException e) {
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.CONFLICT);
            }
        }
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));

        drive.finish();

        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.events(Event.PromotionRefused.class)).isEmpty();
    }
}
