package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The events, and the tables that {@link Indexer} derives of them: writes and reads both. */
final class SqlIndex {
    static final String EVENTS = "SELECT version, happened, type, body FROM rt_event"
            + " WHERE stream = :stream AND version > :after ORDER BY stream, version LIMIT :limit";

    private static final int EVENTS_PER_PAGE = 1_000;

    private final EventCodec codec;
    private final SqlHistory history;
    private final SqlImages images;
    private final ZoneId zone;

    SqlIndex(EventCodec codec, SqlHistory history, SqlImages images, ZoneId zone) {
        this.codec = codec;
        this.history = history;
        this.images = images;
        this.zone = zone;
    }

    List<String> behind(Handle handle) {
        return handle
                .createQuery("SELECT name FROM rt_stream WHERE indexed < version OR imaged < version")
                .mapTo(String.class)
                .stream()
                .sorted()
                .toList();
    }

    /** Of what was appended before images were kept. @return whether there is more to do */
    private boolean catchUpImages(Handle handle, String stream) {
        long imaged = handle.createQuery("SELECT imaged FROM rt_stream WHERE name = :stream")
                .bind("stream", stream)
                .mapTo(long.class)
                .one();
        List<RecordedEvent> events = events(handle, stream, imaged, EVENTS_PER_PAGE);
        if (!events.isEmpty() && imaged(handle, stream, events, imaged)) {
            images.index(handle, stream, events);
        }
        return events.size() == EVENTS_PER_PAGE;
    }

    /** @return false where the images of the stream are known up to elsewhere */
    private static boolean imaged(Handle handle, String stream, List<RecordedEvent> events, long imaged) {
        return handle.createUpdate("UPDATE rt_stream SET imaged = :next WHERE name = :stream AND imaged = :imaged")
                        .bind("next", events.get(events.size() - 1).version())
                        .bind("stream", stream)
                        .bind("imaged", imaged)
                        .execute()
                > 0;
    }

    /** @return whether there is more to do */
    boolean catchUp(Handle handle, String stream) {
        long indexed = indexed(handle, stream);
        List<RecordedEvent> events = events(handle, stream, indexed, EVENTS_PER_PAGE);
        boolean more = !events.isEmpty() && index(handle, stream, events, indexed) && events.size() == EVENTS_PER_PAGE;
        return catchUpImages(handle, stream) || more;
    }

    /**
     * Advances a stream in one statement, the compare-and-swap of an append included, where all before is indexed, as it
     * nearly always is.
     *
     * @return false where nothing was changed: somebody else was first, or an older controller indexed nothing
     */
    boolean advance(Handle handle, String stream, long expected, long next) {
        if (next == expected) {
            return false;
        }
        String sql = expected == 0
                ? "INSERT INTO rt_stream (name, version, indexed, imaged) VALUES (:stream, :next, :next, :next)"
                        + " ON CONFLICT DO NOTHING"
                : "UPDATE rt_stream SET version = :next, indexed = :next, imaged = :next"
                        + " WHERE name = :stream AND version = :expected AND indexed = :expected"
                        + " AND imaged = :expected";
        return handle.createUpdate(sql)
                        .bind("stream", stream)
                        .bind("next", next)
                        .bind("expected", expected)
                        .execute()
                > 0;
    }

    /** What follows of events up to which the stream is told to be indexed. */
    void derive(Handle handle, String stream, List<RecordedEvent> events) {
        new Indexer(handle, history, stream, zone).index(events);
        images.index(handle, stream, events);
    }

    /** Indexes what was just appended, and what an older controller appended before it. */
    void indexUpTo(Handle handle, String stream, List<RecordedEvent> appended) {
        if (appended.isEmpty()
                || index(handle, stream, appended, appended.get(0).version() - 1)) {
            return;
        }
        while (catchUp(handle, stream)) {
            // until the appended events are reached, which are in the table already
        }
    }

    /** @return false where the stream is not indexed up to there, or further */
    private boolean index(Handle handle, String stream, List<RecordedEvent> events, long indexed) {
        int changed = handle.createUpdate(
                        "UPDATE rt_stream SET indexed = :next WHERE name = :stream AND indexed = :indexed")
                .bind("next", events.get(events.size() - 1).version())
                .bind("stream", stream)
                .bind("indexed", indexed)
                .execute();
        if (changed > 0) {
            new Indexer(handle, history, stream, zone).index(events);
            if (imaged(handle, stream, events, indexed)) {
                images.index(handle, stream, events);
            }
        }
        return changed > 0;
    }

    private static long indexed(Handle handle, String stream) {
        return handle.createQuery("SELECT indexed FROM rt_stream WHERE name = :stream")
                .bind("stream", stream)
                .mapTo(long.class)
                .one();
    }

    void insert(Handle handle, String stream, List<RecordedEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("INSERT INTO rt_event (stream, version, happened, type, body)"
                + " VALUES (:stream, :version, :happened, :type, :body)");
        for (RecordedEvent event : events) {
            batch.bind("stream", stream)
                    .bind("version", event.version())
                    .bind("happened", event.at().atOffset(ZoneOffset.UTC))
                    .bind("type", codec.name(event.event()))
                    .bind("body", codec.write(event.event()))
                    .add();
        }
        batch.execute();
    }

    List<RecordedEvent> events(Handle handle, String stream, long after, int limit) {
        return handle.createQuery(EVENTS)
                .bind("stream", stream)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> new RecordedEvent(
                        row.getLong("version"),
                        SqlHistory.instant(row, "happened"),
                        codec.read(row.getString("type"), row.getString("body"))))
                .list();
    }

    List<Store.ByHand> byHand(Handle handle, long before, int limit) {
        return handle.createQuery("SELECT b.item, e.stream, e.version, e.happened, e.type, e.body FROM rt_by_hand b"
                        + " JOIN rt_event e ON e.stream = b.stream AND e.version = b.version"
                        + " WHERE b.item < :before ORDER BY b.item DESC LIMIT :limit")
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> new Store.ByHand(
                        row.getLong("item"),
                        row.getString("stream"),
                        new RecordedEvent(
                                row.getLong("version"),
                                SqlHistory.instant(row, "happened"),
                                codec.read(row.getString("type"), row.getString("body")))))
                .list();
    }

    Optional<String> batchOf(Handle handle, String trial) {
        return handle.createQuery("SELECT batch FROM rt_trial WHERE id = :trial")
                .bind("trial", trial)
                .mapTo(String.class)
                .findOne();
    }

    Optional<String> batchOfChange(Handle handle, String change) {
        return handle.createQuery("SELECT batch FROM rt_change WHERE id = :change AND batch IS NOT NULL")
                .bind("change", change)
                .mapTo(String.class)
                .findOne();
    }

    List<String> activeStreams(Handle handle, String pattern, int limit) {
        return handle.createQuery(
                        "SELECT stream FROM rt_change WHERE done_version IS NULL AND stream LIKE :pattern ESCAPE '!'"
                                + " UNION SELECT stream FROM rt_now WHERE stream LIKE :pattern ESCAPE '!'"
                                + " AND (batch IS NOT NULL OR pause IS NOT NULL)"
                                + " ORDER BY stream LIMIT :limit")
                .bind("pattern", pattern)
                .bind("limit", limit)
                .mapTo(String.class)
                .list();
    }

    List<Holding> environments(Handle handle) {
        return handle.createQuery("SELECT * FROM rt_environment ORDER BY name")
                .map((row, context) -> new Holding(
                        row.getString("name"),
                        new Digest(row.getString("set_digest")),
                        row.getString("candidate"),
                        SqlHistory.instant(row, "happened")))
                .list();
    }
}
