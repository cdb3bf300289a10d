package io.jenkins.plugins.releasetrain.engine.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One build's request: these services get these images; indivisible.
 *
 * @param priority higher departs first, of changes that were queued within the same hours; 0 is usual
 * @param promote false for a pre-merge test release: tried alone, never released
 */
public record Change(
        String id,
        SortedMap<String, PinnedImage> images,
        Origin origin,
        Instant queuedAt,
        int priority,
        boolean promote) {
    private static final Duration HEAD_START = Duration.ofHours(4);

    public Change {
        if (images.isEmpty()) {
            throw EngineException.invalid("A change needs at least one service and image");
        }
        images = Collections.unmodifiableSortedMap(new TreeMap<>(images));
    }

    /** When it is due: each step of priority is worth four hours of waiting, so that nobody waits for ever. */
    public Instant turn() {
        return queuedAt.minus(HEAD_START.multipliedBy(priority));
    }

    public Change withQueuedAt(Instant at) {
        return new Change(id, images, origin, at, priority, promote);
    }

    public Change withPriority(int newPriority) {
        return new Change(id, images, origin, queuedAt, newPriority, promote);
    }
}
