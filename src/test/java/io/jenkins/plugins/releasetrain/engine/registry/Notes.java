package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.util.List;

/** A copy's progress of which only the words are kept. */
record Notes(List<String> told) implements CopyProgress {
    @Override
    public void planned(Digest image, long bytes) {}

    @Override
    public void copied(Digest image, long bytes) {}

    @Override
    public void note(String text) {
        told.add(text);
    }
}
