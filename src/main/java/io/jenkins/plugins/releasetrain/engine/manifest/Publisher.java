package io.jenkins.plugins.releasetrain.engine.manifest;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.util.Optional;

/** Port: puts releases where others find them. */
public interface Publisher {
    /** Publishes nothing. */
    Publisher NONE = manifest -> Optional.empty();

    /**
     * Puts a release there; the same one again changes nothing.
     *
     * @return empty where nothing is to be put
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException where it was not accepted
     */
    Optional<Published> publish(ReleaseManifest manifest);

    /** @param digest of what was put, which is what is signed */
    record Published(String repository, Digest digest) {}
}
