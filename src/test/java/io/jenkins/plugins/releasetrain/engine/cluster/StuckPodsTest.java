package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout.Outcome;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** kubernetes/kubernetes issue 67250: a bad pod stays after its StatefulSet's template was put back. */
class StuckPodsTest {
    private static final Service DB = service("db", new Workload(Workload.Kind.STATEFUL_SET, "db", ""));
    private static final Wanted WANTED = new Wanted(Map.of(DB, image("db", "1")), Set.of(), 1);

    private final ManualClock clock = new ManualClock();
    private EmbeddedKubernetes kubernetes;
    private Cluster cluster;
    private Runnable duringPause = () -> {};

    @BeforeEach
    void start() {
        kubernetes = EmbeddedKubernetes.start();
        kubernetes.createNamespace("staging");
        kubernetes
                .client()
                .resource(new StatefulSetBuilder((io.fabric8.kubernetes.api.model.apps.StatefulSet)
                                TestWorkloads.workload(
                                        "staging",
                                        DB.workload(),
                                        1,
                                        Map.of("main", image("db", "2").toString())))
                        .withNewStatus()
                        .withObservedGeneration(9L)
                        .withReplicas(1)
                        .withUpdateRevision("db-good")
                        .withCurrentRevision("db-before")
                        .endStatus()
                        .build())
                .create();
        kubernetes.client().resource(badPod()).create();
        cluster = new KubernetesCluster(
                        new KubernetesNamespace(kubernetes.client(), "staging"), Runnable::run, clock, duration -> {
                            clock.advance(duration);
                            duringPause.run();
                        })
                .inMemory(notice -> {});
    }

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    private static Pod badPod() {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("staging")
                .withName("db-0")
                .addToLabels("app", "db")
                .addToLabels("controller-revision-hash", "db-bad")
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("StatefulSet")
                .withName("db")
                .withUid("1")
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage(image("db", "2").toString())
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .addNewCondition()
                .withType("Ready")
                .withStatus("False")
                .endCondition()
                .endStatus()
                .build();
    }

    private void isOfTheRevisionThatRanBefore(int replicas, UnaryOperator<PodBuilder> change) {
        kubernetes
                .client()
                .apps()
                .statefulSets()
                .inNamespace("staging")
                .withName("db")
                .edit(set -> new StatefulSetBuilder(set)
                        .editSpec()
                        .withReplicas(replicas)
                        .endSpec()
                        .build());
        kubernetes
                .client()
                .apps()
                .statefulSets()
                .inNamespace("staging")
                .withName("db")
                .editStatus(set -> new StatefulSetBuilder(set)
                        .editStatus()
                        .withCurrentRevision("db-bad")
                        .endStatus()
                        .build());
        kubernetes
                .client()
                .pods()
                .inNamespace("staging")
                .withName("db-0")
                .edit(pod -> change.apply(new PodBuilder(pod)).build());
    }

    private void awaitFor(Duration length) throws InterruptedException {
        cluster.install(WANTED);
        assertThat(cluster.awaitRollouts(WANTED, Set.of("db"), length, Cluster.Progress.NONE)
                        .outcome())
                .isEqualTo(Outcome.TIMED_OUT);
    }

    /** A member of a database elects another leader while its neighbour is replaced: to delete it leaves no majority. */
    @Test
    void oneThatRanBeforeIsGivenTimeToBecomeReadyAgain() throws Exception {
        isOfTheRevisionThatRanBefore(3, pod -> pod);
        awaitFor(Duration.ofSeconds(50));
        assertThat(isThere()).isTrue();
        awaitFor(Duration.ofSeconds(90));
        assertThat(isThere()).as("it does not come back").isFalse();
    }

    /** Its bad pod's revision is the current one, though it never ran. */
    @Test
    void aSingleOneIsDeletedAtOnce() throws Exception {
        isOfTheRevisionThatRanBefore(1, pod -> pod);
        awaitFor(Duration.ofSeconds(5));
        assertThat(isThere()).isFalse();
    }

    @Test
    void oneThatRanBeforeAndCannotStartIsDeletedAtOnce() throws Exception {
        isOfTheRevisionThatRanBefore(
                3,
                pod -> pod.editStatus()
                        .addNewContainerStatus()
                        .withName("main")
                        .withNewState()
                        .withNewWaiting()
                        .withReason("CrashLoopBackOff")
                        .endWaiting()
                        .endState()
                        .endContainerStatus()
                        .endStatus());
        awaitFor(Duration.ofSeconds(5));
        assertThat(isThere()).isFalse();
    }

    private boolean isThere() {
        return kubernetes
                        .client()
                        .pods()
                        .inNamespace("staging")
                        .withName("db-0")
                        .get()
                != null;
    }

    /** The kubelet writes its status each time that the container ends. */
    @Test
    void oneThatChangesAtThatMomentIsDeletedAtTheNextLook() throws Exception {
        cluster.standings(WANTED.images());
        cluster.install(WANTED);
        kubernetes.muteWatches(true);
        kubernetes
                .client()
                .pods()
                .inNamespace("staging")
                .withName("db-0")
                .edit(pod -> new PodBuilder(pod)
                        .editMetadata()
                        .addToAnnotations("restarts", "7")
                        .endMetadata()
                        .build());
        duringPause = () -> {
            assertThat(isThere()).as("it was another by then").isTrue();
            duringPause = () -> {};
            kubernetes.muteWatches(false);
            kubernetes.dropWatches();
        };
        assertThat(cluster.awaitRollouts(WANTED, Set.of("db"), Duration.ofMinutes(10), Cluster.Progress.NONE)
                        .outcome())
                .isEqualTo(Outcome.TIMED_OUT);
        assertThat(isThere()).isFalse();
    }
}
