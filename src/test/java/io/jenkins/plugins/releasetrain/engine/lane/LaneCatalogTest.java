package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MeddledStore;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A catalog that changes while lanes are under way. */
class LaneCatalogTest {
    /** s1 calls s2. */
    private final FakeShop shop = new FakeShop(5, Map.of("s1", Set.of("s2")));

    private final LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);
    private final Catalog fewer = LaneDrive.without(shop.catalog, "s2");

    @AfterEach
    void close() {
        shop.close();
    }

    private LaneId open(String service, String version) {
        shop.build(service, version);
        return drive.open(service, version);
    }

    private void assertReleasedAfter(int runs, LaneDrive drive, LaneId lane) {
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(lane)).isEqualTo(runs);
        assertThat(shop.installed()).containsEntry("s2", shop.inProduction("s2"));
    }

    @Test
    void I7_laneIsTestedAgainWithAServiceThatCameBackIntoTheCatalogBeforeItsRelease() {
        drive.take(fewer);
        drive.lanes.hold("a sale", "ada");
        LaneId lane = open("s1", "2");
        drive.steps(6);
        assertThat(drive.runs(lane)).isEqualTo(1);
        shop.production.push("prod/s2", "production", "s2 2");

        drive.take(shop.catalog);
        drive.lanes.free("ada");
        drive.finish();

        assertReleasedAfter(2, drive, lane);
    }

    @Test
    void I7_laneIsTestedAgainWithAServiceThatCameBackIntoTheCatalogBetweenItsReleaseAndTheFirstTag() {
        boolean[] away = {true};
        Store store = MeddledStore.of(shop.store, events -> {
            if (away[0] && events.stream().anyMatch(Event.PromotionOpened.class::isInstance)) {
                throw new EngineException(FailureKind.UNAVAILABLE, "the store is away");
            }
        });
        LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS, store);
        drive.take(fewer);
        shop.build("s1", "2");
        LaneId lane = drive.open("s1", "2");
        drive.steps(6);
        assertThat(drive.events(Event.ReleaseMade.class)).hasSize(1);
        shop.production.push("prod/s2", "production", "s2 2");

        drive.take(shop.catalog);
        away[0] = false;
        drive.finish();

        assertReleasedAfter(2, drive, lane);
    }

    /** Of what is not there nobody can test anything, nor wait for it (I14). */
    @Test
    void I14_serviceOfWhichTheEnvironmentHasNoWorkloadHasNobodyTestedAgain() {
        shop.cluster.isGone("s2");
        LaneId lane = open("s1", "2");
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(lane)).isEqualTo(1);
    }

    /** It was out of reach when it was to be taken out, and its service is gone by the time that it is not. */
    @Test
    void I3_candidateOfAServiceThatLeftTheCatalogIsTakenOutAllTheSame() throws InterruptedException {
        LaneId lane = open("s2", "2");
        drive.step();
        assertThat(shop.installed()).containsEntry("s2", FakeShop.digest("s2", "2"));
        shop.cluster.forbids("s2");
        drive.lanes.cancel(lane, "not needed");
        assertThat(drive.lanes.mayGoOnWith(fewer)).isTrue();

        drive.take(fewer);
        shop.cluster.allows("s2");
        shop.clock.advance(Duration.ofMinutes(1));
        drive.tidy();

        assertThat(drive.lanes.state().obligations()).isEmpty();
        assertThat(shop.installed()).containsEntry("s2", FakeShop.digest("s2", "1"));
    }
}
