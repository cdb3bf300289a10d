package io.jenkins.plugins.releasetrain.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.nio.file.Files;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TroubleshootingTest {
    @ParameterizedTest
    @EnumSource
    void theAdminGuideSaysWhatToDoAboutEveryKindOfFailure(FailureKind kind) throws Exception {
        String row = Files.readString(Repository.root().resolve("docs/admin.md"))
                .lines()
                .filter(line -> line.startsWith("| `" + kind + "` |"))
                .findFirst()
                .orElse("");

        assertThat(row.split("\\|")).as("row of " + kind).hasSize(4);
        assertThat(row.contains("| again")).as(kind + " is tried again").isEqualTo(kind.retryable());
    }
}
