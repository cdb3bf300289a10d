package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Counts what happened by day, for the trends. */
final class Counts {
    private final Map<Key, Long> counts = new TreeMap<>(Comparator.comparing(Key::owner)
            .thenComparing(Key::day)
            .thenComparing(Key::metric)
            .thenComparing(Key::bucket));

    private record Key(String owner, LocalDate day, String metric, int bucket) {}

    private void add(String owner, Instant at, String metric, int bucket) {
        counts.merge(new Key(owner, at.atOffset(ZoneOffset.UTC).toLocalDate(), metric, bucket), 1L, Long::sum);
    }

    void departed(String owner, Instant at, Event.BatchDeparted e) {
        add(owner, at, Metric.BATCH, e.changes().size());
    }

    void tested(String owner, Instant at, String verdict) {
        add(owner, at, Metric.TRIAL + verdict.toLowerCase(Locale.ROOT), 0);
    }

    void ended(String owner, Instant at, Event.Outcome outcome) {
        add(owner, at, Metric.OUTCOME + outcome.name().toLowerCase(Locale.ROOT), 0);
    }

    void promoted(Event.ReleaseMade made, Instant at) {
        add(made.owner(), at, made.rollbackOf().isEmpty() ? Metric.DEPLOYMENT : Metric.ROLLBACK, 0);
    }

    void lead(String owner, Instant at, Duration time) {
        add(owner, at, Metric.LEAD, Times.bucket(time));
    }

    void restored(String owner, Instant at, Duration time) {
        add(owner, at, Metric.RESTORE, Times.bucket(time));
    }

    void write(Handle handle) {
        if (counts.isEmpty()) {
            return;
        }
        PreparedBatch fresh = handle.prepareBatch("INSERT INTO rt_count (owner, happened, metric, bucket, n)"
                + " VALUES (:owner, :day, :metric, :bucket, 0) ON CONFLICT DO NOTHING");
        PreparedBatch more = handle.prepareBatch("UPDATE rt_count SET n = n + :n WHERE owner = :owner"
                + " AND happened = :day AND metric = :metric AND bucket = :bucket");
        counts.forEach((key, n) -> {
            bind(fresh, key).add();
            bind(more, key).bind("n", n).add();
        });
        fresh.execute();
        more.execute();
    }

    private static PreparedBatch bind(PreparedBatch batch, Key key) {
        return batch.bind("owner", key.owner())
                .bind("day", key.day())
                .bind("metric", key.metric())
                .bind("bucket", key.bucket());
    }
}
