package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever breaks an interface is not let in, and does not leave (design §13). */
class ContractsInLanesTest {
    private final FakeShop shop = new FakeShop(4, Map.of());
    private final AtomicReference<Digest> bad = new AtomicReference<>();
    private final LaneDrive drive = guarded();

    private LaneDrive guarded() {
        shop.gate = exchanges -> {
            TreeMap<String, String> refusals = new TreeMap<>();
            exchanges.stream()
                    .filter(x -> x.after().equals(bad.get()))
                    .forEach(x -> refusals.put(x.service(), x.service() + " lost a field"));
            return refusals;
        };
        return new LaneDrive(shop, LaneDrive.SETTINGS);
    }

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void whoBreaksItsContractIsNotLetIn() {
        bad.set(shop.build("s1", "2"));
        LaneId lane = drive.open("s1", "2");
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.INCOMPATIBLE);
        assertThat(drive.ended.get(lane).reason()).isEqualTo("s1 lost a field");
        assertThat(drive.events(Event.LaneStarted.class)).isEmpty();
    }

    @Test
    void isAskedAgainBeforeThePromotion() {
        Digest late = shop.build("s1", "2");
        LaneId lane = drive.open("s1", "2");
        drive.step();
        bad.set(late);
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.INCOMPATIBLE);
        assertThat(drive.events(Event.LaneTested.class)).isNotEmpty();
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(shop.installed()).as("nothing of it is left").containsEntry("s1", FakeShop.digest("s1", "1"));
    }
}
