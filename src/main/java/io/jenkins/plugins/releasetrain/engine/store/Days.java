package io.jenkins.plugins.releasetrain.engine.store;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Counts by owner and day of the site: gathers what an append adds to it, and reads it. */
final class Days {
    private static final String DAYS =
            "SELECT happened, counts FROM rt_day WHERE owner = :owner AND happened BETWEEN :from AND :to";

    private final SortedMap<Key, DayCounts> added =
            new TreeMap<>(Comparator.comparing(Key::owner).thenComparing(Key::day));

    private final ZoneId zone;

    private record Key(String owner, LocalDate day) {}

    Days(ZoneId zone) {
        this.zone = zone;
    }

    void add(String owner, Instant at, Metric metric, long count) {
        of(owner, at).add(metric, count);
    }

    void size(String owner, Instant at, Metric metric, int size) {
        of(owner, at).size(metric, size);
    }

    void add(String owner, Instant at, Metric metric, Duration time) {
        of(owner, at).add(metric, time);
    }

    private DayCounts of(String owner, Instant at) {
        return added.computeIfAbsent(new Key(owner, LocalDate.ofInstant(at, zone)), k -> new DayCounts());
    }

    /** Locks each day, since several streams may have one owner. */
    void write(Handle handle) {
        added.forEach((key, counts) -> {
            handle.createUpdate("INSERT INTO rt_day (owner, happened, counts) VALUES (:owner, :day, :none)"
                            + " ON CONFLICT DO NOTHING")
                    .bind("owner", key.owner())
                    .bind("day", key.day())
                    .bind("none", new byte[0])
                    .execute();
            byte[] before = handle.createQuery(
                            "SELECT counts FROM rt_day WHERE owner = :owner AND happened = :day FOR UPDATE")
                    .bind("owner", key.owner())
                    .bind("day", key.day())
                    .mapTo(byte[].class)
                    .one();
            counts.add(before);
            handle.createUpdate("UPDATE rt_day SET counts = :counts WHERE owner = :owner AND happened = :day")
                    .bind("counts", counts.toBytes())
                    .bind("owner", key.owner())
                    .bind("day", key.day())
                    .execute();
        });
    }

    static SortedMap<LocalDate, DayCounts> read(Handle handle, String owner, LocalDate from, LocalDate to, int step) {
        SortedMap<LocalDate, DayCounts> steps = new TreeMap<>();
        handle.createQuery(DAYS)
                .bind("owner", owner)
                .bind("from", from)
                .bind("to", to)
                .map((row, context) -> {
                    long days = ChronoUnit.DAYS.between(from, row.getObject("happened", LocalDate.class));
                    DayCounts counts = steps.computeIfAbsent(from.plusDays(days / step * step), d -> new DayCounts());
                    counts.add(row.getBytes("counts"));
                    return counts;
                })
                .list();
        return steps;
    }
}
