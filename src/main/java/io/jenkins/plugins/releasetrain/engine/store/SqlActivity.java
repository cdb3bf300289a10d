package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Store.Listed;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** What goes on in streams, and their last releases: few statements, however many streams. */
final class SqlActivity {
    private static final int RUNNING_TRIALS = 20;
    private static final String POINTS = "stream, version, done_stream, done_version";

    static final String OPEN = SqlHistory.ENTRY
            + EachOf.union("SELECT " + POINTS + " FROM rt_change WHERE stream = :key# AND done_version IS NULL"
                    + " ORDER BY stream, done_version, version LIMIT :limit")
            + SqlHistory.JOINED + " ORDER BY t.stream, t.version";
    static final String RUNNING = "SELECT t.installed, " + SqlHistory.COLUMNS
            + EachOf.union(
                    "SELECT installed, " + POINTS + " FROM rt_trial WHERE stream = :key# AND done_version IS NULL"
                            + " ORDER BY stream, done_version, version LIMIT :limit")
            + SqlHistory.JOINED + " ORDER BY t.stream, t.version";
    /** With their events where an older controller wrote the row since the store was opened. */
    static final String NEWEST = "SELECT t.*, i.state, a.happened, a.type, a.body, b.happened AS done_happened FROM "
            + EachOf.union("SELECT id, owner, number, made, promoted, rollback_of, " + POINTS
                    + " FROM rt_release WHERE owner = :key# ORDER BY owner, number DESC LIMIT :limit")
            + " t LEFT JOIN rt_item i ON i.kind = 'RELEASE' AND i.id = t.id"
            + " LEFT JOIN rt_event a ON t.made IS NULL AND a.stream = t.stream AND a.version = t.version"
            + " LEFT JOIN rt_event b ON t.promoted IS NULL AND b.stream = t.done_stream AND b.version = t.done_version"
            + " ORDER BY t.owner, t.number DESC";

    private static final String BEHIND = "SELECT t.id, a.happened, a.type, a.body, b.happened AS done_happened"
            + " FROM rt_release t JOIN rt_event a ON a.stream = t.stream AND a.version = t.version"
            + " LEFT JOIN rt_event b ON b.stream = t.done_stream AND b.version = t.done_version"
            + " WHERE (t.made IS NULL OR t.promoted IS NULL AND t.done_version IS NOT NULL) AND t.id > :after"
            + " ORDER BY t.id LIMIT :limit";
    private static final int PER_PAGE = 500;

    private static final int PRIORITISED = 500;
    static final String PRIORITIES = "SELECT t.stream, e.version, e.happened, e.type, e.body FROM "
            + EachOf.union("SELECT stream, version FROM rt_by_hand WHERE stream = :key# AND version > :after#"
                    + " ORDER BY stream DESC, version DESC LIMIT :limit")
            + " t JOIN rt_event e ON e.stream = t.stream AND e.version = t.version WHERE e.type = 'ChangePrioritised'"
            + " ORDER BY t.stream, e.version";

    private final EventCodec codec;
    private final SqlHistory history;

    SqlActivity(EventCodec codec, SqlHistory history) {
        this.codec = codec;
        this.history = history;
    }

    /** By stream, in the order asked for. */
    List<Activity> of(Handle handle, Collection<String> streams, int limit) {
        Map<String, List<Entry>> open = new HashMap<>();
        EachOf.read(
                        handle,
                        OPEN,
                        streams,
                        EachOf::text,
                        limit,
                        q -> q.map((row, context) -> history.entry(row)).list())
                .forEach(e -> open.computeIfAbsent(e.place().stream(), s -> new ArrayList<>())
                        .add(e));
        Map<String, List<Activity.Running>> running = new HashMap<>();
        EachOf.read(
                handle,
                RUNNING,
                streams,
                EachOf::text,
                RUNNING_TRIALS,
                q -> q.map((row, context) -> running.computeIfAbsent(row.getString("stream"), s -> new ArrayList<>())
                                .add(running(row)))
                        .list());
        Map<String, RecordedEvent> batches = holding(handle, streams, "batch");
        Map<String, RecordedEvent> pauses = holding(handle, streams, "pause");
        Map<String, Map<String, Integer>> priorities = priorities(handle, open);
        return streams.stream()
                .map(s -> new Activity(
                        s,
                        Optional.ofNullable(batches.get(s)),
                        running.getOrDefault(s, List.of()),
                        Optional.ofNullable(pauses.get(s)),
                        prioritised(open.getOrDefault(s, List.of()), priorities.getOrDefault(s, Map.of()))))
                .toList();
    }

    private Activity.Running running(ResultSet row) throws SQLException {
        return new Activity.Running(
                (Event.TrialStarted) codec.read(row.getString("type"), row.getString("body")),
                SqlHistory.instant(row, "happened"),
                Optional.ofNullable(row.getObject("installed", Long.class)).map(Duration::ofMillis));
    }

    private Map<String, RecordedEvent> holding(Handle handle, Collection<String> streams, String what) {
        Map<String, RecordedEvent> holding = new HashMap<>();
        handle.createQuery("SELECT n.stream, e.version, e.happened, e.type, e.body FROM rt_now n JOIN rt_event e"
                        + " ON e.stream = n.stream AND e.version = n." + what + " WHERE n.stream = ANY(:streams)")
                .bindArray("streams", String.class, List.copyOf(streams))
                .map((row, context) -> holding.put(row.getString("stream"), recorded(row)))
                .list();
        return holding;
    }

    private RecordedEvent recorded(ResultSet row) throws SQLException {
        return new RecordedEvent(
                row.getLong("version"),
                SqlHistory.instant(row, "happened"),
                codec.read(row.getString("type"), row.getString("body")));
    }

    /** Those that somebody gave while something waited that is still open, by stream and change. */
    private Map<String, Map<String, Integer>> priorities(Handle handle, Map<String, List<Entry>> open) {
        Map<String, Map<String, Integer>> priorities = new HashMap<>();
        List<String> several = open.entrySet().stream()
                .filter(e -> e.getValue().size() > 1)
                .map(Map.Entry::getKey)
                .toList();
        EachOf.read(
                handle,
                PRIORITIES,
                several,
                (query, n, stream) -> {
                    EachOf.text(query, n, stream);
                    query.bind(
                            "after" + n,
                            stream == null
                                    ? 0L
                                    : open.get(stream).get(0).place().version());
                },
                PRIORITISED,
                q -> q.map((row, context) -> {
                            Event.ChangePrioritised e =
                                    (Event.ChangePrioritised) recorded(row).event();
                            return priorities
                                    .computeIfAbsent(row.getString("stream"), k -> new HashMap<>())
                                    .put(e.change(), e.priority());
                        })
                        .list());
        return priorities;
    }

    private static List<Entry> prioritised(List<Entry> open, Map<String, Integer> priorities) {
        return priorities.isEmpty()
                ? open
                : open.stream()
                        .map(e -> priorities.containsKey(e.id()) ? e.withPriority(priorities.get(e.id())) : e)
                        .toList();
    }

    /** The last releases of each owner, newest first. */
    Map<String, List<Listed>> newest(Handle handle, Collection<String> owners, int limit) {
        Map<String, List<Listed>> newest = new HashMap<>();
        EachOf.read(
                handle,
                NEWEST,
                owners,
                EachOf::text,
                limit,
                q -> q.map((row, context) -> newest.computeIfAbsent(row.getString("owner"), o -> new ArrayList<>())
                                .add(listed(row)))
                        .list());
        return newest;
    }

    private Listed listed(ResultSet row) throws SQLException {
        boolean old = row.getString("type") != null;
        String promoted = row.getObject("promoted") != null
                ? "promoted"
                : row.getObject("done_happened") != null ? "done_happened" : "";
        return new Listed(
                row.getString("id"),
                row.getInt("number"),
                old ? made(row).rollbackOf() : row.getString("rollback_of"),
                SqlHistory.instant(row, old ? "happened" : "made"),
                promoted.isEmpty() ? Optional.empty() : Optional.of(SqlHistory.instant(row, promoted)),
                "MADE".equals(row.getString("state")));
    }

    private Event.ReleaseMade made(ResultSet row) throws SQLException {
        return (Event.ReleaseMade) codec.read(row.getString("type"), row.getString("body"));
    }

    /** What lists show of releases that an older version wrote. */
    void catchUp(Function<Function<Handle, String>, String> transaction) {
        String after = "";
        do {
            String last = after;
            after = transaction.apply(handle -> catchUp(handle, last));
        } while (!after.isEmpty());
    }

    private record Dated(String id, Instant made, Optional<Instant> promoted, String rollbackOf) {}

    /** @return where to go on; empty at the end */
    private String catchUp(Handle handle, String after) {
        List<Dated> behind = handle.createQuery(BEHIND)
                .bind("after", after)
                .bind("limit", PER_PAGE)
                .map((row, context) -> new Dated(
                        row.getString("id"),
                        SqlHistory.instant(row, "happened"),
                        row.getObject("done_happened") == null
                                ? Optional.empty()
                                : Optional.of(SqlHistory.instant(row, "done_happened")),
                        made(row).rollbackOf()))
                .list();
        if (behind.isEmpty()) {
            return "";
        }
        PreparedBatch batch = handle.prepareBatch("UPDATE rt_release SET made = :made, promoted = :promoted,"
                + " rollback_of = :rollbackOf WHERE id = :id");
        behind.forEach(d -> batch.bind("made", d.made().atOffset(ZoneOffset.UTC))
                .bind(
                        "promoted",
                        d.promoted().map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null))
                .bind("rollbackOf", d.rollbackOf())
                .bind("id", d.id())
                .add());
        batch.execute();
        return behind.size() < PER_PAGE ? "" : behind.get(behind.size() - 1).id();
    }
}
