package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import io.jenkins.plugins.releasetrain.engine.blame.Statistics.Explained;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline.Streak;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The runs that a train remembers of its environments, besides the failures that are evidence against changes. */
public final class RunLog {
    private RunLog() {}

    /** One more pass or control run; passes that no failure asks about any more are forgotten. */
    public static Timeline after(Timeline timeline, Evidence evidence, Run run) {
        Timeline now = timeline.with(run);
        Instant from = Stream.concat(evidence.failedRuns(), now.runs().stream().filter(Run::failed))
                .map(Run::start)
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
        Set<Run> newest = new HashSet<>();
        now.runs().stream()
                .filter(Run::passed)
                .map(Run::environment)
                .distinct()
                .forEach(e -> now.runs().stream()
                        .filter(r -> r.passed() && r.environment().equals(e))
                        .reduce((first, last) -> last)
                        .ifPresent(newest::add));
        return new Timeline(
                now.runs().stream()
                        .filter(r -> r.failed() || !r.end().isBefore(from) || newest.contains(r))
                        .toList(),
                now.resumed().stream().filter(at -> !at.isBefore(from)).toList());
    }

    /** Without failures, which say nothing about another baseline. */
    static Timeline passes(Timeline timeline) {
        return new Timeline(timeline.runs().stream().filter(Run::passed).toList(), timeline.resumed());
    }

    /** The name that its runs have in an environment: a suite of its own says nothing about what others see. */
    static String environment(String environment, boolean testRelease) {
        return testRelease ? environment + " (test releases)" : environment;
    }

    /** A trial's run; runs of one environment follow each other, also on a clock that does not see the difference. */
    static Run run(TrainState.Search search, TrainState.Trial trial, Instant end, Verdict verdict) {
        String environment = environment(trial.environment(), trial.testRelease());
        Instant free = Stream.concat(
                        search.timeline().runs().stream(), search.evidence().failedRuns())
                .filter(r -> r.environment().equals(environment))
                .map(r -> r.end().plusMillis(1))
                .max(Instant::compareTo)
                .orElse(trial.since());
        Instant start = free.isAfter(trial.since()) ? free : trial.since();
        return new Run(
                trial.id(),
                environment,
                trial.changes(),
                start,
                end.isAfter(start) ? end : start.plusMillis(1),
                verdict);
    }

    /** These failures turn out to be nobody's: chance, or the environment's. */
    public static Timeline nobodysFault(Timeline timeline, Collection<Run> failed) {
        return timeline.with(failed.stream());
    }

    /** What is left of the timeline, and what failures were that no change is suspected of any more. */
    public record Settled(Timeline timeline, Statistics statistics) {}

    /** After a pass: streaks without suspects are counted and forgotten. */
    public static Settled settled(Timeline timeline, Evidence evidence, Statistics statistics, Run pass) {
        Set<Run> suspicious = evidence.failedRuns().collect(Collectors.toSet());
        Set<Run> settled = new HashSet<>();
        Explained explained = Explained.NOTHING;
        for (Streak streak : timeline.with(suspicious.stream()).streaks()) {
            if (!streak.open() && streak.runs().stream().noneMatch(suspicious::contains)) {
                explained = explained.plus(statistics.explain(streak.runs()));
                settled.addAll(streak.runs());
            }
        }
        return new Settled(
                new Timeline(
                        timeline.runs().stream()
                                .filter(r -> !settled.contains(r))
                                .toList(),
                        timeline.resumed()),
                statistics.proved(pass.hours(), explained));
    }
}
