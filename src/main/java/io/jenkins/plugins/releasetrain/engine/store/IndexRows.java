package io.jenkins.plugins.releasetrain.engine.store;

import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
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

    void byHand(long version) {
        insert("INSERT INTO rt_by_hand (item, stream, version) VALUES (nextval('rt_item_key'), :stream, :version)"
                        + " ON CONFLICT DO NOTHING")
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

    void installed(String trial, long milliseconds) {
        update("UPDATE rt_trial SET installed = :took WHERE id = :id")
                .bind("took", milliseconds)
                .bind("id", trial)
                .add();
    }

    void departed(String change, String batch) {
        update("UPDATE rt_change SET batch = :batch WHERE id = :id")
                .bind("batch", batch)
                .bind("id", change)
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
                + " tag = :tag, release_id = :release, happened = :at, revision = revision + 1"
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
