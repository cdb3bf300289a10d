package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;

/**
 * @param transfersPerHost blobs streamed at once from or to one registry, over all copies of one copier
 * @param imageBytes largest image or index, counted over what the target does not hold yet; more is TOO_LARGE
 */
public record CopySettings(int transfersPerHost, long imageBytes) {
    /** Four transfers, no limit of size. */
    public static final CopySettings DEFAULT = new CopySettings(4, Long.MAX_VALUE);

    public CopySettings {
        if (transfersPerHost < 1 || imageBytes < 1) {
            throw EngineException.invalid("A copier's limits must be positive: " + transfersPerHost
                    + " transfers at once, " + imageBytes + " bytes an image");
        }
    }
}
