package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** What a change that arrives means for those that wait, and they for it. */
final class Arrivals {
    private Arrivals() {}

    /**
     * What its workload could never show would only make trials void. A snapshot holds all services: one that cannot show
     * another image is no matter where it keeps its own.
     */
    static void checkProvable(
            SortedMap<String, PinnedImage> images, Collection<Track> tracks, Catalog catalog, Registries registries) {
        List<Service> services =
                images.keySet().stream().map(name -> catalog.service(name)).toList();
        for (Track track : tracks) {
            SortedMap<String, String> unprovable = track.trials().unprovable(services);
            List<Service> held = services.stream()
                    .filter(s -> unprovable.containsKey(s.name()))
                    .toList();
            if (!held.isEmpty()) {
                Map<String, PinnedImage> production =
                        registries.productionSet(held).images();
                unprovable
                        .keySet()
                        .removeIf(name -> Optional.ofNullable(production.get(name))
                                .filter(image ->
                                        image.digest().equals(images.get(name).digest()))
                                .isPresent());
            }
            if (!unprovable.isEmpty()) {
                throw EngineException.invalid(
                        "Environment '" + track.name() + "' cannot prove that a new image runs: " + unprovable);
            }
        }
    }

    /** What it brings and what the others bring may be tried together, so two that break each other are told before. */
    static void meet(Change change, TrainState state, ContractGate gate) {
        if (state.undecided().anyMatch(c -> c.id().equals(change.id()))) {
            gate.meet(
                    change.images(),
                    state.undecided()
                            .filter(c -> !c.id().equals(change.id()))
                            .map(Change::images)
                            .toList());
        }
    }

    /** It breaks its contract, which is known before anything is tried. */
    static List<Event> refused(Change change, String why) {
        return List.of(
                new Event.ChangeQueued(change), new Event.ChangeEnded(change.id(), Outcome.INCOMPATIBLE, why, ""));
    }

    /** Of one service the newer supersedes the older, whichever comes first (I13). */
    static List<Event> queueing(TrainState s, Change change) {
        if (!change.promote()) {
            return List.of(new Event.ChangeQueued(change));
        }
        Optional<String> late = s.undecided()
                .filter(other -> other.promote()
                        && covers(other, change)
                        && Order.of(change).isOlderThan(Order.of(other)))
                .map(Change::id)
                .findFirst();
        if (late.isPresent() || Sets.isOutdated(change, s.released())) {
            String where = late.isPresent() ? "waits or is tried" : "is released";
            return List.of(
                    new Event.ChangeQueued(change),
                    new Event.ChangeEnded(
                            change.id(),
                            Outcome.SUPERSEDED,
                            "it is older than what " + where + " already, by the numbers of their builds"
                                    + repeats(change),
                            late.orElse("")));
        }
        List<Event> events = new ArrayList<>();
        s.queue().stream()
                .filter(old -> old.promote() && covers(change, old) && isOlder(old, change))
                .forEach(old -> events.add(new Event.ChangeEnded(
                        old.id(), Outcome.SUPERSEDED, "a newer image of the same service was queued", change.id())));
        events.add(new Event.ChangeQueued(change));
        return events;
    }

    private static String repeats(Change change) {
        return change.origin()
                .repeats()
                .map(number ->
                        ": it does build " + number + " again; start a new build, or roll back to go back on purpose")
                .orElse("");
    }

    private static boolean covers(Change change, Change other) {
        return change.images().keySet().containsAll(other.images().keySet());
    }

    /** The one that comes now is the newer, unless build numbers say otherwise. */
    private static boolean isOlder(Change change, Change other) {
        Order order = Order.of(change);
        Order others = Order.of(other);
        return order.isOfSameJob(others)
                ? order.isOlderThan(others)
                : !others.queuedAt().isBefore(order.queuedAt());
    }
}
