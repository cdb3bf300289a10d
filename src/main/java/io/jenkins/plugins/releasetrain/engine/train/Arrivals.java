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
import io.jenkins.plugins.releasetrain.engine.store.Holders.RolledBack;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/** What a change that arrives means for those that wait, and they for it. */
public final class Arrivals {
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
    private static List<Event> refused(Change change, String why) {
        return List.of(
                new Event.ChangeQueued(change), new Event.ChangeEnded(change.id(), Outcome.INCOMPATIBLE, why, ""));
    }

    /**
     * Who comes later is not older for a clock that was set back, or another controller's that is slow: no change is of before
     * those of its services that are known here (I13).
     */
    static Change inOrder(TrainState s, Change change) {
        Collection<String> services = change.images().keySet();
        return Stream.concat(
                        s.released().entrySet().stream()
                                .filter(e -> services.contains(e.getKey()))
                                .map(e -> e.getValue().queuedAt()),
                        s.undecided()
                                .filter(c -> !Collections.disjoint(c.images().keySet(), services))
                                .map(Change::queuedAt))
                .max(Instant::compareTo)
                .filter(newest -> newest.isAfter(change.queuedAt()))
                .map(change::withQueuedAt)
                .orElse(change);
    }

    /**
     * A change joins.
     *
     * @param broken why it breaks a contract; empty where it does not
     * @param rolledBack by others, too
     */
    static List<Event> queueing(TrainState s, Change change, Optional<String> broken, RolledBack rolledBack) {
        if (broken.isPresent()) {
            return refused(change, broken.get());
        }
        List<String> back = rolledBack.of(s.released());
        if (back.isEmpty()) {
            return queueing(s, inOrder(s, change));
        }
        Event.OthersReleased others = new Event.OthersReleased(rolledBack.to(back), Optional.of(back));
        TrainState now = TrainFold.byOthers(s, others);
        List<Event> events = new ArrayList<>(List.of(others));
        events.addAll(queueing(now, inOrder(now, change)));
        return events;
    }

    /**
     * Of one service the newer supersedes the older, whichever comes first (I13). An older one that comes while the newer one
     * is in doubt waits for what becomes of that.
     */
    static List<Event> queueing(TrainState s, Change change) {
        if (!change.promote()) {
            return List.of(new Event.ChangeQueued(change));
        }
        Optional<String> late = s.undecided()
                .filter(other -> other.promote()
                        && covers(other, change)
                        && Order.of(change).isOlderThan(Order.of(other))
                        && !isDoubted(s, other))
                .map(Change::id)
                .findFirst();
        if (late.isPresent() || Sets.isOutdated(change, s.released())) {
            return List.of(
                    new Event.ChangeQueued(change),
                    new Event.ChangeEnded(
                            change.id(), Outcome.SUPERSEDED, older(change, late.isPresent()), late.orElse("")));
        }
        List<Event> events = new ArrayList<>();
        s.queue().stream()
                .filter(old -> old.promote() && covers(change, old) && isOlder(old, change))
                .forEach(old -> events.add(superseded(old, change)));
        events.add(new Event.ChangeQueued(change));
        return events;
    }

    /**
     * What is not decided although something newer of its services came, and that no trial holds any more: it neither joins
     * the newer one nor follows it. Not where it passed, since that is a release at once (I5), nor while the newer one is in
     * doubt.
     */
    static Optional<Event> overtaken(TrainState s) {
        Map<String, List<Change>> candidates = byService(Lineup.waiting(s).stream());
        return candidates.values().stream()
                .flatMap(List::stream)
                .flatMap(old -> covering(candidates, old)
                        .filter(change -> Order.of(old).isOlderThan(Order.of(change))
                                && !change.queuedAt().isBefore(old.queuedAt())
                                && !isDoubted(s, change)
                                && !isHeld(s, old)
                                && !s.search().evidence().vouched().contains(old.id()))
                        .map(change -> superseded(old, change)))
                .findFirst();
    }

    /**
     * The newer builds of their jobs, not decided yet, for which changes wait that nothing is known of: what is older is not
     * tried beside them or before them (I13). What passed does not wait, since it is a release at once (I5).
     *
     * @return by the id of the change that waits
     */
    public static Map<String, Change> awaited(TrainState s) {
        Map<String, List<Change>> candidates = byService(s.undecided());
        Map<String, Change> awaited = new HashMap<>();
        List<String> vouched = s.search().evidence().vouched();
        for (Change change : s.queue()) {
            covering(candidates, change)
                    .filter(other -> change.promote()
                            && Order.of(change).isOfSameJob(Order.of(other))
                            && Order.of(change).number() != Order.of(other).number()
                            && Order.of(change).isOlderThan(Order.of(other))
                            && !isSuspected(s, change)
                            && !vouched.contains(change.id()))
                    .findFirst()
                    .ifPresent(other -> awaited.put(change.id(), other));
        }
        return awaited;
    }

    /** Release candidates, each for all services that it changes. */
    private static Map<String, List<Change>> byService(Stream<Change> changes) {
        Map<String, List<Change>> by = new HashMap<>();
        changes.filter(Change::promote)
                .forEach(change -> change.images()
                        .keySet()
                        .forEach(service -> by.computeIfAbsent(service, name -> new ArrayList<>())
                                .add(change)));
        return by;
    }

    /** Others that change all that it does. */
    private static Stream<Change> covering(Map<String, List<Change>> candidates, Change change) {
        return candidates.getOrDefault(change.images().firstKey(), List.of()).stream()
                .filter(other -> !other.id().equals(change.id()) && covers(other, change));
    }

    private static boolean isHeld(TrainState s, Change change) {
        return s.trials().stream()
                .anyMatch(t ->
                        t.changes().contains(change.id()) || t.tried().changes().contains(change.id()));
    }

    private static Event superseded(Change old, Change newer) {
        return new Event.ChangeEnded(
                old.id(),
                Outcome.SUPERSEDED,
                "a newer image of the same service was queued; should that not be released, build this one again",
                newer.id());
    }

    /** Whether it failed with others or alone, or some environment keeps it out, so that it may never be released. */
    private static boolean isDoubted(TrainState s, Change change) {
        return isSuspected(s, change) || !s.aside().of(change.id()).isEmpty();
    }

    private static boolean isSuspected(TrainState s, Change change) {
        return s.search().evidence().failures().stream()
                .anyMatch(f -> f.changes().contains(change.id()));
    }

    /** What waits although something newer of all its services is released. */
    static List<Event> outdated(List<Change> queue, Map<String, Order> released, String release) {
        return queue.stream()
                .filter(change -> change.promote() && Sets.isOutdated(change, released))
                .map(change -> (Event) new Event.ChangeEnded(
                        change.id(),
                        Outcome.SUPERSEDED,
                        "a newer image of the same service is released already",
                        release))
                .toList();
    }

    /** @param undecided what is newer: else it is released */
    private static String older(Change change, boolean undecided) {
        Optional<Long> repeated = change.origin().repeats();
        if (repeated.isPresent()) {
            return "build " + repeated.get() + " is done again, which is older than what waits, is tried or is released"
                    + " already; start a new build, or roll back to go back on purpose";
        }
        return undecided
                ? "it is older than what waits or is tried already, by the numbers of their builds; should that not be"
                        + " released, build this one again"
                : "it is older than what is released already, by the numbers of their builds";
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
