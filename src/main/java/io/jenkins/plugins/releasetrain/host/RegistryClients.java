package io.jenkins.plugins.releasetrain.host;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryRole;
import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistryConnections;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import java.util.Optional;

/**
 * Connects to configured registries, by the proxy of this Jenkins.
 *
 * @param connections what all registries of this process share: a gate per host, and connections
 */
record RegistryClients(JenkinsCredentials credentials, RegistryConnections connections, RegistrySettings.Proxy proxy) {

    /** The registry of an image, with the credentials that a build's job sees; empty where it is not configured. */
    Optional<HttpRegistry> connect(Settings settings, ImageReference image, Run<?, ?> build) {
        return settings.registries().stream()
                .filter(r ->
                        image.registry().equals(r.getHost()) || image.registry().equals(r.getClusterHost()))
                .findFirst()
                .map(found -> connect(found, Optional.of(build)));
    }

    /** With the credentials that a build's job sees, if a build is given. */
    HttpRegistry connect(RegistryConfiguration registry, Optional<Run<?, ?>> build) {
        return connect(registry, build, registry.limits());
    }

    HttpRegistry connect(RegistryConfiguration registry, Optional<Run<?, ?>> build, RegistrySettings.Limits limits) {
        RegistrySettings settings =
                RegistrySettings.of(registry.getHost()).withLimits(limits).withProxy(proxy);
        if (registry.isPlainHttp()) {
            settings = settings.withPlainHttp();
        }
        if (registry.getRole() == RegistryRole.PRODUCTION) {
            settings = settings.withPush();
        }
        if (registry.getCaCertificates() != null) {
            settings = settings.withTrustedCertificates(registry.getCaCertificates());
        }
        if (registry.getClusterHost() != null) {
            settings = settings.withClusterHost(registry.getClusterHost());
        }
        String certificate = registry.getClientCertificateId();
        if (certificate != null) {
            String place = "registry '" + registry.getName() + "'";
            settings = settings.withClientCertificate(credentials.certificate(build, certificate, place));
        }
        if (registry.getCredentialsId() != null) {
            settings = settings.withCredentials(() -> login(registry, build));
        }
        return new HttpRegistry(settings, connections);
    }

    /** Empty for anonymous. */
    Optional<RegistrySettings.Credentials> login(RegistryConfiguration registry, Optional<Run<?, ?>> build) {
        return Optional.ofNullable(registry.getCredentialsId())
                .map(id -> credentials.login(build, id, "registry '" + registry.getName() + "'"));
    }
}
