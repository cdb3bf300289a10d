package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Port: events, sets and the history that is derived from them. Events are only ever appended; what the history methods
 * answer is derived in the same transaction as the append. Durable when a method returns: a crash loses nothing that was
 * appended (I8). Safe for many threads and, over one database, for many controllers.
 */
public interface Store extends AutoCloseable {
    /** A stream's version, its newest snapshot and the events after it; version 0 where the stream is new. */
    Stream load(String stream);

    /** The version of a stream without its content; 0 where it is new. */
    long version(String stream);

    /**
     * Appends events if nobody else appended since.
     *
     * @param expectedVersion the version that the decision was based on
     * @return the new version: expectedVersion + number of events
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException CONFLICT where the version is another by now
     */
    long append(String stream, long expectedVersion, Instant at, List<? extends Event> events);

    /** Keeps the folded state of a stream at a version, so that loading it stays quick. */
    void saveSnapshot(String stream, long version, String state);

    /** Events of a stream in order, for reading; {@code after} is exclusive. */
    List<RecordedEvent> events(String stream, long after, int limit);

    /** Names of the streams that start with the prefix, sorted. */
    List<String> streams(String prefix);

    /**
     * Keeps a set, coded as the difference to its parent with a full copy every so often; does nothing where it is kept
     * already.
     *
     * @param parent digest of a kept set that is similar; empty for none
     */
    void saveSet(ImageSet set, Optional<Digest> parent);

    Optional<ImageSet> set(Digest digest);

    /** How often each set passed and failed this suite since the given time; sets without such runs are absent. */
    Map<Digest, Runs> runs(String suite, Collection<Digest> sets, Instant since);

    Optional<ReleaseRecord> release(String id);

    /** An owner's releases, newest first, with a number below the given one. */
    List<ReleaseRecord> releases(String owner, int beforeNumber, int limit);

    Optional<ChangeRecord> change(String id);

    /** Trials of a batch or lane, oldest first. */
    List<TrialRecord> trials(String batch);

    /** Releases, and changes and lanes that ended otherwise, newest first. */
    HistoryPage history(HistoryQuery query);

    /**
     * What people did by hand, newest first.
     *
     * @param before only what was recorded before the entry of this key; {@link Long#MAX_VALUE} for the newest
     */
    List<ByHand> byHand(long before, int limit);

    /** One item of the history by its id. */
    Optional<Item> item(String kind, String id);

    /** Changes and lanes by their ids; those not known are left out. */
    List<Entry> requests(Collection<String> ids);

    /** The batch that a trial belongs to. */
    Optional<String> batchOf(String trial);

    /** The batch that a change departed with last. */
    Optional<String> batchOfChange(String change);

    /** What goes on in a stream. */
    default Activity activity(String stream, int openLimit) {
        return activities(List.of(stream), openLimit).get(0);
    }

    /** What goes on in each of these streams, in their order. @param openLimit of each */
    List<Activity> activities(Collection<String> streams, int openLimit);

    /** The last releases of each owner, newest first, without what they brought; an owner without is left out. */
    Map<String, List<Listed>> newest(Collection<String> owners, int limit);

    /** Streams of this prefix with something open, under way or paused, sorted, at most as many as asked for. */
    List<String> activeStreams(String prefix, int limit);

    /** What production holds, by service's name; {@code after} is exclusive. */
    List<Production> production(String after, int limit);

    /** What production holds of a service; one per repository that was ever promoted for it. */
    List<Production> productionOf(String service);

    /** Releases of which production still holds something, among what it holds of these services. */
    Set<String> releasesInProduction(Collection<String> services);

    /** Where production holds this digest, at most a hundred. */
    List<Production> productionOf(Digest digest);

    /** What is known of images; those of which nothing is are left out. */
    Map<Digest, ImageRecord> images(Collection<Digest> digests);

    /** Images whose labels nobody has read, newest first. */
    List<ImageRecord> undescribed(int limit);

    /** What each environment holds, by name. */
    List<Holding> environments();

    /** By whose days it counts what happens: the site's, since weeks are people's. */
    ZoneId zone();

    /**
     * What happened on these days of its zone, both inclusive, in steps of so many days by the first of them; steps without
     * anything are left out.
     */
    SortedMap<LocalDate, DayCounts> days(String owner, LocalDate from, LocalDate to, int step);

    /** Versions of the streams whose name starts with the prefix. */
    SortedMap<String, Long> versions(String prefix);

    /**
     * Lets one of several controllers read for others; who holds it already may go on.
     *
     * @param reader what for
     * @param holder unique to a process
     * @param until when it is free again, unless claimed once more
     * @return whether the holder has it now
     */
    boolean claim(String reader, String holder, Instant now, Instant until);

    /** Who waits for an environment. */
    WaitingLine line(String environment);

    /** Where images come from, and what was noted on releases. */
    Provenance provenance();

    /** Up to which version of each stream a reader has read; empty where it is new. */
    SortedMap<String, Long> cursors(String reader);

    /** Remembers how far a reader has read; never goes back. */
    void moveCursors(String reader, Map<String, Long> positions);

    @Override
    void close();

    /** A stream as loaded. */
    record Stream(long version, Optional<Snapshot> snapshot, List<RecordedEvent> since) {}

    /** A folded state, as JSON of the one who folded it. */
    record Snapshot(long version, String state) {}

    /** An event with its place in the stream, 1 being the first. */
    record RecordedEvent(long version, Instant at, Event event) {}

    /** Something that somebody did by hand; {@code key} is where a list goes on. */
    record ByHand(long key, String stream, RecordedEvent recorded) {}

    /** Outcomes of the trials of one set; void trials count for nothing. */
    record Runs(int passed, int failed) {
        public static final Runs NONE = new Runs(0, 0);
    }

    /** One release for the history; {@code promotedAt} is empty while it is not promoted. */
    record ReleaseRecord(
            Event.ReleaseMade made, Instant madeAt, Optional<String> promotion, Optional<Instant> promotedAt) {}

    /**
     * One release in a list.
     *
     * @param rollbackOf the release that it goes back to; empty for none
     * @param onItsWay neither in production nor refused
     */
    record Listed(
            String id, int number, String rollbackOf, Instant madeAt, Optional<Instant> promotedAt, boolean onItsWay) {}

    /** One change for the history; {@code ended} is empty while it waits or is tried. */
    record ChangeRecord(
            String stream, Event.ChangeQueued queued, Optional<Event.ChangeEnded> ended, Optional<Instant> endedAt) {}

    /**
     * One trial for the history; {@code ended} is empty while it runs.
     *
     * @param tests of the body that judged; empty where none did, or nobody told
     */
    record TrialRecord(
            Event.TrialStarted started,
            Instant startedAt,
            Optional<Event.TrialEnded> ended,
            Optional<TestReport> tests) {}
}
