package io.jenkins.plugins.releasetrain.engine.lane;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What others did in the environment from when a lane's tests began: not who was there at both ends, but at any time
 * between.
 *
 * @param neighbours lanes whose candidates were to be seen, by their id
 * @param moved services whose baseline became another
 */
public record Presence(SortedMap<String, Neighbour> neighbours, SortedSet<String> moved) {
    static final Presence NONE = new Presence(new TreeMap<>(), new TreeSet<>());

    public Presence {
        neighbours = Collections.unmodifiableSortedMap(neighbours);
        moved = Collections.unmodifiableSortedSet(moved);
    }

    /**
     * Another lane.
     *
     * @param services in whose place it had candidates
     * @param throughout whether from the beginning of the tests to their end
     */
    public record Neighbour(SortedSet<String> services, boolean throughout, Fate fate) {}

    /** What became of a neighbour. */
    public enum Fate {
        /** Not decided yet: its candidates are there. */
        HERE,
        /** Its candidates came out again, so what was tested beside them never reached production. */
        LEFT,
        /** Its candidates are in production. */
        RELEASED
    }

    Presence with(String lane, Neighbour neighbour) {
        SortedMap<String, Neighbour> all = new TreeMap<>(neighbours);
        all.put(lane, neighbour);
        return new Presence(all, moved);
    }

    Presence left(String lane) {
        Neighbour known = neighbours.get(lane);
        return known == null ? this : with(lane, new Neighbour(known.services(), false, Fate.LEFT));
    }

    Presence released(String lane) {
        Neighbour known = neighbours.get(lane);
        return known == null ? this : with(lane, new Neighbour(known.services(), known.throughout(), Fate.RELEASED));
    }

    Presence moved(Collection<String> services) {
        SortedSet<String> all = new TreeSet<>(moved);
        all.addAll(services);
        return new Presence(neighbours, all);
    }

    /** Services among those that count, which were not the same from the beginning to the end, and are to stay so. */
    SortedSet<String> drift(Set<String> counts) {
        SortedSet<String> drift = new TreeSet<>();
        addCounting(drift, moved, counts);
        for (Neighbour n : neighbours.values()) {
            if (!n.throughout() || n.fate() == Fate.LEFT) {
                addCounting(drift, n.services(), counts);
            }
        }
        return drift;
    }

    private static void addCounting(Set<String> to, Set<String> services, Set<String> counts) {
        for (String service : services) {
            if (counts.contains(service)) {
                to.add(service);
            }
        }
    }

    /** Lanes with candidates that count. */
    public List<String> of(Collection<String> counting) {
        return neighbours.entrySet().stream()
                .filter(n -> !Collections.disjoint(n.getValue().services(), counting))
                .map(SortedMap.Entry::getKey)
                .toList();
    }
}
