package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import java.time.Instant;
import java.util.Optional;

/**
 * Lists of a timetable that were closed, and the newest pause, during which none is.
 *
 * @param cutoff who was queued by then departs
 * @param scheduled the newest departure whose list was closed
 * @param paused since when the newest pause is or was, and {@code resumed}: when it ended
 */
public record Lists(
        Optional<Instant> cutoff, Optional<Instant> scheduled, Optional<Instant> paused, Optional<Instant> resumed) {
    static final Lists NONE = new Lists(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    Lists closed(Event.ListClosed e) {
        Instant latest = cutoff.filter(c -> c.isAfter(e.cutoff())).orElse(e.cutoff());
        return new Lists(Optional.of(latest), e.scheduled().or(() -> scheduled), paused, resumed);
    }

    Lists paused(Instant at) {
        boolean already = paused.isPresent() && resumed.isEmpty();
        return already ? this : new Lists(cutoff, scheduled, Optional.of(at), Optional.empty());
    }

    Lists resumed(Instant at) {
        return paused.isEmpty() ? this : new Lists(cutoff, scheduled, paused, Optional.of(at));
    }

    boolean isPausedAt(Instant at) {
        return paused.filter(p -> !p.isAfter(at)).isPresent()
                && resumed.filter(r -> !r.isAfter(at)).isEmpty();
    }
}
