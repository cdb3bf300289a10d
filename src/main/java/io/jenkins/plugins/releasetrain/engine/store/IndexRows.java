package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Gathers the rows that {@link Indexer} derives and writes them table by table, in an order that cannot deadlock. */
final class IndexRows {
    private static final String IF_FIRST = " WHERE id = :id AND done_version IS NULL";

    private final Handle handle;
    private final String stream;
    private final Map<String, PreparedBatch> inserts = new LinkedHashMap<>();
    private final Map<String, PreparedBatch> updates = new LinkedHashMap<>();
    private final SortedMap<String, Production> production = new TreeMap<>();
    private final SortedMap<String, Holding> holdings = new TreeMap<>();
    private final SortedMap<String, Long> now = new TreeMap<>();
    private final Set<String> fresh = new HashSet<>();
    private final Map<String, Long> items = new HashMap<>();

    IndexRows(Handle handle, String stream) {
        this.handle = handle;
        this.stream = stream;
    }

    void lane(String id, long version) {
        insert("INSERT INTO rt_change (id, stream, version) VALUES (:id, :stream, :version) ON CONFLICT DO NOTHING")
                .bind("id", id)
                .bind("stream", stream)
                .bind("version", version)
                .add();
    }

    void laneEnded(String id, long version) {
        update("UPDATE rt_change SET done_stream = :stream, done_version = :version" + IF_FIRST)
                .bind("id", id)
                .bind("stream", stream)
                .bind("version", version)
                .add();
    }

    void departed(String change, String batch) {
        update("UPDATE rt_change SET batch = :batch WHERE id = :id")
                .bind("batch", batch)
                .bind("id", change)
                .add();
    }

    /** Does nothing where the item is there already: what happened first stands. */
    void item(String kind, Entry entry, Instant at, Set<String> terms) {
        if (!fresh.add(kind + "/" + entry.id()) || find(kind, entry.id()).isPresent()) {
            return;
        }
        long item = handle.createQuery("SELECT nextval('rt_item_key')")
                .mapTo(long.class)
                .one();
        if ("release".equals(kind)) {
            items.put(entry.id(), item);
        }
        boolean done = entry.ended().isPresent();
        insert("INSERT INTO rt_item (item, kind, id, happened, stream, version, done_stream, done_version)"
                        + " VALUES (:item, :kind, :id, :at, :began, :version, :done, :doneVersion)")
                .bind("item", item)
                .bind("kind", kind)
                .bind("id", entry.id())
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .bind("began", entry.place().stream())
                .bind("version", entry.place().version())
                .bind("done", done ? stream : null)
                .bind("doneVersion", done ? entry.place().endedVersion() : null)
                .add();
        terms.stream()
                .map(Terms::key)
                .sorted()
                .distinct()
                .forEach(term -> insert("INSERT INTO rt_term (term, item) VALUES (:term, :item)")
                        .bind("term", term)
                        .bind("item", item)
                        .add());
    }

    private Optional<Long> find(String kind, String id) {
        return handle.createQuery("SELECT item FROM rt_item WHERE kind = :kind AND id = :id")
                .bind("kind", kind)
                .bind("id", id)
                .mapTo(long.class)
                .findOne();
    }

    /** A release came to production, or was refused. */
    void done(String release, RecordedEvent recorded) {
        Optional<Long> item = items.containsKey(release) ? Optional.of(items.get(release)) : find("release", release);
        if (item.isEmpty()) {
            return;
        }
        // Both columns by equality, so that H2 looks up one row instead of all of that state.
        for (String former : new String[] {"made", "refused"}) {
            update("UPDATE rt_term SET term = :state WHERE term = :former AND item = :item")
                    .bind("state", Terms.key(Terms.state(recorded.event())))
                    .bind("former", Terms.key(Terms.state(former)))
                    .bind("item", item.get())
                    .add();
        }
        update("UPDATE rt_item SET done_stream = :stream, done_version = :version WHERE item = :item")
                .bind("stream", stream)
                .bind("version", recorded.version())
                .bind("item", item.get())
                .add();
    }

    void produces(Production newest) {
        production.put(newest.image().repository(), newest);
    }

    void holds(Holding newest) {
        holdings.put(newest.environment(), newest);
    }

    /** @param version of the event that holds now; null: none does */
    void now(String what, Long version) {
        now.put(what, version);
    }

    void write() {
        inserts.values().forEach(PreparedBatch::execute);
        updates.values().forEach(PreparedBatch::execute);
        if (!now.isEmpty()) {
            handle.createUpdate("INSERT INTO rt_now (stream) VALUES (:stream) ON CONFLICT DO NOTHING")
                    .bind("stream", stream)
                    .execute();
            now.forEach((what, version) -> handle.createUpdate(
                            "UPDATE rt_now SET " + what + " = :version WHERE stream = :stream")
                    .bind("version", version)
                    .bind("stream", stream)
                    .execute());
        }
        writeProduction();
        writeHoldings();
    }

    private void writeProduction() {
        if (production.isEmpty()) {
            return;
        }
        PreparedBatch insert = handle.prepareBatch("INSERT INTO rt_production (repository, service, digest, tag,"
                + " release_id, happened) VALUES (:repository, :service, :digest, :tag, :release, :at)"
                + " ON CONFLICT DO NOTHING");
        PreparedBatch update = handle.prepareBatch("UPDATE rt_production SET service = :service, digest = :digest,"
                + " tag = :tag, release_id = :release, happened = :at"
                + " WHERE repository = :repository AND happened <= :at");
        for (Production p : production.values()) {
            for (PreparedBatch batch : new PreparedBatch[] {insert, update}) {
                batch.bind("repository", p.image().repository())
                        .bind("service", p.service())
                        .bind("digest", p.image().digest().value())
                        .bind("tag", p.image().tag())
                        .bind("release", p.release())
                        .bind("at", p.since().atOffset(ZoneOffset.UTC))
                        .add();
            }
        }
        insert.execute();
        update.execute();
    }

    private void writeHoldings() {
        for (Holding h : holdings.values()) {
            for (String sql : new String[] {
                "INSERT INTO rt_environment (name, set_digest, candidate, happened)"
                        + " VALUES (:name, :set, :candidate, :at) ON CONFLICT DO NOTHING",
                "UPDATE rt_environment SET set_digest = :set, candidate = :candidate, happened = :at"
                        + " WHERE name = :name AND happened <= :at"
            }) {
                handle.createUpdate(sql)
                        .bind("name", h.environment())
                        .bind("set", h.set().value())
                        .bind("candidate", h.candidate())
                        .bind("at", h.since().atOffset(ZoneOffset.UTC))
                        .execute();
            }
        }
    }

    private PreparedBatch insert(String sql) {
        return inserts.computeIfAbsent(sql, handle::prepareBatch);
    }

    private PreparedBatch update(String sql) {
        return updates.computeIfAbsent(sql, handle::prepareBatch);
    }
}
