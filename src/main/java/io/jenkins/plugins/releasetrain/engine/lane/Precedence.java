package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.store.Holders;
import io.jenkins.plugins.releasetrain.engine.store.Holders.Holder;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.Optional;

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

    private static Next.End superseded(Holder newer) {
        return new Next.End(
                Outcome.SUPERSEDED,
                "production runs a newer image of '" + newer.production().service() + "', by "
                        + newer.entry().origin().build() + " in release "
                        + newer.production().release(),
                newer.production().release());
    }
}
