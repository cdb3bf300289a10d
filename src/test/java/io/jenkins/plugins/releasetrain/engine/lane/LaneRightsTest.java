package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A right that is taken away while a lane is tested holds when it ships (I10, design §10). */
class LaneRightsTest {
    private final FakeShop shop = new FakeShop(4, Map.of());
    private final LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
    private final Set<String> refused = new HashSet<>();
    /** The rights are taken when this happened. */
    private Class<? extends Event> since = Event.LaneQueued.class;

    LaneRightsTest() {
        drive.lanes = new Lanes(
                LaneDrive.SETTINGS,
                shop.catalog,
                shop.registries(),
                shop.environment(),
                shop.ports((origin, services) -> refused.contains(origin.build()) && happened(since)
                        ? Optional.of("job of " + origin.build() + " may not promote " + services)
                        : Optional.empty()));
    }

    @AfterEach
    void close() {
        shop.close();
    }

    private boolean happened(Class<? extends Event> event) {
        return shop.events.stream().anyMatch(event::isInstance);
    }

    private LaneId open(String service) {
        shop.build(service, "2");
        return drive.open(service, "2", new Origin(service + "#2", "", "ada"));
    }

    @Test
    void I10_rightThatIsTakenWhileTheTestsRunEndsItsLaneAndTheOtherShips() {
        LaneId mine = open("s1");
        LaneId other = open("s3");
        drive.steps(2);
        refused.add("s1#2");
        drive.finish();
        assertThat(drive.outcome(mine)).isEqualTo(Outcome.CANCELLED);
        assertThat(drive.ended.get(mine).reason()).contains("job of s1#2 may not promote [s1]");
        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(shop.inProduction("s3")).isEqualTo(FakeShop.digest("s3", "2"));
    }

    @Test
    void I10_rightThatIsTakenBetweenVerdictAndPromotionIsAskedThere() {
        since = Event.ReleaseMade.class;
        refused.add("s1#2");
        LaneId mine = open("s1");
        drive.finish();
        assertThat(drive.outcome(mine)).isEqualTo(Outcome.CANCELLED);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(shop.production.resolve("prod/s1", "2")).isEmpty();
    }

    /** Content may take hours to copy. */
    @Test
    void I10_rightThatIsTakenWhileContentIsCopiedMovesNoTag() {
        since = Event.ContentPromoted.class;
        refused.add("s1#2");
        LaneId mine = open("s1");
        drive.finish();
        assertThat(happened(Event.ContentPromoted.class)).isTrue();
        assertThat(drive.outcome(mine)).isEqualTo(Outcome.CANCELLED);
        assertThat(drive.ended.get(mine).reason()).contains("job of s1#2 may not promote");
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
    }
}
