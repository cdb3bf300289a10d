package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.time.Instant;

/**
 * The set that was installed into an environment last.
 *
 * @param candidate the trial or lane that it was installed for; empty for the baseline
 */
public record Holding(String environment, Digest set, String candidate, Instant since) {}
