package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
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

    /** A lane that failed, and its look at the baseline alone, verify nobody. */
    @Test
    void aLaneThatPassedTellsWhatWasTestedTogether() {
        List<String> passed = new ArrayList<>();
        shop.gate = new ContractGate() {
            @Override
            public SortedMap<String, String> refusals(Collection<Exchange> exchanges) {
                return new TreeMap<>();
            }

            @Override
            public void passed(Map<String, Digest> images, ImageSet set, String run) {
                assertThat(set.images()).containsKeys("s0", "s1", "s3");
                assertThat(set.images().get("s1").digest()).isEqualTo(FakeShop.digest("s1", "1"));
                passed.add(images + " " + run);
            }
        };
        LaneDrive watched = new LaneDrive(shop, LaneDrive.SETTINGS);
        shop.buildBad("s3", "2");
        LaneId rejected = watched.open("s3", "2");
        watched.finish();
        assertThat(watched.outcome(rejected)).isEqualTo(Outcome.EJECTED);
        assertThat(passed).isEmpty();
        shop.build("s2", "2");
        LaneId lane = watched.open("s2", "2");
        watched.finish();
        assertThat(watched.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(passed).containsExactly(Map.of("s2", FakeShop.digest("s2", "2")) + " " + lane.id());
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
