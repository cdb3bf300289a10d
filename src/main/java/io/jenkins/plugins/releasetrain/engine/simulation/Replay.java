package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.blame.Statistics.Prior;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.simulation.Simulation.Arrival;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A train's own history under other settings: the changes that were decided come when they came, and are bad if they were
 * found to be. Trials take as long as they did on average, and good sets flake as often. Superseded, cancelled and test
 * changes are left out.
 */
public final class Replay {
    private static final double MINUTES_PER_DAY = 24 * 60;
    private static final double MILLIS_PER_MINUTE = 60_000;
    /** Beyond the last arrival, for what is still waiting then. */
    private static final double DAYS_AFTER = 2;

    private static final int SEEDS = 5;
    private static final double P50 = 0.5;
    private static final double P95 = 0.95;

    private final Advisor.Site site;
    private final List<Arrival> arrivals;
    private final Row actual;

    /**
     * Settings to try.
     *
     * @param innocenceBound the largest accepted chance that an ejected change is innocent
     */
    public record Choice(int environments, int smallestBatch, int largestBatch, double innocenceBound) {
        /** The defaults with so many environments. */
        public static Choice of(int environments) {
            return new Choice(environments, 1, 32, 0.0002);
        }
    }

    /**
     * How it went, or would have gone.
     *
     * @param decided changes that were released or ejected
     * @param p50Minutes and p95Minutes: from request to release of good changes
     * @param trialsPerChange void ones included in what really happened
     */
    public record Row(String title, int decided, double p50Minutes, double p95Minutes, double trialsPerChange) {}

    private Replay(Advisor.Site site, List<Arrival> arrivals, Row actual) {
        this.site = site;
        this.arrivals = arrivals;
        this.actual = actual;
    }

    /**
     * @param events of a train, in order
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException where nothing was decided yet
     */
    public static Replay of(List<RecordedEvent> events) {
        Advisor.Site site = Advisor.measured(events, 1, 1);
        Map<String, Instant> queued = new HashMap<>();
        List<Arrival> arrivals = new ArrayList<>();
        List<Double> leads = new ArrayList<>();
        Instant begin = events.get(0).at();
        int trials = 0;
        for (RecordedEvent recorded : Advisor.ofCandidates(events)) {
            if (recorded.event() instanceof Event.ChangeQueued e) {
                queued.put(e.change().id(), e.change().queuedAt());
            } else if (recorded.event() instanceof Event.TrialEnded) {
                trials++;
            } else if (recorded.event() instanceof Event.ChangeEnded e && queued.containsKey(e.change())) {
                Instant asked = queued.remove(e.change());
                boolean bad = e.outcome() == Outcome.EJECTED || e.outcome() == Outcome.NOT_INSTALLABLE;
                if (bad || e.outcome() == Outcome.RELEASED) {
                    arrivals.add(new Arrival(minutes(begin, asked), bad));
                }
                if (e.outcome() == Outcome.RELEASED) {
                    leads.add(minutes(asked, recorded.at()));
                }
            }
        }
        arrivals.sort(Comparator.comparing(Arrival::minutes));
        leads.sort(Comparator.naturalOrder());
        Row actual = new Row(
                "as it was", arrivals.size(), at(leads, P50), at(leads, P95), (double) trials / arrivals.size());
        return new Replay(site, arrivals, actual);
    }

    private static double minutes(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis() / MILLIS_PER_MINUTE);
    }

    private static double at(List<Double> sorted, double share) {
        return sorted.isEmpty()
                ? Double.NaN
                : sorted.get((int) Math.min(sorted.size() - 1.0, Math.floor(share * sorted.size())));
    }

    /** What really happened, with the settings of that time, pauses and freezes included. */
    public Row actual() {
        return actual;
    }

    /** The real train's policy on the same changes; the medians of several runs with other flakes. */
    public Row with(Choice choice) {
        List<Result> results = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            Prior prior = new Prior(site.failure(), 40, site.flake(), 100);
            Line line = new TrainLine(new TrainLine.Settings(
                    prior,
                    choice.innocenceBound(),
                    choice.smallestBatch(),
                    choice.largestBatch(),
                    choice.environments()));
            results.add(Simulation.replay(workload(choice.environments(), seed), arrivals, line));
        }
        return row("train, " + choice.environments() + " environments, up to " + choice.largestBatch(), results);
    }

    /** Another way to release the same changes. */
    public Row with(Policy policy, int environments) {
        List<Result> results = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            Workload workload = workload(environments, seed);
            results.add(Simulation.replay(workload, arrivals, policy.line(workload)));
        }
        return row(policy.title() + ", " + environments + " at once", results);
    }

    private Workload workload(int environments, long seed) {
        double last = arrivals.get(arrivals.size() - 1).minutes();
        return new Workload(
                site.changesPerHour(),
                site.failure(),
                site.flake(),
                site.trialMinutes(),
                environments,
                last / MINUTES_PER_DAY + DAYS_AFTER,
                seed);
    }

    private static Row row(String title, List<Result> results) {
        results.sort(Comparator.comparingDouble(r -> r.lead(P95)));
        Result middle = results.get(results.size() / 2);
        return new Row(title, middle.decided(), middle.lead(P50), middle.lead(P95), middle.trialsPerChange());
    }
}
