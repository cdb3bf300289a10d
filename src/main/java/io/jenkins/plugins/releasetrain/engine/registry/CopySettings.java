package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;

/**
 * @param transfersPerHost blobs streamed at once from or to one registry, over all copies of one copier; a registry's own
 *     limit may be lower
 * @param imageBytes largest image or index, counted over what the target does not hold yet; more is TOO_LARGE
 * @param referrers whether what refers to an image, such as its signature, goes with it, also when the image itself is
 *     there already; costs one or two requests an image
 */
public record CopySettings(int transfersPerHost, long imageBytes, boolean referrers) {
    /** As many transfers as the registries allow, no limit of size, with referrers. */
    public static final CopySettings DEFAULT = new CopySettings(Integer.MAX_VALUE, Long.MAX_VALUE, true);

    public CopySettings {
        if (transfersPerHost < 1 || imageBytes < 1) {
            throw EngineException.invalid("A copier's limits must be positive: " + transfersPerHost
                    + " transfers at once, " + imageBytes + " bytes an image");
        }
    }

    public CopySettings withoutReferrers() {
        return new CopySettings(transfersPerHost, imageBytes, false);
    }

    public CopySettings withTransfersPerHost(int transfers) {
        return new CopySettings(transfers, imageBytes, referrers);
    }

    public CopySettings withImageBytes(long bytes) {
        return new CopySettings(transfersPerHost, bytes, referrers);
    }
}
