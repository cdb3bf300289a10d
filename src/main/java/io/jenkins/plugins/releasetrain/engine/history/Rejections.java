package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.FailedTest;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which runs, and which of their tests, say that a change is to blame. */
final class Rejections {
    private static final Set<Event.Outcome> REJECTED = Set.of(Event.Outcome.EJECTED, Event.Outcome.NOT_INSTALLABLE);

    private Rejections() {}

    /** @return null where it was not rejected */
    static Searched.Rejection of(Entry request, Searched.Search search) {
        Event ended = request.ended().orElse(null);
        if (ended instanceof Event.ChangeEnded e && REJECTED.contains(e.outcome())) {
            return of(request.id(), search.trials(), e.innocence().orElse(null));
        }
        return ended instanceof Event.LaneEnded e && REJECTED.contains(e.outcome())
                ? of(request.id(), search.trials(), null)
                : null;
    }

    private static Searched.Rejection of(String change, List<Searched.TrialNode> trials, Double innocence) {
        Searched.TrialNode with = last(trials, n -> n.role().equals(TrialTree.WITH) && holds(n, change));
        Searched.TrialNode failure = with == null ? last(trials, n -> isFailed(n) && holds(n, change)) : with;
        Searched.TrialNode without =
                with == null ? null : last(trials, n -> n.role().equals(TrialTree.WITHOUT));
        List<Searched.TrialNode> runs = trials.stream()
                .filter(n -> failure != null && n.changes().equals(failure.changes()))
                .filter(n -> isFailed(n) || n.verdict().equals("PASSED"))
                .filter(n -> !n.memo())
                .toList();
        List<Searched.TrialNode> failed =
                runs.stream().filter(Rejections::isFailed).toList();
        List<Searched.Culprit> failures = failures(change, failed, trials);
        if (failed.size() == 1) {
            failures = narrowed(change, failures, trials);
        }
        return new Searched.Rejection(
                failure == null ? "" : failure.id(),
                without == null ? "" : without.id(),
                failed.size(),
                runs.size(),
                innocence,
                failures.stream()
                        .filter(Searched.Culprit::each)
                        .map(Searched.Culprit::name)
                        .toList(),
                failures);
    }

    /** Of one run nobody knows which of its failures are by chance: those of every set with the change that failed are not. */
    private static List<Searched.Culprit> narrowed(
            String change, List<Searched.Culprit> ofOneRun, List<Searched.TrialNode> trials) {
        List<Searched.TrialNode> all = trials.stream()
                .filter(n -> isFailed(n)
                        && holds(n, change)
                        && !n.memo()
                        && !n.failures().isEmpty())
                .toList();
        List<Searched.Culprit> failures = failures(change, all, trials);
        return failures.stream().anyMatch(Searched.Culprit::each) ? failures : ofOneRun;
    }

    /** @param failed runs with the change that failed */
    private static List<Searched.Culprit> failures(
            String change, List<Searched.TrialNode> failed, List<Searched.TrialNode> trials) {
        Set<String> without = trials.stream()
                .filter(n -> !holds(n, change))
                .flatMap(n -> n.failures().stream())
                .map(FailedTest::name)
                .collect(Collectors.toSet());
        Map<String, FailedTest> newest = new LinkedHashMap<>();
        Map<String, Integer> times = new LinkedHashMap<>();
        for (Searched.TrialNode run : failed) {
            Set<String> once = new HashSet<>();
            for (FailedTest test : run.failures()) {
                newest.put(test.name(), test);
                if (once.add(test.name())) {
                    times.merge(test.name(), 1, Integer::sum);
                }
            }
        }
        List<Searched.Culprit> culprits = new ArrayList<>();
        newest.forEach((name, test) -> culprits.add(new Searched.Culprit(
                name,
                test.url(),
                times.get(name) == failed.size() && !without.contains(name),
                without.contains(name))));
        culprits.sort(Comparator.comparing(Searched.Culprit::without)
                .thenComparing(c -> !c.each())
                .thenComparing(Searched.Culprit::name));
        return culprits;
    }

    private static boolean isFailed(Searched.TrialNode node) {
        return node.verdict().equals("FAILED");
    }

    private static boolean holds(Searched.TrialNode node, String change) {
        return node.changes().contains(change);
    }

    private static Searched.TrialNode last(List<Searched.TrialNode> trials, Predicate<Searched.TrialNode> wanted) {
        return trials.stream().filter(wanted).reduce((first, last) -> last).orElse(null);
    }
}
