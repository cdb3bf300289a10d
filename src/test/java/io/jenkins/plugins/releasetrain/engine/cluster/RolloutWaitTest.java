package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Blocker;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout.Outcome;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On an API without controllers and a clock that only waiting moves: statuses are what the test writes. */
class RolloutWaitTest {
    private static final Service CART = TestWorkloads.deployment("cart");
    private static final String IMAGE = TestWorkloads.image("cart", "2").toString();
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private final ManualClock clock = new ManualClock();
    private final List<Duration> pauses = new ArrayList<>();
    private IntConsumer duringPause = n -> {};
    private EmbeddedKubernetes kubernetes;
    private Cluster cluster;

    @BeforeEach
    void start() {
        kubernetes = EmbeddedKubernetes.start();
        kubernetes.createNamespace("staging");
        kubernetes
                .client()
                .resource(TestWorkloads.workload("staging", CART.workload(), 1, Map.of("main", IMAGE)))
                .create();
        cluster = new KubernetesCluster(
                new KubernetesNamespace(kubernetes.client(), "staging"), Runnable::run, clock, duration -> {
                    pauses.add(duration);
                    clock.advance(duration);
                    duringPause.accept(pauses.size());
                });
    }

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    private Rollout await() throws InterruptedException {
        return await(Progress.NONE, List.of(CART));
    }

    private Rollout await(Progress progress, List<Service> services) throws InterruptedException {
        return cluster.awaitRollouts(TestWorkloads.asked(cluster, services), Set.of(), DEADLINE, progress);
    }

    private void complete() {
        complete("cart");
    }

    private void complete(String name) {
        complete(name, status -> status);
        kubernetes
                .client()
                .pods()
                .inNamespace("staging")
                .withName(name + "-abc-1")
                .delete();
        String image =
                name.equals("cart") ? IMAGE : TestWorkloads.image(name, "1").toString();
        createPod(
                name,
                image,
                new ContainerStateBuilder().withNewRunning().endRunning().build(),
                0);
    }

    private void complete(String name, UnaryOperator<DeploymentStatusBuilder> change) {
        DeploymentStatus status = change.apply(new DeploymentStatusBuilder()
                        .withObservedGeneration(9L)
                        .withReplicas(1)
                        .withUpdatedReplicas(1)
                        .withAvailableReplicas(1))
                .build();
        // A merge patch of the mock adds to lists.
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName(name)
                .editStatus(d -> new DeploymentBuilder(d).withStatus(status).build());
    }

    private void createPod(String reason, String message, int restarts) {
        ContainerState waiting = new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(reason)
                .withMessage(message)
                .endWaiting()
                .build();
        createPod("cart", IMAGE, waiting, restarts);
    }

    private void createPod(String name, String image, ContainerState state, int restarts) {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace("staging")
                .withName(name + "-abc-1")
                .addToLabels("app", name)
                .addToLabels("pod-template-hash", "abc")
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("ReplicaSet")
                .withName(name + "-abc")
                .withUid("1")
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage(image)
                .endContainer()
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus(state.getRunning() == null ? "False" : "True")
                .endCondition()
                .addNewContainerStatus()
                .withName("main")
                .withRestartCount(restarts)
                .withState(state)
                .endContainerStatus()
                .endStatus()
                .build();
        kubernetes.client().resource(pod).create();
    }

    @Test
    void shouldAskOftenFirstThenOnceASecondAndEndAtTheDeadline() throws Exception {
        Instant end = clock.instant().plus(DEADLINE);
        Rollout rollout = await();
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker())
                .hasValueSatisfying(
                        b -> assertThat(b.message()).contains("Deployment cart: the change is not observed"));
        assertThat(clock.instant()).isEqualTo(end);
        assertThat(pauses).first().isEqualTo(Duration.ofMillis(100));
        assertThat(pauses)
                .allMatch(p -> p.compareTo(Duration.ofSeconds(1)) <= 0)
                .contains(Duration.ofSeconds(1));
    }

    @Test
    void clockThatIsSetBackMakesNobodyWaitUntilItIsThereAgain() throws Exception {
        duringPause = n -> {
            if (n == 4) {
                clock.advance(Duration.ofDays(-3));
            }
            assertThat(n).as("pauses of a wait of 20 s").isLessThan(60);
        };
        Cluster.Wanted wanted = TestWorkloads.asked(cluster, List.of(CART));
        assertThat(cluster.awaitRollouts(wanted, Set.of(), Duration.ofSeconds(20), Progress.NONE)
                        .outcome())
                .isEqualTo(Outcome.TIMED_OUT);
    }

    @Test
    void shouldTellProgressOnceForEachNumber() throws Exception {
        duringPause = n -> {
            if (n == 3) {
                complete();
            }
        };
        List<String> told = new ArrayList<>();
        assertThat(await((ready, total) -> told.add(ready + "/" + total), List.of(CART)))
                .extracting(Rollout::outcome)
                .isEqualTo(Outcome.READY);
        assertThat(told).containsExactly("0/1", "1/1");
    }

    @Test
    void shouldTellAWatcherWhatIsWaitedFor() throws Exception {
        List<String> told = new ArrayList<>();
        Progress watcher = new Progress() {
            @Override
            public void ready(int ready, int total) {
                told.add(ready + "/" + total);
            }

            @Override
            public void waitingFor(Blocker first) {
                told.add(first.service() + ": " + first.reason());
            }
        };
        cluster = ((KubernetesCluster) cluster).watchedBy(services -> {
            told.add(services.toString());
            return watcher;
        });
        createPod("ErrImagePull", "manifest unknown", 0);
        await();
        assertThat(told).startsWith("[cart]", "0/1", "cart: ErrImagePull").doesNotContain("1/1");
    }

    @Test
    void shouldGoOnAskingOnlyForWhatIsNotCompleteAndForAllAtTheEnd() throws Exception {
        List<Service> services = new ArrayList<>(List.of(CART));
        for (int i = 0; i < 9; i++) {
            Service service = TestWorkloads.deployment("s" + i);
            kubernetes.load(List.of(TestWorkloads.workload(
                    "staging",
                    service.workload(),
                    1,
                    Map.of("main", TestWorkloads.image(service.name(), "1").toString()))));
            complete(service.name());
            services.add(service);
        }
        Cluster.Wanted wanted = TestWorkloads.asked(cluster, services);
        int before = kubernetes.requests();
        List<Integer> requests = new ArrayList<>();
        int[] completion = {0};
        duringPause = n -> {
            requests.add(kubernetes.requests() - before);
            if (n == 3) {
                int begin = kubernetes.requests();
                complete();
                completion[0] = kubernetes.requests() - begin;
            }
        };
        assertThat(cluster.awaitRollouts(wanted, Set.of(), DEADLINE, Progress.NONE)
                        .outcome())
                .isEqualTo(Outcome.READY);
        assertThat(requests).as("a list or one workload, and its pods").containsExactly(2, 4, 6);
        assertThat(kubernetes.requests() - before - completion[0])
                .as("the workload, and all of them")
                .isEqualTo(6 + 2 + 2);
    }

    @Test
    void shouldBearOneFailedPullAndBelieveALastingOne() throws Exception {
        createPod("ErrImagePull", "manifest unknown", 0);
        Instant start = clock.instant();
        Rollout rollout = await();
        assertThat(rollout.outcome()).isEqualTo(Outcome.BLOCKED);
        assertThat(rollout.blocker())
                .hasValueSatisfying(b -> assertThat(b.reason()).isEqualTo("ErrImagePull"));
        assertThat(Duration.between(start, clock.instant())).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(17));
    }

    /** As before Kubernetes 1.32: why it failed is told for a moment, and then only that it is waited for. */
    @ParameterizedTest
    @CsvSource({"429 Too Many Requests, TIMED_OUT, ENVIRONMENT", "manifest unknown, BLOCKED, IMAGE"})
    void K8_3_pullThatIsWaitedForKeepsTheReasonOfTheOneThatFailed(String why, Outcome outcome, Fault fault)
            throws Exception {
        pullFails(why, "");
        Rollout rollout = await();
        assertThat(rollout.outcome()).isEqualTo(outcome);
        assertThat(rollout.blocker()).hasValueSatisfying(b -> {
            assertThat(b.fault()).isEqualTo(fault);
            assertThat(b.message()).contains("Back-off pulling", why);
        });
    }

    /** The pod says something else by now. */
    private void tells(String reason, String message) {
        kubernetes.client().pods().inNamespace("staging").withName("cart-abc-1").delete();
        createPod(reason, message, 0);
    }

    /** @param again what is said of it besides, while it is waited for to be tried again */
    private void pullFails(String why, String again) {
        createPod("ErrImagePull", why, 0);
        duringPause = n -> {
            if (n == 3) {
                tells("ImagePullBackOff", "Back-off pulling image \"" + IMAGE + "\"" + again);
            }
        };
    }

    /** As Kubernetes tells it from 1.32 on. */
    @Test
    void K8_3_reasonThatIsToldWhileAPullIsWaitedForIsNotToldTwice() throws Exception {
        String why = "429 Too Many Requests - Server message: toomanyrequests";
        pullFails(why, ": ErrImagePull: " + why);
        assertThat(await().blocker())
                .hasValueSatisfying(b -> assertThat(b.message())
                        .isEqualTo("Back-off pulling image \"" + IMAGE + "\": ErrImagePull: " + why));
    }

    @Test
    void shouldBeReadyAfterAFailedPullThatPassed() throws Exception {
        createPod("ErrImagePull", "manifest unknown", 0);
        duringPause = n -> {
            if (n == 5) {
                complete();
            }
        };
        assertThat(await().outcome()).isEqualTo(Outcome.READY);
    }

    @Test
    void shouldSurviveAnApiServerThatRestarts() throws Exception {
        duringPause = n -> {
            if (n == 2) {
                kubernetes.failNext(5);
            }
            if (n == 8) {
                complete();
            }
        };
        assertThat(await().outcome()).isEqualTo(Outcome.READY);
        assertThat(pauses).hasSizeGreaterThanOrEqualTo(8);
    }

    @Test
    void shouldTellThatTheApiServerDidNotComeBackUpToTheDeadline() {
        kubernetes.failNext(Integer.MAX_VALUE);
        assertThatThrownBy(this::await)
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE))
                .hasMessageContaining("Deployment cart in namespace staging")
                .hasMessageContaining("HTTP 503");
        kubernetes.failNext(0);
    }

    @Test
    void shouldTellThatAWorkloadWasDeletedMeanwhile() {
        duringPause = n -> kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName("cart")
                .delete();
        assertThatThrownBy(this::await)
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.NOT_FOUND));
    }

    @Test
    void K8_12_B38_doesNotBelieveTheConditionOfTheRolloutBefore() throws Exception {
        complete(
                "cart",
                status -> status.withReplicas(2)
                        .addNewCondition()
                        .withType("Progressing")
                        .withStatus("False")
                        .withReason("ProgressDeadlineExceeded")
                        .endCondition());
        duringPause = n -> {
            if (n == 8) {
                complete();
            }
        };
        assertThat(await().outcome()).isEqualTo(Outcome.READY);
    }

    @Test
    void I4_doesNotLookAtPodsOfAnotherImageNorAtOtherContainers() throws Exception {
        ContainerState crashing = new ContainerStateBuilder()
                .withNewWaiting()
                .withReason("CrashLoopBackOff")
                .endWaiting()
                .build();
        createPod("cart", TestWorkloads.image("cart", "1").toString(), crashing, 9);
        assertThat(await().blocker())
                .hasValueSatisfying(b -> assertThat(b.reason()).isEqualTo("Pending"));
    }

    private void createEvicted() {
        kubernetes
                .client()
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("staging")
                        .withName("cart-abc-0")
                        .addToLabels("app", "cart")
                        .addToLabels("pod-template-hash", "abc")
                        .addNewOwnerReference()
                        .withApiVersion("apps/v1")
                        .withKind("ReplicaSet")
                        .withName("cart-abc")
                        .withUid("1")
                        .withController(true)
                        .endOwnerReference()
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("main")
                        .withImage(IMAGE)
                        .endContainer()
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Failed")
                        .withReason("Evicted")
                        .withMessage("The node was low on resource: memory")
                        .endStatus()
                        .build())
                .create();
    }

    @Test
    void I4_podThatIsEvictedNowExcusesAProcessThatEnds() throws Exception {
        createPod("CrashLoopBackOff", "back-off 80s restarting failed container", 6);
        createEvicted();
        Rollout rollout = await();
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker())
                .hasValueSatisfying(b -> assertThat(b.fault()).isEqualTo(Fault.ENVIRONMENT));
    }

    /** As by a quota of objects, or a webhook: there is no ReplicaSet yet that could say so (kubernetes, sync.go). */
    @Test
    void K8_5_replicaSetThatCannotBeMadeIsTheEnvironmentsAndSaysWhy() throws Exception {
        complete(
                "cart",
                status -> status.withObservedGeneration(0L)
                        .addNewCondition()
                        .withType("Progressing")
                        .withStatus("False")
                        .withReason("ReplicaSetCreateError")
                        .withMessage("Failed to create new replica set \"cart-6f\": replicasets.apps \"cart-6f\" is"
                                + " forbidden: exceeded quota: objects")
                        .endCondition());
        assertThat(cluster.awaitRollouts(
                                TestWorkloads.asked(cluster, List.of(CART)),
                                Set.of(),
                                Duration.ofSeconds(5),
                                Progress.NONE)
                        .blocker())
                .hasValueSatisfying(b -> {
                    assertThat(b.fault()).isEqualTo(Fault.ENVIRONMENT);
                    assertThat(b.message()).contains("exceeded quota: objects");
                });
    }

    private static Service calling(String... services) {
        return new Service(
                "cart",
                "shop/cart",
                "shop/cart",
                "production",
                CART.workload(),
                "cart",
                new TreeSet<>(List.of(services)));
    }

    private Service deployed(String name) {
        Service service = TestWorkloads.deployment(name);
        String image = TestWorkloads.image(name, "1").toString();
        kubernetes.load(List.of(TestWorkloads.workload("staging", service.workload(), 1, Map.of("main", image))));
        complete(name);
        return service;
    }

    private Rollout awaitCart(Service cart, Service other) throws InterruptedException {
        Map<Service, ImageReference> images =
                Map.of(cart, TestWorkloads.image("cart", "2"), other, TestWorkloads.image(other.name(), "1"));
        Cluster.Wanted wanted = new Cluster.Wanted(images, Set.of("cart"), Set.of("cart"), 0);
        return cluster.awaitRollouts(wanted, Set.of(), Duration.ofSeconds(20), Progress.NONE);
    }

    /** It ends until its settings can be read, and who has them is down, though nobody changed that. */
    @Test
    void K8_4_I14_whatItCallsIsDownAndExcusesAProcessThatEnds() throws Exception {
        Service config = deployed("config");
        complete("config", status -> status.withAvailableReplicas(0));
        createPod("CrashLoopBackOff", "back-off 80s restarting failed container", 6);
        Rollout rollout = awaitCart(calling("config"), config);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker()).hasValueSatisfying(b -> {
            assertThat(b.fault()).isEqualTo(Fault.UNKNOWN);
            assertThat(b.message()).contains("calls config, which does not run", "0 of 1 available");
        });
    }

    @Test
    void I4_whatItCallsWorksAndAProcessThatEndsIsToBlame() throws Exception {
        Service config = deployed("config");
        createPod("CrashLoopBackOff", "back-off 80s restarting failed container", 6);
        assertThat(awaitCart(calling("config"), config).outcome()).isEqualTo(Outcome.BLOCKED);
    }

    /** One that nobody says it calls may be down for years. */
    @Test
    void I14_whatItDoesNotCallIsDownAndExcusesNothing() throws Exception {
        Service mail = deployed("mail");
        complete("mail", status -> status.withAvailableReplicas(0));
        createPod("CrashLoopBackOff", "back-off 80s restarting failed container", 6);
        assertThat(awaitCart(calling("config"), mail).outcome()).isEqualTo(Outcome.BLOCKED);
    }

    /** The registry limited for half a minute; its first answer after that is of a replica that lags behind. */
    @Test
    void K8_3_whatLastsIsOneReasonAndNotAnyReasonBefore() throws Exception {
        createPod("ImagePullBackOff", "429 Too Many Requests", 0);
        duringPause = n -> {
            if (n == 30) {
                tells("ErrImagePull", "manifest unknown");
            } else if (n == 35) {
                complete();
            }
        };
        assertThat(await().outcome()).isEqualTo(Outcome.READY);
    }

    private void startedAt(String value) {
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName("cart")
                .edit(d -> new DeploymentBuilder(d)
                        .editSpec()
                        .editTemplate()
                        .editMetadata()
                        .addToAnnotations(DeployedWorkload.STARTED, value)
                        .endMetadata()
                        .endTemplate()
                        .endSpec()
                        .build());
    }

    /** The pods from before drain for longer than those that were started anew are looked at; some restarted months ago. */
    @Test
    void I14_thatPodsFromBeforeGoSaysNothingOfHowWhatWasStartedAnewRuns() throws Exception {
        ContainerState running =
                new ContainerStateBuilder().withNewRunning().endRunning().build();
        createPod("cart", IMAGE, running, 3);
        Pod before = kubernetes
                .client()
                .pods()
                .inNamespace("staging")
                .withName("cart-abc-1")
                .get();
        startedAt("now");
        complete("cart", status -> status);
        kubernetes
                .client()
                .resource(new PodBuilder(before)
                        .editMetadata()
                        .withName("cart-abc-2")
                        .withResourceVersion(null)
                        .withUid(null)
                        .addToAnnotations(DeployedWorkload.STARTED, "now")
                        .endMetadata()
                        .build())
                .create();
        duringPause = n -> {
            if (n == 50) {
                kubernetes.client().resource(before).delete();
            }
        };
        Cluster.Wanted wanted = TestWorkloads.asked(cluster, List.of(CART)).steadyFor(Duration.ofMinutes(1));
        assertThat(cluster.awaitRollouts(wanted, Set.of(), Duration.ofSeconds(90), Progress.NONE)
                        .outcome())
                .isEqualTo(Outcome.READY);
    }
}
