package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.LaneMoved;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Reads the streams that each group of lanes had of its own, {@code lane/ENVIRONMENT/GROUP}, before an environment had one. */
final class OldStreams {
    private static final int PAGE = 1_000;

    private final Map<String, LaneMoved> open = new LinkedHashMap<>();
    private final Map<String, Long> queued = new LinkedHashMap<>();
    private int lastNumber;

    private OldStreams() {}

    /** What they left; empty where there are none. */
    static Optional<Event.LanesMoved> of(Store store, String environment) {
        List<String> streams = store.streams("lane/" + environment + "/");
        if (streams.isEmpty()) {
            return Optional.empty();
        }
        OldStreams old = new OldStreams();
        streams.forEach(stream -> old.read(store, stream));
        List<LaneMoved> lanes = new ArrayList<>(old.open.values());
        lanes.sort(Comparator.comparing(l -> old.queued.get(l.queued().lane())));
        return Optional.of(new Event.LanesMoved(environment, old.lastNumber, lanes));
    }

    private void read(Store store, String stream) {
        long after = 0;
        List<RecordedEvent> page;
        do {
            page = store.events(stream, after, PAGE);
            page.forEach(this::add);
            after = page.isEmpty() ? after : page.get(page.size() - 1).version();
        } while (page.size() == PAGE);
    }

    private void add(RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.LaneQueued e) {
            queued.put(e.lane(), recorded.at().toEpochMilli());
            open.put(e.lane(), new LaneMoved(e, 0, Optional.empty(), Optional.empty(), Optional.empty()));
        } else if (event instanceof Event.LaneStarted e) {
            change(e.lane(), l -> with(l, l.attempts() + 1, Optional.of(e), Optional.empty(), Optional.empty()));
        } else if (event instanceof Event.LaneInstalled e) {
            change(e.lane(), l -> with(l, l.attempts(), l.started(), Optional.of(e), l.made()));
        } else if (event instanceof Event.LaneTested e) {
            // Not acted upon if it is the last: its attempt is taken out and begun anew.
            change(e.lane(), l -> with(l, l.attempts(), l.started(), Optional.empty(), l.made()));
        } else if (event instanceof Event.LaneRetried e) {
            change(e.lane(), l -> with(l, l.attempts(), Optional.empty(), Optional.empty(), Optional.empty()));
        } else if (event instanceof Event.ReleaseMade e) {
            lastNumber = Math.max(lastNumber, e.number());
            e.changes().forEach(c -> change(c, l -> with(l, l.attempts(), l.started(), l.installed(), Optional.of(e))));
        } else if (event instanceof Event.PromotionRefused e) {
            open.replaceAll(
                    (id, l) -> l.made().filter(m -> m.id().equals(e.release())).isPresent()
                            ? with(l, l.attempts(), l.started(), l.installed(), Optional.empty())
                            : l);
        } else if (event instanceof Event.LaneEnded e) {
            open.remove(e.lane());
        }
    }

    private void change(String lane, UnaryOperator<LaneMoved> change) {
        open.computeIfPresent(lane, (id, l) -> change.apply(l));
    }

    private static LaneMoved with(
            LaneMoved lane,
            int attempts,
            Optional<Event.LaneStarted> started,
            Optional<Event.LaneInstalled> installed,
            Optional<Event.ReleaseMade> made) {
        return new LaneMoved(lane.queued(), attempts, started, installed, made);
    }
}
