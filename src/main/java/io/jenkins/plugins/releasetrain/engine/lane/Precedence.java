package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.store.Holders;
import io.jenkins.plugins.releasetrain.engine.store.Holders.Holder;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Whether production runs something newer than a lane brings, whoever released it: a train, or lanes elsewhere (I13). */
record Precedence(Store store) {
    Optional<Next.End> superseded(Lane lane) {
        return lane.candidates().keySet().stream()
                .flatMap(service -> new Holders(store).of(service).stream())
                .filter(holder ->
                        !holder.entry().id().equals(lane.id()) && lane.order().isOlderThan(holder.order()))
                .findFirst()
                .map(Precedence::superseded);
    }

    /** A lane joins. What these lanes released and somebody rolled back is forgotten first: what is between may come again. */
    List<Event> queued(LaneState s, Event.LaneQueued queued, Optional<Next.End> broken, Instant now) {
        List<String> back = Holders.takenBack(
                s.newest(), new Holders(store).rolledBack(queued.candidates().keySet()));
        List<Event> events = new ArrayList<>();
        if (!back.isEmpty()) {
            events.add(new Event.OthersReleased(new TreeMap<>(), Optional.of(back)));
        }
        LaneState before = back.isEmpty() ? s : s.after(events.get(0), now);
        events.addAll(LaneOrder.queued(before, queued, l -> superseded(l).or(() -> broken), now));
        return events;
    }

    private static Next.End superseded(Holder newer) {
        return new Next.End(
                Outcome.SUPERSEDED,
                "production runs a newer image of '" + newer.production().service() + "', by "
                        + newer.entry().origin().build() + " in release "
                        + newer.production().release(),
                newer.production().release());
    }
}
