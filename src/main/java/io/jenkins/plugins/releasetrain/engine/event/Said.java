package io.jenkins.plugins.releasetrain.engine.event;

import io.jenkins.plugins.releasetrain.engine.model.Digest;

/**
 * What is said of an image.
 *
 * @param result PASSED, WARNED or FAILED
 * @param statement digest of the whole statement
 */
public record Said(String result, Digest statement) {}
