package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.store.Metric;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Times;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The four keys of DORA ("Accelerate", Forsgren, Humble, Kim; dora.dev) and what else tells how a train goes. */
final class TrendViews {
    private static final int USUAL_DAYS = 30;
    private static final int MOST_DAYS = 366;

    private final Store store;
    private final Clock clock;

    TrendViews(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    View.Trends trends(Parameters p) {
        LocalDate to =
                p.time("to").orElseGet(clock::instant).atOffset(ZoneOffset.UTC).toLocalDate();
        LocalDate from = p.time("from")
                .map(t -> t.atOffset(ZoneOffset.UTC).toLocalDate())
                .orElse(to.minusDays(USUAL_DAYS - 1));
        long days = ChronoUnit.DAYS.between(from, to) + 1;
        if (days < 1 || days > MOST_DAYS) {
            throw EngineException.invalid(
                    "Trends are told for 1 to " + MOST_DAYS + " days, not for " + from + " to " + to);
        }
        String owner = p.required("owner");
        List<Metric> metrics = store.metrics(owner, from, to);
        Map<LocalDate, List<Metric>> byDay =
                metrics.stream().collect(Collectors.groupingBy(Metric::day, TreeMap::new, Collectors.toList()));
        List<View.Day> shown = new ArrayList<>();
        byDay.forEach((day, m) -> shown.add(new View.Day(
                day.toString(),
                count(m, Metric.DEPLOYMENT),
                count(m, Metric.ROLLBACK),
                percentile(m, Metric.LEAD, 0.5))));
        return new View.Trends(owner, from.toString(), to.toString(), keys(metrics, days), shown);
    }

    private static View.Keys keys(List<Metric> m, long days) {
        long deployments = count(m, Metric.DEPLOYMENT);
        long rollbacks = count(m, Metric.ROLLBACK);
        long failed = count(m, Metric.TRIAL + "failed");
        long batches = count(m, Metric.BATCH);
        long changes = m.stream()
                .filter(x -> x.name().equals(Metric.BATCH))
                .mapToLong(x -> x.bucket() * x.count())
                .sum();
        return new View.Keys(
                (double) deployments / days,
                percentile(m, Metric.LEAD, 0.5),
                percentile(m, Metric.LEAD, 0.95),
                ratio(rollbacks, deployments),
                percentile(m, Metric.RESTORE, 0.5),
                ratio(changes, batches),
                ratio(failed, failed + count(m, Metric.TRIAL + "passed")),
                deployments,
                rollbacks,
                count(m, Metric.OUTCOME + "ejected") + count(m, Metric.OUTCOME + "not_installable"));
    }

    private static Double ratio(long part, long whole) {
        return whole == 0 ? null : (double) part / whole;
    }

    private static long count(List<Metric> metrics, String name) {
        return metrics.stream()
                .filter(m -> m.name().equals(name))
                .mapToLong(Metric::count)
                .sum();
    }

    /** The smallest time that at least this share of all does not exceed; null where there is none. */
    private static Double percentile(List<Metric> metrics, String name, double share) {
        TreeMap<Integer, Long> buckets = new TreeMap<>();
        metrics.stream()
                .filter(m -> m.name().equals(name))
                .forEach(m -> buckets.merge(m.bucket(), m.count(), Long::sum));
        long rest = (long)
                Math.ceil(share * buckets.values().stream().mapToLong(n -> n).sum());
        for (Map.Entry<Integer, Long> bucket : buckets.entrySet()) {
            rest -= bucket.getValue();
            if (rest <= 0) {
                return Times.seconds(bucket.getKey());
            }
        }
        return null;
    }
}
