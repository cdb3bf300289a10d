package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline.Streak;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Situation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * What is tried besides the baseline while it fails. It may fail because of itself: a version that passed by luck is in
 * production, say. Then no control run will ever pass, and what corrects it waits in the queue. So each control run that
 * failed is followed by one trial of what came since: of all that is new at first, then one by one, the newest first. They
 * blame nobody, since nothing passes between them (I4).
 */
public final class Correction {
    private Correction() {}

    /** @return changes to be tried together on the baseline; none: the next run is a control run, when it is due */
    public static List<String> next(Situation now) {
        List<Run> open = open(now);
        List<String> since = Timeline.cameSince(open, now.changes());
        List<String> fresh = Timeline.without(since, open);
        return fresh.isEmpty() ? oneOf(since, now, open) : with(now, fresh);
    }

    private static List<Run> open(Situation now) {
        return now.baseline()
                .timeline()
                .with(now.evidence().failedRuns())
                .open(now.baseline().environment())
                .map(Streak::runs)
                .map(runs ->
                        runs.stream().sorted(Comparator.comparing(Run::end)).toList())
                .orElse(List.of());
    }

    /** The one that was tried least by itself, of these the newest. */
    private static List<String> oneOf(List<String> since, Situation now, List<Run> open) {
        List<String> least = List.of();
        long fewest = Long.MAX_VALUE;
        for (int i = since.size() - 1; i >= 0; i--) {
            List<String> set = with(now, List.of(since.get(i)));
            long runs = open.stream().filter(run -> run.changes().equals(set)).count();
            if (runs < fewest) {
                fewest = runs;
                least = set;
            }
        }
        return least;
    }

    /** In the queue's order, with what cannot be left out before them. */
    private static List<String> with(Situation now, Collection<String> chosen) {
        List<String> set = new ArrayList<>();
        boolean after = false;
        for (int i = now.changes().size() - 1; i >= 0; i--) {
            String change = now.changes().get(i);
            boolean wanted = chosen.contains(change);
            if (wanted || after && now.inseparable().contains(change)) {
                set.add(0, change);
            }
            after |= wanted;
        }
        return set;
    }
}
