package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.train.Evidence;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import io.jenkins.plugins.releasetrain.engine.train.Rates;
import io.jenkins.plugins.releasetrain.engine.train.Statistics;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Decision;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Situation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Our train: the decisions are those of the real one. */
final class TrainLine implements Line {
    private final Settings settings;
    private final List<String> queue = new ArrayList<>();
    private final Map<Attempt, Tried> running = new LinkedHashMap<>();
    /** Built on a set that failed meanwhile. They run to their end here, which the real train does not wait for. */
    private final Set<Attempt> voided = new HashSet<>();

    private final List<Decided> decided = new ArrayList<>();
    private Evidence evidence = Evidence.NONE;
    private Statistics statistics = Statistics.NONE;
    private int releases;

    record Settings(
            Statistics.Prior prior, double innocenceBound, int smallestBatch, int largestBatch, int environments) {}

    TrainLine(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void arrived(String change) {
        queue.add(change);
    }

    @Override
    public Optional<Attempt> next() {
        while (!queue.isEmpty()) {
            Rates rates = statistics.rates(settings.prior());
            int limit = TrialPolicy.batchLimit(rates, settings.smallestBatch(), settings.largestBatch());
            List<String> view = TrialPolicy.view(queue, evidence, limit * settings.environments());
            List<List<String>> elsewhere =
                    running.values().stream().map(Tried::changes).toList();
            Decision decision = new TrialPolicy(rates, settings.innocenceBound())
                    .decide(new Situation(view, evidence, true, 0, elsewhere, List.of(), queue.size()));
            if (decision instanceof Decision.Run run) {
                Attempt attempt = new Attempt(run.changes());
                running.put(attempt, new Tried(run.changes(), true, 1, source()));
                return Optional.of(attempt);
            } else if (decision instanceof Decision.Release release) {
                release(release.changes());
            } else if (decision instanceof Decision.Eject eject) {
                eject(eject.change());
            } else {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private Evidence.Source source() {
        return new Evidence.Source(List.of(), baseline(), "", true);
    }

    private String baseline() {
        return "release " + releases;
    }

    private void release(List<String> changes) {
        releases++;
        statistics = statistics.proved(evidence.flakesProved(changes));
        evidence = evidence.released(changes, baseline());
        running.replaceAll((attempt, tried) -> tried.whenReleased(changes, baseline()));
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
        Tried tried = running.remove(attempt);
        boolean open = queue.containsAll(tried.changes()) && !tried.changes().isEmpty();
        boolean overtaken = voided.remove(attempt) && !passed;
        if (open && !overtaken) {
            evidence = passed ? evidence.passed(tried.passedOn(baseline())) : evidence.failed(tried);
        }
        if (!passed) {
            running.forEach((other, on) -> {
                if (on.changes().size() > tried.changes().size() && on.changes().containsAll(tried.changes())) {
                    voided.add(other);
                }
            });
        }
    }

    @Override
    public List<Decided> decided() {
        List<Decided> news = List.copyOf(decided);
        decided.clear();
        return news;
    }
}
