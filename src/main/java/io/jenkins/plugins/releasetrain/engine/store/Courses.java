package io.jenkins.plugins.releasetrain.engine.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * How changes came to production. Their time has five parts: it waited for its departure; trials held it; it was in a batch
 * and others were tried; it had passed and waited to be made a release; that was promoted. Each is measured from where the one
 * before ended, so that together they are all of it.
 */
final class Courses {
    private final Handle handle;
    private final Days days;
    private final Map<String, Course> known = new TreeMap<>();

    /** So far. */
    private static final class Course {
        private Instant departed;
        private Instant until;
        private long tried;
        private String owner = "";
        private Instant promoted;
        private long lead;
    }

    /** When a change was asked for, its release was made, and that was in production. */
    record Times(Instant asked, Instant made, Instant promoted) {}

    Courses(Handle handle, Days days) {
        this.handle = handle;
        this.days = days;
    }

    /** Nothing of it can be known yet. */
    void begins(String change) {
        known.putIfAbsent(change, new Course());
    }

    /** The first departure counts. */
    void departed(String change, Instant at) {
        Course course = of(change);
        if (course.departed == null) {
            course.departed = at;
        }
    }

    /** Of trials at the same time, the time counts once. */
    void tried(Collection<String> changes, Instant from, Instant to) {
        for (String change : changes) {
            Course course = of(change);
            Instant begin = course.until == null || from.isAfter(course.until) ? from : course.until;
            if (to.isAfter(begin)) {
                course.tried += Duration.between(begin, to).toMillis();
                course.until = to;
            }
        }
    }

    void promoted(String owner, String change, Times times) {
        Course course = of(change);
        if (course.departed == null || course.promoted != null) {
            return;
        }
        course.owner = owner;
        course.promoted = times.promoted();
        course.lead = millis(times.asked(), times.promoted());
        Parts parts = Parts.of(times, course.departed, course.until, course.tried);
        days.add(owner, times.promoted(), Metric.COURSES, 1);
        days.add(owner, times.promoted(), Metric.WAITED_MS, parts.waited());
        days.add(owner, times.promoted(), Metric.TRIED_MS, parts.tried());
        days.add(owner, times.promoted(), Metric.OTHERS_MS, parts.others());
        days.add(owner, times.promoted(), Metric.GATE_MS, parts.gate());
        days.add(owner, times.promoted(), Metric.PROMOTING_MS, parts.promoting());
        days.add(owner, times.promoted(), Metric.LEAD_FINE, Duration.ofMillis(course.lead));
    }

    /** In milliseconds; none is negative, and together they are the time from when it was asked for until it was promoted. */
    record Parts(long waited, long tried, long others, long gate, long promoting) {
        /**
         * @param until when the last trial with it ended; null where its verdict was known from before
         * @param tried milliseconds in trials
         */
        static Parts of(Times times, Instant departed, Instant until, long tried) {
            long lead = millis(times.asked(), times.promoted());
            long waited = Math.min(lead, millis(times.asked(), departed));
            long promoting = Math.min(lead - waited, millis(times.made(), times.promoted()));
            long between = lead - waited - promoting;
            long gate = until == null ? 0 : Math.min(between, millis(until, times.made()));
            long held = Math.min(between - gate, tried);
            return new Parts(waited, held, between - gate - held, gate, promoting);
        }
    }

    private static long millis(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis());
    }

    /** @return whether it is counted now for the first time */
    boolean failed(String release) {
        return handle.createUpdate("UPDATE rt_release SET failed = 1 WHERE id = :id AND failed = 0")
                        .bind("id", release)
                        .execute()
                > 0;
    }

    private Course of(String change) {
        return known.computeIfAbsent(
                change,
                id -> handle.createQuery("SELECT * FROM rt_course WHERE change_id = :id")
                        .bind("id", id)
                        .map((row, context) -> course(row))
                        .findOne()
                        .orElseGet(Course::new));
    }

    private static Course course(ResultSet row) throws SQLException {
        Course course = new Course();
        course.departed = instant(row, "departed");
        course.tried = row.getLong("tried_ms");
        course.until = instant(row, "tried_until");
        course.owner = row.getString("owner");
        course.promoted = instant(row, "promoted");
        course.lead = row.getLong("lead_ms");
        return course;
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    void write() {
        known.values().removeIf(course -> course.departed == null && course.until == null);
        if (known.isEmpty()) {
            return;
        }
        PreparedBatch insert =
                handle.prepareBatch("INSERT INTO rt_course (change_id) VALUES (:id) ON CONFLICT DO NOTHING");
        PreparedBatch update = handle.prepareBatch("UPDATE rt_course SET departed = :departed, tried_ms = :tried,"
                + " tried_until = :until, owner = :owner, promoted = :promoted, lead_ms = :lead WHERE change_id = :id");
        known.forEach((id, course) -> {
            insert.bind("id", id).add();
            update.bind("id", id)
                    .bind("departed", offset(course.departed))
                    .bind("tried", course.tried)
                    .bind("until", offset(course.until))
                    .bind("owner", course.owner)
                    .bind("promoted", offset(course.promoted))
                    .bind("lead", course.lead)
                    .add();
        });
        insert.execute();
        update.execute();
    }

    private static OffsetDateTime offset(Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }

    static List<Provenance.Course> read(Handle handle, String owner, Instant from, Instant to, int limit) {
        return handle.createQuery("SELECT change_id, promoted, lead_ms FROM rt_course WHERE owner = :owner"
                        + " AND promoted >= :from AND promoted < :to ORDER BY promoted DESC LIMIT :limit")
                .bind("owner", owner)
                .bind("from", offset(from))
                .bind("to", offset(to))
                .bind("limit", limit)
                .map((row, context) -> new Provenance.Course(
                        row.getString("change_id"),
                        instant(row, "promoted"),
                        Duration.ofMillis(row.getLong("lead_ms"))))
                .list();
    }
}
