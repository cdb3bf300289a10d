package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Blocker;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout.Outcome;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On an API without controllers and a clock that only waiting moves: statuses are what the test writes. */
class RolloutWaitTest {
    private static final Service CART = TestWorkloads.deployment("cart");
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
                .resource(TestWorkloads.workload("staging", CART.workload(), 1, Map.of("main", "cart:2")))
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
        return cluster.awaitRollouts(List.of(CART), DEADLINE, Progress.NONE);
    }

    private void complete() {
        complete("cart");
    }

    private void complete(String name) {
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName(name)
                .editStatus(d -> new DeploymentBuilder(d)
                        .withNewStatus()
                        .withObservedGeneration(9L)
                        .withReplicas(1)
                        .withUpdatedReplicas(1)
                        .withAvailableReplicas(1)
                        .endStatus()
                        .build());
    }

    private void createPod(String reason) {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace("staging")
                .withName("cart-abc-1")
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
                .withImage("cart:2")
                .endContainer()
                .endSpec()
                .withNewStatus()
                .addNewContainerStatus()
                .withName("main")
                .withNewState()
                .withNewWaiting()
                .withReason(reason)
                .endWaiting()
                .endState()
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
    void shouldTellProgressOnceForEachNumber() throws Exception {
        duringPause = n -> {
            if (n == 3) {
                complete();
            }
        };
        List<String> told = new ArrayList<>();
        assertThat(cluster.awaitRollouts(List.of(CART), DEADLINE, (ready, total) -> told.add(ready + "/" + total)))
                .isEqualTo(Rollout.READY);
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
        createPod("ErrImagePull");
        await();
        assertThat(told).startsWith("[cart]", "0/1", "cart: ErrImagePull").doesNotContain("1/1");
    }

    @Test
    void shouldGoOnAskingOnlyForWhatIsNotCompleteAndForAllAtTheEnd() throws Exception {
        List<Service> services = new ArrayList<>(List.of(CART));
        for (int i = 0; i < 9; i++) {
            Service service = TestWorkloads.deployment("s" + i);
            kubernetes.load(List.of(TestWorkloads.workload("staging", service.workload(), 1, Map.of("main", "s:1"))));
            complete(service.name());
            services.add(service);
        }
        int before = kubernetes.requests();
        List<Integer> requests = new ArrayList<>();
        duringPause = n -> {
            requests.add(kubernetes.requests() - before);
            if (n == 3) {
                complete();
            }
        };
        assertThat(cluster.awaitRollouts(services, DEADLINE, Progress.NONE)).isEqualTo(Rollout.READY);
        assertThat(requests).as("a list or one workload, and its pods").containsExactly(2, 4, 6);
        assertThat(kubernetes.requests() - before)
                .as("the completion itself, the workload, and all of them")
                .isEqualTo(6 + 2 + 2);
    }

    @Test
    void shouldBearOneFailedPullAndBelieveALastingOne() throws Exception {
        createPod("ErrImagePull");
        Instant start = clock.instant();
        Rollout rollout = await();
        assertThat(rollout.outcome()).isEqualTo(Outcome.BLOCKED);
        assertThat(rollout.blocker())
                .hasValueSatisfying(b -> assertThat(b.reason()).isEqualTo("ErrImagePull"));
        assertThat(Duration.between(start, clock.instant())).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(17));
    }

    @Test
    void shouldBeReadyAfterAFailedPullThatPassed() throws Exception {
        createPod("ErrImagePull");
        duringPause = n -> {
            if (n == 5) {
                complete();
            }
        };
        assertThat(await()).isEqualTo(Rollout.READY);
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
        assertThat(await()).isEqualTo(Rollout.READY);
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
}
