package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.List;
import java.util.Optional;

/** Whether production runs something newer than a lane brings, whoever released it: a train, or lanes elsewhere (I13). */
record Precedence(Store store) {
    Optional<Next.End> superseded(Lane lane) {
        for (String service : lane.candidates().keySet()) {
            for (Production production : store.productionOf(service)) {
                Optional<Entry> newer = requests(production, service).stream()
                        .filter(entry ->
                                !entry.id().equals(lane.id()) && lane.order().isOlderThan(order(entry)))
                        .findFirst();
                if (newer.isPresent()) {
                    return Optional.of(new Next.End(
                            Outcome.SUPERSEDED,
                            "production runs a newer image of '" + service + "', by "
                                    + newer.get().origin().build() + " in release " + production.release(),
                            production.release()));
                }
            }
        }
        return Optional.empty();
    }

    /** Builds of the same job tell which is newer; of others, who was queued later may still be the older. */
    private List<Entry> requests(Production production, String service) {
        return store
                .release(production.release())
                .map(r -> store.requests(r.made().changes()))
                .orElse(List.of())
                .stream()
                .filter(entry -> entry.images().containsKey(service)
                        && entry.images()
                                .get(service)
                                .digest()
                                .equals(production.image().digest()))
                .toList();
    }

    private static Order order(Entry entry) {
        return Order.of(entry.origin(), entry.askedAt());
    }
}
