package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads a manifest and all below it, as far as it can be read and is not too much to be kept. */
final class Whole {
    /** What a registry takes at least (distribution specification 1.1, "Pushing Manifests"). */
    private static final int MOST_BYTES = 4 << 20;

    private static final int MOST_MANIFESTS = 200;
    private static final int DEEPEST = 8;

    private final Function<Digest, Optional<Manifest>> read;
    private final Map<Digest, Manifest> found = new LinkedHashMap<>();
    private long bytes;
    private int asked;

    Whole(Function<Digest, Optional<Manifest>> read) {
        this.read = read;
    }

    /** @return children before parents; empty where the manifest itself cannot be read */
    List<Manifest> of(Digest digest) {
        collect(digest, 0);
        return found.containsKey(digest) ? List.copyOf(found.values()) : List.of();
    }

    private void collect(Digest digest, int depth) {
        Optional<Manifest> manifest = one(digest);
        manifest.map(Manifest::descriptor)
                .filter(d -> Manifests.isIndex(d.mediaType()) && depth < DEEPEST)
                .ifPresent(d -> Manifests.read(manifest.get()).manifests().stream()
                        .map(Descriptor::digest)
                        .filter(child -> !found.containsKey(child) && asked < MOST_MANIFESTS)
                        .forEach(child -> collect(child, depth + 1)));
        manifest.ifPresent(m -> found.put(digest, m));
    }

    /** What is too large for all is left, and so is what fails: it keeps no tag from moving. */
    private Optional<Manifest> one(Digest digest) {
        asked++;
        try {
            Optional<Manifest> manifest = read.apply(digest).filter(m -> bytes + m.content().length <= MOST_BYTES);
            bytes += manifest.map(m -> m.content().length).orElse(0);
            return manifest;
        } catch (EngineException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            // Each of the others might be waited for as long.
            asked = MOST_MANIFESTS;
            return Optional.empty();
        }
    }
}
