package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageLabels;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** What is known of images, and what production holds that no release brought there: writes {@code rt_image}, and reads it. */
final class SqlImages {
    private static final String COLUMNS =
            "i.digest, i.repository, i.tag, i.label_version, i.revision, i.source, i.created";
    /**
     * As an array, so that it is one statement however many are asked for: databases keep what they made of it. Joined to it,
     * since H2 compares each row that it finds by {@code = ANY} with all of the array once more.
     */
    static final String IMAGES =
            "SELECT " + COLUMNS + " FROM " + EachOf.digests() + " JOIN rt_image i ON i.digest = w.digest";

    private final SqlHistory history;
    private final SqlBaselines baselines;

    SqlImages(SqlHistory history, SqlSets sets) {
        this.history = history;
        this.baselines = new SqlBaselines(sets);
    }

    /** What the events of a stream tell of images; told twice it changes nothing. */
    void index(Handle handle, String stream, List<RecordedEvent> events) {
        SortedMap<String, Seen> seen = new TreeMap<>();
        SqlBaselines.Look look = baselines.look(handle);
        for (RecordedEvent recorded : events) {
            Event event = recorded.event();
            if (event instanceof Event.ChangeQueued e) {
                see(seen, e.change().images().values(), recorded.at());
            } else if (event instanceof Event.LaneQueued e) {
                see(seen, e.candidates().values(), recorded.at());
            } else if (event instanceof Event.ReleaseMade e) {
                see(seen, e.changed().values(), recorded.at());
            } else if (event instanceof Event.PromotionPlanned e) {
                see(seen, e.moves().stream().map(SqlImages::image).toList(), recorded.at());
            } else if (event instanceof Event.PromotionCompleted) {
                promoted(handle, stream, recorded);
            } else if (event instanceof Event.BatchDeparted e) {
                see(seen, look.at(e.baseline(), recorded.at()), recorded.at());
            } else if (event instanceof Event.BaselineInstalled e) {
                see(seen, look.at(e.set(), recorded.at()), recorded.at());
            }
        }
        write(handle, seen);
        events.forEach(recorded -> {
            if (recorded.event() instanceof Event.ImageDescribed e) {
                describe(handle, e);
            }
        });
        SqlProvenance.index(handle, stream, events);
    }

    private record Seen(PinnedImage image, Instant at) {}

    private static void see(Map<String, Seen> seen, Collection<PinnedImage> images, Instant at) {
        for (PinnedImage image : images) {
            boolean moves = MovingTags.USUAL.matcher(image.tag()).matches();
            PinnedImage known = moves ? new PinnedImage(image.repository(), image.digest(), "") : image;
            seen.merge(
                    image.digest().value(),
                    new Seen(known, at),
                    (before, now) -> now.image().tag().isEmpty() ? before : now);
        }
    }

    private static PinnedImage image(Move move) {
        return new PinnedImage(move.targetRepository(), move.digest(), move.mayMove() ? "" : move.tag());
    }

    private static void write(Handle handle, SortedMap<String, Seen> seen) {
        if (seen.isEmpty()) {
            return;
        }
        PreparedBatch insert = handle.prepareBatch("INSERT INTO rt_image (digest, repository, tag, happened)"
                + " VALUES (:digest, :repository, :tag, :at) ON CONFLICT DO NOTHING");
        seen.forEach((digest, s) -> bind(insert, digest, s)
                .bind("repository", s.image().repository())
                .add());
        int[] inserted = insert.execute();
        PreparedBatch update = handle.prepareBatch("UPDATE rt_image SET tag = :tag, happened = :at"
                + " WHERE digest = :digest AND (happened < :at OR tag = '')");
        int i = 0;
        for (Map.Entry<String, Seen> s : seen.entrySet()) {
            // A driver that joins rows to one statement does not tell which of them were new.
            boolean fresh = inserted[i++] == 1;
            if (!fresh && !s.getValue().image().tag().isEmpty()) {
                bind(update, s.getKey(), s.getValue()).add();
            }
        }
        if (update.size() > 0) {
            update.execute();
        }
    }

    private static PreparedBatch bind(PreparedBatch batch, String digest, Seen seen) {
        return batch.bind("digest", digest)
                .bind("tag", seen.image().tag())
                .bind("at", seen.at().atOffset(ZoneOffset.UTC));
    }

    private static void describe(Handle handle, Event.ImageDescribed e) {
        handle.createUpdate("UPDATE rt_image SET label_version = :version, revision = :revision, source = :source,"
                        + " created = :created, described = 1 WHERE digest = :digest")
                .bind("version", e.labels().version())
                .bind("revision", e.labels().revision())
                .bind("source", e.labels().source())
                .bind("created", e.labels().created())
                .bind("digest", e.digest().value())
                .execute();
    }

    /** A promotion of no release: what its moving tags point to is what production holds now. */
    private void promoted(Handle handle, String stream, RecordedEvent recorded) {
        Optional<Event.PromotionPlanned> plan = history.planned(handle, stream);
        if (plan.isEmpty() || !plan.get().release().isEmpty()) {
            return;
        }
        Map<String, String> versions = new HashMap<>();
        plan.get().moves().stream()
                .filter(m -> !m.mayMove())
                .forEach(m -> versions.put(m.targetRepository() + "@" + m.digest(), m.tag()));
        plan.get().moves().stream().filter(Move::mayMove).forEach(m -> {
            String tag = versions.getOrDefault(m.targetRepository() + "@" + m.digest(), "");
            PinnedImage image = new PinnedImage(m.targetRepository(), m.digest(), tag);
            // The catalog's name of it is known as soon as a baseline has it.
            SqlBaselines.insert(handle, m.targetRepository(), image, recorded.at());
            handle.createUpdate(
                            "UPDATE rt_production SET digest = :digest, tag = :tag, release_id = '', happened = :at,"
                                    + " revision = revision + 1 WHERE repository = :repository AND happened <= :at")
                    .bind("digest", m.digest().value())
                    .bind("tag", tag)
                    .bind("at", recorded.at().atOffset(ZoneOffset.UTC))
                    .bind("repository", m.targetRepository())
                    .execute();
        });
    }

    Map<Digest, ImageRecord> images(Handle handle, Collection<Digest> digests) {
        Map<Digest, ImageRecord> images = new HashMap<>();
        if (!digests.isEmpty()) {
            handle.createQuery(IMAGES)
                    .bindArray(
                            "digests",
                            String.class,
                            digests.stream().map(Digest::value).distinct().toList())
                    .map((row, context) -> image(row))
                    .forEach(image -> images.put(image.digest(), image));
        }
        return images;
    }

    List<ImageRecord> undescribed(Handle handle, int limit) {
        return handle.createQuery("SELECT " + COLUMNS
                        + " FROM rt_image i WHERE described = 0 ORDER BY described, happened DESC LIMIT :limit")
                .bind("limit", limit)
                .map((row, context) -> image(row))
                .list();
    }

    private static ImageRecord image(ResultSet row) throws SQLException {
        // By place and not by name: a comparison reads a thousand.
        return new ImageRecord(
                new Digest(row.getString(1)),
                row.getString(2),
                row.getString(3),
                new ImageLabels(row.getString(4), row.getString(5), row.getString(6), row.getString(7)));
    }
}
