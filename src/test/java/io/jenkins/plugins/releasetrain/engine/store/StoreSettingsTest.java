package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreSettingsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://db.example/releases?user=rt&password=hunter2",
                "jdbc:postgresql://db.example/releases?ssl=true&sslpassword=hunter2",
                "jdbc:postgresql://rt:hunter2@db.example/releases",
                "jdbc:h2:/srv/releases;PASSWORD=hunter2"
            })
    void I9_shouldRefuseAPasswordInTheUrlWithoutRepeatingIt(String url) {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> new StoreSettings(url, "rt", () -> ""))
                .withMessageNotContaining("hunter2")
                .extracting(EngineException::kind)
                .isEqualTo(FailureKind.INVALID_INPUT);
    }

    @Test
    void I9_shouldNotShowThePassword() {
        assertThat(new StoreSettings("jdbc:postgresql://db.example/releases", "rt", () -> "hunter2").toString())
                .doesNotContain("hunter2");
    }

    @Test
    void shouldNameTheUrlOfADatabaseThatIsNotSupported() {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> SqlStore.open(new StoreSettings("jdbc:mysql://db.example/x", "rt", () -> "")))
                .withMessageContaining("jdbc:mysql://db.example/x")
                .extracting(EngineException::kind)
                .isEqualTo(FailureKind.INVALID_INPUT);
    }

    @Test
    void shouldSayThatTheDatabaseCannotBeReached() {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() ->
                        SqlStore.open(new StoreSettings("jdbc:postgresql://127.0.0.1:1/releases", "rt", () -> "")))
                .withMessageContaining("127.0.0.1:1/releases")
                .extracting(EngineException::kind)
                .isEqualTo(FailureKind.UNAVAILABLE);
    }
}
