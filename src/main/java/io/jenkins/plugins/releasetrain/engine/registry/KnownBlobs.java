package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which repositories were seen to hold which blobs: a hint that saves requests, never a proof. Bounded: what was not used
 * for longest is forgotten. Thread safe.
 */
final class KnownBlobs {
    private static final int MOST_REPOSITORIES = 8;

    private final Map<Key, Set<String>> repositories;

    private record Key(String host, Digest digest) {}

    KnownBlobs(int mostBlobs) {
        repositories = new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, Set<String>> eldest) {
                return size() > mostBlobs;
            }
        };
    }

    synchronized boolean holds(String host, String repository, Digest digest) {
        return repositories.getOrDefault(new Key(host, digest), Set.of()).contains(repository);
    }

    /** Some repository of that registry to mount from. */
    synchronized Optional<String> anywhere(String host, Digest digest) {
        return repositories.getOrDefault(new Key(host, digest), Set.of()).stream()
                .findFirst();
    }

    synchronized void add(String host, String repository, Digest digest) {
        Set<String> holders = repositories.computeIfAbsent(new Key(host, digest), k -> new LinkedHashSet<>());
        if (holders.size() < MOST_REPOSITORIES) {
            holders.add(repository);
        }
    }

    synchronized void forget(String host, Digest digest) {
        repositories.remove(new Key(host, digest));
    }
}
