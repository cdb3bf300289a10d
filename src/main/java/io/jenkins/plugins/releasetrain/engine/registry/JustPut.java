package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What tags were set to just now: registries that have several copies of themselves show it a little later. Thread safe. */
final class JustPut {
    private static final int MOST = 1_000;
    private static final Duration LATE = Duration.ofSeconds(30);

    private final Clock clock;
    private final Map<Tag, Put> tags = new LinkedHashMap<>();

    private record Put(Digest digest, Instant at) {}

    JustPut(Clock clock) {
        this.clock = clock;
    }

    synchronized void put(Tag tag, Digest digest) {
        if (tags.size() >= MOST) {
            tags.clear();
        }
        tags.put(tag, new Put(digest, clock.instant()));
    }

    /** It is gone, or somebody else's by now. */
    synchronized void forget(Tag tag) {
        tags.remove(tag);
    }

    synchronized Optional<Digest> of(Tag tag) {
        return Optional.ofNullable(tags.get(tag))
                .filter(put -> clock.instant().isBefore(put.at().plus(LATE)))
                .map(Put::digest);
    }
}
