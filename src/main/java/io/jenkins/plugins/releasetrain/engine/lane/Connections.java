package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Services that count for each other: {@code dependsOn} in both directions, a few hops far. */
final class Connections implements LanePolicy.Counting {
    private final Map<String, Set<String>> neighbours = new HashMap<>();
    private final Set<String> all;
    private final int hops;

    Connections(Catalog catalog, int hops) {
        this.hops = hops;
        this.all = catalog.services().keySet();
        catalog.services()
                .values()
                .forEach(s -> s.dependsOn().forEach(d -> {
                    neighbours.computeIfAbsent(s.name(), k -> new TreeSet<>()).add(d);
                    neighbours.computeIfAbsent(d, k -> new TreeSet<>()).add(s.name());
                }));
    }

    @Override
    public SortedSet<String> of(Collection<String> services) {
        if (!isDeclared()) {
            return new TreeSet<>(all);
        }
        SortedSet<String> reached = new TreeSet<>(services);
        Set<String> edge = reached;
        for (int hop = 0; hop < hops; hop++) {
            Set<String> next = new TreeSet<>();
            edge.forEach(s -> next.addAll(neighbours.getOrDefault(s, Set.of())));
            reached.addAll(next);
            edge = next;
        }
        return reached;
    }

    @Override
    public boolean isDeclared() {
        return !neighbours.isEmpty();
    }
}
