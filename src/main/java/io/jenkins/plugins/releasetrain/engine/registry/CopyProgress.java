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
}
