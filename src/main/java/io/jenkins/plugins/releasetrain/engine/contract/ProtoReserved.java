package io.jenkins.plugins.releasetrain.engine.contract;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Numbers and names that may not be used again. */
final class ProtoReserved {
    private final Set<String> names;
    /** First to last number, both in it. */
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    ProtoReserved(Collection<String> names) {
        this.names = new TreeSet<>(names);
    }

    void add(long first, long last) {
        ranges.merge(first, last, Math::max);
    }

    Set<String> names() {
        return names;
    }

    boolean covers(long number) {
        return covers(number, number);
    }

    private boolean covers(long first, long last) {
        Map.Entry<Long, Long> range = ranges.floorEntry(first);
        return range != null && range.getValue() >= last;
    }

    /** What of this is not reserved there. */
    List<String> missingIn(ProtoReserved newer) {
        List<String> missing = new ArrayList<>();
        TreeMap<Long, Long> joined = newer.joined();
        ranges.forEach((first, last) -> {
            Map.Entry<Long, Long> range = joined.floorEntry(first);
            if (range == null || range.getValue() < last) {
                missing.add(first.equals(last) ? "number " + first : "range " + first + " to " + last);
            }
        });
        names.stream().filter(n -> !newer.names.contains(n)).forEach(n -> missing.add("name '" + Texts.shown(n) + "'"));
        return missing;
    }

    /** Ranges that touch are one. */
    private TreeMap<Long, Long> joined() {
        TreeMap<Long, Long> joined = new TreeMap<>();
        ranges.forEach((first, last) -> {
            Map.Entry<Long, Long> before = joined.lastEntry();
            if (before != null && before.getValue() + 1 >= first) {
                joined.put(before.getKey(), Math.max(before.getValue(), last));
            } else {
                joined.put(first, last);
            }
        });
        return joined;
    }
}
