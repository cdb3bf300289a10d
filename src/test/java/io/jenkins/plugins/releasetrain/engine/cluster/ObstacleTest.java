package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObstacleTest {
    private static ContainerStatus ended(int code, String reason, String message) {
        return new ContainerStatusBuilder()
                .withNewLastState()
                .withNewTerminated()
                .withExitCode(code)
                .withReason(reason)
                .withMessage(message)
                .endTerminated()
                .endLastState()
                .build();
    }

    /** With {@code terminationMessagePolicy: FallbackToLogsOnError} it is the end of the container's log. */
    @Test
    void S4_I9_whatAProcessWroteIsNotTold() {
        for (String reason : new String[] {"Error", "Completed", "OOMKilled"}) {
            assertThat(Obstacle.lastExit(ended(1, reason, "cannot log in as ci:t0ken@db.internal")))
                    .isEqualTo("; last exit code 1, " + reason);
        }
    }

    @Test
    void whatTheRuntimeSaysOfAnImageIs() {
        assertThat(Obstacle.lastExit(ended(128, "StartError", "exec format error")))
                .isEqualTo("; last exit code 128, StartError, exec format error");
    }

    private static Pod evicted(String name, String created) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withCreationTimestamp(created)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage(TestWorkloads.image("cart", "2").toString())
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Failed")
                .withReason("Evicted")
                .endStatus()
                .build();
    }

    /** The API server keeps evicted pods until there are thousands of them. */
    @Test
    void I4_podThatWasEvictedBeforeExcusesNoneThatCameAfterIt() {
        DeployedWorkload cart = DeployedWorkload.of(TestWorkloads.workload(
                "staging",
                TestWorkloads.deployment("cart").workload(),
                1,
                Map.of("main", TestWorkloads.image("cart", "2").toString())));
        List<Pod> pods = List.of(evicted("a", "2026-01-01T00:00:00Z"), evicted("b", "2026-01-02T00:00:00Z"));
        assertThat(Obstacle.of(cart, Set.of("main"), pods, List.of()))
                .extracting(Obstacle::pod)
                .containsExactly("b");
    }

    private static PodBuilder running(String... conditions) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withName("a")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage(TestWorkloads.image("cart", "2").toString())
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .endStatus();
        for (int i = 0; i < conditions.length; i += 3) {
            pod.editStatus()
                    .addNewCondition()
                    .withType(conditions[i])
                    .withStatus(conditions[i + 1])
                    .withReason(conditions[i + 2])
                    .endCondition()
                    .endStatus();
        }
        return pod;
    }

    private static List<Fault> faults(Pod pod) {
        DeployedWorkload cart = DeployedWorkload.of(TestWorkloads.workload(
                "staging",
                TestWorkloads.deployment("cart").workload(),
                1,
                Map.of("main", TestWorkloads.image("cart", "2").toString())));
        return Obstacle.of(cart, Set.of("main"), List.of(pod), List.of()).stream()
                .map(o -> FaultRules.builtIn().judge(o.sign(), true).fault())
                .toList();
    }

    /** A node that is lost while it is tested: the node's controller sets the pod's condition and nothing else. */
    @Test
    void I4_K8_1_podOfANodeThatIsLostIsTheEnvironments() {
        PodBuilder pod = running("Ready", "False", null, "ContainersReady", "True", null);
        assertThat(faults(pod.build())).containsExactly(Fault.ENVIRONMENT);
    }

    @Test
    void I4_K8_1_podThatIsNotReadyByItselfIsNobodysYet() {
        assertThat(faults(running("Ready", "False", "ContainersNotReady", "ContainersReady", "False", null)
                        .build()))
                .isEmpty();
        PodBuilder gated = running("Ready", "False", "ReadinessGatesNotReady", "ContainersReady", "True", null);
        assertThat(faults(gated.editSpec()
                        .addNewReadinessGate("www.example.com/feature")
                        .endSpec()
                        .build()))
                .isEmpty();
    }

    private static Pod restarted(int times, boolean ready) {
        return running("Ready", ready ? "True" : "False", null)
                .editStatus()
                .addToContainerStatuses(new ContainerStatusBuilder(ended(137, "Error", null))
                        .withName("main")
                        .withReady(ready)
                        .withRestartCount(times)
                        .withNewState()
                        .withNewRunning()
                        .endRunning()
                        .endState()
                        .build())
                .endStatus()
                .build();
    }

    /** Its liveness probe kills it after a minute each time: it runs more than it waits in its back-off. */
    @Test
    void K8_4_processThatIsKilledAgainAndAgainIsToBlameAtTheDeadlineThoughItRunsJustThen() {
        assertThat(faults(restarted(3, false))).containsExactly(Fault.IMAGE);
        assertThat(faults(restarted(1, false))).containsExactly(Fault.UNKNOWN);
        assertThat(faults(restarted(3, true))).as("it came back").isEmpty();
    }

    @Test
    void whatIsKeptOfAPodTellsTheSameAsThePod() {
        Pod gated = running("Ready", "False", "ReadinessGatesNotReady", "ContainersReady", "True", null)
                .editSpec()
                .addNewReadinessGate("www.example.com/feature")
                .endSpec()
                .build();
        assertThat(faults((Pod) KeptFields.pod(gated)))
                .as("its node is heard of: something else has to say that it is ready")
                .isEmpty();
    }

    /** A volume that cannot be mounted, a network that is not set up: nobody has looked at the image yet. */
    @Test
    void I4_podWhoseVolumesOrNetworkAreNotThereIsTheEnvironments() {
        PodBuilder pod = running("PodReadyToStartContainers", "False", null);
        assertThat(faults(pod.editStatus().withPhase("Pending").endStatus().build()))
                .containsExactly(Fault.ENVIRONMENT);
        assertThat(faults(running("PodReadyToStartContainers", "True", null).build()))
                .isEmpty();
    }

    private static ContainerStatusBuilder waits(String container, String reason, String message) {
        return new ContainerStatusBuilder()
                .withName(container)
                .withRestartCount(0)
                .withNewState()
                .withNewWaiting()
                .withReason(reason)
                .withMessage(message)
                .endWaiting()
                .endState();
    }

    private static PodBuilder pending(ContainerStatus... containers) {
        return running("PodScheduled", "True", null)
                .editStatus()
                .withPhase("Pending")
                .withContainerStatuses(containers)
                .endStatus();
    }

    /** A volume that another node holds still (Recreate): before Kubernetes 1.29 no condition tells of it. */
    @Test
    void I4_podOfWhichNothingWasBegunIsTheEnvironments() {
        PodBuilder pod = pending(waits("main", "ContainerCreating", null).build());
        assertThat(faults(pod.build())).containsExactly(Fault.ENVIRONMENT);
        assertThat(faults(pending().build())).as("its node tells nothing").containsExactly(Fault.ENVIRONMENT);
        assertThat(faults(pod.editStatus()
                        .addNewCondition()
                        .withType("PodReadyToStartContainers")
                        .withStatus("False")
                        .endCondition()
                        .endStatus()
                        .build()))
                .as("told once")
                .containsExactly(Fault.ENVIRONMENT);
        assertThat(faults(running("PodScheduled", "True", null).build())).isEmpty();
    }

    /** A mesh's, or one that waits for a database; that of its own image may wait for the image's own sake. */
    @Test
    void I4_anothersInitContainerThatDoesNotEndIsTheEnvironments() {
        ContainerStatus init = new ContainerStatusBuilder()
                .withName("wait-for-db")
                .withNewState()
                .withNewRunning()
                .endRunning()
                .endState()
                .build();
        PodBuilder pod = pending(waits("main", "PodInitializing", null).build())
                .editSpec()
                .addNewInitContainer()
                .withName("wait-for-db")
                .endInitContainer()
                .endSpec()
                .editStatus()
                .withInitContainerStatuses(init)
                .endStatus();
        assertThat(faults(pod.build())).containsExactly(Fault.ENVIRONMENT);
        assertThat(faults((Pod) KeptFields.pod(pod.build()))).containsExactly(Fault.ENVIRONMENT);
        Pod sidecar = pod.editSpec()
                .editFirstInitContainer()
                .withRestartPolicy("Always")
                .endInitContainer()
                .endSpec()
                .build();
        assertThat(faults(sidecar)).as("it is to run").isEmpty();
        assertThat(faults((Pod) KeptFields.pod(sidecar))).isEmpty();
    }

    /** A webhook writes a mirror's name, and the mirror does not have it. */
    @Test
    void I4_imageThatIsPulledByAnotherNameThanWasAskedForIsNotBlamedForWhatThatLacks() {
        ContainerStatus waits =
                waits("main", "ErrImagePull", "manifest unknown").build();
        assertThat(faults(pending(waits).build())).containsExactly(Fault.IMAGE);
        String mirrored = "mirror.example/" + TestWorkloads.image("cart", "2");
        PodBuilder pod = pending(waits)
                .editSpec()
                .editFirstContainer()
                .withImage(mirrored)
                .endContainer()
                .endSpec();
        assertThat(faults(pod.build())).containsExactly(Fault.ENVIRONMENT);
        DeployedWorkload rewritten = DeployedWorkload.of(TestWorkloads.workload(
                "staging", TestWorkloads.deployment("cart").workload(), 1, Map.of("main", mirrored)));
        rewritten
                .resource()
                .getMetadata()
                .setAnnotations(Map.of(DeployedWorkload.ASKED, "main=" + TestWorkloads.image("cart", "2")));
        assertThat(Obstacle.of(rewritten, Set.of("main"), List.of(pod.build()), List.of()))
                .as("the workload's name, too")
                .extracting(o -> FaultRules.builtIn().judge(o.sign(), true).fault())
                .containsExactly(Fault.ENVIRONMENT);
    }

    /** Drained, preempted, evicted by taints: it is being deleted, and another pod is on its way. */
    @ParameterizedTest
    @ValueSource(
            strings = {"PreemptionByScheduler", "DeletionByTaintManager", "EvictionByEvictionAPI", "DeletionByPodGC"})
    void I4_podThatIsTakenAwayIsTheEnvironments(String reason) {
        Pod pod = running("DisruptionTarget", "True", reason)
                .editMetadata()
                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .build();
        assertThat(faults(pod)).containsExactly(Fault.ENVIRONMENT);
    }

    @Test
    void podThatIsDeletedInARolloutIsNoObstacle() {
        Pod pod = running("PodReadyToStartContainers", "False", null)
                .editMetadata()
                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .build();
        assertThat(faults(pod)).isEmpty();
    }

    private static Pod old(Pod pod) {
        return new PodBuilder(pod)
                .editMetadata()
                .withName("db-0")
                .endMetadata()
                .editSpec()
                .withNodeName("node-3")
                .editFirstContainer()
                .withImage(TestWorkloads.image("cart", "1").toString())
                .endContainer()
                .endSpec()
                .build();
    }

    private static Pod going(Pod pod) {
        return new PodBuilder(pod)
                .editMetadata()
                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .build();
    }

    private static List<Obstacle> unready(Pod... pods) {
        DeployedWorkload set = DeployedWorkload.of(TestWorkloads.workload(
                "staging",
                new Workload(Workload.Kind.STATEFUL_SET, "cart", ""),
                1,
                Map.of("main", TestWorkloads.image("cart", "2").toString())));
        set.resource().getMetadata().setGeneration(2L);
        return Unready.of(set, Set.of("main"), List.of(pods)).stream().toList();
    }

    /** Kubernetes issue 55713: a StatefulSet, or a DaemonSet, waits for the old pod until its node is back, or removed. */
    @Test
    void I4_oldPodOfANodeThatIsLostIsTheEnvironmentsAndIsNamed() {
        Pod lost =
                running("Ready", "False", null, "ContainersReady", "True", null).build();
        for (Pod pod : List.of(old(lost), going(old(lost)), (Pod) KeptFields.pod(going(old(lost))))) {
            assertThat(unready(pod)).singleElement().satisfies(o -> {
                assertThat(o.pod()).isEqualTo("db-0");
                assertThat(o.sign().message()).contains("node node-3", "not observed");
                assertThat(FaultRules.builtIn().judge(o.sign(), false).fault()).isEqualTo(Fault.ENVIRONMENT);
            });
        }
    }

    @Test
    void I4_oldPodThatDoesNotGoIsTheEnvironmentsAtTheDeadline() {
        Pod ready =
                running("Ready", "True", null, "ContainersReady", "True", null).build();
        assertThat(unready(going(old(ready)))).singleElement().satisfies(o -> {
            assertThat(o.sign().message()).contains("2026-01-01T00:00:00Z");
            assertThat(FaultRules.builtIn().judge(o.sign(), false).fault()).isEqualTo(Fault.UNKNOWN);
            assertThat(FaultRules.builtIn().judge(o.sign(), true).fault()).isEqualTo(Fault.ENVIRONMENT);
        });
        assertThat(unready(old(ready))).as("its turn comes").isEmpty();
    }

    /** Old pods may drain for an hour, as their grace period has it; a Deployment does not wait for that. */
    @Test
    void newPodThatDoesNotBecomeReadyIsNotExcusedByOldOnesThatGo() {
        Pod unready = running("ContainersReady", "False", "ContainersNotReady")
                .editStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("False")
                .withReason("ReadinessGatesNotReady")
                .withMessage("the status of pod readiness gate \"www.example.com/feature\" is not \"True\", but False")
                .endCondition()
                .endStatus()
                .build();
        Pod ready =
                running("Ready", "True", null, "ContainersReady", "True", null).build();
        assertThat(unready(going(old(ready)), unready)).singleElement().satisfies(o -> {
            assertThat(o.pod()).isEqualTo("a");
            assertThat(o.sign().message()).contains("www.example.com/feature");
            assertThat(FaultRules.builtIn().judge(o.sign(), true).fault()).isEqualTo(Fault.UNKNOWN);
        });
    }
}
