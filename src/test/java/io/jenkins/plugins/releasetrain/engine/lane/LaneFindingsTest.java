package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Findings about the lock, the store and what lanes cost, by their numbers. */
class LaneFindingsTest {
    private static final int SERVICES = 40;

    /** s1 calls s2; the others call nobody. */
    private final FakeShop shop = new FakeShop(SERVICES, Map.of("s1", Set.of("s2")));

    private final LaneDrive drive = new LaneDrive(shop, LaneDrive.SETTINGS);

    @AfterEach
    void close() {
        shop.close();
    }

    /** A process that died with a place in the environment. */
    private void somebodyDied() {
        shop.lock.request(new EnvironmentLock.Request(
                "dead", "a lane", EnvironmentLock.Mode.SHARED, Set.of("s9"), Duration.ofMinutes(5)));
        shop.clock.advance(Duration.ofMinutes(6));
    }

    @Test
    void B18_I3_whoeverCouldNotStampAllDoesNotGiveItsPlaceBackSoThatTheNextOneStamps() throws InterruptedException {
        somebodyDied();
        shop.build("s3", "2");
        LaneId first = drive.open("s3", "2");
        shop.cluster.fails(Map.of("fence", new EngineException(FailureKind.FORBIDDEN, "no patch on deployments")));
        assertThatThrownBy(() -> drive.next(first)).hasMessageContaining("no patch on deployments");
        drive.lanes.cancel(first, "given up");
        assertThat(shop.lock.entries())
                .as("its place is kept until its lease runs out")
                .singleElement()
                .satisfies(e -> assertThat(e.id()).isEqualTo(first.id()));
        shop.cluster.fails(Map.of());
        int before = shop.cluster.calls("fence");
        shop.clock.advance(Duration.ofMinutes(11));
        shop.build("s4", "2");
        LaneId next = drive.open("s4", "2");
        drive.step();
        assertThat(shop.cluster.calls("fence")).as("stamped now").isEqualTo(before + 1);
        drive.steps(20);
        assertThat(drive.outcome(next)).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void B18_I8_laneWhoseProcessDiedWithAPlaceComesInWithOtherClaimsAfterwards() {
        somebodyDied();
        shop.build("s1", "2");
        LaneId lane = drive.open("s1", "2");
        shop.lock.request(new EnvironmentLock.Request(
                lane.id(),
                "lane s1 in staging",
                EnvironmentLock.Mode.SHARED,
                Set.of("s1", "s2"),
                Duration.ofMinutes(10)));
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(shop.cluster.calls("fence"))
                .as("nobody knows whether it was")
                .isPositive();
        assertThat(shop.lock.entries()).isEmpty();
    }

    @Test
    void B24_apiServerThatIsAwayForSecondsAtTheEndCostsNoVerdict() {
        shop.build("s3", "2");
        LaneId lane = drive.open("s3", "2");
        drive.step();
        LaneTask.Test test = (LaneTask.Test) drive.next(lane);
        shop.cluster.fails(Map.of("standings", new EngineException(FailureKind.UNAVAILABLE, "the API server is away")));
        assertThatThrownBy(() -> drive.lanes.report(
                        lane, test.tenant(), new Lanes.Reported(Verdict.PASSED, "", Optional.empty())))
                .isInstanceOfSatisfying(
                        EngineException.class,
                        e -> assertThat(e.kind().retryable()).isTrue());
        shop.cluster.fails(Map.of());
        drive.lanes.report(lane, test.tenant(), new Lanes.Reported(Verdict.PASSED, "", Optional.empty()));
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.RELEASED);
        assertThat(drive.runs(lane)).as("the one verdict that there was").isEqualTo(1);
    }

    /** Production never had the service, and its workload asks by tag. */
    private void neverReleased(String service) {
        shop.production.untag("prod/" + service, "production");
        shop.cluster.meddle(service, ImageReference.parse(shop.dev.host() + "/dev/" + service + ":1"));
    }

    @Test
    void B29_firstLaneOfAServiceThatFailsIsTakenOutAgain() {
        neverReleased("s3");
        shop.cluster.pods("s3", FakeShop.digest("s3", "1"));
        Digest bad = shop.build("s3", "2");
        LaneId lane = drive.open("s3", "2");
        drive.tests = test ->
                shop.cluster.asksFor("s3").flatMap(ImageReference::digest).equals(Optional.of(bad))
                        ? Verdict.FAILED
                        : Verdict.PASSED;
        drive.finish();
        assertThat(drive.outcome(lane)).isEqualTo(Outcome.EJECTED);
        assertThat(shop.cluster.asksFor("s3").flatMap(ImageReference::digest))
                .as("what its pods ran before")
                .contains(FakeShop.digest("s3", "1"));
    }

    @Test
    void B29_firstLaneOfAServiceOfWhichNobodyKnowsWhatToPutBackIsRefused() {
        neverReleased("s3");
        shop.cluster.fallsOver("s3", Fault.UNKNOWN);
        shop.build("s3", "2");
        LaneId lane = drive.open("s3", "2");
        assertThatThrownBy(() -> drive.next(lane)).hasMessageContaining("could not be put back");
        assertThat(shop.cluster.asksFor("s3"))
                .hasValueSatisfying(i -> assertThat(i.digest()).isEmpty());
    }

    @Test
    void B30_afterATakeoverAllIsStampedOnce() {
        somebodyDied();
        shop.build("s3", "2");
        LaneId lane = drive.open("s3", "2");
        drive.lanes.hold("look first", "ada");
        drive.steps(30);
        assertThat(drive.waits.get(lane)).contains("held");
        assertThat(shop.cluster.calls("fence")).isEqualTo(1);
    }

    private int reads() {
        return shop.cluster.calls("installed")
                + shop.cluster.calls("standings")
                + shop.cluster.calls("awaitRollouts")
                + shop.production.resolved();
    }

    @Test
    void S2_laneThatPassedAndWaitsLooksNowhere() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        LaneId neighbour = drive.open("s1", "2");
        drive.step();
        LaneId passed = drive.open("s2", "2");
        // The first is tested once more where it is, since the other came meanwhile.
        drive.steps(6);
        assertThat(drive.lanes.state().lane(passed.id()).orElseThrow().phase()).isInstanceOf(Phase.Passed.class);
        assertThat(drive.lanes.state().lane(neighbour.id()).orElseThrow().phase())
                .isInstanceOf(Phase.Testing.class);
        int before = reads();
        for (int i = 0; i < 50; i++) {
            assertThat(drive.next(passed)).isInstanceOf(LaneTask.Wait.class);
        }
        assertThat(reads()).isEqualTo(before);
    }

    @Test
    void S3_laneLooksUpInProductionOnlyWhatItIsConnectedTo() {
        for (int i = 3; i < 6; i++) {
            shop.build("s" + i, "2");
        }
        drive.open("s3", "2");
        drive.step();
        int before = shop.production.resolved();
        drive.open("s4", "2");
        shop.build("s1", "2");
        drive.open("s1", "2");
        drive.step();
        assertThat(shop.production.resolved() - before)
                .as("two lanes, tags of the candidates included, in a catalog of " + SERVICES)
                .isLessThanOrEqualTo(10);
    }

    @Test
    void S6_setsAreKeptAsWhatDiffersFromOthers() {
        List<Boolean> whole = new ArrayList<>();
        LaneDrive counted = new LaneDrive(
                shop, LaneDrive.SETTINGS, watching("saveSet", a -> whole.add(((Optional<?>) a[1]).isEmpty())));
        for (int i = 3; i < 13; i++) {
            shop.build("s" + i, "2");
            counted.open("s" + i, "2");
        }
        counted.finish();
        assertThat(whole).hasSizeGreaterThan(20);
        assertThat(whole.stream().filter(w -> w))
                .as("the first that the environment held, and the first release")
                .hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void S10_whetherAllLanesMayGoOnWithACatalogCostsTheSameHoweverManyThereAre() {
        Map<Integer, Integer> costs = new HashMap<>();
        for (int lanes : List.of(1, 20)) {
            while (drive.lanes.state().lanes().size() < lanes) {
                String service = "s" + (10 + drive.lanes.state().lanes().size());
                shop.build(service, "2");
                drive.open(service, "2");
            }
            List<String> calls = new ArrayList<>();
            Lanes counted = LaneDrive.lanes(shop, LaneDrive.SETTINGS, watching("", a -> calls.add("")));
            counted.state();
            calls.clear();
            counted.mayGoOnWith(shop.catalog);
            costs.put(lanes, calls.size());
        }
        assertThat(costs.get(20)).isLessThanOrEqualTo(costs.get(1));
    }

    /** @param method every one where empty */
    private Store watching(String method, java.util.function.Consumer<Object[]> calls) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, called, arguments) -> {
                    if (method.isEmpty() || called.getName().equals(method)) {
                        calls.accept(arguments);
                    }
                    try {
                        return called.invoke(shop.store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void rejectionNamesLanesAndNotTheirIds() {
        shop.buildBad("s3", "2");
        shop.build("s4", "2");
        LaneId bad = drive.open("s3", "2");
        LaneId good = drive.open("s4", "2");
        drive.finish();
        assertThat(drive.outcome(bad)).isEqualTo(Outcome.EJECTED);
        assertThat(drive.ended.get(bad).reason())
                .contains("failed with it in s3 2 (attempt 1)")
                .doesNotContain(bad.id() + "-", good.id() + "-");
        assertThat(drive.events(Event.LaneEnded.class)).hasSize(2);
    }
}
