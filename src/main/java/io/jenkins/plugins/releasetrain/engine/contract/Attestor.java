package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.Digest;

/** Port: keeps what the gate says of an image where others find it. */
@FunctionalInterface
public interface Attestor {
    /**
     * Attaches a statement to an image; what was attached before may stay beside it.
     *
     * @param repository in the dev registry
     * @param statement in-toto's, as JSON
     * @return digest of what refers to the image
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException it cannot be attached, or not be signed
     */
    Digest attest(String repository, Digest image, byte[] statement);

    /**
     * Whether what was attached is still where others look for it: of two who write one list at the same time the later may
     * have left the other's out.
     */
    default boolean stands(String repository, Digest image) {
        return true;
    }
}
