package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jdbi.v3.core.Handle;

/** The store over H2 or PostgreSQL. Times are kept in microseconds, as those databases do; what is finer is cut off. */
public final class SqlStore implements Store {
    private final SqlDatabase database;
    private final EventCodec codec = new EventCodec();
    private final SqlHistory history = new SqlHistory(codec);
    private final SqlSets sets = new SqlSets();
    private final SqlImages images = new SqlImages(history, sets);
    private final SqlIndex index;
    private final SqlActivity activity = new SqlActivity(codec, history);
    private final SqlProduction production = new SqlProduction();

    private final ZoneId zone;

    private SqlStore(SqlDatabase database, ZoneId zone) {
        this.database = database;
        this.zone = zone;
        this.index = new SqlIndex(codec, history, images, zone);
    }

    /** As {@link #open(StoreSettings, ZoneId)}, with days of UTC. */
    public static SqlStore open(StoreSettings settings) {
        return open(settings, ZoneId.of("UTC"));
    }

    /**
     * Connects, and creates or upgrades the tables; UNAUTHENTICATED, or UNAVAILABLE where another process has it open.
     *
     * @param zone of the site, by whose days it counts what is appended
     */
    public static SqlStore open(StoreSettings settings, ZoneId zone) {
        SqlStore store = new SqlStore(SqlDatabase.open(settings), zone);
        try {
            store.catchUp();
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
        return store;
    }

    /** Indexes what older controllers appended, stream by stream. */
    private void catchUp() {
        activity.catchUp(page -> database.write("list releases of before", page));
        List<String> behind = database.read("look for streams to index", index::behind);
        for (String stream : behind) {
            while (database.write("index stream '" + stream + "'", handle -> index.catchUp(handle, stream))) {
                // page by page, so that no transaction grows with the history
            }
        }
    }

    /** Looks at a store's tables without opening it, and changes nothing; fails as {@link #open} does. */
    public static Schema inspect(StoreSettings settings) {
        return SqlDatabase.inspect(settings);
    }

    /** Why nothing could be written when it was last tried, for administrators; empty where it could. */
    public String trouble() {
        return database.trouble();
    }

    @Override
    public Map<Digest, ImageRecord> images(Collection<Digest> digests) {
        return database.read("read images", handle -> images.images(handle, digests));
    }

    @Override
    public List<ImageRecord> undescribed(int limit) {
        return database.read("look for images", handle -> images.undescribed(handle, limit));
    }

    /** The database product, as it calls itself. */
    public String product() {
        return database.product();
    }

    /** What its tables are like. */
    public Schema schema() {
        return database.schema();
    }

    /** Of the database with all that is in it, in bytes; 0 where it is in memory. */
    public long size() {
        return database.size();
    }

    /** Takes out of lists and searches what ended before and is no release; what events say stays. Answers how many it was. */
    public long forget(Instant before) {
        return ItemRows.forget(database, micros(before));
    }

    /** Digests of kept sets, sorted; {@code after} is exclusive. */
    List<Digest> setsAfter(String after, int limit) {
        return database.read("list the sets", handle -> SqlSets.after(handle, after, limit));
    }

    @Override
    public Stream load(String stream) {
        return database.read("load stream '" + stream + "'", handle -> {
            Stream head = handle.createQuery("SELECT s.version, n.version AS snapshot_version, n.state FROM rt_stream s"
                            + " LEFT JOIN rt_snapshot n ON n.stream = s.name WHERE s.name = :stream")
                    .bind("stream", stream)
                    .map((row, context) -> {
                        String state = row.getString("state");
                        long snapshot = row.getLong("snapshot_version");
                        return new Stream(
                                row.getLong("version"),
                                Optional.ofNullable(state).map(s -> new Snapshot(snapshot, s)),
                                List.of());
                    })
                    .findOne()
                    .orElse(new Stream(0, Optional.empty(), List.of()));
            long after = head.snapshot().map(Snapshot::version).orElse(0L);
            // What was appended since the first query is left out, so that version and events belong together.
            return new Stream(head.version(), head.snapshot(), index.events(handle, stream, after, (int)
                    (head.version() - after)));
        });
    }

    @Override
    public long version(String stream) {
        return database.read("read the version of stream '" + stream + "'", handle -> Cursors.version(handle, stream));
    }

    @Override
    public long append(String stream, long expectedVersion, Instant at, List<? extends Event> events) {
        List<RecordedEvent> recorded = new ArrayList<>(events.size());
        for (Event event : events) {
            recorded.add(new RecordedEvent(expectedVersion + recorded.size() + 1, micros(at), event));
        }
        return append(stream, expectedVersion, recorded);
    }

    /** Appends what happened at different times, in order, with its versions; CONFLICT where the stream is at another one. */
    public long append(String stream, long expectedVersion, List<RecordedEvent> events) {
        long next = expectedVersion + events.size();
        String what = "append " + events.size() + " events to stream '" + stream + "' at version " + expectedVersion;
        return database.write(what, handle -> {
            boolean indexed = index.advance(handle, stream, expectedVersion, next);
            if (!indexed) {
                advance(handle, stream, expectedVersion, next);
            }
            index.insert(handle, stream, events);
            Projector.project(handle, stream, events);
            if (indexed) {
                index.derive(handle, stream, events);
            } else {
                index.indexUpTo(handle, stream, events);
            }
            return next;
        });
    }

    /** The compare-and-swap that everything rests on: of several who saw the same version, one changes this row. */
    private static void advance(Handle handle, String stream, long expected, long next) {
        int changed = handle.createUpdate(
                        "UPDATE rt_stream SET version = :next WHERE name = :stream AND version = :expected")
                .bind("next", next)
                .bind("stream", stream)
                .bind("expected", expected)
                .execute();
        if (changed == 0 && expected == 0 && next > 0) {
            changed = handle.createUpdate(
                            "INSERT INTO rt_stream (name, version) VALUES (:stream, :next) ON CONFLICT DO NOTHING")
                    .bind("next", next)
                    .bind("stream", stream)
                    .execute();
        }
        boolean nothing = next == expected && Cursors.version(handle, stream) == expected;
        if (changed == 0 && !nothing) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Could not append to stream '" + stream + "': it was expected at version " + expected
                            + " and is at " + Cursors.version(handle, stream)
                            + "; somebody else was first: load it again and decide anew");
        }
    }

    /** @throws EngineException INVALID_INPUT where the stream has not come to that version */
    @Override
    public void saveSnapshot(String stream, long version, String state) {
        database.write("keep a snapshot of stream '" + stream + "'", handle -> {
            if (version > Cursors.version(handle, stream)) {
                throw EngineException.invalid("There is no version " + version + " of stream '" + stream
                        + "' yet, so no snapshot of it can be kept");
            }
            handle.createUpdate("INSERT INTO rt_snapshot (stream, version, state) VALUES (:stream, 0, '')"
                            + " ON CONFLICT DO NOTHING")
                    .bind("stream", stream)
                    .execute();
            return handle.createUpdate("UPDATE rt_snapshot SET version = :version, state = :state"
                            + " WHERE stream = :stream AND version < :version")
                    .bind("version", version)
                    .bind("state", state)
                    .bind("stream", stream)
                    .execute();
        });
    }

    @Override
    public List<RecordedEvent> events(String stream, long after, int limit) {
        String what = "read events of stream '" + stream + "'";
        return database.read(what, handle -> index.events(handle, stream, after, limit));
    }

    @Override
    public List<String> streams(String prefix) {
        return database.read("list the streams '" + prefix + "…'", handle -> Cursors.streams(handle, prefix));
    }

    @Override
    public void saveSet(ImageSet set, Optional<Digest> parent) {
        database.write("keep set " + set.digest(), handle -> {
            sets.save(handle, set, parent);
            return set;
        });
    }

    @Override
    public Optional<ImageSet> set(Digest digest) {
        return database.read("read set " + digest, handle -> sets.find(handle, digest));
    }

    @Override
    public Map<Digest, Runs> runs(String suite, Collection<Digest> digests, Instant since) {
        return database.read(
                "count the runs of suite '" + suite + "'",
                handle -> history.runs(handle, suite, digests, micros(since)));
    }

    @Override
    public Optional<ReleaseRecord> release(String id) {
        return database.read("read release '" + id + "'", handle -> history.release(handle, id));
    }

    @Override
    public List<ReleaseRecord> releases(String owner, int beforeNumber, int limit) {
        return database.read(
                "list the releases of '" + owner + "'", handle -> history.releases(handle, owner, beforeNumber, limit));
    }

    @Override
    public Optional<ChangeRecord> change(String id) {
        return database.read("read change '" + id + "'", handle -> history.change(handle, id));
    }

    @Override
    public List<TrialRecord> trials(String batch) {
        return database.read("list the trials of '" + batch + "'", handle -> history.trials(handle, batch));
    }

    @Override
    public HistoryPage history(HistoryQuery query) {
        return database.read("search the history", handle -> new Search(handle, query).page());
    }

    @Override
    public List<ByHand> byHand(long before, int limit) {
        return database.read("read what was done by hand", handle -> index.byHand(handle, before, limit));
    }

    @Override
    public Optional<Item> item(String kind, String id) {
        return database.read("read '" + id + "'", handle -> ItemRows.find(handle, kind, id));
    }

    @Override
    public List<Entry> requests(Collection<String> ids) {
        return database.read("read " + ids.size() + " changes", handle -> history.requests(handle, ids));
    }

    @Override
    public Optional<String> batchOf(String trial) {
        return database.read("read trial '" + trial + "'", handle -> index.batchOf(handle, trial));
    }

    @Override
    public Optional<String> batchOfChange(String change) {
        return database.read("read change '" + change + "'", handle -> index.batchOfChange(handle, change));
    }

    @Override
    public List<Activity> activities(Collection<String> streams, int openLimit) {
        String what = "read what goes on in " + streams.size() + " streams";
        return database.read(what, handle -> activity.of(handle, streams, openLimit));
    }

    @Override
    public Map<String, List<Listed>> newest(Collection<String> owners, int limit) {
        return database.read("list the last releases", handle -> activity.newest(handle, owners, limit));
    }

    @Override
    public List<String> activeStreams(String prefix, int limit) {
        return database.read(
                "list the streams '" + prefix + "…'",
                handle -> index.activeStreams(handle, Cursors.pattern(prefix), limit));
    }

    @Override
    public List<Production> production(String after, int limit) {
        return database.read("read what production holds", handle -> production.after(handle, after, limit));
    }

    @Override
    public List<Production> productionOf(String service) {
        return database.read(
                "read what production holds of '" + service + "'", handle -> SqlProduction.of(handle, service));
    }

    @Override
    public Set<String> releasesInProduction(Collection<String> services) {
        return database.read("read which releases are there", handle -> SqlProduction.releases(handle, services));
    }

    @Override
    public List<Production> productionOf(Digest digest) {
        return database.read("look for " + digest + " in production", handle -> SqlProduction.of(handle, digest));
    }

    @Override
    public List<Holding> environments() {
        return database.read("read what environments hold", index::environments);
    }

    @Override
    public ZoneId zone() {
        return zone;
    }

    @Override
    public SortedMap<LocalDate, DayCounts> days(String owner, LocalDate from, LocalDate to, int step) {
        return database.read("read the trends of '" + owner + "'", handle -> Days.read(handle, owner, from, to, step));
    }

    @Override
    public SortedMap<String, Long> versions(String prefix) {
        return database.read("list the versions of '" + prefix + "…'", handle -> Cursors.versions(handle, prefix));
    }

    @Override
    public boolean claim(String reader, String holder, Instant now, Instant until) {
        return database.write(
                "claim '" + reader + "'", handle -> Cursors.claim(handle, reader, holder, micros(now), micros(until)));
    }

    @Override
    public WaitingLine line(String environment) {
        return new SqlWaitingLine(database, environment);
    }

    @Override
    public Provenance provenance() {
        return new SqlProvenance(database, codec);
    }

    @Override
    public SortedMap<String, Long> cursors(String reader) {
        return database.read("read how far '" + reader + "' is", handle -> Cursors.read(handle, reader));
    }

    @Override
    public void moveCursors(String reader, Map<String, Long> positions) {
        database.write("remember how far '" + reader + "' is", handle -> Cursors.move(handle, reader, positions));
    }

    @Override
    public void close() {
        database.close();
    }

    private static Instant micros(Instant at) {
        return at.truncatedTo(ChronoUnit.MICROS);
    }
}
