package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store as the version left it that kept a stream for each group of lanes; it stays in the resources for ever. */
class OldStreamsTest {
    private static final Duration OLD_RELEASES = Duration.ofHours(1);

    @TempDir
    private Path directory;

    @Test
    void lanesOfAnOldStoreGoOnAndItsOutcomesAreKnown() throws IOException, InterruptedException {
        try (InputStream old =
                new GZIPInputStream(OldStreamsTest.class.getResourceAsStream("streams-by-group.mv.db.gz"))) {
            Files.copy(old, directory.resolve("release-train.mv.db"));
        }
        Store store = SqlStore.open(StoreSettings.h2(directory));
        try (FakeShop shop = new FakeShop(8, Map.of("s1", Set.of("s2")), store)) {
            asItWas(shop);
            Lanes lanes = LaneDrive.lanes(shop, LaneDrive.SETTINGS, store);
            assertThat(lanes.underWay().keySet())
                    .containsExactlyInAnyOrder(
                            new LaneId("s3", "id61"),
                            new LaneId("s3", "id62"),
                            new LaneId("s4", "id63"),
                            new LaneId("s5", "id64"));
            assertThat(((LaneTask.Done) lanes.next(new LaneId("s0", "id1")))
                            .ended()
                            .release())
                    .as("B26: the sixtieth before the last")
                    .isEqualTo("staging-s0-1");

            LaneTask.Test test = (LaneTask.Test) lanes.next(new LaneId("s3", "id61"));
            assertThat(test.tenant()).as("its build still runs these tests").isEqualTo("id61-1");
            lanes.report(new LaneId("s3", "id61"), "id61-1", new Lanes.Reported(Verdict.PASSED, "", Optional.empty()));
            Event.LaneEnded tested = finish(lanes, shop, new LaneId("s3", "id61"));
            assertThat(tested.outcome()).isEqualTo(Outcome.RELEASED);
            assertThat(tested.release()).as("no number twice").isEqualTo("staging-s3-61");
            assertThat(finish(lanes, shop, new LaneId("s4", "id63")).outcome())
                    .as("it was being promoted")
                    .isEqualTo(Outcome.RELEASED);
            assertThat(finish(lanes, shop, new LaneId("s3", "id62")).outcome()).isEqualTo(Outcome.RELEASED);
            assertThat(finish(lanes, shop, new LaneId("s5", "id64")).outcome())
                    .as("its verdict was not acted upon, so it is tested anew")
                    .isEqualTo(Outcome.RELEASED);
            assertThat(store.streams("lane/")).contains("lane/staging", "lane/staging/s3");
            assertThat(shop.lock.entries()).isEmpty();
        }
    }

    /** Registries and environment when that store was left. */
    private static void asItWas(FakeShop shop) {
        shop.clock.advance(OLD_RELEASES);
        for (int i = 2; i <= 4; i++) {
            for (String service : new String[] {"s0", "s3", "s4", "s5", "s6"}) {
                shop.build(service, "" + i);
            }
        }
        shop.production.push("prod/s0", "production", "s0 r59");
        shop.build("s0", "r59");
        shop.cluster.meddle("s0", shop.candidate("s0", "r59"));
        shop.cluster.meddle("s3", shop.candidate("s3", "2"));
        shop.cluster.meddle("s4", shop.candidate("s4", "2"));
        shop.cluster.meddle("s5", shop.candidate("s5", "2"));
        shop.production.push("prod/s4", "copied", "s4 2");
        for (int i = 1; i <= 60; i++) {
            hold(shop, "id" + i, "s0");
            shop.lock.release("id" + i);
        }
        hold(shop, "id61", "s3");
        hold(shop, "id63", "s4");
        hold(shop, "id64", "s5");
        hold(shop, "id62", "s3");
    }

    private static void hold(FakeShop shop, String lane, String service) {
        shop.lock.request(new EnvironmentLock.Request(
                lane, "lane " + service, EnvironmentLock.Mode.SHARED, Set.of(service), Duration.ofMinutes(10)));
    }

    private static Event.LaneEnded finish(Lanes lanes, FakeShop shop, LaneId lane) throws InterruptedException {
        LaneTask task = lanes.next(lane);
        for (int i = 0; i < 50 && !(task instanceof LaneTask.Done); i++) {
            if (task instanceof LaneTask.Test test) {
                lanes.report(lane, test.tenant(), new Lanes.Reported(shop.test(), "", Optional.empty()));
            }
            shop.clock.advance(Duration.ofMinutes(2));
            task = lanes.next(lane);
        }
        assertThat(task).isInstanceOf(LaneTask.Done.class);
        return ((LaneTask.Done) task).ended();
    }
}
