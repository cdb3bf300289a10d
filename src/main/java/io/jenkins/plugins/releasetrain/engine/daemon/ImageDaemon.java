package io.jenkins.plugins.releasetrain.engine.daemon;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import java.util.Optional;

/** Port: images that are only in a container engine's own storage, where they have no digest yet. */
public interface ImageDaemon {
    /**
     * Pushes an image to a registry; what is there already is not sent again.
     *
     * @param image name and tag, as the daemon lists it
     * @param credentials of the registry; empty for anonymous
     * @return the digest that the daemon says the registry gave it
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException NOT_FOUND no such image; UNAVAILABLE no daemon
     *     answers, or the registry does not; UNAUTHENTICATED the registry refuses the daemon
     */
    Digest push(String image, Place place, Optional<Credentials> credentials);

    /** Where to. */
    record Place(String registry, String repository, String tag) {
        String name() {
            return registry + "/" + repository;
        }

        @Override
        public String toString() {
            return name() + ":" + tag;
        }
    }
}
