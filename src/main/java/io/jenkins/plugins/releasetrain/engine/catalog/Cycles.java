package io.jenkins.plugins.releasetrain.engine.catalog;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds cycles in a directed graph by a depth-first search without recursion; linear in its size. */
final class Cycles {
    private final Map<String, ? extends Collection<String>> edges;
    private final Set<String> seen = new HashSet<>();
    private final Set<String> reported = new HashSet<>();
    private final List<List<String>> cycles = new ArrayList<>();

    private Cycles(Map<String, ? extends Collection<String>> edges) {
        this.edges = edges;
    }

    /**
     * @param edges names without an entry have no edges
     * @return every cycle's members in order; of cycles that share members, at least one. Empty where there is none.
     */
    static List<List<String>> of(Map<String, ? extends Collection<String>> edges) {
        Cycles search = new Cycles(edges);
        edges.keySet().forEach(search::searchFrom);
        return search.cycles;
    }

    private void searchFrom(String start) {
        if (!seen.add(start)) {
            return;
        }
        List<String> path = new ArrayList<>(List.of(start));
        Set<String> onPath = new HashSet<>(path);
        Deque<Iterator<String>> open = new ArrayDeque<>(List.of(edges.get(start).iterator()));
        while (!open.isEmpty()) {
            if (!open.peek().hasNext()) {
                open.pop();
                onPath.remove(path.remove(path.size() - 1));
                continue;
            }
            String next = open.peek().next();
            if (onPath.contains(next)) {
                report(path, next);
            } else if (edges.containsKey(next) && seen.add(next)) {
                path.add(next);
                onPath.add(next);
                open.push(edges.get(next).iterator());
            }
        }
    }

    private void report(List<String> path, String first) {
        if (reported.contains(first)) {
            return;
        }
        List<String> cycle = List.copyOf(path.subList(path.lastIndexOf(first), path.size()));
        reported.addAll(cycle);
        cycles.add(cycle);
    }
}
