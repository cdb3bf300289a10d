package io.jenkins.plugins.releasetrain.engine.model;

/**
 * A service's image, pinned to its manifest digest (I1).
 *
 * @param repository the service's repository in the production registry, without host: the same content has the same
 *     identity wherever it is pulled from
 * @param digest of the manifest or index
 * @param tag the tag that named it when it was pinned; for people only, empty if unknown
 */
public record PinnedImage(String repository, Digest digest, String tag) {
    public PinnedImage {
        ImageReference.checkRepository(repository);
        if (!tag.isEmpty()) {
            ImageReference.checkTag(tag);
        }
    }
}
