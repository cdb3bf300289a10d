package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubernetesFailuresTest {
    @ParameterizedTest
    @CsvSource({
        "400, INVALID_INPUT",
        "401, UNAUTHENTICATED",
        "403, FORBIDDEN",
        "404, NOT_FOUND",
        "409, CONFLICT",
        "422, INVALID_INPUT",
        "429, RATE_LIMITED",
        "500, UNAVAILABLE",
        "503, UNAVAILABLE",
        "504, TIMEOUT"
    })
    void shouldTellTheKindByTheStatus(int code, FailureKind kind) {
        EngineException failure = KubernetesFailures.translate(
                "patch Deployment cart in namespace staging",
                new KubernetesClientException(new StatusBuilder()
                        .withCode(code)
                        .withMessage("what the server says")
                        .build()));
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure)
                .hasMessageStartingWith(
                        "Cannot patch Deployment cart in namespace staging: HTTP " + code + ": what the server says");
    }

    private static FailureKind kindOf(IOException cause) {
        return KubernetesFailures.translate("read", new KubernetesClientException("no answer", cause))
                .kind();
    }

    @Test
    void shouldTellTheKindWithoutAnAnswer() {
        assertThat(kindOf(new ConnectException("Connection refused"))).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(kindOf(new SocketTimeoutException("timeout"))).isEqualTo(FailureKind.TIMEOUT);
        assertThat(kindOf(new SSLHandshakeException("PKIX path building failed")))
                .isEqualTo(FailureKind.TLS);
        assertThat(kindOf(new IOException(new SocketTimeoutException("timeout"))))
                .isEqualTo(FailureKind.TIMEOUT);
    }

    @Test
    void shouldSayWhatToDo() {
        assertThat(KubernetesFailures.translate(
                        "list pods in namespace staging",
                        new KubernetesClientException(new StatusBuilder()
                                .withCode(403)
                                .withMessage("pods is forbidden")
                                .build())))
                .hasMessageContaining("pods is forbidden")
                .hasMessageContaining("RBAC");
    }

    /** None of these is a right that somebody could grant. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unable to create new content in namespace staging because it is being terminated | being removed",
                "pods \"cart\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=9 | quota, or let fewer",
                "admission webhook \"policy.example.org\" denied the request: no digest | A policy of the cluster"
            })
    void shouldNotAskForARightWhereNoneIsMissing(String message, String told) {
        assertThat(KubernetesFailures.translate(
                        "create Deployment cart-beside in namespace staging",
                        new KubernetesClientException(new StatusBuilder()
                                .withCode(403)
                                .withMessage(message)
                                .build())))
                .hasMessageContaining(told)
                .hasMessageNotContaining("RBAC");
    }
}
