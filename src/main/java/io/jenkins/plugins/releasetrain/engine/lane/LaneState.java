package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * What is true of the lanes of one group in one environment; a fold over their events (I8).
 *
 * @param lanes lanes without a final outcome, by id
 * @param recent the newest outcomes, for builds that come back to ask
 */
public record LaneState(Map<String, Lane> lanes, int lastNumber, String lastRelease, List<Event.LaneEnded> recent) {
    private static final int REMEMBERED = 50;

    static final Journal.Type<LaneState> TYPE =
            new Journal.Type<>(LaneState.class, new LaneState(Map.of(), 0, "", List.of()), LaneState::fold);

    /**
     * One lane.
     *
     * @param started its newest attempt; empty until the environment lets it in
     * @param installed since when the candidates of this attempt are tested; empty while they were not seen running
     * @param tested the newest attempt's verdict
     * @param attempts how often it was started, void attempts included
     * @param alone whether it must be tested with no other candidate present
     * @param made its release, once it passed
     */
    public record Lane(
            Event.LaneQueued queued,
            Optional<Event.LaneStarted> started,
            Optional<Event.LaneInstalled> installed,
            Optional<Event.LaneTested> tested,
            int attempts,
            boolean alone,
            Optional<Event.ReleaseMade> made,
            boolean promoted) {

        static Lane waiting(Event.LaneQueued queued) {
            return new Lane(
                    queued, Optional.empty(), Optional.empty(), Optional.empty(), 0, false, Optional.empty(), false);
        }

        Lane started(Event.LaneStarted e) {
            return new Lane(
                    queued, Optional.of(e), Optional.empty(), Optional.empty(), attempts + 1, alone, made, false);
        }

        Lane installed(Event.LaneInstalled e) {
            return new Lane(queued, started, Optional.of(e), tested, attempts, alone, made, promoted);
        }

        Lane tested(Event.LaneTested e) {
            return new Lane(queued, started, installed, Optional.of(e), attempts, alone, made, promoted);
        }

        Lane again(boolean newAlone) {
            return new Lane(
                    queued,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    attempts,
                    newAlone,
                    Optional.empty(),
                    false);
        }

        Lane made(Event.ReleaseMade e, boolean nowPromoted) {
            return new Lane(queued, started, installed, tested, attempts, alone, Optional.of(e), nowPromoted);
        }

        SortedMap<String, PinnedImage> candidates() {
            return queued.candidates();
        }

        /** Of this attempt; REPLACE where it began before there was a choice. */
        Isolation isolation() {
            return started.orElseThrow().isolation().orElse(Isolation.REPLACE);
        }

        /** Of this attempt; unique for ever. */
        String tenant() {
            return queued.lane() + "-" + attempts;
        }

        Digest baseline() {
            return started.orElseThrow().baseline();
        }
    }

    Optional<Event.LaneEnded> ended(String lane) {
        return recent.stream().filter(e -> e.lane().equals(lane)).findFirst();
    }

    Optional<Lane> lane(String id) {
        return Optional.ofNullable(lanes.get(id));
    }

    private LaneState with(String id, Lane lane) {
        Map<String, Lane> next = new HashMap<>(lanes);
        next.put(id, lane);
        return new LaneState(Map.copyOf(next), lastNumber, lastRelease, recent);
    }

    private LaneState ended(Event.LaneEnded ended) {
        Map<String, Lane> next = new HashMap<>(lanes);
        next.remove(ended.lane());
        List<Event.LaneEnded> newest = Stream.concat(Stream.of(ended), recent.stream())
                .limit(REMEMBERED)
                .toList();
        return new LaneState(Map.copyOf(next), lastNumber, lastRelease, newest);
    }

    private static LaneState fold(LaneState s, RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.LaneQueued e) {
            return s.with(e.lane(), Lane.waiting(e));
        } else if (event instanceof Event.LaneStarted e) {
            return s.with(e.lane(), s.lanes.get(e.lane()).started(e));
        } else if (event instanceof Event.LaneInstalled e) {
            return s.with(e.lane(), s.lanes.get(e.lane()).installed(e));
        } else if (event instanceof Event.LaneTested e) {
            return s.with(e.lane(), s.lanes.get(e.lane()).tested(e));
        } else if (event instanceof Event.LaneRetried e) {
            return s.with(e.lane(), s.lanes.get(e.lane()).again(e.alone()));
        } else if (event instanceof Event.ReleaseMade e) {
            String id = e.changes().get(0);
            LaneState next = s.with(id, s.lanes.get(id).made(e, false));
            return new LaneState(next.lanes, e.number(), s.lastRelease, s.recent);
        } else if (event instanceof Event.ReleasePromoted e) {
            return s.promoted(e.release());
        } else if (event instanceof Event.LaneEnded e) {
            return s.ended(e);
        }
        return s;
    }

    private LaneState promoted(String release) {
        Map<String, Lane> next = new HashMap<>();
        lanes.forEach((id, lane) -> next.put(
                id,
                lane.made()
                        .filter(m -> m.id().equals(release))
                        .map(m -> lane.made(m, true))
                        .orElse(lane)));
        return new LaneState(Map.copyOf(next), lastNumber, release, recent);
    }

    /** Lanes that wait or are tried, for pages. */
    public List<Lane> active() {
        return List.copyOf(lanes.values());
    }
}
