package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.FailedTest;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.TrialRecord;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tests that fail now and then, by name: those that failed in a trial of a set that passed in another one. A trial in which
 * more failed than are kept by name tells of its environment rather than of any of them. Pure.
 */
final class Unsteady {
    /** Trials that are looked at. */
    static final int TRIALS = 400;

    private static final int SHOWN = 10;

    private Unsteady() {}

    /** @param trials with a verdict, newest first */
    static Trended.Unsteady of(List<TrialRecord> trials) {
        Set<Digest> passed = trials.stream()
                .filter(t -> verdict(t) == Verdict.PASSED)
                .map(t -> t.started().set())
                .collect(Collectors.toSet());
        Map<String, Trended.FlakyTest> tests = new HashMap<>();
        trials.stream()
                .filter(t -> verdict(t) == Verdict.FAILED
                        && passed.contains(t.started().set()))
                .flatMap(t -> t.tests().stream())
                .filter(report -> report.more() == 0)
                .forEach(report -> count(report, tests));
        return new Trended.Unsteady(
                trials.size(),
                tests.values().stream()
                        .sorted(Comparator.comparing(Trended.FlakyTest::failed)
                                .reversed()
                                .thenComparing(Trended.FlakyTest::test))
                        .limit(SHOWN)
                        .toList());
    }

    /** Reports may name a test twice, of two files. */
    private static void count(TestReport report, Map<String, Trended.FlakyTest> tests) {
        Set<String> seen = new HashSet<>();
        for (FailedTest failure : report.failures()) {
            if (seen.add(failure.name())) {
                tests.merge(
                        failure.name(),
                        new Trended.FlakyTest(failure.name(), report.build(), failure.url(), 1),
                        (last, earlier) -> last.onceMore());
            }
        }
    }

    private static Verdict verdict(TrialRecord trial) {
        return trial.ended().orElseThrow().verdict();
    }
}
