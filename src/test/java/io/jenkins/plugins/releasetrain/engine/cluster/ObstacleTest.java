package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.jenkins.plugins.releasetrain.engine.cluster.Obstacle.Certainty;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Deployment that wants {@code cart:2}. */
class ObstacleTest {
    private static final Workload CART = new Workload(Workload.Kind.DEPLOYMENT, "cart", "");

    private static DeployedWorkload workload() {
        return DeployedWorkload.of(TestWorkloads.workload("staging", CART, 1, Map.of("main", "cart:2")));
    }

    private static DeployedWorkload withCondition(String type, String status, String reason) {
        Deployment plain = (Deployment) TestWorkloads.workload("staging", CART, 1, Map.of("main", "cart:2"));
        return DeployedWorkload.of(new DeploymentBuilder(plain)
                .withNewStatus()
                .addNewCondition()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage("exceeded quota: compute")
                .endCondition()
                .endStatus()
                .build());
    }

    private static PodBuilder pod(String image) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("cart-1")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage(image)
                .endContainer()
                .endSpec();
    }

    private static Pod waiting(String image, String container, String reason) {
        return pod(image)
                .withNewStatus()
                .addNewContainerStatus()
                .withName(container)
                .withNewState()
                .withNewWaiting()
                .withReason(reason)
                .withMessage("words")
                .endWaiting()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static Pod unschedulable() {
        return pod("cart:2")
                .withNewStatus()
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("False")
                .withReason("Unschedulable")
                .withMessage("0/3 nodes are available")
                .endCondition()
                .endStatus()
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "ImagePullBackOff, DEFINITE",
        "InvalidImageName, DEFINITE",
        "CrashLoopBackOff, DEFINITE",
        "CreateContainerConfigError, DEFINITE",
        "ErrImagePull, IF_LASTING",
        "RunContainerError, IF_LASTING",
        "SomethingNew, HINT"
    })
    void shouldJudgeAContainerThatDoesNotStart(String reason, Certainty certainty) {
        assertThat(Obstacle.of(workload(), "main", List.of(waiting("cart:2", "main", reason))))
                .containsExactly(new Obstacle("cart-1", reason, "words", certainty));
    }

    @Test
    void shouldFindNothingWrongWithAContainerThatIsBeingCreated() {
        assertThat(Obstacle.of(
                        workload(),
                        "main",
                        List.of(
                                waiting("cart:2", "main", "ContainerCreating"),
                                waiting("cart:2", "main", "PodInitializing"))))
                .isEmpty();
    }

    @Test
    void I4_shouldNotLookAtPodsWithAnotherImageOrOnesThatAreGoing() {
        Pod going = waiting("cart:2", "main", "CrashLoopBackOff");
        going.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
        assertThat(Obstacle.of(workload(), "main", List.of(waiting("cart:1", "main", "CrashLoopBackOff"), going)))
                .isEmpty();
    }

    @Test
    void I4_shouldTakeAnotherContainersFailureForAHintOnly() {
        assertThat(Obstacle.of(workload(), "main", List.of(waiting("cart:2", "sidecar", "ImagePullBackOff"))))
                .containsExactly(
                        new Obstacle("cart-1", "ImagePullBackOff", "container sidecar: words", Certainty.HINT));
    }

    @Test
    void shouldTellAQuotaThatKeepsPodsFromBeingCreated() {
        assertThat(Obstacle.of(withCondition("ReplicaFailure", "True", "FailedCreate"), "main", List.of()))
                .containsExactly(new Obstacle("", "FailedCreate", "exceeded quota: compute", Certainty.IF_LASTING));
        assertThat(Obstacle.of(withCondition("ReplicaFailure", "False", "FailedCreate"), "main", List.of()))
                .isEmpty();
    }

    @Test
    void shouldBelieveTheDeploymentsOwnDeadlineUnlessPodsFoundNoNode() {
        DeployedWorkload overdue = withCondition("Progressing", "False", "ProgressDeadlineExceeded");
        assertThat(Obstacle.of(overdue, "main", List.of()))
                .extracting(Obstacle::certainty)
                .containsExactly(Certainty.DEFINITE);
        assertThat(Obstacle.of(overdue, "main", List.of(unschedulable())))
                .extracting(Obstacle::reason, Obstacle::certainty)
                .containsExactly(
                        tuple("Unschedulable", Certainty.HINT), tuple("ProgressDeadlineExceeded", Certainty.HINT));
        assertThat(Obstacle.of(withCondition("Progressing", "True", "ReplicaSetUpdated"), "main", List.of()))
                .isEmpty();
    }

    @Test
    void I4_shouldNotTakeTheConditionOfAnEarlierRevisionForOneOfThis() {
        DeployedWorkload overdue = withCondition("Progressing", "False", "ProgressDeadlineExceeded");
        overdue.resource().getMetadata().setGeneration(2L);
        assertThat(Obstacle.of(overdue, "main", List.of())).isEmpty();
    }
}
