package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
}
