package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which repositories were seen to hold which blobs lately: a hint that saves requests, never a proof. Bounded: what was not
 * used for longest is forgotten. Thread safe.
 */
final class KnownBlobs {
    private static final int MOST_REPOSITORIES = 8;
    private static final int MOST_REFUSALS = 1_000;
    /** Registries collect what nothing refers to after hours or days. */
    private static final Duration AGE = Duration.ofHours(1);

    private final Clock clock;
    private final Map<Key, Map<String, Instant>> repositories;
    private final Map<Refusal, Instant> refusals = bounded(MOST_REFUSALS);

    private record Key(String host, Digest digest) {}

    private record Refusal(String host, String from, String to) {}

    KnownBlobs(int mostBlobs, Clock clock) {
        this.clock = clock;
        repositories = bounded(mostBlobs);
    }

    private static <K, V> Map<K, V> bounded(int most) {
        return new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    private boolean isFresh(Instant seen) {
        return seen != null && clock.instant().isBefore(seen.plus(AGE));
    }

    synchronized boolean holds(String host, String repository, Digest digest) {
        return isFresh(
                repositories.getOrDefault(new Key(host, digest), Map.of()).get(repository));
    }

    /** Some other repository of that registry to mount from, from which nothing was refused. */
    synchronized Optional<String> elsewhere(String host, String repository, Digest digest) {
        return repositories.getOrDefault(new Key(host, digest), Map.of()).entrySet().stream()
                .filter(e -> isFresh(e.getValue()) && !e.getKey().equals(repository))
                .map(Map.Entry::getKey)
                .filter(from -> mayMount(host, from, repository))
                .findFirst();
    }

    synchronized void add(String host, String repository, Digest digest) {
        Map<String, Instant> holders = repositories.computeIfAbsent(new Key(host, digest), k -> new LinkedHashMap<>());
        if (holders.size() < MOST_REPOSITORIES || holders.containsKey(repository)) {
            holders.put(repository, clock.instant());
        }
    }

    synchronized void forget(String host, Digest digest) {
        repositories.remove(new Key(host, digest));
    }

    /** The account may not read there, or the registry does not mount: the next blob need not ask. */
    synchronized void refused(String host, String from, String to) {
        refusals.put(new Refusal(host, from, to), clock.instant());
    }

    synchronized boolean mayMount(String host, String from, String to) {
        return !isFresh(refusals.get(new Refusal(host, from, to)));
    }
}
