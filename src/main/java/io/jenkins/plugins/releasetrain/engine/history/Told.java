package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.store.DayCounts;
import io.jenkins.plugins.releasetrain.engine.store.Metric;
import io.jenkins.plugins.releasetrain.engine.store.Provenance.Course;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What trends say at first, and how sure that is. */
final class Told {
    /** As many changes are looked at one by one. */
    private static final int EXACT = 2_000;
    /** Fewer are told one by one. */
    private static final int DOTS = 50;
    /** Fewer tell nothing of the slowest tenth. */
    private static final int FOR_P90 = 20;

    private static final int WEEK = 7;
    private static final int COMPARED = 28;
    private static final double P50 = 0.5;
    private static final double P90 = 0.9;
    private static final double MILLIS = 1_000;
    /** Half the width of an interval of nine in ten for the median, in roots of n. */
    private static final double HALF = 0.8224;

    private static final SortedMap<String, Metric> VOIDS = new TreeMap<>(Map.of(
            "BUILD", Metric.VOID_BUILD,
            "CHANGED", Metric.VOID_CHANGED,
            "INSTALLATION", Metric.VOID_INSTALLATION,
            "KEPT_OUT", Metric.VOID_KEPT_OUT,
            "TESTS", Metric.VOID_TESTS));

    private final Store store;
    private final Clock clock;

    Told(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    Trended.Told of(String owner, LocalDate from, LocalDate to) {
        SortedMap<LocalDate, DayCounts> days = store.days(owner, monday(from), to, 1);
        DayCounts all = new DayCounts();
        days.tailMap(from).values().forEach(all::add);
        List<Course> courses = courses(owner, from, to);
        boolean exact = courses.size() <= EXACT && courses.size() == all.count(Metric.LEAD_FINE);
        return new Trended.Told(
                exact ? spread(seconds(courses)) : spread(all, Metric.LEAD_FINE),
                share(all.count(Metric.TURNED_BACK), all.count(Metric.DEPLOYED)),
                spread(all, Metric.RECOVERY),
                spread(all, Metric.RESTORE),
                share(all.count(Metric.FAILED), all.count(Metric.FAILED) + all.count(Metric.PASSED)),
                all.count(Metric.VOID),
                voids(all),
                unsteady(owner),
                trend(owner, to),
                parts(all),
                courses.size() < DOTS
                        ? courses.stream()
                                .map(c -> new Trended.Dot(c.change(), c.promoted(), seconds(c)))
                                .toList()
                        : List.of(),
                all.sizes(Metric.SIZES).entrySet().stream()
                        .map(e -> new Trended.Size(e.getKey(), e.getValue()))
                        .toList(),
                weeks(days, exact ? courses : null, from, to));
    }

    private static List<Trended.Cause> voids(DayCounts all) {
        List<Trended.Cause> voids = new ArrayList<>();
        VOIDS.forEach((cause, metric) -> voids.add(new Trended.Cause(cause, all.count(metric))));
        long told = voids.stream().mapToLong(Trended.Cause::trials).sum();
        voids.add(new Trended.Cause("UNKNOWN", all.count(Metric.VOID) - told));
        return voids.stream().filter(cause -> cause.trials() > 0).toList();
    }

    /** Lanes keep their runs in their own streams. */
    private Trended.Unsteady unsteady(String owner) {
        List<Store.TrialRecord> trials = store.provenance().trials("train/" + owner, Unsteady.TRIALS);
        return trials.isEmpty() ? null : Unsteady.of(trials);
    }

    private static double rounded(double value) {
        return Math.round(MILLIS * value) / MILLIS;
    }

    private static LocalDate monday(LocalDate day) {
        return day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }

    private Instant start(LocalDate day) {
        return day.atStartOfDay(store.zone()).toInstant();
    }

    private List<Course> courses(String owner, LocalDate from, LocalDate to) {
        return store.provenance().courses(owner, start(from), start(to.plusDays(1)), EXACT + 1);
    }

    private static double seconds(Course course) {
        return course.lead().toMillis() / MILLIS;
    }

    private static double[] seconds(List<Course> courses) {
        return courses.stream().mapToDouble(Told::seconds).sorted().toArray();
    }

    /** @param sorted all of them */
    private static Trended.Spread spread(double[] sorted) {
        if (sorted.length < Statistics.LEAST) {
            return new Trended.Spread(sorted.length, null, null, null, null, true);
        }
        Statistics.Interval interval = Statistics.ofMedian(sorted);
        return new Trended.Spread(
                sorted.length,
                rounded(Statistics.median(sorted)),
                rounded(interval.low()),
                rounded(interval.high()),
                sorted.length < FOR_P90 ? null : (Double) rounded(Statistics.percentile(sorted, P90)),
                true);
    }

    private static Trended.Spread spread(DayCounts counts, Metric metric) {
        long n = counts.count(metric);
        if (n < Statistics.LEAST) {
            return new Trended.Spread(n, null, null, null, null, false);
        }
        double half = HALF / Math.sqrt(n);
        return new Trended.Spread(
                n,
                rounded(counts.seconds(metric, P50)),
                rounded(counts.seconds(metric, Math.max(0, P50 - half))),
                rounded(counts.seconds(metric, Math.min(1, P50 + half))),
                n < FOR_P90 ? null : (Double) rounded(counts.seconds(metric, P90)),
                false);
    }

    private static Trended.Share share(long part, long whole) {
        if (whole == 0) {
            return new Trended.Share(0, 0, null, null);
        }
        Statistics.Interval interval = Statistics.ofShare(Math.min(part, whole), whole);
        return new Trended.Share(part, whole, rounded(interval.low()), rounded(interval.high()));
    }

    private static Trended.Parts parts(DayCounts c) {
        long n = c.count(Metric.COURSES);
        return n == 0
                ? null
                : new Trended.Parts(
                        n,
                        mean(c, Metric.WAITED_MS, n),
                        mean(c, Metric.TRIED_MS, n),
                        mean(c, Metric.OTHERS_MS, n),
                        mean(c, Metric.GATE_MS, n),
                        mean(c, Metric.PROMOTING_MS, n));
    }

    private static double mean(DayCounts counts, Metric sum, long n) {
        return rounded(counts.count(sum) / MILLIS / n);
    }

    private String trend(String owner, LocalDate to) {
        double[] later = seconds(courses(owner, to.minusDays(COMPARED - 1L), to));
        double[] earlier = seconds(courses(owner, to.minusDays(2L * COMPARED - 1), to.minusDays(COMPARED)));
        if (later.length < Statistics.LEAST || earlier.length < Statistics.LEAST) {
            return "";
        }
        Statistics.Interval difference = Statistics.ofDifference(earlier, later);
        return difference.high() < 0 ? "BETTER" : difference.low() > 0 ? "WORSE" : "UNCLEAR";
    }

    /** Each of them, those without anything too. @param courses null where there are too many */
    private List<Trended.Week> weeks(
            SortedMap<LocalDate, DayCounts> days, List<Course> courses, LocalDate from, LocalDate to) {
        Instant settled = clock.instant().minusSeconds(WEEK * 24L * 3600);
        List<Trended.Week> weeks = new ArrayList<>();
        for (LocalDate monday = monday(from); !monday.isAfter(to); monday = monday.plusDays(WEEK)) {
            LocalDate first = monday.isBefore(from) ? from : monday;
            LocalDate end = monday.plusDays(WEEK).isAfter(to) ? to.plusDays(1) : monday.plusDays(WEEK);
            DayCounts counts = new DayCounts();
            days.subMap(first, end).values().forEach(counts::add);
            Trended.Spread lead = courses == null
                    ? spread(counts, Metric.LEAD_FINE)
                    : spread(seconds(courses.stream()
                            .filter(c -> !c.promoted().isBefore(start(first))
                                    && c.promoted().isBefore(start(end)))
                            .toList()));
            weeks.add(new Trended.Week(
                    first.toString(),
                    first.plusDays(WEEK).equals(end) && !start(end).isAfter(clock.instant()),
                    start(end).isAfter(settled),
                    counts.count(Metric.DEPLOYED),
                    counts.count(Metric.TURNED_BACK),
                    lead,
                    parts(counts)));
        }
        return weeks;
    }
}
