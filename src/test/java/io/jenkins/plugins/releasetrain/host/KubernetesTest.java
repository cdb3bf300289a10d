package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fabric8.kubernetes.client.Config;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubernetesTest {
    private static String kubeconfig(String cluster, String user) {
        return """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://k8s.example"%s}}]
            users: [{name: u, user: {%s}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """.formatted(cluster.isEmpty() ? "" : ", " + cluster, user);
    }

    @Test
    void aKubeconfigWithATokenIsTaken() {
        assertThat(Kubernetes.kubeconfig(
                                kubeconfig("certificate-authority-data: eA==", "token: secret"),
                                "environment 'cd'",
                                false)
                        .getMasterUrl())
                .startsWith("https://k8s.example");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "| exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: /bin/sh} |"
                        + " 'exec'",
                "| auth-provider: {name: gcp, config: {cmd-path: /bin/sh}} | 'auth-provider'",
                "| tokenFile: /etc/passwd | 'tokenFile'",
                "| client-certificate: /etc/cert, client-key-data: eA== | 'client-certificate-data'",
                "| client-key: /etc/key | 'client-key-data'",
                "certificate-authority: /etc/ca | token: s3cr3t | 'certificate-authority-data'"
            })
    void S6_whatRunsProgramsOrReadsFilesHereIsRefusedWithAdvice(String cluster, String user, String told) {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> Kubernetes.kubeconfig(
                        kubeconfig(cluster == null ? "" : cluster, user), "environment 'cd'", false))
                .withMessageContaining(told == null ? "" : told.replace("'", ""))
                .withMessageContaining("environment 'cd'")
                .withMessageNotContaining("s3cr3t")
                .withMessageNotContaining("/etc/");
    }

    @Test
    void K8_9_aProgramRunsAndAFileIsReadAgainWhereAnAdministratorAllowsIt(@TempDir Path directory) throws Exception {
        Path tokens = Files.writeString(directory.resolve("token"), "first");
        Path program = Files.writeString(directory.resolve("get-token"), """
            #!/bin/sh
            printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%%s"}}' \\
              "$(cat %s)"
            """.formatted(tokens));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        for (String token : new String[] {"first", "second"}) {
            Files.writeString(tokens, token);
            String exec = "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: "
                    + program + "}";
            assertThat(token(exec)).isEqualTo(token);
            assertThat(token("tokenFile: " + tokens)).isEqualTo(token);
        }
    }

    private static String token(String user) {
        Config config = Kubernetes.kubeconfig(kubeconfig("", user), "environment 'cd'", true);
        return config.getAutoOAuthToken() != null ? config.getAutoOAuthToken() : config.getOauthToken();
    }

    @ParameterizedTest
    @CsvSource({"''", "'- token: s3cr3t'", "'{users: s3cr3t'"})
    void S6_whatIsNoKubeconfigIsRefusedWithoutRepeatingIt(String text) {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> Kubernetes.kubeconfig(text, "environment 'cd'", false))
                .withMessageNotContaining("s3cr3t");
    }
}
