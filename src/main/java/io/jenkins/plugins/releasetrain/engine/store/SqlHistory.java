package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.ChangeRecord;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import io.jenkins.plugins.releasetrain.engine.store.Store.Runs;
import io.jenkins.plugins.releasetrain.engine.store.Store.TrialRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Reads the tables that {@link Projector} writes. */
final class SqlHistory {
    /** Rows of a history table t with the events that they point to: a began it, b is null until it is done. */
    static final String COLUMNS = "a.stream, a.type, a.happened, a.body,"
            + " b.type AS done_type, b.happened AS done_happened, b.body AS done_body FROM ";

    private static final String SELECT = "SELECT " + COLUMNS;

    static final String JOINED = " t JOIN rt_event a ON a.stream = t.stream AND a.version = t.version"
            + " LEFT JOIN rt_event b ON b.stream = t.done_stream AND b.version = t.done_version";

    static final String JOIN = JOINED + " WHERE ";

    /** As SELECT, for {@link #entry}. */
    static final String ENTRY = "SELECT a.version, t.done_version, " + COLUMNS;

    static final String RELEASE = SELECT + "rt_release" + JOIN + "t.id = :id";
    // Ordered by the owner too, although it is one: else H2 does not see that the index has this order.
    static final String RELEASES = SELECT + "rt_release" + JOIN
            + "t.owner = :owner AND t.number < :before ORDER BY t.owner, t.number DESC LIMIT :limit";
    // Lanes are kept there too, for Entry.
    static final String CHANGE = SELECT + "rt_change" + JOIN + "t.id = :id AND a.type = 'ChangeQueued'";
    static final String REQUESTS = ENTRY + "rt_change" + JOIN + "t.id = ANY(:ids)";
    private static final String TRIED = "SELECT c.type AS tests_type, c.body AS tests_body, " + COLUMNS + "rt_trial"
            + JOINED + " LEFT JOIN rt_event c ON c.stream = t.stream AND c.version = t.tests_version WHERE ";
    static final String TRIALS = TRIED + "t.batch = :batch ORDER BY t.batch, t.version";
    static final String LAST_TRIALS = TRIED + "t.stream = :stream AND t.done_version > 0"
            + " ORDER BY t.stream DESC, t.done_version DESC LIMIT :limit";
    static final String RUNS = "SELECT set_digest, SUM(passed) AS passed, SUM(failed) AS failed FROM rt_run"
            + " WHERE suite = :suite AND set_digest = ANY(:sets) AND happened >= :since GROUP BY set_digest";

    private final EventCodec codec;

    SqlHistory(EventCodec codec) {
        this.codec = codec;
    }

    Optional<ReleaseRecord> release(Handle handle, String id) {
        return handle.createQuery(RELEASE)
                .bind("id", id)
                .map((row, context) -> release(row))
                .findOne();
    }

    List<ReleaseRecord> releases(Handle handle, String owner, int beforeNumber, int limit) {
        return handle.createQuery(RELEASES)
                .bind("owner", owner)
                .bind("before", beforeNumber)
                .bind("limit", limit)
                .map((row, context) -> release(row))
                .list();
    }

    Optional<ChangeRecord> change(Handle handle, String id) {
        return handle.createQuery(CHANGE)
                .bind("id", id)
                .map((row, context) -> new ChangeRecord(
                        row.getString("stream"),
                        first(row, Event.ChangeQueued.class),
                        second(row, Event.ChangeEnded.class),
                        secondAt(row)))
                .findOne();
    }

    List<TrialRecord> trials(Handle handle, String batch) {
        return handle.createQuery(TRIALS)
                .bind("batch", batch)
                .map((row, context) -> trial(row))
                .list();
    }

    /** The last of a stream, newest first, without those that had no verdict. */
    List<TrialRecord> judged(Handle handle, String stream, int limit) {
        return handle
                .createQuery(LAST_TRIALS)
                .bind("stream", stream)
                .bind("limit", limit)
                .map((row, context) -> trial(row))
                .list()
                .stream()
                .filter(t -> t.ended().filter(e -> e.verdict() != Verdict.VOID).isPresent())
                .toList();
    }

    private TrialRecord trial(ResultSet row) throws SQLException {
        return new TrialRecord(
                first(row, Event.TrialStarted.class),
                instant(row, "happened"),
                second(row, Event.TrialEnded.class),
                tests(row));
    }

    private Optional<TestReport> tests(ResultSet row) throws SQLException {
        String type = row.getString("tests_type");
        return type == null
                ? Optional.empty()
                : Optional.of(((Event.TestsRecorded) codec.read(type, row.getString("tests_body"))).report());
    }

    /** The plan of a promotion's own stream. */
    Optional<Event.PromotionPlanned> planned(Handle handle, String stream) {
        return handle.createQuery("SELECT type, body FROM rt_event WHERE stream = :stream"
                        + " AND type = 'PromotionPlanned' ORDER BY version DESC LIMIT 1")
                .bind("stream", stream)
                .map((row, context) -> first(row, Event.PromotionPlanned.class))
                .findOne();
    }

    Map<Digest, Runs> runs(Handle handle, String suite, Collection<Digest> sets, Instant since) {
        List<String> wanted = sets.stream().map(Digest::value).distinct().toList();
        Map<Digest, Runs> runs = new HashMap<>();
        if (!wanted.isEmpty()) {
            handle.createQuery(RUNS)
                    .bind("suite", suite)
                    .bindArray("sets", String.class, wanted)
                    .bind("since", since.atOffset(ZoneOffset.UTC))
                    .map((row, context) -> runs.put(
                            new Digest(row.getString("set_digest")),
                            new Runs(row.getInt("passed"), row.getInt("failed"))))
                    .list();
        }
        return runs;
    }

    private ReleaseRecord release(ResultSet row) throws SQLException {
        return new ReleaseRecord(
                first(row, Event.ReleaseMade.class),
                instant(row, "happened"),
                second(row, Event.ReleasePromoted.class).map(Event.ReleasePromoted::promotion),
                secondAt(row));
    }

    List<Entry> requests(Handle handle, Collection<String> ids) {
        return ids.isEmpty()
                ? List.of()
                : handle.createQuery(REQUESTS)
                        .bindArray("ids", String.class, ids.stream().distinct().toList())
                        .map((row, context) -> entry(row))
                        .list();
    }

    /** Those of the changes and lanes that left the queue once. */
    List<String> departed(Handle handle, Collection<String> ids) {
        return ids.isEmpty()
                ? List.of()
                : handle.createQuery("SELECT id FROM rt_change WHERE id = ANY(:ids) AND batch IS NOT NULL")
                        .bindArray("ids", String.class, List.copyOf(ids))
                        .mapTo(String.class)
                        .list();
    }

    /** How long a trial's installation took, in milliseconds; empty where it did not come so far. */
    Optional<Long> installation(Handle handle, String trial) {
        return handle.createQuery("SELECT installed FROM rt_trial WHERE id = :id AND installed IS NOT NULL")
                .bind("id", trial)
                .mapTo(long.class)
                .findOne();
    }

    /** The changes that a trial was of; none where it is not known. */
    List<String> triedIn(Handle handle, String trial) {
        return handle.createQuery("SELECT e.type, e.body FROM rt_trial t JOIN rt_event e ON e.stream = t.stream"
                        + " AND e.version = t.version WHERE t.id = :id")
                .bind("id", trial)
                .map((row, context) -> codec.read(row.getString("type"), row.getString("body")))
                .findOne()
                .map(event -> ((Event.TrialStarted) event).changes())
                .orElse(List.of());
    }

    Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                new Entry.Place(row.getString("stream"), row.getLong("version"), row.getLong("done_version")),
                first(row, Event.class),
                instant(row, "happened"),
                second(row, Event.class),
                secondAt(row));
    }

    private <E extends Event> E first(ResultSet row, Class<E> type) throws SQLException {
        return type.cast(codec.read(row.getString("type"), row.getString("body")));
    }

    private <E extends Event> Optional<E> second(ResultSet row, Class<E> type) throws SQLException {
        String name = row.getString("done_type");
        return name == null ? Optional.empty() : Optional.of(type.cast(codec.read(name, row.getString("done_body"))));
    }

    private static Optional<Instant> secondAt(ResultSet row) throws SQLException {
        return row.getString("done_type") == null ? Optional.empty() : Optional.of(instant(row, "done_happened"));
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
