package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Lanes of an environment that is not configured any more, or takes none any more, so that nobody drives them: whoever waits
 * for one must still end (I8). What they left in the cluster stays an obligation, for when it is configured again.
 */
public final class RemovedLanes {
    private final Store store;
    private final Journal<LaneState> journal;

    /** @param listener told of what is appended */
    public RemovedLanes(Store store, String environment, Clock clock, Consumer<Event> listener) {
        this.store = store;
        this.journal = new Journal<>(store, "lane/" + environment, LaneState.TYPE, clock, listener);
    }

    /** All lanes without a final outcome, with whose they are. */
    public Map<LaneId, Origin> underWay() {
        Map<LaneId, Origin> all = new HashMap<>();
        journal.state()
                .lanes()
                .forEach(lane -> all.put(
                        new LaneId(lane.group(), lane.id()), lane.queued().origin()));
        return all;
    }

    /** Ends a lane cancelled; one that is on its way to production already stays as it is until there is somebody again. */
    public void cancel(LaneId id, String reason) {
        journal.update(s -> s.lane(id.id())
                .filter(lane -> !(lane.phase() instanceof Phase.Promoting))
                .map(lane -> List.of(new Event.LaneEnded(lane.id(), Outcome.CANCELLED, reason, "")))
                .orElse(List.of()));
    }

    /** The lane's final outcome; empty while it has none. */
    public Optional<Event.LaneEnded> outcome(LaneId id) {
        return store.requests(List.of(id.id())).stream()
                .map(Entry::ended)
                .flatMap(Optional::stream)
                .filter(Event.LaneEnded.class::isInstance)
                .map(Event.LaneEnded.class::cast)
                .findFirst();
    }
}
