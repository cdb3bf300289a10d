package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodSimulator;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ADR 19: what a namespace holds is kept in memory, whatever becomes of the watches. */
class WatchedNamespaceTest {
    private static final List<Service> SERVICES = IntStream.range(0, 12)
            .mapToObj(i -> TestWorkloads.deployment("s" + i))
            .toList();

    private final EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start();
    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-28T12:00:00Z"));
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private Cluster cluster;

    @BeforeEach
    void start() {
        kubernetes.createNamespace("staging");
        kubernetes.load(SERVICES.stream()
                .map(s -> TestWorkloads.workload(
                        "staging",
                        s.workload(),
                        1,
                        Map.of("main", image(s.name(), "1").toString())))
                .toList());
        cluster = cluster(clock);
    }

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    private Cluster cluster(Clock by) {
        return new KubernetesCluster(
                        new KubernetesNamespace(kubernetes.client(), "staging"), Runnable::run, by, Sleeper.real())
                .inMemory(notices::add);
    }

    private static Map<Service, ImageReference> images(String version) {
        return SERVICES.stream().collect(Collectors.toMap(s -> s, s -> image(s.name(), version)));
    }

    private void byHand(String name, String version) {
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName(name)
                .patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\""
                                + image(name, version) + "\"}]");
    }

    private ImageReference installed(String name) {
        return cluster.installed(SERVICES).get(name);
    }

    /** Events take their way; nothing is read meanwhile. */
    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        BesideContract.eventually("the watch told of it", condition::getAsBoolean);
    }

    /** The server has it, not only the client has asked for it. */
    private void theWatchTells(String service) throws InterruptedException {
        byHand(service, "told");
        eventually(() -> installed(service).equals(image(service, "told")));
    }

    private int requestsOf(Runnable action) {
        int before = kubernetes.requests();
        action.run();
        return kubernetes.requests() - before;
    }

    @Test
    void whatRunsAlreadyCostsNothing() {
        assertThat(requestsOf(() -> cluster.installed(SERVICES)))
                .as("a list and a watch")
                .isEqualTo(2);
        assertThat(requestsOf(() -> {
                    assertThat(cluster.install(Wanted.proven(images("1"), 1))).isEmpty();
                    assertThat(cluster.unprovable(SERVICES)).isEmpty();
                    cluster.installed(SERVICES);
                }))
                .isZero();
    }

    @Test
    void whatSomebodyElseChangesIsSeenByTheWatch() throws Exception {
        installed("s3");
        byHand("s3", "2");
        eventually(() -> installed("s3").equals(image("s3", "2")));
        assertThat(kubernetes.asked()).containsEntry("list deployments", 1);
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName("s4")
                .delete();
        BesideContract.eventually("the deletion is seen", () -> installed("s4") == null);
    }

    @Test
    void whatWeWroteIsThereBeforeTheWatchTellsOfIt() {
        installed("s1");
        kubernetes.muteWatches(true);
        assertThat(cluster.install(Wanted.proven(Map.of(SERVICES.get(1), image("s1", "2")), 1)))
                .containsExactly("s1");
        assertThat(installed("s1")).isEqualTo(image("s1", "2"));
        assertThat(cluster.install(Wanted.proven(Map.of(SERVICES.get(1), image("s1", "2")), 1)))
                .isEmpty();
    }

    @Test
    void aWatchThatEndsGoesOnFromItsVersion() throws Exception {
        installed("s1");
        theWatchTells("s1");
        kubernetes.dropWatches();
        byHand("s1", "2");
        eventually(() -> installed("s1").equals(image("s1", "2")));
        assertThat(kubernetes.asked())
                .containsEntry("watch deployments", 2)
                .as("one list, one look at the version")
                .containsEntry("list deployments", 2);
    }

    @Test
    void aVersionThatIsForgottenIsListedAnew() throws Exception {
        installed("s1");
        kubernetes.muteWatches(true);
        byHand("s1", "2");
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName("s2")
                .delete();
        kubernetes.compact();
        kubernetes.muteWatches(false);
        kubernetes.dropWatches();
        eventually(() -> cluster.installed(SERVICES.subList(0, 2)).get("s1").equals(image("s1", "2")));
        assertThat(kubernetes.asked().get("list deployments")).as("410").isGreaterThanOrEqualTo(2);
        assertThat(installed("s2")).isNull();
    }

    /** Of a namespace so large that the server has forgotten the first page's version when the second is asked for. */
    @Test
    void aListThatIsForgottenInItsMiddleIsReadAtOnce() throws Exception {
        kubernetes.load(IntStream.range(0, 600)
                .mapToObj(i -> TestWorkloads.workload(
                        "staging", TestWorkloads.deployment("x" + i).workload(), 1, Map.of("main", "x:1")))
                .toList());
        kubernetes.forgetPages(true);
        assertThat(installed("s5")).isEqualTo(image("s5", "1"));
        assertThat(kubernetes.asked())
                .as("two pages, then all")
                .containsEntry("list deployments", 3)
                .containsEntry("watch deployments", 1);
        theWatchTells("s5");
        assertThat(notices).isEmpty();
    }

    @Test
    void aServerThatCountsFromAnEarlierVersionAfterItsRestoreIsListedAnew() throws Exception {
        IntStream.range(0, 20).forEach(i -> byHand("s5", "a" + i));
        installed("s1");
        theWatchTells("s1");
        kubernetes.restart();
        byHand("s1", "2");
        eventually(() -> installed("s1").equals(image("s1", "2")));
        byHand("s1", "3");
        eventually(() -> installed("s1").equals(image("s1", "3")));
    }

    @Test
    void aBookmarkKeepsTheVersionFresh() throws Exception {
        installed("s1");
        // Other kinds move on, deployments do not.
        kubernetes.createNamespace("elsewhere");
        kubernetes.bookmark();
        kubernetes.compact();
        kubernetes.dropWatches();
        byHand("s1", "2");
        eventually(() -> installed("s1").equals(image("s1", "2")));
    }

    @Test
    void aConnectionThatIsSilentForLongIsMadeAnew() throws Exception {
        installed("s1");
        kubernetes.muteWatches(true);
        byHand("s1", "2");
        assertThat(installed("s1")).isEqualTo(image("s1", "1"));
        kubernetes.muteWatches(false);
        clock.advance(WatchedKind.SILENCE);
        eventually(() -> installed("s1").equals(image("s1", "2")));
    }

    @Test
    void whereWatchIsNotGrantedItIsReadAndSaidOnce() {
        kubernetes.deny("watch", "deployments");
        assertThat(installed("s1")).isEqualTo(image("s1", "1"));
        byHand("s1", "2");
        assertThat(installed("s1")).isEqualTo(image("s1", "2"));
        assertThat(notices).hasSize(1).first().asString().contains("watch deployments", "read again and again");
        kubernetes.allow("watch", "deployments");
        clock.advance(WatchedKind.ASK_AGAIN);
        installed("s1");
        assertThat(requestsOf(() -> installed("s1"))).isZero();
    }

    @Test
    void worksWithinAQuotaOfLists() {
        kubernetes.limitLists(1);
        installed("s1");
        assertThat(cluster.install(Wanted.proven(images("2"), 1))).hasSize(SERVICES.size());
        assertThat(installed("s7")).isEqualTo(image("s7", "2"));
        Cluster second = cluster(clock);
        assertThatThrownBy(() -> second.installed(SERVICES))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.RATE_LIMITED));
        assertThat(requestsOf(() ->
                        assertThatThrownBy(() -> second.installed(SERVICES)).isInstanceOf(EngineException.class)))
                .as("nobody asks again at once")
                .isZero();
        kubernetes.limitLists(Integer.MAX_VALUE);
        clock.advance(Duration.ofSeconds(1));
        assertThat(second.installed(SERVICES)).hasSize(SERVICES.size());
    }

    @Test
    void anApiServerThatIsAwayIsAskedLessAndLess() {
        installed("s1");
        Cluster second = cluster(clock);
        kubernetes.failNext(1000);
        int before = kubernetes.requests();
        for (int second10 = 0; second10 < 600; second10++) {
            assertThatThrownBy(() -> second.installed(SERVICES)).isInstanceOf(EngineException.class);
            clock.advance(Duration.ofMillis(100));
        }
        assertThat(kubernetes.requests() - before).as("in a minute").isLessThan(12);
    }

    @Test
    void aClockThatIsSetBackKeepsNobodyFromAskingAgain() {
        installed("s1");
        Cluster second = cluster(clock);
        kubernetes.failNext(1000);
        assertThatThrownBy(() -> second.installed(SERVICES)).isInstanceOf(EngineException.class);
        kubernetes.failNext(0);
        clock.advance(Duration.ofDays(-3));
        assertThat(second.installed(SERVICES)).hasSize(SERVICES.size());
    }

    @Test
    void oneThatWasMadeAMomentAgoIsNotMissing() {
        installed("s1");
        kubernetes.muteWatches(true);
        Service fresh = TestWorkloads.deployment("fresh");
        kubernetes
                .client()
                .resource(TestWorkloads.workload(
                        "staging",
                        fresh.workload(),
                        1,
                        Map.of("main", image("fresh", "1").toString())))
                .create();
        assertThat(cluster.installed(List.of(fresh))).containsEntry("fresh", image("fresh", "1"));
    }

    @Test
    void aStatefulSetTellsByItsEventsWhyItHasNoPods() throws Exception {
        Service db = TestWorkloads.service("db", new Workload(Workload.Kind.STATEFUL_SET, "db", ""));
        kubernetes
                .client()
                .resource(TestWorkloads.workload(
                        "staging",
                        db.workload(),
                        1,
                        Map.of("main", image("db", "1").toString())))
                .create();
        String quota =
                "pods \"db-0\" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0";
        PodSimulator simulator = PodSimulator.withControllers(
                new PodSimulator.Settings(
                        kubernetes.client(), "staging", image -> PodBehaviour.READY, Duration.ofMillis(5)),
                () -> Optional.of(quota));
        try {
            Cluster real = cluster(Clock.systemUTC());
            BesideContract.eventually(
                    "the refusal is told",
                    () -> !kubernetes
                            .client()
                            .v1()
                            .events()
                            .inNamespace("staging")
                            .list()
                            .getItems()
                            .isEmpty());
            Rollout rollout = real.awaitRollouts(
                    Wanted.proven(Map.of(db, image("db", "1")), 1), Set.of(), Duration.ofSeconds(1), Progress.NONE);
            assertThat(rollout.blocker()).hasValueSatisfying(b -> {
                assertThat(b.reason()).isEqualTo("FailedCreate");
                assertThat(b.message()).contains("exceeded quota");
                assertThat(b.fault()).isEqualTo(Fault.ENVIRONMENT);
            });
        } finally {
            simulator.close();
        }
    }

    @Test
    void whereEventsCannotBeWatchedOneListIsReadForAllWorkloadsThatWait() throws Exception {
        kubernetes.deny("watch", "events");
        Map<Service, ImageReference> wanted = new HashMap<>();
        for (int i = 0; i < 6; i++) {
            Service db = TestWorkloads.service("db" + i, new Workload(Workload.Kind.STATEFUL_SET, "db" + i, ""));
            kubernetes
                    .client()
                    .resource(TestWorkloads.workload(
                            "staging",
                            db.workload(),
                            1,
                            Map.of("main", image("db" + i, "1").toString())))
                    .create();
            wanted.put(db, image("db" + i, "1"));
        }
        int before = kubernetes.asked().getOrDefault("list events", 0);
        Rollout rollout = cluster.awaitRollouts(Wanted.proven(wanted, 1), Set.of(), Duration.ZERO, Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Rollout.Outcome.TIMED_OUT);
        assertThat(kubernetes.asked().get("list events") - before)
                .as("one for the look, and one that asked whether events may be watched")
                .isLessThanOrEqualTo(2);
    }

    @Test
    void aRolloutIsAwaitedWithoutAskingTheApiServer() throws Exception {
        PodSimulator simulator = PodSimulator.withControllers(new PodSimulator.Settings(
                kubernetes.newClient(), "staging", image -> PodBehaviour.READY, Duration.ofMillis(300)));
        try {
            Cluster real = cluster(Clock.systemUTC());
            Wanted wanted = Wanted.proven(images("2"), 1);
            real.install(wanted);
            int lists = kubernetes.asked().get("list deployments");
            Rollout rollout = real.awaitRollouts(wanted, Set.of(), Duration.ofMinutes(1), Progress.NONE);
            assertThat(rollout.outcome()).isEqualTo(Rollout.Outcome.READY);
            assertThat(kubernetes.asked().get("list deployments")).isEqualTo(lists);
            // The controllers' own, and ours.
            assertThat(kubernetes.asked().get("list pods")).isLessThanOrEqualTo(3);
        } finally {
            simulator.close();
        }
    }

    /** Without it all pods would be from before what was started anew, and none would speak against it. */
    @Test
    void I4_byWhichStartAPodIsThereIsKept() throws Exception {
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName("s1")
                .patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\":\"add\",\"path\":\"/spec/template/metadata/annotations\",\"value\":{\""
                                + DeployedWorkload.STARTED + "\":\"now\"}}]");
        PodSimulator simulator = PodSimulator.withControllers(new PodSimulator.Settings(
                kubernetes.newClient(), "staging", image -> PodBehaviour.CRASH_LOOP, Duration.ofMillis(5)));
        try {
            Rollout rollout = cluster(Clock.systemUTC())
                    .awaitRollouts(
                            Wanted.proven(Map.of(SERVICES.get(1), image("s1", "1")), 1),
                            Set.of(),
                            Duration.ofMinutes(1),
                            Progress.NONE);
            assertThat(rollout.outcome()).isEqualTo(Rollout.Outcome.BLOCKED);
            assertThat(rollout.blocker().orElseThrow().reason()).isEqualTo("CrashLoopBackOff");
        } finally {
            simulator.close();
        }
    }
}
