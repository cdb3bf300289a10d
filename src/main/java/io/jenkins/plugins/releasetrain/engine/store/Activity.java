package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.util.List;
import java.util.Optional;

/**
 * What goes on in the stream of a train or of a group of lanes.
 *
 * @param batch BatchDeparted of the batch under way
 * @param trial TrialStarted of the running trial
 * @param pause TrainPaused, while it is
 * @param open changes or lanes without outcome, oldest first, at most as many as asked for
 */
public record Activity(
        String stream,
        Optional<RecordedEvent> batch,
        Optional<RecordedEvent> trial,
        Optional<RecordedEvent> pause,
        List<Entry> open) {

    public Optional<Event.BatchDeparted> departed() {
        return batch.map(b -> (Event.BatchDeparted) b.event());
    }
}
