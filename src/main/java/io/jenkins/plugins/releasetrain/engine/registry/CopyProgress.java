package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;

/** Told how far copies are, from many threads and often, so it must be quick. */
public interface CopyProgress {
    CopyProgress NONE = new CopyProgress() {
        @Override
        public void planned(Digest image, long bytes) {}

        @Override
        public void copied(Digest image, long bytes) {}
    };

    /** @param bytes of blobs that the target lacked when it was asked; more may come for the same image */
    void planned(Digest image, long bytes);

    /** @param bytes that are there now, whether sent, mounted or found; negative where an upload broke */
    void copied(Digest image, long bytes);

    /** A blob that an image needs is there now; those that were known before are not told. */
    default void blobDone(Digest image, CopyPlan.Origin origin) {}

    /** All content of an image is there now, its root manifest included. */
    default void imageDone(Digest image) {}

    /** Something in words for the log, such as a signature that is left behind, and why. */
    default void note(String text) {}

    /** Tells both. */
    default CopyProgress and(CopyProgress other) {
        CopyProgress one = this;
        return new CopyProgress() {
            @Override
            public void planned(Digest image, long bytes) {
                one.planned(image, bytes);
                other.planned(image, bytes);
            }

            @Override
            public void copied(Digest image, long bytes) {
                one.copied(image, bytes);
                other.copied(image, bytes);
            }

            @Override
            public void blobDone(Digest image, CopyPlan.Origin origin) {
                one.blobDone(image, origin);
                other.blobDone(image, origin);
            }

            @Override
            public void imageDone(Digest image) {
                one.imageDone(image);
                other.imageDone(image);
            }

            @Override
            public void note(String text) {
                one.note(text);
                other.note(text);
            }
        };
    }
}
