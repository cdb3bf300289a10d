package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.Activity;
import io.jenkins.plugins.releasetrain.engine.store.DayCounts;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Metric;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** The figures that a monitoring system watches. Counters are sums over all days of the history, so they never reset. */
final class MetricViews {
    private static final LocalDate FIRST_DAY = LocalDate.of(2000, 1, 1);
    private static final int EVER = 1_000_000;
    private static final int OWNERS = 500;
    private static final int OPEN = 1_000;
    private static final double MILLISECONDS = 1_000;
    private static final List<Metric> VERDICTS = List.of(Metric.PASSED, Metric.FAILED, Metric.VOID);
    private static final List<Metric> OUTCOMES = List.of(
            Metric.RELEASED,
            Metric.PROVEN,
            Metric.EJECTED,
            Metric.NOT_INSTALLABLE,
            Metric.SUPERSEDED,
            Metric.CANCELLED,
            Metric.UNDECIDED,
            Metric.INCOMPATIBLE);

    private static final SortedMap<Metric, String> TIMES = new TreeMap<>(Map.of(
            Metric.LEAD, "From a change's entry to production",
            Metric.RESTORE, "From a promotion to that of the rollback that followed it",
            Metric.QUEUE, "From a change's entry to its first departure",
            Metric.INSTALL, "To bring a set into an environment",
            Metric.TEST, "Tests of a set",
            Metric.PROMOTE, "From a release's making to its promotion"));

    private final Store store;
    private final Clock clock;
    private final Live live;

    MetricViews(Store store, Clock clock, Live live) {
        this.store = store;
        this.clock = clock;
        this.live = live;
    }

    byte[] text() {
        SortedMap<String, String> owners = new TreeMap<>();
        Stream.concat(store.streams("train/").stream(), store.streams("lane/").stream())
                .limit(OWNERS)
                .forEach(stream -> owners.put(ItemViews.owner(stream), stream));
        OpenMetrics out = new OpenMetrics();
        now(owners, out);
        ever(owners.keySet(), out);
        webhooks(out);
        return out.end();
    }

    private static Map<String, String> labels(String... namesAndValues) {
        Map<String, String> labels = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            labels.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return labels;
    }

    private void now(SortedMap<String, String> owners, OpenMetrics out) {
        SortedMap<String, Activity> activities = new TreeMap<>();
        owners.forEach((owner, stream) -> activities.put(owner, store.activity(stream, OPEN)));
        out.gauge("queue_length", "", "Changes and lanes that wait, up to " + OPEN);
        activities.forEach(
                (owner, a) -> out.value(labels("owner", owner), waiting(a).size()));
        out.gauge("queue_oldest", "seconds", "How long the oldest of them has waited; 0 where none does");
        activities.forEach((owner, a) -> out.value(labels("owner", owner), oldest(waiting(a))));
        out.gauge("paused", "", "1 while a train does not depart");
        activities.forEach(
                (owner, a) -> out.value(labels("owner", owner), a.pause().isPresent() ? 1 : 0));
        out.gauge("trials_running", "", "Sets that are being installed or tested");
        activities.forEach(
                (owner, a) -> out.value(labels("owner", owner), a.trials().size()));
    }

    private static List<Entry> waiting(Activity activity) {
        Set<String> batch = new HashSet<>();
        activity.departed().ifPresent(b -> batch.addAll(b.changes()));
        return activity.open().stream().filter(e -> !batch.contains(e.id())).toList();
    }

    private double oldest(List<Entry> waiting) {
        Instant now = clock.instant();
        return waiting.stream()
                .mapToDouble(e -> Duration.between(e.askedAt(), now).toMillis() / MILLISECONDS)
                .max()
                .orElse(0);
    }

    private DayCounts sum(String owner) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), store.zone());
        DayCounts sum = new DayCounts();
        // A controller with a clock ahead of this one counts for tomorrow.
        store.days(owner, FIRST_DAY, today.plusDays(1), EVER).values().forEach(sum::add);
        return sum;
    }

    private void ever(Set<String> owners, OpenMetrics out) {
        SortedMap<String, DayCounts> sums = new TreeMap<>();
        owners.forEach(owner -> sums.put(owner, sum(owner)));
        out.counter("releases", "", "Releases that came to production, rollbacks included");
        sums.forEach((owner, c) -> {
            out.total(labels("owner", owner, "kind", "release"), c.count(Metric.DEPLOYED));
            out.total(labels("owner", owner, "kind", "rollback"), c.count(Metric.ROLLED_BACK));
        });
        out.counter("trials", "", "Trials by verdict");
        sums.forEach((owner, c) -> counters(out, VERDICTS, c, name -> labels("owner", owner, "verdict", name)));
        out.counter("changes", "", "Changes and lanes by final outcome");
        sums.forEach((owner, c) -> counters(out, OUTCOMES, c, name -> labels("owner", owner, "outcome", name)));
        out.counter("pauses", "", "How often a train was paused");
        sums.forEach((owner, c) -> out.total(labels("owner", owner), c.count(Metric.PAUSES)));
        out.counter("promotion", "bytes", "Bytes of blobs that promotions sent to production registries");
        out.total(Map.of(), sum("").count(Metric.SENT_BYTES));
        TIMES.forEach((metric, help) -> {
            String name = metric.name().toLowerCase(Locale.ROOT) + "_time";
            out.histogram(name, "seconds", help + "; the sum is within 5 %");
            sums.forEach((owner, c) -> out.histogram(labels("owner", owner), c.histogram(metric)));
        });
    }

    private static void counters(
            OpenMetrics out, List<Metric> metrics, DayCounts counts, Function<String, Map<String, String>> labels) {
        metrics.forEach(m -> out.total(labels.apply(m.name().toLowerCase(Locale.ROOT)), counts.count(m)));
    }

    private void webhooks(OpenMetrics out) {
        out.gauge("webhook_failures", "", "Attempts in a row that failed, by this controller");
        live.deliveries().forEach(d -> out.value(labels("webhook", d.name()), d.failures()));
        out.gauge("webhook_parked", "", "1 where a webhook was given up");
        live.deliveries().forEach(d -> out.value(labels("webhook", d.name()), "PARKED".equals(d.state()) ? 1 : 0));
    }
}
