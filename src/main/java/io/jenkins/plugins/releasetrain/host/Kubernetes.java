package io.jenkins.plugins.releasetrain.host;

import com.cloudbees.plugins.credentials.common.StandardCredentials;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** Connects to the cluster of an environment. */
final class Kubernetes {
    private Kubernetes() {}

    static KubernetesClient connect(EnvironmentConfiguration environment) {
        Config config = config(environment);
        config.setRequestRetryBackoffLimit(1);
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(config)
                        .withNamespace(environment.getNamespace())
                        .build())
                .build();
    }

    private static Config config(EnvironmentConfiguration environment) {
        if (environment.getCredentialsId() == null && environment.getServerUrl() == null) {
            return Config.autoConfigure(null);
        }
        Config config = environment.getCredentialsId() == null ? Config.empty() : withCredentials(environment);
        if (environment.getServerUrl() != null) {
            config.setMasterUrl(environment.getServerUrl());
        }
        String certificates = environment.getCaCertificates();
        if (certificates != null) {
            config.setCaCertData(Base64.getEncoder().encodeToString(certificates.getBytes(StandardCharsets.UTF_8)));
        }
        return config;
    }

    private static Config withCredentials(EnvironmentConfiguration environment) {
        String place = "environment '" + environment.getName() + "'";
        StandardCredentials credentials = JenkinsCredentials.system(
                        environment.getCredentialsId(), StandardCredentials.class)
                .orElseThrow(() -> JenkinsCredentials.missing(
                        environment.getCredentialsId(), "kubeconfig file or token as secret text", place));
        if (credentials instanceof FileCredentials file) {
            try (InputStream in = file.getContent()) {
                return Config.fromKubeconfig(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw EngineException.invalid("The kubeconfig of " + place + " cannot be read: " + e.getMessage());
            }
        } else if (credentials instanceof StringCredentials token) {
            Config config = Config.empty();
            config.setOauthToken(token.getSecret().getPlainText());
            return config;
        }
        throw EngineException.invalid("Credentials '" + environment.getCredentialsId() + "' of " + place
                + " are neither a secret file (kubeconfig) nor a secret text (token)");
    }
}
