package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.time.Instant;

/** What the newest promotion of a service's repository left in production. */
public record Production(String service, PinnedImage image, String release, Instant since) {}
