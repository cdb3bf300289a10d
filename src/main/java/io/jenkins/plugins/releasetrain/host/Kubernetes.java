package io.jenkins.plugins.releasetrain.host;

import com.cloudbees.plugins.credentials.common.StandardCredentials;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.engine.cluster.FreshToken;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** Connects to the cluster of an environment. */
record Kubernetes(JenkinsCredentials credentials, JenkinsProxy proxy, Clock clock) {
    private static final Duration KEPT = Duration.ofSeconds(10);
    /** Running one costs more than reading; a token that is refused is asked for anew at once. */
    private static final Duration KEPT_OF_PROGRAMS = Duration.ofMinutes(1);

    KubernetesClient connect(EnvironmentConfiguration environment) {
        Config config = config(environment);
        proxy.applyTo(config);
        config.setRequestRetryBackoffLimit(1);
        Config inNamespace = new ConfigBuilder(config)
                .withNamespace(environment.getNamespace())
                .build();
        boolean token = environment.getCredentialsId() != null
                && (config.getAutoOAuthToken() != null || config.getOauthToken() != null);
        KubernetesClientBuilder builder = token
                ? new FreshToken(
                                () -> token(withCredentials(environment)),
                                environment.isProgramsAllowed() ? KEPT_OF_PROGRAMS : KEPT,
                                clock)
                        .client(inNamespace)
                : new KubernetesClientBuilder().withConfig(inNamespace);
        return builder.build();
    }

    private static String token(Config config) {
        return config.getAutoOAuthToken() != null ? config.getAutoOAuthToken() : config.getOauthToken();
    }

    private Config config(EnvironmentConfiguration environment) {
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

    /**
     * A kubeconfig comes from whoever may create credentials, so nothing of it runs a program here or reads a file, unless an
     * administrator allows it.
     *
     * @throws EngineException INVALID_INPUT where it would, which says what to write instead
     */
    static Config kubeconfig(String yaml, String place, boolean programsAllowed) {
        io.fabric8.kubernetes.api.model.Config parsed;
        try {
            parsed = Serialization.unmarshal(yaml, io.fabric8.kubernetes.api.model.Config.class);
        } catch (RuntimeException e) {
            // What the parser says of it may quote a token.
            throw EngineException.invalid("The kubeconfig of " + place + " is no kubeconfig");
        }
        if (parsed == null) {
            throw EngineException.invalid("The kubeconfig of " + place + " is empty");
        }
        List<String> refused = new ArrayList<>();
        nonNull(parsed.getClusters()).stream()
                .map(NamedCluster::getCluster)
                .filter(Objects::nonNull)
                .forEach(cluster -> refuse(
                        refused,
                        cluster.getCertificateAuthority(),
                        "certificate-authority",
                        "certificate-authority-data"));
        nonNull(parsed.getUsers()).stream()
                .map(NamedAuthInfo::getUser)
                .filter(Objects::nonNull)
                .forEach(user -> {
                    refuse(refused, user.getExec(), "exec", "token, or client-certificate-data and client-key-data");
                    refuse(refused, user.getAuthProvider(), "auth-provider", "token");
                    refuse(refused, user.getClientCertificate(), "client-certificate", "client-certificate-data");
                    refuse(refused, user.getClientKey(), "client-key", "client-key-data");
                    refuse(refused, user.getTokenFile(), "tokenFile", "token");
                });
        if (!refused.isEmpty() && !programsAllowed) {
            throw EngineException.invalid("The kubeconfig of " + place
                    + " would run a program or read files on the controller, which it may not: "
                    + String.join("; ", refused)
                    + ". For a service account, use its token: 'kubectl create token' or a Secret of the type"
                    + " kubernetes.io/service-account-token; or let an administrator allow programs and files for this"
                    + " environment");
        }
        return withTokenOfFile(Config.fromKubeconfig(yaml), parsed, place);
    }

    /** Which the client does not read. */
    private static Config withTokenOfFile(Config config, io.fabric8.kubernetes.api.model.Config parsed, String place) {
        tokenFile(parsed, config).ifPresent(file -> config.setAutoOAuthToken(read(file, place)));
        return config;
    }

    private static Optional<String> tokenFile(io.fabric8.kubernetes.api.model.Config parsed, Config config) {
        String user = config.getCurrentContext() == null
                ? ""
                : config.getCurrentContext().getContext().getUser();
        return nonNull(parsed.getUsers()).stream()
                .filter(u -> u.getName().equals(user) && u.getUser() != null)
                .map(u -> u.getUser().getTokenFile())
                .filter(file -> file != null && !file.isEmpty())
                .findFirst();
    }

    private static String read(String file, String place) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException | InvalidPathException e) {
            throw EngineException.invalid("The token file of " + place + " cannot be read");
        }
    }

    private static <T> List<T> nonNull(List<T> list) {
        return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
    }

    private static void refuse(List<String> refused, Object present, String key, String instead) {
        if (present != null && !"".equals(present)) {
            refused.add("instead of '" + key + "' write '" + instead + "'");
        }
    }

    private Config withCredentials(EnvironmentConfiguration environment) {
        String place = "environment '" + environment.getName() + "'";
        StandardCredentials found = credentials
                .system(environment.getCredentialsId(), StandardCredentials.class)
                .orElseThrow(() -> JenkinsCredentials.missing(
                        Optional.empty(),
                        environment.getCredentialsId(),
                        "kubeconfig file or token as secret text",
                        place));
        if (found instanceof FileCredentials file) {
            try (InputStream in = file.getContent()) {
                return kubeconfig(
                        new String(in.readAllBytes(), StandardCharsets.UTF_8), place, environment.isProgramsAllowed());
            } catch (IOException e) {
                throw EngineException.invalid("The kubeconfig of " + place + " cannot be read: " + e.getMessage());
            }
        } else if (found instanceof StringCredentials token) {
            Config config = Config.empty();
            config.setOauthToken(token.getSecret().getPlainText());
            return config;
        }
        throw EngineException.invalid("Credentials '" + environment.getCredentialsId() + "' of " + place
                + " are neither a secret file (kubeconfig) nor a secret text (token)");
    }
}
