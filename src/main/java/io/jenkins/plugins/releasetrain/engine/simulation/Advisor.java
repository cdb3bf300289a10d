package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Mono or micro? Simulates what a site can choose from, at its own rates (design §1). */
public final class Advisor {
    private static final double P50 = 0.5;
    private static final double P95 = 0.95;
    private static final double MINUTES_PER_HOUR = 60;
    private static final double MINUTES_PER_DAY = 1_440;

    private Advisor() {}

    /**
     * What a site is like.
     *
     * @param changesPerHour that ask to be released
     * @param failure share of bad changes
     * @param flake share of trials of good sets that fail
     * @param trialMinutes one CI/CD cycle, installation included
     * @param environments staging environments for a train
     * @param lanes micro releases that can be tested at once
     */
    public record Site(
            double changesPerHour, double failure, double flake, double trialMinutes, int environments, int lanes) {}

    /**
     * How one way does.
     *
     * @param capacity changes per hour when the queue is always full
     * @param steady whether it keeps up with the site's changes; the lead times mean nothing otherwise
     * @param p50Minutes and p95Minutes: from request to release of good changes
     * @param wrongEjections share of the good changes
     */
    public record Row(
            String title,
            double capacity,
            boolean steady,
            double p50Minutes,
            double p95Minutes,
            double trialsPerChange,
            double wrongEjections) {}

    /** @param best the quickest that keeps up, trains first where they are as good, since they are clearer */
    public record Advice(List<Row> rows, Row best, String text) {}

    /**
     * How long to think: simulated days and how often, each with other luck.
     *
     * @param mostTrials ends a simulation of short trials before its days are over
     */
    public record Effort(double days, int seeds, int mostTrials) {
        public static final Effort FULL = new Effort(60, 5, Integer.MAX_VALUE);
        /** A tenth or less of the full one's time, for percentiles of about two thousand changes. */
        public static final Effort QUICK = new Effort(14, 3, 600);

        private double daysOf(Site site) {
            return Math.min(days, mostTrials * site.trialMinutes() / MINUTES_PER_DAY);
        }
    }

    public static Advice advise(Site site) {
        return advise(site, Effort.FULL);
    }

    public static Advice advise(Site site, Effort effort) {
        List<Row> rows = new ArrayList<>();
        for (Policy policy : List.of(Policy.SERIAL, Policy.BATCH_4, Policy.BORS)) {
            rows.add(row(policy, policy.title(), new Question(site, effort, 1)));
        }
        for (int environments = 1; environments <= site.environments(); environments++) {
            rows.add(row(
                    Policy.TRAIN,
                    "train, " + environments + " environments",
                    new Question(site, effort, environments)));
        }
        rows.add(row(Policy.LANES, site.lanes() + " lanes", new Question(site, effort, site.lanes())));
        Row train = rows.get(rows.size() - 2);
        Row lanes = rows.get(rows.size() - 1);
        Row best = train.steady() && (train.p95Minutes() <= 2 * lanes.p95Minutes() || !lanes.steady()) ? train : lanes;
        return new Advice(rows, best, text(site, train, lanes, best));
    }

    private static String text(Site site, Row train, Row lanes, Row best) {
        String keepsUp = best.steady() ? "" : " Neither keeps up: shorten the cycle, or add environments or lanes.";
        String which = best == train ? "Mono: at " : "Micro: at ";
        return which
                + String.format(
                        Locale.ROOT,
                        "%.1f changes/h the train %s (up to %.1f/h; half are out after %.0f min, 95 %% after %.0f) and"
                                + " the lanes %s (up to %.1f/h; %.0f and %.0f min, for tests that bear neighbours).%s",
                        site.changesPerHour(),
                        train.steady() ? "keeps up" : "does not keep up",
                        train.capacity(),
                        train.p50Minutes(),
                        train.p95Minutes(),
                        lanes.steady() ? "keep up" : "do not keep up",
                        lanes.capacity(),
                        lanes.p50Minutes(),
                        lanes.p95Minutes(),
                        keepsUp);
    }

    private record Question(Site site, Effort effort, int environments) {
        Workload workload(double arrivals, long seed) {
            return new Workload(
                    arrivals,
                    site.failure(),
                    site.flake(),
                    site.trialMinutes(),
                    environments,
                    effort.daysOf(site),
                    seed);
        }
    }

    private static Row row(Policy policy, String title, Question question) {
        List<Result> full = new ArrayList<>();
        List<Result> live = new ArrayList<>();
        for (int seed = 1; seed <= question.effort().seeds(); seed++) {
            full.add(policy.run(question.workload(0, seed)));
            live.add(policy.run(question.workload(question.site().changesPerHour(), seed)));
        }
        return new Row(
                title,
                full.stream().mapToDouble(Result::capacity).average().orElseThrow(),
                live.stream().allMatch(Result::steady),
                median(live, P50),
                median(live, P95),
                live.stream().mapToDouble(Result::trialsPerChange).average().orElseThrow(),
                live.stream().mapToDouble(Result::wrongEjections).average().orElseThrow());
    }

    private static double median(List<Result> results, double share) {
        return results.stream()
                .map(r -> r.lead(share))
                .sorted(Comparator.naturalOrder())
                .skip(results.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    /**
     * A site as its train's events say: change rate, failure rate, flake rate and cycle time.
     *
     * @param events of a train, in order
     * @param environments and lanes to ask about
     * @throws EngineException where nothing was decided yet
     */
    public static Site measured(List<RecordedEvent> events, int environments, int lanes) {
        Measure measure = new Measure();
        ofCandidates(events).forEach(measure::add);
        return measure.site(environments, lanes);
    }

    /** Without test releases and their trials, which say nothing about how many release candidates are bad. */
    static List<RecordedEvent> ofCandidates(List<RecordedEvent> events) {
        Set<String> tests = new HashSet<>();
        List<RecordedEvent> kept = new ArrayList<>();
        for (RecordedEvent recorded : events) {
            Event event = recorded.event();
            if (event instanceof Event.ChangeQueued e && !e.change().promote()) {
                tests.add(e.change().id());
            } else if (event instanceof Event.TrialStarted e
                    && !e.changes().isEmpty()
                    && tests.containsAll(e.changes())) {
                tests.add(e.trial());
            } else if (!(event instanceof Event.ChangeEnded ended && tests.contains(ended.change()))
                    && !(event instanceof Event.TrialEnded trial && tests.contains(trial.trial()))) {
                kept.add(recorded);
            }
        }
        return kept;
    }

    /** Counts over events; a failed run of a set that passes later was a flake. */
    private static final class Measure {
        private final Map<String, Integer> failed = new HashMap<>();
        private Instant first;
        private Instant last;
        private int queued;
        private int released;
        private int ejected;
        private int passes;
        private int flakes;
        private int trials;
        private long milliseconds;

        void add(RecordedEvent recorded) {
            first = first == null ? recorded.at() : first;
            last = recorded.at();
            if (recorded.event() instanceof Event.ChangeQueued) {
                queued++;
            } else if (recorded.event() instanceof Event.ChangeEnded e) {
                released += e.outcome() == Outcome.RELEASED ? 1 : 0;
                ejected += e.outcome() == Outcome.EJECTED || e.outcome() == Outcome.NOT_INSTALLABLE ? 1 : 0;
            } else if (recorded.event() instanceof Event.TrialEnded e && e.verdict() != Verdict.VOID) {
                trials++;
                milliseconds += e.milliseconds();
                if (e.verdict() == Verdict.FAILED) {
                    failed.merge(e.set().value(), 1, Integer::sum);
                } else {
                    passes++;
                    flakes += failed.getOrDefault(e.set().value(), 0);
                }
            }
        }

        Site site(int environments, int lanes) {
            if (released + ejected == 0 || trials == 0 || !last.isAfter(first)) {
                throw EngineException.invalid(
                        "Nothing was released or rejected yet, so that there is nothing to measure; give the rates");
            }
            double hours = Duration.between(first, last).toMillis() / (MINUTES_PER_HOUR * 60_000);
            double failure = (ejected + 0.5) / (released + ejected + 1.0);
            return new Site(
                    queued / hours,
                    failure,
                    (double) flakes / Math.max(1, passes + flakes),
                    Math.max(1, milliseconds / (60_000.0 * trials)),
                    environments,
                    lanes);
        }
    }
}
