package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
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
}
