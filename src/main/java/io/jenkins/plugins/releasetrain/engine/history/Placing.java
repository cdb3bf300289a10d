package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is configured of the places where images are.
 *
 * @param places in the order in which they are told; those that are in the history alone come after them
 * @param trains names of their services, and {@code groups}: of the lanes, where several services share one
 */
public record Placing(
        List<Where> places, SortedMap<String, Set<String>> trains, SortedMap<String, Set<String>> groups) {
    /** Where nothing is configured: everything is told by its name. */
    public static final Placing NONE =
            new Placing(List.of(), Collections.emptySortedMap(), Collections.emptySortedMap());

    /**
     * Environments of trains come before those that lanes share, and are else left in their order.
     *
     * @param lanes catalogs of lanes
     */
    public static Placing of(List<Where> places, Map<String, Catalog> trains, Collection<Catalog> lanes) {
        SortedMap<String, Set<String>> services = new TreeMap<>();
        trains.forEach(
                (train, catalog) -> services.put(train, catalog.services().keySet()));
        SortedMap<String, Set<String>> groups = new TreeMap<>();
        lanes.forEach(catalog -> catalog.services()
                .values()
                .forEach(s ->
                        groups.computeIfAbsent(s.group(), g -> new TreeSet<>()).add(s.name())));
        groups.values().removeIf(members -> members.size() < 2);
        List<Where> order = places.stream()
                .sorted((a, b) -> Boolean.compare(a.shared(), b.shared()))
                .toList();
        return new Placing(order, services, groups);
    }

    /**
     * An environment.
     *
     * @param shared whether lanes share it; else a train has it for itself while it tries
     * @param services that it may hold
     */
    public record Where(String name, boolean shared, Set<String> services, Optional<Seen> seen) {}

    /** What an environment was seen to ask for, by service. */
    public record Seen(Instant at, Map<String, ImageReference> images) {}
}
