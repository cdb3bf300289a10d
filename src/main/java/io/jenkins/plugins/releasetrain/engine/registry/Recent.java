package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Manifests and small blobs that were read or put lately, for whoever wants them next. Bounded in bytes. Thread safe. */
final class Recent {
    private final long mostBytes;
    private final Map<Digest, Manifest> manifests = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    Recent(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    synchronized void add(Manifest manifest) {
        if (manifests.put(manifest.descriptor().digest(), manifest) == null) {
            bytes += manifest.content().length;
        }
        Iterator<Manifest> eldest = manifests.values().iterator();
        while (bytes > mostBytes && eldest.hasNext()) {
            bytes -= eldest.next().content().length;
            eldest.remove();
        }
    }

    synchronized Optional<Manifest> find(Digest digest) {
        return Optional.ofNullable(manifests.get(digest));
    }
}
