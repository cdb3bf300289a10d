package io.jenkins.plugins.releasetrain.engine.event;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.util.Optional;

/**
 * One tag of a promotion.
 *
 * @param former the digest that it pointed to before; empty where it did not exist
 * @param mayMove whether the tag may point to something else before: true for the tag that says what production runs, false
 *     for version tags
 */
public record Move(
        String sourceRepository,
        String targetRepository,
        Digest digest,
        String tag,
        Optional<Digest> former,
        boolean mayMove) {}
