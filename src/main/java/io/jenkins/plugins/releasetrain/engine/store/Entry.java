package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A release, a change or a lane with the events that began and that ended it.
 *
 * @param began ReleaseMade, ChangeQueued or LaneQueued
 * @param ended ReleasePromoted, PromotionRefused, ChangeEnded or LaneEnded; empty while it is open
 */
public record Entry(Place place, Event began, Instant beganAt, Optional<Event> ended, Optional<Instant> endedAt) {
    /**
     * Where its events are.
     *
     * @param endedVersion 0 while it is open
     */
    public record Place(String stream, long version, long endedVersion) {}

    /** Who asked; unknown for a release, whose changes tell. */
    public Origin origin() {
        if (began instanceof Event.ChangeQueued e) {
            return e.change().origin();
        }
        return began instanceof Event.LaneQueued e ? e.origin() : Origin.UNKNOWN;
    }

    public SortedMap<String, PinnedImage> images() {
        if (began instanceof Event.ChangeQueued e) {
            return e.change().images();
        } else if (began instanceof Event.LaneQueued e) {
            return e.candidates();
        }
        return began instanceof Event.ReleaseMade e ? e.changed() : new TreeMap<>();
    }

    /** When it was asked for. */
    public Instant askedAt() {
        return began instanceof Event.ChangeQueued e ? e.change().queuedAt() : beganAt;
    }

    public String id() {
        if (began instanceof Event.ChangeQueued e) {
            return e.change().id();
        } else if (began instanceof Event.LaneQueued e) {
            return e.lane();
        }
        return began instanceof Event.ReleaseMade e ? e.id() : "";
    }

    /** The same change with another priority; anything else is left as it is. */
    Entry withPriority(int priority) {
        return began instanceof Event.ChangeQueued e
                ? new Entry(place, new Event.ChangeQueued(e.change().withPriority(priority)), beganAt, ended, endedAt)
                : this;
    }
}
