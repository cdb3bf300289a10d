package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategyBuilder;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Generation 2, three replicas. */
class RolloutRulesTest {
    private static Optional<String> pending(DeployedWorkload workload) {
        return workload.pending();
    }

    private static Optional<String> heldBack(DeployedWorkload workload) {
        return workload.heldBack();
    }

    private static Optional<String> withoutPods(DeployedWorkload workload) {
        return workload.withoutPods();
    }

    private static Optional<String> deployment(UnaryOperator<DeploymentStatusBuilder> change) {
        return pending(
                DeployedWorkload.of(new DeploymentBuilder(RolloutRulesTest.<Deployment>plain(Workload.Kind.DEPLOYMENT))
                        .withStatus(change.apply(new DeploymentStatusBuilder()
                                        .withObservedGeneration(2L)
                                        .withReplicas(3)
                                        .withUpdatedReplicas(3)
                                        .withAvailableReplicas(3))
                                .build())
                        .build()));
    }

    @SuppressWarnings("unchecked")
    private static <T> T plain(Workload.Kind kind) {
        var workload = TestWorkloads.workload("staging", new Workload(kind, "cart", ""), 3, Map.of("main", "cart:1"));
        workload.getMetadata().setGeneration(2L);
        return (T) workload;
    }

    private static Optional<String> statefulSet(int updated, String current, Integer partition) {
        return pending(DeployedWorkload.of(
                new StatefulSetBuilder(RolloutRulesTest.<StatefulSet>plain(Workload.Kind.STATEFUL_SET))
                        .editSpec()
                        .withNewUpdateStrategy()
                        .withType("RollingUpdate")
                        .withNewRollingUpdate()
                        .withPartition(partition)
                        .endRollingUpdate()
                        .endUpdateStrategy()
                        .endSpec()
                        .withNewStatus()
                        .withObservedGeneration(2L)
                        .withReadyReplicas(3)
                        .withUpdatedReplicas(updated)
                        .withUpdateRevision("new")
                        .withCurrentRevision(current)
                        .endStatus()
                        .build()));
    }

    private static Optional<String> daemonSet(long observed, int updated, int available) {
        return pending(
                DeployedWorkload.of(new DaemonSetBuilder(RolloutRulesTest.<DaemonSet>plain(Workload.Kind.DAEMON_SET))
                        .withNewStatus()
                        .withObservedGeneration(observed)
                        .withDesiredNumberScheduled(3)
                        .withUpdatedNumberScheduled(updated)
                        .withNumberAvailable(available)
                        .endStatus()
                        .build()));
    }

    @Test
    void shouldCompleteADeploymentWhenAllItsReplicasAreNewAndAvailable() {
        assertThat(deployment(s -> s)).isEmpty();
    }

    @Test
    void shouldNotTrustAStatusOfAnEarlierGeneration() {
        assertThat(deployment(s -> s.withObservedGeneration(1L)))
                .hasValueSatisfying(p -> assertThat(p).contains("Deployment cart", "not observed"));
        assertThat(daemonSet(1, 3, 3)).isPresent();
        assertThat(pending(DeployedWorkload.of(RolloutRulesTest.<StatefulSet>plain(Workload.Kind.STATEFUL_SET))))
                .isPresent();
    }

    @Test
    void shouldWaitForUpdatedAvailableAndNoOldReplicas() {
        assertThat(deployment(s -> s.withUpdatedReplicas(2)).orElseThrow()).contains("2 of 3 replicas updated");
        assertThat(deployment(s -> s.withReplicas(4)).orElseThrow()).contains("1 old replicas");
        assertThat(deployment(s -> s.withAvailableReplicas(2)).orElseThrow()).contains("2 of 3 available");
    }

    @Test
    void shouldKnowADeploymentThatIsPaused() {
        Deployment paused = plain(Workload.Kind.DEPLOYMENT);
        assertThat(heldBack(DeployedWorkload.of(paused))).isEmpty();
        paused.getSpec().setPaused(true);
        assertThat(heldBack(DeployedWorkload.of(paused)).orElseThrow()).contains("paused");
    }

    @Test
    void K8_10_shouldKnowAPartitionThatKeepsOldPods() {
        StatefulSet set = plain(Workload.Kind.STATEFUL_SET);
        set.getSpec()
                .setUpdateStrategy(new StatefulSetUpdateStrategyBuilder()
                        .withType("RollingUpdate")
                        .withNewRollingUpdate()
                        .withPartition(1)
                        .endRollingUpdate()
                        .build());
        assertThat(heldBack(DeployedWorkload.of(set)).orElseThrow()).contains("StatefulSet cart", "partition 1");
    }

    @Test
    void K8_2_shouldKnowAWorkloadWithoutPods() {
        Deployment none = plain(Workload.Kind.DEPLOYMENT);
        assertThat(withoutPods(DeployedWorkload.of(none))).isEmpty();
        none.getSpec().setReplicas(0);
        assertThat(withoutPods(DeployedWorkload.of(none)).orElseThrow()).contains("no replicas");
        DaemonSet daemons = plain(Workload.Kind.DAEMON_SET);
        assertThat(withoutPods(DeployedWorkload.of(daemons))).isEmpty();
        daemons.setStatus(new DaemonSetStatusBuilder()
                .withObservedGeneration(2L)
                .withDesiredNumberScheduled(0)
                .build());
        assertThat(withoutPods(DeployedWorkload.of(daemons)).orElseThrow()).contains("no node");
    }

    @Test
    void shouldWaitForAllPodsOfAStatefulSetAndItsRevision() {
        assertThat(statefulSet(2, "old", null).orElseThrow()).contains("2 of 3 pods updated");
        assertThat(statefulSet(3, "old", null).orElseThrow()).contains("old pods");
        assertThat(statefulSet(3, "new", null)).isEmpty();
    }

    @Test
    void shouldLeaveThePodsBelowAPartitionAsTheyAre() {
        assertThat(statefulSet(0, "old", 2).orElseThrow()).contains("0 of 1 pods updated");
        assertThat(statefulSet(1, "old", 2)).isEmpty();
        assertThat(statefulSet(0, "old", 5)).isEmpty();
    }

    @Test
    void shouldWaitForEveryNodeOfADaemonSet() {
        assertThat(daemonSet(2, 2, 3).orElseThrow()).contains("2 of 3 pods updated");
        assertThat(daemonSet(2, 3, 1).orElseThrow()).contains("1 of 3 available");
        assertThat(daemonSet(2, 3, 3)).isEmpty();
    }

    @Test
    void shouldKnowAWorkloadThatReplacesNoPodByItself() {
        StatefulSet set = plain(Workload.Kind.STATEFUL_SET);
        assertThat(heldBack(DeployedWorkload.of(set))).isEmpty();
        assertThat(heldBack(DeployedWorkload.of(new StatefulSetBuilder(set)
                        .editSpec()
                        .withNewUpdateStrategy()
                        .withType("OnDelete")
                        .endUpdateStrategy()
                        .endSpec()
                        .build())))
                .hasValueSatisfying(why -> assertThat(why).contains("OnDelete"));
        DaemonSet daemons = plain(Workload.Kind.DAEMON_SET);
        assertThat(heldBack(DeployedWorkload.of(new DaemonSetBuilder(daemons)
                        .editSpec()
                        .withNewUpdateStrategy()
                        .withType("OnDelete")
                        .endUpdateStrategy()
                        .endSpec()
                        .build())))
                .hasValueSatisfying(why -> assertThat(why).contains("OnDelete"));
    }
}
