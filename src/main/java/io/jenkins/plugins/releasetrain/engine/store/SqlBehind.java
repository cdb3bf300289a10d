package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.store.Provenance.Held;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * How many releases came since an image did, by what releases are found by. Each term is asked for with a limit of its own,
 * since PostgreSQL would rather read all items of frequent terms than the newest of each.
 */
final class SqlBehind {
    /** An image comes with few releases: its own, and rollbacks to it. */
    private static final int OF_AN_IMAGE = 20;

    static final String NEWEST = "SELECT d.term, d.item FROM "
            + EachOf.union("SELECT term, item FROM rt_term WHERE term = :key# AND item > :since#"
                    + " ORDER BY term, item DESC LIMIT :limit")
            + " d";

    private static final String CAME =
            "SELECT item FROM rt_item WHERE item = ANY(:items) AND kind = 'RELEASE' AND state = 'PROMOTED'";

    private final Handle handle;
    private final int most;

    SqlBehind(Handle handle, int most) {
        this.handle = handle;
        this.most = most;
    }

    /** Items of a term after one of them. */
    private record After(long term, long since) {}

    private record Found(long term, long item) {}

    List<OptionalInt> of(List<Held> held) {
        Set<After> images = new HashSet<>();
        held.forEach(h -> images.add(new After(image(h), 0)));
        Map<Long, Long> brought = new HashMap<>();
        came(images, OF_AN_IMAGE).forEach(f -> brought.merge(f.term(), f.item(), Math::max));
        Map<Long, Long> services = new HashMap<>();
        held.stream()
                .filter(h -> brought.containsKey(image(h)))
                .forEach(h -> services.merge(service(h), brought.get(image(h)), Math::min));
        Set<After> asked = new HashSet<>();
        services.forEach((service, since) -> asked.add(new After(service, since)));
        Map<Long, List<Found>> later = came(asked, 2 * most).stream().collect(Collectors.groupingBy(Found::term));
        return held.stream()
                .map(h -> brought.containsKey(image(h))
                        ? OptionalInt.of(behind(later.getOrDefault(service(h), List.of()), brought.get(image(h))))
                        : OptionalInt.empty())
                .toList();
    }

    private static long image(Held held) {
        return Terms.key(Terms.digest(held.digest()));
    }

    private static long service(Held held) {
        return Terms.key(Terms.service(held.service()));
    }

    private int behind(List<Found> later, long since) {
        return (int) Math.min(most, later.stream().filter(f -> f.item() > since).count());
    }

    /** The newest of each term that came to production. */
    private List<Found> came(Collection<After> terms, int limit) {
        List<Found> found = EachOf.read(
                handle,
                NEWEST,
                terms,
                // A term may be any number, and no item comes after the last one.
                (query, n, after) -> query.bind("key" + n, after == null ? 0L : after.term())
                        .bind("since" + n, after == null ? Long.MAX_VALUE : after.since()),
                limit,
                query -> query.map((row, context) -> new Found(row.getLong("term"), row.getLong("item")))
                        .list());
        if (found.isEmpty()) {
            return found;
        }
        Set<Long> came = new HashSet<>(handle.createQuery(CAME)
                .bindArray(
                        "items",
                        Long.class,
                        found.stream().map(Found::item).distinct().toList())
                .mapTo(Long.class)
                .list());
        return found.stream().filter(f -> came.contains(f.item())).toList();
    }
}
