package io.jenkins.plugins.releasetrain.engine.store;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All that a store derives from a train's events, in an order of its own. */
record Derived(
        long version,
        List<Item> items,
        Map<LocalDate, String> days,
        Activity activity,
        List<Production> production,
        List<Holding> environments) {

    static Derived of(SqlStore store, String stream) {
        String owner = Indexer.owner(stream);
        HistoryQuery all = new HistoryQuery(
                List.of(Terms.owner(owner)), Optional.empty(), Optional.empty(), Long.MAX_VALUE, Integer.MAX_VALUE);
        Map<LocalDate, String> days = new TreeMap<>();
        store.days(owner, LocalDate.EPOCH, LocalDate.of(2100, 1, 1), 1)
                .forEach((day, counts) -> days.put(day, HexFormat.of().formatHex(counts.toBytes())));
        return new Derived(
                store.version(stream),
                store.history(all).items().stream()
                        .sorted(Comparator.comparing(Item::kind).thenComparing(Item::id))
                        .toList(),
                days,
                store.activity(stream, Integer.MAX_VALUE),
                store.production("", Integer.MAX_VALUE),
                store.environments());
    }

    /** Derives everything anew from the events. */
    static void forget(StoreSettings settings) {
        try (SqlDatabase database = SqlDatabase.open(settings)) {
            database.write("forget", handle -> {
                for (String table : List.of("item", "term", "production", "environment", "now", "day", "course")) {
                    handle.execute("DELETE FROM rt_" + table);
                }
                handle.execute("UPDATE rt_release SET failed = 0");
                handle.execute("DELETE FROM rt_change WHERE stream LIKE 'lane/%'");
                return handle.execute("UPDATE rt_stream SET indexed = 0");
            });
        }
    }
}
