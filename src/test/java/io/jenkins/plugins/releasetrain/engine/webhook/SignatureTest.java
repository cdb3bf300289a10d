package io.jenkins.plugins.releasetrain.engine.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureTest {
    /** The example that the libraries of Standard Webhooks are tested with. */
    @Test
    void shouldSignAsStandardWebhooksDoes() {
        byte[] body = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
        assertThat(Signature.of(
                        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assertThat(Signature.of("any text", "a", 1, body)).isNotEqualTo(Signature.of("any texT", "a", 1, body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whsec_", "whsec_n0t base64!"})
    void I9_shouldRefuseASecretThatIsNoneWithoutShowingIt(String secret) {
        assertThatThrownBy(() -> Signature.of(secret, "a", 1, new byte[0]))
                .isInstanceOf(EngineException.class)
                .hasMessageNotContaining("n0t base64");
    }
}
