package io.jenkins.plugins.releasetrain.host;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.common.StandardCertificateCredentials;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import hudson.model.Run;
import hudson.security.ACL;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import java.util.List;
import java.util.Optional;

/**
 * Finds credentials: for a build, those that its job sees, folders included; for trains and lanes, which belong to no job,
 * those of the system store only.
 */
record JenkinsCredentials(Controller controller) {
    <T extends IdCredentials> Optional<T> system(String id, Class<T> type) {
        return CredentialsProvider.lookupCredentialsInItemGroup(type, controller.root(), ACL.SYSTEM2, List.of())
                .stream()
                .filter(c -> c.getId().equals(id))
                .findFirst();
    }

    /** Its use is noted beside the credentials, so that administrators see where they are needed. */
    <T extends StandardCredentials> Optional<T> of(Optional<Run<?, ?>> build, String id, Class<T> type) {
        if (build.isPresent()) {
            return Optional.ofNullable(CredentialsProvider.findCredentialById(id, type, build.get(), List.of()))
                    .map(found -> CredentialsProvider.track(build.get(), found));
        }
        return system(id, type).map(found -> controller.track(found));
    }

    /** @throws EngineException where there are no such credentials */
    RegistrySettings.Credentials login(Optional<Run<?, ?>> build, String id, String place) {
        return of(build, id, StandardUsernamePasswordCredentials.class)
                .map(c -> new RegistrySettings.Credentials(
                        c.getUsername(), c.getPassword().getPlainText()))
                .orElseThrow(() -> missing(build, id, "username with password", place));
    }

    /** @throws EngineException where there are no such credentials */
    RegistrySettings.ClientCertificate certificate(Optional<Run<?, ?>> build, String id, String place) {
        return of(build, id, StandardCertificateCredentials.class)
                .map(c -> new RegistrySettings.ClientCertificate(
                        c.getKeyStore(), c.getPassword().getPlainText()))
                .orElseThrow(() -> missing(build, id, "certificate", place));
    }

    /**
     * Final for a build's own. Trains and lanes wait for those of the system, which an administrator may be about to replace:
     * nobody's image is to blame, and no build should end for it.
     */
    static EngineException missing(Optional<Run<?, ?>> build, String id, String kind, String place) {
        return new EngineException(
                build.isPresent() ? FailureKind.NOT_FOUND : FailureKind.UNAVAILABLE,
                "Credentials '" + id + "' (" + kind + ") of " + place
                        + " were not found where they may come from; create them there, or choose others");
    }
}
