package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageLabels;

/**
 * What is known of an image.
 *
 * @param repository in the production registry
 * @param tag its newest one in the history that does not move; empty for none
 * @param labels none where nobody has read them yet
 */
public record ImageRecord(Digest digest, String repository, String tag, ImageLabels labels) {}
