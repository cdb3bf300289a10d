package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.host.Words;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LongVariablesTest {
    @Test
    void B7_noVariableIsLongerThanAnEnvironmentBears() throws Exception {
        String services =
                IntStream.range(0, 5_000).mapToObj(i -> "service-" + i).collect(Collectors.joining(" "));

        Map<String, String> fitting =
                LongVariables.fit(Map.of("RELEASE_CHANGED", services, "RELEASE_TRAIN", "shop"), "t1", () -> null);

        assertThat(fitting).isEqualTo(Map.of("RELEASE_CHANGED", "*", "RELEASE_TRAIN", "shop"));
    }

    /** An agent that is away when its build's turn comes: the tests begin, and end their build by what they find. */
    @Test
    void I4_whereTheAgentIsAwayTheTestsBeginAllTheSame() throws Exception {
        LongVariables.Workspace away = () -> {
            throw new IOException("Unable to create live FilePath for agent-1");
        };

        assertThat(LongVariables.fit(Map.of("RELEASE_CHANGED", "cart"), "t1", away))
                .isEqualTo(Map.of("RELEASE_CHANGED", "cart"));
        assertThat(LongVariables.fit(Map.of("RELEASE_CHANGED", "x".repeat(9_000)), "t1", away))
                .isEqualTo(Map.of("RELEASE_CHANGED", "*"));
    }

    @Test
    void bytesCountAndNotCharacters() {
        assertThat(LongVariables.isTooLong("x".repeat(LongVariables.LONGEST))).isFalse();
        assertThat(LongVariables.isTooLong("ü".repeat(LongVariables.LONGEST))).isTrue();
    }

    @Test
    void B7_aLogTellsTheFirstOfMany() {
        assertThat(Words.some(IntStream.range(0, 5_000).boxed().toList()))
                .startsWith("0, 1, 2, ")
                .endsWith(", 19 and 4980 more");
    }
}
