package io.jenkins.plugins.releasetrain.engine.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The rows of {@code rt_item} and {@code rt_term}: gathers what an append adds to them, and reads items. */
final class ItemRows {
    private static final int FORGOTTEN = 500;
    private static final String DIGEST = "digest:";
    static final String COLUMNS = "item, kind, id, happened, state, reason, body";

    private static final int ROWS_PER_STATEMENT = 1_000;
    private static final ObjectMapper JSON = Json.mapper();
    // PostgreSQL refuses NUL and half a surrogate pair.
    private static final ObjectWriter ASCII = JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);
    private static final String KEYS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers"
            + " WHERE n < :count) SELECT nextval('rt_item_key') FROM numbers";

    private final Handle handle;
    private final Map<String, Pending> pending = new LinkedHashMap<>();
    private final List<Done> done = new ArrayList<>();

    private record Pending(Item item, Set<String> terms) {}

    private record Done(String release, String state, String reason) {}

    private record Row(long term, long item) {}

    /** What an item's JSON holds. @param versions null in rows of before there were any */
    record Body(
            String owner,
            List<String> services,
            List<String> versions,
            int more,
            String build,
            String url,
            String user) {
        static Body of(Item i) {
            return new Body(i.owner(), i.services(), i.versions(), i.more(), i.build(), i.url(), i.user());
        }
    }

    ItemRows(Handle handle) {
        this.handle = handle;
    }

    /** Does nothing where the item is there already: what happened first stands. */
    void add(Item item, Set<String> terms) {
        pending.putIfAbsent(item.kind() + "/" + item.id(), new Pending(item, terms));
    }

    /** A release came to production, or was refused. */
    void done(Event.ReleaseMade made, Event ended) {
        String state = Item.state(ended);
        String reason = ended instanceof Event.PromotionRefused e ? e.reason() : Item.reason(made);
        Pending fresh = pending.get(Item.RELEASE + "/" + made.id());
        if (fresh == null) {
            done.add(new Done(made.id(), state, Item.cut(reason)));
        } else if (!"PROMOTED".equals(fresh.item().state())) {
            Item item = fresh.item().with(state, reason);
            fresh.terms().remove(Terms.state(fresh.item().state()));
            fresh.terms().add(Terms.state(state));
            pending.put(Item.RELEASE + "/" + made.id(), new Pending(item, fresh.terms()));
        }
    }

    /** In an order that cannot deadlock, and that touches each part of the index once. */
    void write() {
        List<Row> terms = new ArrayList<>();
        List<Pending> all = List.copyOf(pending.values());
        for (int from = 0; from < all.size(); from += ROWS_PER_STATEMENT) {
            insert(all.subList(from, Math.min(all.size(), from + ROWS_PER_STATEMENT)), terms);
        }
        terms.sort(Comparator.comparingLong(Row::term).thenComparing(Row::item, Comparator.reverseOrder()));
        for (int from = 0; from < terms.size(); from += ROWS_PER_STATEMENT) {
            PreparedBatch batch = handle.prepareBatch("INSERT INTO rt_term (term, item) VALUES (?, ?)");
            terms.subList(from, Math.min(terms.size(), from + ROWS_PER_STATEMENT))
                    .forEach(row -> batch.add(row.term(), row.item()));
            batch.execute();
        }
        done.forEach(this::update);
    }

    private void insert(List<Pending> items, List<Row> terms) {
        List<Long> keys = handle.createQuery(KEYS)
                .bind("count", items.size())
                .mapTo(long.class)
                .list();
        PreparedBatch batch = handle.prepareBatch("INSERT INTO rt_item (" + COLUMNS
                + ") VALUES (:item, :kind, :id, :at, :state, :reason, :body) ON CONFLICT DO NOTHING");
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i).item();
            batch.bind("item", keys.get(i))
                    .bind("kind", item.kind())
                    .bind("id", item.id())
                    .bind("at", item.at().atOffset(ZoneOffset.UTC))
                    .bind("state", item.state())
                    .bind("reason", json(item.reason()))
                    .bind("body", json(Body.of(item)))
                    .add();
        }
        batch.execute();
        foundByAuthors(items);
        Set<Long> present = new HashSet<>(handle.createQuery("SELECT item FROM rt_item WHERE item = ANY(:keys)")
                .bindArray("keys", Long.class, keys)
                .mapTo(long.class)
                .list());
        for (int i = 0; i < items.size(); i++) {
            long key = keys.get(i);
            if (present.contains(key)) {
                items.get(i).terms().stream().map(Terms::key).distinct().forEach(term -> terms.add(new Row(term, key)));
            }
        }
    }

    /** Who wrote what is in them, as far as builds told it by now; what they tell later is added then. */
    private void foundByAuthors(List<Pending> items) {
        Set<String> digests = items.stream()
                .flatMap(i -> i.terms().stream())
                .filter(term -> term.startsWith(DIGEST))
                .map(term -> term.substring(DIGEST.length()))
                .collect(Collectors.toSet());
        Map<String, List<String>> people = SqlProvenance.people(handle, digests);
        items.forEach(i -> List.copyOf(i.terms()).stream()
                .filter(term -> term.startsWith(DIGEST))
                .map(term -> people.get(term.substring(DIGEST.length())))
                .filter(Objects::nonNull)
                .forEach(i.terms()::addAll));
    }

    private void update(Done ended) {
        Optional<Long> item = handle.createQuery(
                        "SELECT item FROM rt_item WHERE kind = :kind AND id = :id" + " AND state <> 'PROMOTED'")
                .bind("kind", Item.RELEASE)
                .bind("id", ended.release())
                .mapTo(long.class)
                .findOne();
        if (item.isEmpty()) {
            return;
        }
        // Both columns by equality, so that H2 looks up one row instead of all of that state.
        for (String former : new String[] {"made", "refused"}) {
            handle.createUpdate("UPDATE rt_term SET term = :state WHERE term = :former AND item = :item")
                    .bind("state", Terms.key(Terms.state(ended.state())))
                    .bind("former", Terms.key(Terms.state(former)))
                    .bind("item", item.get())
                    .execute();
        }
        handle.createUpdate("UPDATE rt_item SET state = :state, reason = :reason WHERE item = :item")
                .bind("state", ended.state())
                .bind("reason", json(ended.reason()))
                .bind("item", item.get())
                .execute();
    }

    /** Part by part, so that no transaction grows with the history; several controllers may do it at once. */
    static long forget(SqlDatabase database, Instant before) {
        long all = 0;
        int some;
        do {
            some = database.write("forget what is old", handle -> forget(handle, before));
            all += some;
        } while (some > 0);
        return all;
    }

    private static int forget(Handle handle, Instant before) {
        List<Long> items = handle.createQuery("SELECT item FROM rt_item WHERE happened < :before AND kind <> :kind"
                        + " ORDER BY happened, item LIMIT " + FORGOTTEN)
                .bind("before", before.atOffset(ZoneOffset.UTC))
                .bind("kind", Item.RELEASE)
                .mapTo(Long.class)
                .list();
        if (!items.isEmpty()) {
            for (String table : List.of("rt_term", "rt_item")) {
                handle.createUpdate("DELETE FROM " + table + " WHERE item = ANY(:items)")
                        .bindArray("items", Long.class, items)
                        .execute();
            }
        }
        return items.size();
    }

    static Optional<Item> find(Handle handle, String kind, String id) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM rt_item WHERE kind = :kind AND id = :id")
                .bind("kind", kind)
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    private static String json(Object value) {
        try {
            return ASCII.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An item cannot be written", e);
        }
    }

    static Item read(ResultSet row) throws SQLException {
        try {
            Body body = JSON.readValue(row.getString("body"), Body.class);
            return new Item(
                    row.getString("kind"),
                    row.getString("id"),
                    body.owner(),
                    row.getString("state"),
                    body.services(),
                    body.versions(),
                    body.more(),
                    JSON.readValue(row.getString("reason"), String.class),
                    body.build(),
                    body.url(),
                    body.user(),
                    SqlHistory.instant(row, "happened"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Item " + row.getString("id") + " cannot be read", e);
        }
    }
}
