package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.blame.Belief;
import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.Correction;
import io.jenkins.plugins.releasetrain.engine.train.Evidence;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import io.jenkins.plugins.releasetrain.engine.train.RunLog;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Baseline;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Decision;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Situation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Our train: the decisions are those of the real one. */
public final class TrainLine implements Line {
    private static final double MILLIS_PER_MINUTE = 60_000;

    private final Settings settings;
    /** Their names, by place; those that have none are called by their number. */
    private final List<String> environments;

    private final List<String> queue = new ArrayList<>();
    private final Map<Attempt, Running> running = new LinkedHashMap<>();
    /** Built on a set that failed meanwhile. They run to their end here, which the real train does not wait for. */
    private final Set<Attempt> voided = new HashSet<>();

    private final List<Decided> decided = new ArrayList<>();
    private Evidence evidence = Evidence.NONE;
    private Timeline timeline = Timeline.EMPTY;
    private Statistics statistics = Statistics.NONE;
    private int releases;
    private int runs;
    private double wakes = Double.MAX_VALUE;

    /** As of a train's. @param environments how many trials can run at once */
    public record Settings(
            Statistics.Prior prior, double innocenceBound, int smallestBatch, int largestBatch, int environments) {}

    /**
     * Where a train stands.
     *
     * @param queue the changes that are not decided, in the order of departure
     */
    public record Present(
            List<String> queue, Evidence evidence, Timeline timeline, Statistics statistics, List<Trial> trials) {}

    /** A trial that runs. */
    public record Trial(Tried tried, String environment, Instant since) {}

    private record Running(Tried tried, String environment, Instant start) {
        Running with(Tried newTried) {
            return new Running(newTried, environment, start);
        }
    }

    TrainLine(Settings settings) {
        this.settings = settings;
        this.environments = List.of();
    }

    /** One that goes on from where a train stands; its time is in minutes since the epoch. */
    TrainLine(Settings settings, Present present, List<String> environments) {
        this.settings = settings;
        this.environments = environments;
        this.queue.addAll(present.queue());
        this.evidence = present.evidence();
        this.timeline = present.timeline();
        this.statistics = present.statistics();
    }

    /** A trial that ran already when it began. */
    Attempt goOn(Trial trial) {
        Attempt attempt = new Attempt(trial.tried().changes());
        running.put(attempt, new Running(trial.tried(), trial.environment(), trial.since()));
        return attempt;
    }

    Present present() {
        return new Present(
                List.copyOf(queue),
                evidence,
                timeline,
                statistics,
                running.values().stream()
                        .map(r -> new Trial(r.tried(), r.environment(), r.start()))
                        .toList());
    }

    @Override
    public void arrived(String change) {
        queue.add(change);
    }

    @Override
    public Optional<Attempt> next() {
        return next(0, 0);
    }

    @Override
    public double wakes() {
        return wakes;
    }

    @Override
    public Optional<Attempt> next(int place, double now) {
        wakes = wakes <= now ? Double.MAX_VALUE : wakes;
        String environment = place < environments.size() ? environments.get(place) : "environment " + place;
        while (!queue.isEmpty()) {
            Decision decision = decide(environment);
            if (decision instanceof Decision.Run run) {
                return Optional.of(start(run.changes(), environment, now));
            } else if (decision instanceof Decision.Release release) {
                release(release.changes());
            } else if (decision instanceof Decision.Eject eject) {
                eject(eject.change());
            } else if (decision instanceof Decision.Stop stop) {
                if (!stop.broken().due().isAfter(at(now))) {
                    return Optional.of(start(List.of(), environment, now));
                }
                List<String> correction = correction(environment);
                if (!correction.isEmpty()) {
                    return Optional.of(start(correction, environment, now));
                }
                wakes = Math.min(wakes, stop.broken().due().toEpochMilli() / MILLIS_PER_MINUTE);
                return Optional.empty();
            } else {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private Decision decide(String environment) {
        Rates rates = statistics.rates(settings.prior());
        int limit = TrialPolicy.batchLimit(rates, settings.smallestBatch(), settings.largestBatch());
        return new TrialPolicy(rates, settings.innocenceBound())
                .decide(situation(environment, limit * settings.environments()));
    }

    private Situation situation(String environment, int fresh) {
        List<List<String>> elsewhere =
                running.values().stream().map(r -> r.tried().changes()).toList();
        return new Situation(
                TrialPolicy.view(queue, evidence, fresh),
                evidence,
                new Baseline(environment, true, timeline),
                elsewhere,
                List.of(),
                queue.size());
    }

    /** As a train has it: where no other environment may work. */
    private List<String> correction(String environment) {
        return settings.environments() > 1 || !running.isEmpty()
                ? List.of()
                : Correction.next(situation(environment, Belief.WIDEST));
    }

    private Attempt start(List<String> changes, String environment, double now) {
        Attempt attempt = new Attempt(changes);
        running.put(attempt, new Running(new Tried(changes, true, List.of(), source()), environment, at(now)));
        return attempt;
    }

    private static Instant at(double minutes) {
        return Instant.ofEpochMilli(Math.round(minutes * MILLIS_PER_MINUTE));
    }

    private Evidence.Source source() {
        return new Evidence.Source(List.of(), baseline(), "", true);
    }

    private String baseline() {
        return "release " + releases;
    }

    private void release(List<String> changes) {
        releases++;
        timeline = RunLog.nobodysFault(timeline, evidence.notToBlame(changes));
        evidence = evidence.released(changes, baseline());
        running.replaceAll((attempt, r) -> r.with(r.tried().whenReleased(changes, baseline())));
        queue.removeAll(changes);
        changes.forEach(change -> {
            statistics = statistics.decided(false);
            decided.add(new Decided(change, true));
        });
    }

    private void eject(String change) {
        evidence = evidence.without(change);
        queue.remove(change);
        statistics = statistics.decided(true);
        decided.add(new Decided(change, false));
    }

    @Override
    public void ended(Attempt attempt, boolean passed) {
        throw new UnsupportedOperationException("A train looks at the time");
    }

    @Override
    public void ended(Attempt attempt, boolean passed, double now) {
        Running ended = running.remove(attempt);
        Tried tried = ended.tried();
        Run run = new Run(
                "trial " + ++runs,
                ended.environment(),
                attempt.changes,
                ended.start(),
                at(now),
                passed ? Verdict.PASSED : Verdict.FAILED);
        boolean open = queue.containsAll(tried.changes()) && !tried.changes().isEmpty();
        boolean overtaken = voided.remove(attempt) && !passed;
        if (passed || attempt.changes.isEmpty()) {
            timeline = RunLog.after(timeline, evidence, run);
        }
        if (passed) {
            RunLog.Settled settled = RunLog.settled(timeline, evidence, statistics, run);
            timeline = settled.timeline();
            statistics = settled.statistics();
        }
        if (open && !overtaken) {
            Tried said = new Tried(tried.changes(), tried.exact(), List.of(run), tried.source());
            evidence = passed ? evidence.passed(said.passedOn(baseline())) : evidence.failed(said);
        }
        if (!passed) {
            running.forEach((other, on) -> {
                if (!tried.changes().isEmpty()
                        && on.tried().changes().size() > tried.changes().size()
                        && on.tried().changes().containsAll(tried.changes())) {
                    voided.add(other);
                }
            });
        }
    }

    @Override
    public void lost(Attempt attempt) {
        running.remove(attempt);
        voided.remove(attempt);
    }

    @Override
    public List<Decided> decided() {
        List<Decided> news = List.copyOf(decided);
        decided.clear();
        return news;
    }
}
