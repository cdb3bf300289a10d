package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Source;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Baseline;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Decision;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Situation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrialPolicyTest {
    private static final double BOUND = 0.0002;

    /** The baseline passed long before and long after all failures. */
    private static final Timeline PASSED = Timeline.of(List.of(run(Verdict.PASSED, 0), run(Verdict.PASSED, 1_000)));

    private static final Baseline WORKS = new Baseline("staging", true, PASSED);

    /** So many wait that every trial shall tell most. */
    private static final int FULL = 1_000;

    private final TrialPolicy exact = new TrialPolicy(new Rates(0.05, 0), BOUND);
    private final TrialPolicy flaky = new TrialPolicy(new Rates(0.05, 0.03), BOUND);

    @Test
    void wholeBatchIsTriedFirst() {
        assertThat(exact.decide(now(names(8), Evidence.NONE, true))).isEqualTo(new Decision.Run(names(8)));
    }

    @Test
    void failedBatchIsHalved() {
        Evidence evidence = Evidence.NONE.failed(tried(names(8), 1));
        assertThat(exact.decide(now(names(8), evidence, true))).isEqualTo(new Decision.Run(names(4)));
    }

    /** Of eight that failed, the first is warned of: half of what is believed is in fewer than half of them. */
    @Test
    void failedBatchIsHalvedByWhatIsBelievedOfEach() {
        Evidence evidence = Evidence.NONE.failed(tried(names(8), 1));
        Situation warned = new Situation(names(8), evidence, WORKS, List.of(), List.of(), FULL, List.of("c0"));
        assertThat(exact.decide(warned))
                .isInstanceOfSatisfying(
                        Decision.Run.class,
                        run -> assertThat(run.changes()).contains("c0").hasSizeLessThan(4));
    }

    @Test
    void I5_whatPassedIsReleasedAtOnce() {
        Evidence evidence = Evidence.NONE.failed(tried(names(8), 1)).passed(tried(names(3), 1));
        assertThat(exact.decide(now(names(8), evidence, true))).isEqualTo(new Decision.Release(names(3)));
    }

    @Test
    void I4_nobodyIsEjectedFromABaselineThatNeverPassed() {
        Evidence evidence = Evidence.NONE.failed(tried(names(1), 1));
        assertThat(exact.decide(now(names(1), evidence, true))).isInstanceOf(Decision.Eject.class);
        assertThat(exact.decide(new Situation(
                        names(1), evidence, new Baseline("staging", false, Timeline.EMPTY), List.of(), List.of(), 1)))
                .isEqualTo(new Decision.Run(List.of()));
    }

    @Test
    void I4_brokenBaselineBlamesNobody() {
        Evidence evidence = Evidence.NONE.failed(tried(names(4), 1));
        Timeline control = Timeline.of(List.of(run(Verdict.FAILED, 9)));
        Situation failedOnce =
                new Situation(names(4), evidence, new Baseline("staging", false, control), List.of(), List.of(), 4);
        assertThat(exact.decide(failedOnce))
                .isInstanceOfSatisfying(
                        Decision.Stop.class,
                        stop -> assertThat(stop.broken().runs()).hasSize(2));
        assertThat(flaky.decide(failedOnce)).as("one failure may be a flake").isEqualTo(new Decision.Run(List.of()));
    }

    @Test
    void I4_suspectOfAFlakySuiteIsRunAgainUntilChanceIsRuledOut() {
        int failures = 0;
        Situation situation;
        do {
            failures++;
            situation = now(names(1), Evidence.NONE.failed(tried(names(1), failures)), true);
        } while (flaky.decide(situation).equals(new Decision.Run(names(1))));
        double odds = 0.95 * Math.pow(0.03, failures) / 0.05;
        assertThat(((Decision.Eject) flaky.decide(situation)).innocence()).isCloseTo(odds / (1 + odds), within(1e-9));
        assertThat(odds / (1 + odds)).isLessThanOrEqualTo(BOUND);
        assertThat(failures).isEqualTo(4);
    }

    @Test
    void I4_whenTheOthersPassTheirFailuresCountAgainstTheSuspect() {
        Evidence evidence = Evidence.NONE
                .failed(tried(names(14), 1))
                .failed(tried(names(7), 1))
                .failed(tried(names(3), 1))
                .failed(tried(names(1), 1));
        Situation before = now(names(14), evidence, true);
        assertThat(flaky.decide(before))
                .as("the suspect is left out")
                .isInstanceOfSatisfying(
                        Decision.Run.class, run -> assertThat(run.changes()).doesNotContain("c0"));
        List<String> others = names(14).subList(1, 14);
        Situation after = now(names(1), evidence.released(others, ""), true);
        assertThat(flaky.decide(after)).isInstanceOf(Decision.Eject.class);
    }

    /** Two failures prove, and failures in a row are little more than one: something fresh passes between them half of the time. */
    @Test
    void freshChangesAreTriedBetweenTheFailuresOfASearch() {
        List<String> batch = names(13);
        Evidence failed = Evidence.NONE.failed(tried(batch, 1));
        assertThat(usual(names(26), failed, run(Verdict.PASSED, 0)).changes()).doesNotContainAnyElementsOf(batch);
        Evidence moved = failed.released(names(26).subList(13, 26), "");
        assertThat(usual(batch, moved, run(Verdict.PASSED, 0), run(Verdict.PASSED, 2))
                        .changes())
                .as("then the search goes on")
                .isSubsetOf(batch)
                .hasSizeLessThan(13);
    }

    /** What failed with it counts as soon as they pass, which tells more than a run of the suspect alone. */
    @Test
    void suspectWaitsForThoseWhoFailedWithItIfThatProvesIt() {
        Evidence evidence = Evidence.NONE
                .failed(new Tried(names(3), false, tried(names(3), 1).runs(), Source.UNKNOWN))
                .failed(tried(names(1), 1, 3));
        assertThat(usual(names(15), evidence, run(Verdict.PASSED, 0), run(Verdict.PASSED, 2), run(Verdict.PASSED, 4))
                        .changes())
                .contains("c1", "c2")
                .doesNotContain("c0");
    }

    @Test
    void twoSuspectsWhoFailedTogetherDoNotWaitForEachOther() {
        List<String> other = List.of("c1");
        Evidence evidence = Evidence.NONE
                .failed(new Tried(names(2), false, tried(names(2), 1).runs(), Source.UNKNOWN))
                .failed(tried(names(1), 1, 3))
                .failed(tried(other, 1, 5));
        Run[] passes =
                IntStream.of(0, 2, 4, 6).mapToObj(i -> run(Verdict.PASSED, i)).toArray(Run[]::new);
        assertThat(usual(names(15), evidence, passes).changes()).containsExactly("c0");
    }

    /** With flakes and outages as they are usual. */
    private static Decision.Run usual(List<String> changes, Evidence evidence, Run... passes) {
        Baseline works = new Baseline("staging", true, Timeline.of(List.of(passes)));
        Situation situation = new Situation(changes, evidence, works, List.of(), List.of(), FULL);
        return (Decision.Run) new TrialPolicy(new Rates(0.05, 0.001, 1.0 / 1_440, 1), BOUND).decide(situation);
    }

    @Test
    void I4_nobodyIsEjectedWithoutTheVerySetWithoutIt() {
        Evidence evidence = Evidence.NONE.failed(
                new Tried(names(1), false, tried(names(1), 9).runs(), Source.UNKNOWN));
        assertThat(flaky.decide(now(names(1), evidence, true))).isEqualTo(new Decision.Run(names(1)));
    }

    @Test
    void I4_runsWithAnEjectedChangeSayNothingAboutTheOthers() {
        Evidence evidence = Evidence.NONE
                .failed(tried(names(8), 1))
                .failed(tried(names(1), 1))
                .without("c0");
        assertThat(evidence.isEmpty()).isTrue();
    }

    /** Whose place a newer one took was as good as proven to be bad: that explains what failed with it. */
    @Test
    void I4_whatIsKnownOfWhomANewerOneReplacedExcusesThoseWhoFailedWithIt() {
        Evidence evidence = Evidence.NONE
                .failed(tried(names(2), 2))
                .failed(tried(List.of("c0"), 3))
                .superseded("c0")
                .about(Set.of("c1"))
                .failed(tried(List.of("c1"), 3));
        assertThat(flaky.decide(now(List.of("c1"), evidence, true))).isEqualTo(new Decision.Run(List.of("c1")));
        assertThat(evidence.without("c1").about(Set.of("c2"))).isEqualTo(Evidence.NONE);
    }

    @Test
    void changeThatALaterOneOverridesIsNeverLeftOut() {
        Evidence evidence = Evidence.NONE
                .failed(tried(names(14), 1))
                .failed(tried(names(7), 1))
                .failed(tried(names(3), 1))
                .failed(tried(names(1), 1));
        Situation situation = new Situation(names(14), evidence, WORKS, List.of(), List.of("c0"), FULL);
        assertThat(((Decision.Run) flaky.decide(situation)).changes()).contains("c0");
    }

    @Test
    void proofWaitsForThoseWhoMayLeaveUnlessTheQueueIsFull() {
        Evidence evidence = Evidence.NONE.failed(tried(names(1), 2));
        List<List<String>> next = new ArrayList<>();
        for (int waiting : new int[] {3, FULL}) {
            Situation situation = new Situation(names(3), evidence, WORKS, List.of(), List.of(), waiting);
            next.add(((Decision.Run) flaky.decide(situation)).changes());
        }
        assertThat(next).containsExactly(List.of("c1", "c2"), List.of("c0"));
    }

    @Test
    void secondEnvironmentSearchesAnotherFailedSet() {
        Evidence evidence =
                Evidence.NONE.failed(tried(names(8).subList(0, 4), 1)).failed(tried(names(8).subList(4, 8), 1));
        Situation situation = new Situation(names(8), evidence, WORKS, List.of(List.of("c0", "c1")), List.of(), FULL);
        assertThat(((Decision.Run) exact.decide(situation)).changes()).containsExactly("c4", "c5");
    }

    @Test
    void secondEnvironmentTriesWhatTheFirstDoesNotTell() {
        Situation situation = new Situation(names(28), Evidence.NONE, WORKS, List.of(names(14)), List.of(), FULL);
        List<String> second = ((Decision.Run) exact.decide(situation)).changes();
        assertThat(second).isEqualTo(names(28).subList(14, 28));
    }

    @Test
    void batchLimitIsWhereABatchPassesHalfTheTime() {
        assertThat(TrialPolicy.batchLimit(new Rates(0.05, 0), 1, 64)).isBetween(13, 14);
        assertThat(TrialPolicy.batchLimit(new Rates(0.02, 0), 1, 64)).isEqualTo(34);
        assertThat(TrialPolicy.batchLimit(new Rates(0.02, 0), 1, 20)).isEqualTo(20);
        assertThat(TrialPolicy.batchLimit(new Rates(0.9, 0), 2, 20)).isEqualTo(2);
    }

    /** Every pattern of good and bad among up to eight changes: the bad ones are ejected, the good ones released. */
    @Test
    void I4_everyFailurePatternIsDecidedRightly() {
        for (int size = 1; size <= 8; size++) {
            for (int pattern = 0; pattern < 1 << size; pattern++) {
                int bad = pattern;
                for (int waiting : new int[] {0, FULL}) {
                    Outcome outcome =
                            run(size, set -> set.stream().anyMatch(c -> (bad >> number(c) & 1) != 0), exact, waiting);
                    assertThat(outcome.ejected()).isEqualTo(bad);
                }
            }
        }
    }

    /**
     * Model check with order effects: every set of bad single changes and every pair that only fails together, up to six
     * changes. Whoever is ejected has its two proofs; whatever is released passed as exactly that set.
     */
    @Test
    void I4_everyPairThatOnlyFailsTogetherIsDecidedWithProof() {
        for (int size = 2; size <= 6; size++) {
            for (int pattern = 0; pattern < 1 << size; pattern++) {
                for (int pair = 0; pair < size * size; pair++) {
                    int bad = pattern;
                    String one = "c" + pair / size;
                    String other = "c" + pair % size;
                    Predicate<Set<String>> fails = set -> set.stream().anyMatch(c -> (bad >> number(c) & 1) != 0)
                            || !one.equals(other) && set.contains(one) && set.contains(other);
                    Outcome outcome = run(size, fails, exact, pattern % 2 * FULL);
                    assertThat(fails.test(outcome.released())).isFalse();
                    assertThat(outcome.ejected() & pattern).isEqualTo(pattern);
                    assertThat(Integer.bitCount(outcome.ejected() & ~pattern)).isLessThanOrEqualTo(1);
                }
            }
        }
    }

    @Test
    void I4_flakesCostRunsButBlameNobody() {
        Random random = new Random(7);
        int wrong = 0;
        for (int round = 0; round < 3_000; round++) {
            int pattern = 0;
            for (int i = 0; i < 8; i++) {
                pattern |= random.nextDouble() < 0.05 ? 1 << i : 0;
            }
            int bad = pattern;
            Outcome outcome = run(
                    8,
                    set -> set.stream().anyMatch(c -> (bad >> number(c) & 1) != 0) || random.nextDouble() < 0.03,
                    flaky,
                    round % 2 * FULL);
            assertThat(outcome.ejected() & bad)
                    .as("bad ones never slip through")
                    .isEqualTo(bad);
            wrong += Integer.bitCount(outcome.ejected() & ~bad);
        }
        assertThat(wrong).as("of 22,800 good changes").isLessThanOrEqualTo(4);
    }

    private record Outcome(int ejected, int runs, Set<String> released) {}

    /** A train in small: one environment, sets as names; checks the two proofs of whoever is ejected. */
    private static Outcome run(int size, Predicate<Set<String>> fails, TrialPolicy policy, int waiting) {
        List<String> open = new ArrayList<>(names(size));
        Set<String> baseline = new HashSet<>();
        Set<Set<String>> passed = new HashSet<>(Set.of(Set.of()));
        Set<Set<String>> failed = new HashSet<>();
        Evidence evidence = Evidence.NONE;
        int ejected = 0;
        int runs = 0;
        Timeline timeline = Timeline.of(List.of(run(Verdict.PASSED, 0)));
        while (!open.isEmpty()) {
            Baseline works = new Baseline("staging", true, timeline);
            Decision decision = policy.decide(new Situation(open, evidence, works, List.of(), List.of(), waiting));
            if (decision instanceof Decision.Run run) {
                runs++;
                Set<String> set = new HashSet<>(baseline);
                set.addAll(run.changes());
                boolean bad = fails.test(set);
                (bad ? failed : passed).add(set);
                Tried tried = tried(run.changes(), 1, runs);
                timeline = bad && !run.changes().isEmpty()
                        ? timeline
                        : timeline.with(run(bad ? Verdict.FAILED : Verdict.PASSED, runs, run.changes()));
                if (!run.changes().isEmpty()) {
                    evidence = bad ? evidence.failed(tried) : evidence.passed(tried);
                }
            } else if (decision instanceof Decision.Release release) {
                baseline.addAll(release.changes());
                assertThat(passed).contains(baseline);
                open.removeAll(release.changes());
                timeline = RunLog.nobodysFault(timeline, evidence.notToBlame(release.changes()));
                evidence = evidence.released(release.changes(), "");
            } else {
                String guilty = ((Decision.Eject) decision).change();
                assertThat(passed).anySatisfy(without -> {
                    Set<String> with = new HashSet<>(without);
                    assertThat(with.add(guilty)).isTrue();
                    assertThat(failed).contains(with);
                });
                open.remove(guilty);
                evidence = evidence.without(guilty);
                ejected |= 1 << number(guilty);
            }
        }
        return new Outcome(ejected, runs, baseline);
    }

    private static int number(String change) {
        return Integer.parseInt(change.substring(1));
    }

    private static Situation now(List<String> changes, Evidence evidence, boolean baselinePassed) {
        return new Situation(
                changes, evidence, new Baseline("staging", baselinePassed, PASSED), List.of(), List.of(), FULL);
    }

    private static Tried tried(List<String> changes, int runs) {
        return tried(changes, runs, 1);
    }

    /** Half an hour each, from this one on. */
    private static Tried tried(List<String> changes, int runs, int from) {
        List<Run> failed = IntStream.range(from, from + runs)
                .mapToObj(i -> run(Verdict.FAILED, i, changes))
                .toList();
        return new Tried(changes, true, failed, Source.UNKNOWN);
    }

    private static Run run(Verdict verdict, int number) {
        return run(verdict, number, List.of());
    }

    private static Run run(Verdict verdict, int number, List<String> changes) {
        Instant start = Instant.EPOCH.plusSeconds(1_800L * number);
        return new Run("trial " + number, "staging", changes, start, start.plusSeconds(1_800), verdict);
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "c" + i).toList();
    }
}
