package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.store.Provenance.Held;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * How many releases came since an image did, by what releases are found by. Each term is asked for by itself, with a limit,
 * since PostgreSQL would rather read all items of frequent terms than the newest of each.
 */
final class SqlBehind {
    private static final int PER_QUERY = 1_000;
    /** An image comes with few releases: its own, and rollbacks to it. */
    private static final int OF_AN_IMAGE = 20;

    private static final String CAME =
            "SELECT item FROM rt_item WHERE item IN (<items>) AND kind = 'RELEASE' AND state = 'PROMOTED'";

    private final Handle handle;
    private final int most;

    SqlBehind(Handle handle, int most) {
        this.handle = handle;
        this.most = most;
    }

    List<OptionalInt> of(List<Held> held) {
        Map<Held, List<Long>> brought = new HashMap<>();
        Map<String, List<Long>> services = new HashMap<>();
        Set<Long> items = new HashSet<>();
        for (Held h : held) {
            items.addAll(brought.computeIfAbsent(h, k -> newest(Terms.digest(k.digest()), OF_AN_IMAGE)));
            items.addAll(services.computeIfAbsent(h.service(), s -> newest(Terms.service(s), 2 * most)));
        }
        Set<Long> came = came(items);
        return held.stream()
                .map(h -> behind(brought.get(h), services.get(h.service()), came))
                .toList();
    }

    private OptionalInt behind(List<Long> brought, List<Long> ofService, Set<Long> came) {
        return brought.stream().filter(came::contains).mapToLong(Long::longValue).max().stream()
                .mapToInt(since -> (int) Math.min(
                        most,
                        ofService.stream()
                                .filter(item -> item > since && came.contains(item))
                                .count()))
                .findFirst();
    }

    private List<Long> newest(String term, int limit) {
        return handle.createQuery("SELECT item FROM rt_term WHERE term = :term ORDER BY term, item DESC LIMIT :limit")
                .bind("term", Terms.key(term))
                .bind("limit", limit)
                .mapTo(long.class)
                .list();
    }

    private Set<Long> came(Collection<Long> items) {
        List<Long> all = new ArrayList<>(items);
        Set<Long> came = new HashSet<>();
        for (int from = 0; from < all.size(); from += PER_QUERY) {
            came.addAll(handle.createQuery(CAME)
                    .bindList("items", all.subList(from, Math.min(all.size(), from + PER_QUERY)))
                    .mapTo(long.class)
                    .list());
        }
        return came;
    }
}
