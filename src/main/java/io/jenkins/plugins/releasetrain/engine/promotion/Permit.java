package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.util.Collection;
import java.util.Optional;

/**
 * Whether a build may still bring to production what it was let in with (I10): rights and rules can be taken away while it
 * waits, so that it is asked again when it is decided and when it ships.
 */
@FunctionalInterface
public interface Permit {
    Permit ALWAYS = (origin, services) -> Optional.empty();

    /**
     * Why not, in a sentence; empty where it may.
     *
     * @param services that it wants to bring
     */
    Optional<String> refusal(Origin origin, Collection<String> services);
}
