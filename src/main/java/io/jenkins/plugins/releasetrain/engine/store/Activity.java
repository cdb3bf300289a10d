package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What goes on in the stream of a train or of a group of lanes.
 *
 * @param batch BatchDeparted of the batch under way
 * @param trials that run, oldest first
 * @param pause TrainPaused, while it is
 * @param open changes or lanes without outcome, oldest first, at most as many as asked for
 */
public record Activity(
        String stream,
        Optional<RecordedEvent> batch,
        List<Running> trials,
        Optional<RecordedEvent> pause,
        List<Entry> open) {

    /** @param installed how long its installation took; empty while it goes on */
    public record Running(Event.TrialStarted started, Instant since, Optional<Duration> installed) {}

    public Optional<Event.BatchDeparted> departed() {
        return batch.map(b -> (Event.BatchDeparted) b.event());
    }
}
