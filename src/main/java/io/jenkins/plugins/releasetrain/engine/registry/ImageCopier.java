package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;

/** Port: copies an image or a whole multi-arch index by digest, registry to registry, without moving any tag (I6). */
public interface ImageCopier {
    /**
     * Copies content so that the target repository holds the very digest; idempotent.
     *
     * @return what was done
     */
    Report copy(Registry source, String sourceRepository, Digest digest, Registry target, String targetRepository);

    /**
     * @param copiedBlobs blobs that were streamed
     * @param mountedBlobs blobs that the target registry took from another of its repositories
     * @param skippedBlobs blobs that were there already
     * @param copiedManifests manifests put, indexes included
     * @param bytes blob bytes streamed
     */
    record Report(int copiedBlobs, int mountedBlobs, int skippedBlobs, int copiedManifests, long bytes) {
        public static final Report NOTHING = new Report(0, 0, 0, 0, 0);

        public Report plus(Report o) {
            return new Report(
                    copiedBlobs + o.copiedBlobs,
                    mountedBlobs + o.mountedBlobs,
                    skippedBlobs + o.skippedBlobs,
                    copiedManifests + o.copiedManifests,
                    bytes + o.bytes);
        }
    }
}
