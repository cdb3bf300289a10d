package io.jenkins.plugins.releasetrain.engine.store;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/** How far readers of events are. */
final class Cursors {
    // A range and no LIKE, for whose pattern H2 plans anew each time.
    private static final String OF_PREFIX = " WHERE name >= :prefix AND name < :end";
    static final String STREAMS = "SELECT name FROM rt_stream" + OF_PREFIX;
    static final String VERSIONS = "SELECT name, version FROM rt_stream" + OF_PREFIX;

    private Cursors() {}

    static boolean claim(Handle handle, String reader, String holder, Instant now, Instant until) {
        handle.createUpdate("INSERT INTO rt_reader (name, holder, held_until) VALUES (:reader, :holder, :until)"
                        + " ON CONFLICT DO NOTHING")
                .bind("reader", reader)
                .bind("holder", holder)
                .bind("until", until.atOffset(ZoneOffset.UTC))
                .execute();
        return handle.createUpdate("UPDATE rt_reader SET holder = :holder, held_until = :until WHERE name = :reader"
                                + " AND (holder = :holder OR held_until < :now)")
                        .bind("reader", reader)
                        .bind("holder", holder)
                        .bind("now", now.atOffset(ZoneOffset.UTC))
                        .bind("until", until.atOffset(ZoneOffset.UTC))
                        .execute()
                > 0;
    }

    static List<String> streams(Handle handle, String prefix) {
        return ofPrefix(handle, STREAMS, prefix).mapTo(String.class).stream()
                .sorted()
                .toList();
    }

    static SortedMap<String, Long> versions(Handle handle, String prefix) {
        SortedMap<String, Long> versions = new TreeMap<>();
        ofPrefix(handle, VERSIONS, prefix)
                .map((row, context) -> versions.put(row.getString("name"), row.getLong("version")))
                .list();
        return versions;
    }

    /** Up to the first name that is behind all of them: the prefix with its last character one further. */
    private static Query ofPrefix(Handle handle, String query, String prefix) {
        if (prefix.isEmpty()) {
            return handle.createQuery(query.replace(OF_PREFIX, ""));
        }
        int last = prefix.codePointBefore(prefix.length());
        String end = prefix.substring(0, prefix.length() - Character.charCount(last)) + Character.toString(last + 1);
        return handle.createQuery(query).bind("prefix", prefix).bind("end", end);
    }

    static SortedMap<String, Long> read(Handle handle, String reader) {
        SortedMap<String, Long> positions = new TreeMap<>();
        handle.createQuery("SELECT stream, version FROM rt_cursor WHERE reader = :reader")
                .bind("reader", reader)
                .map((row, context) -> positions.put(row.getString("stream"), row.getLong("version")))
                .list();
        return positions;
    }

    static int move(Handle handle, String reader, Map<String, Long> positions) {
        if (positions.isEmpty()) {
            return 0;
        }
        PreparedBatch fresh = handle.prepareBatch("INSERT INTO rt_cursor (reader, stream, version)"
                + " VALUES (:reader, :stream, :version) ON CONFLICT DO NOTHING");
        PreparedBatch further = handle.prepareBatch("UPDATE rt_cursor SET version = :version"
                + " WHERE reader = :reader AND stream = :stream AND version < :version");
        new TreeMap<>(positions).forEach((stream, version) -> {
            for (PreparedBatch batch : new PreparedBatch[] {fresh, further}) {
                batch.bind("reader", reader)
                        .bind("stream", stream)
                        .bind("version", version)
                        .add();
            }
        });
        fresh.execute();
        further.execute();
        return positions.size();
    }

    /** For {@code LIKE … ESCAPE '!'}. */
    static String pattern(String prefix) {
        return prefix.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%";
    }

    /** 0 where it is new. */
    static long version(Handle handle, String stream) {
        return handle.createQuery("SELECT version FROM rt_stream WHERE name = :stream")
                .bind("stream", stream)
                .mapTo(long.class)
                .findOne()
                .orElse(0L);
    }
}
