package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.store.DayCounts;
import io.jenkins.plugins.releasetrain.engine.store.Metric;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The four keys of DORA ("Accelerate", Forsgren, Humble, Kim; dora.dev) and what else tells how a train goes. */
final class TrendViews {
    private static final int USUAL_DAYS = 30;
    private static final int MOST_DAYS = 366;
    private static final int MOST_SINGLE_DAYS = 92;
    private static final int WEEK = 7;
    private static final double P50 = 0.5;
    private static final double P95 = 0.95;
    private static final double PRECISION = 1_000;

    private final Store store;
    private final Clock clock;
    private final Told told;

    TrendViews(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.told = new Told(store, clock);
    }

    View.Trends trends(Parameters p) {
        LocalDate to = p.day("to", store.zone()).orElseGet(() -> LocalDate.ofInstant(clock.instant(), store.zone()));
        LocalDate from = p.day("from", store.zone()).orElse(to.minusDays(USUAL_DAYS - 1));
        long days = ChronoUnit.DAYS.between(from, to) + 1;
        if (days < 1 || days > MOST_DAYS) {
            throw EngineException.invalid(
                    "Trends are told for 1 to " + MOST_DAYS + " days, not for " + from + " to " + to);
        }
        String owner = p.required("owner");
        DayCounts all = new DayCounts();
        int step = days > MOST_SINGLE_DAYS ? WEEK : 1;
        List<Trended.Day> shown = new ArrayList<>();
        store.days(owner, from, to, step).forEach((day, counts) -> {
            all.add(counts);
            shown.add(new Trended.Day(
                    day.toString(), keys(counts, Math.min(step, ChronoUnit.DAYS.between(day, to) + 1))));
        });
        return new View.Trends(
                owner,
                store.zone().getId(),
                from.toString(),
                to.toString(),
                step,
                keys(all, days),
                shown,
                told.of(owner, from, to));
    }

    private static Trended.Keys keys(DayCounts c, long days) {
        long deployments = c.count(Metric.DEPLOYED);
        long rollbacks = c.count(Metric.ROLLED_BACK);
        long failed = c.count(Metric.FAILED);
        return new Trended.Keys(
                rounded((double) deployments / days),
                seconds(c, Metric.LEAD, P50),
                seconds(c, Metric.LEAD, P95),
                ratio(rollbacks, deployments),
                seconds(c, Metric.RESTORE, P50),
                seconds(c, Metric.RESTORE, P95),
                ratio(c.count(Metric.BATCHED), c.count(Metric.BATCHES)),
                ratio(failed, failed + c.count(Metric.PASSED)),
                seconds(c, Metric.QUEUE, P50),
                seconds(c, Metric.QUEUE, P95),
                seconds(c, Metric.INSTALL, P50),
                seconds(c, Metric.INSTALL, P95),
                seconds(c, Metric.TEST, P50),
                seconds(c, Metric.TEST, P95),
                seconds(c, Metric.PROMOTE, P50),
                seconds(c, Metric.PROMOTE, P95),
                deployments,
                rollbacks,
                c.count(Metric.EJECTED) + c.count(Metric.NOT_INSTALLABLE));
    }

    private static Double seconds(DayCounts counts, Metric metric, double share) {
        Double seconds = counts.seconds(metric, share);
        return seconds == null ? null : (Double) rounded(seconds);
    }

    private static Double ratio(long part, long whole) {
        return whole == 0 ? null : (Double) rounded((double) part / whole);
    }

    private static double rounded(double value) {
        return Math.round(value * PRECISION) / PRECISION;
    }
}
