package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Holders;
import io.jenkins.plugins.releasetrain.engine.store.Holders.Holder;
import io.jenkins.plugins.releasetrain.engine.store.Holders.RolledBack;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Whether production runs something newer than a lane brings, whoever released it: a train, or lanes elsewhere (I13).
 */
record Precedence(Store store, Registries registries, Catalog catalog) {
    Optional<Next.End> superseded(Lane lane) {
        return superseded(lane, Holders.of(store, lane.candidates().keySet()).all());
    }

    private Optional<Next.End> superseded(Lane lane, List<Holder> holders) {
        return holders.stream()
                .filter(holder -> !holder.entry().id().equals(lane.id())
                        && lane.order().isOlderThan(holder.order())
                        && isThere(holder.production()))
                .findFirst()
                .map(Precedence::superseded);
    }

    /**
     * A lane joins. What these lanes released and somebody rolled back is forgotten first: what is between may come again.
     * The store is asked before, so that the stream waits for nobody.
     *
     * @param broken why it breaks a contract; empty where it does not
     */
    Function<LaneState, List<? extends Event>> queueing(
            Event.LaneQueued queued, Optional<Next.End> broken, Clock clock) {
        Holders holders = Holders.of(store, queued.candidates().keySet());
        List<Holder> all = holders.all();
        RolledBack rolledBack = holders.rolledBack(this::isThere);
        return s -> {
            Instant now = clock.instant();
            List<String> back = rolledBack.of(s.newest());
            List<Event> events = new ArrayList<>();
            if (!back.isEmpty()) {
                events.add(new Event.OthersReleased(new TreeMap<>(), Optional.of(back)));
            }
            LaneState before = back.isEmpty() ? s : s.after(events.get(0), now);
            events.addAll(
                    LaneOrder.queued(before, queued, l -> superseded(l, all).or(() -> broken), now));
            return events;
        };
    }

    private boolean isThere(Production held) {
        return registries.runs(catalog, held.service(), held.image());
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
