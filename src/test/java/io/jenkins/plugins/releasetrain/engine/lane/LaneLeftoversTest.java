package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a lane leaves until it is cleaned up, and whoever counts it. */
class LaneLeftoversTest {
    /** s1 calls s2. */
    private final FakeShop shop = new FakeShop(4, Map.of("s1", Set.of("s2")), MemoryStore.create());

    private final LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);

    @AfterEach
    void close() {
        shop.close();
    }

    /** Its workload asks for what production runs again, but nodes cannot pull that: its pods are the candidate's still. */
    @Test
    void I4_whatANeighbourLeftWhileALaneWasBroughtInIsToldWithItsFailure() throws InterruptedException {
        Digest bad = shop.buildBad("s2", "2");
        shop.build("s1", "2");
        LaneId neighbour = drive.open("s2", "2");
        assertThat(drive.next(neighbour)).isInstanceOf(LaneTask.Test.class);
        LaneId lane = drive.open("s1", "2");
        shop.cluster.fails(Map.of("install", new EngineException(FailureKind.UNAVAILABLE, "the API server is away")));
        assertThatThrownBy(() -> drive.next(lane)).hasMessageContaining("away");
        shop.cluster.fails(Map.of());
        shop.cluster.keepsOut(FakeShop.digest("s2", "1"), "unauthorized");
        drive.lanes.cancel(neighbour, "not needed");
        LaneTask.Test test = (LaneTask.Test) drive.next(lane);
        assertThat(shop.cluster.running()).containsEntry("s2", bad);

        drive.lanes.report(lane, test.tenant(), new Lanes.Reported(Verdict.FAILED, "s2 fails", Optional.empty()));

        assertThat(drive.events(Event.LaneTested.class))
                .last()
                .satisfies(e -> assertThat(e.beside()).contains(List.of(neighbour.id())));
        shop.cluster.letsIn(FakeShop.digest("s2", "1"));
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
    }

    /** It leaves while the cluster is away, so that its candidate stays: nothing that can be read tells that anything changed. */
    @Test
    void I4_neighbourThatLeavesWhileALaneIsTestedIsToldWithItsFailure() throws InterruptedException {
        shop.buildBad("s2", "2");
        shop.build("s1", "2");
        LaneId neighbour = drive.open("s2", "2");
        assertThat(drive.next(neighbour)).isInstanceOf(LaneTask.Test.class);
        LaneId lane = drive.open("s1", "2");
        LaneTask.Test test = (LaneTask.Test) drive.next(lane);
        shop.cluster.fails(Map.of("install", new EngineException(FailureKind.UNAVAILABLE, "the API server is away")));
        drive.lanes.cancel(neighbour, "not needed");

        drive.lanes.report(lane, test.tenant(), new Lanes.Reported(Verdict.FAILED, "s2 fails", Optional.empty()));

        assertThat(drive.events(Event.LaneTested.class)).last().satisfies(e -> {
            assertThat(e.lane()).isEqualTo(lane.id());
            assertThat(e.beside()).contains(List.of(neighbour.id()));
            assertThat(e.drift()).containsExactly("s2");
        });
        shop.cluster.fails(Map.of());
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
    }

    /** However long that takes, it is no attempt of whoever waits for it. */
    @Test
    void I14_laneWaitsUntilWhatCountsForItIsCleanedUpAndOthersDoNot() throws InterruptedException {
        shop.build("s2", "2");
        shop.build("s1", "2");
        shop.build("s3", "2");
        LaneId neighbour = drive.open("s2", "2");
        drive.step();
        shop.cluster.keepsOut(FakeShop.digest("s2", "1"), "unauthorized");
        drive.lanes.cancel(neighbour, "not needed");
        LaneId lane = drive.open("s1", "2");
        LaneId other = drive.open("s3", "2");

        drive.steps(200);

        assertThat(drive.outcome(other)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.waits.get(lane)).contains("what a lane left of s2 is cleaned up");
        shop.cluster.letsIn(FakeShop.digest("s2", "1"));
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(lane)).isEqualTo(1);
    }
}
