package io.jenkins.plugins.releasetrain.engine.blame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jenkins.plugins.releasetrain.engine.blame.Belief.Failed;
import io.jenkins.plugins.releasetrain.engine.blame.Belief.Known;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BeliefTest {
    private static final int CHANGES = 8;
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    /** A run of half an hour, one after the other in one environment. */
    private static Run run(int number, Verdict verdict) {
        Instant start = T0.plusSeconds(1_800L * number);
        return new Run("" + number, "staging", List.of(), start, start.plusSeconds(1_800), verdict);
    }

    /** Bayes' rule over all 256 assignments of good and bad, one by one, and over when the environment broke. */
    @Property(tries = 300)
    void sameAsCountingEveryAssignment(
            @ForAll @Size(max = 7) List<@IntRange(min = -1, max = 255) Integer> sets,
            @ForAll @IntRange(max = 255) int asked,
            @ForAll @DoubleRange(min = 0.01, max = 0.4) double failure,
            @ForAll @DoubleRange(min = 0.01, max = 0.3) double flake,
            @ForAll @DoubleRange(min = 0, max = 0.3) double outages) {
        Rates rates = new Rates(failure, flake, outages, 1);
        List<Run> runs = new ArrayList<>();
        List<Failed> failed = new ArrayList<>();
        runs.add(run(0, Verdict.PASSED));
        for (int set : sets) {
            Run run = run(runs.size(), set < 0 ? Verdict.PASSED : Verdict.FAILED);
            runs.add(run);
            if (set >= 0) {
                failed.add(new Failed(set, run));
            }
        }
        double all = 0;
        double wanted = 0;
        double works = 0;
        for (int bad = 0; bad < 1 << CHANGES; bad++) {
            int count = Integer.bitCount(bad);
            double prior = Math.pow(failure, count) * Math.pow(1 - failure, (double) CHANGES - count);
            double[] weight = forward(bad, sets, rates);
            all += prior * (weight[0] + weight[1]);
            works += prior * weight[0];
            wanted += (bad & asked) == 0 ? prior * (weight[0] + weight[1]) : 0;
        }
        Belief belief = new Belief(rates, new Known(failed, Timeline.of(runs).streaks(), 0, 0, "staging"));
        assertThat(belief.allGood(asked)).isCloseTo(wanted / all, within(1e-6));
        assertThat(belief.works()).isCloseTo(works / all, within(1e-6));
    }

    /** Where a change is warned of, the search looks there first; that it was warned of proves nothing (I4). */
    @Example
    void I4_doubtSteersAndDoesNotProve() {
        Rates rates = new Rates(0.05, 0.01);
        Run passed = run(0, Verdict.PASSED);
        Run failed = run(1, Verdict.FAILED);
        Timeline timeline = Timeline.of(List.of(passed, failed));
        Belief even =
                new Belief(rates, new Known(List.of(new Failed(0b11, failed)), timeline.streaks(), 0, 0, "staging"));
        Belief doubted = new Belief(
                rates, new Known(List.of(new Failed(0b11, failed)), timeline.streaks(), 0, 0, "staging", 0b01));
        assertThat(even.allGood(0b01)).isCloseTo(even.allGood(0b10), within(1e-12));
        assertThat(doubted.allGood(0b01)).isLessThan(0.5 * doubted.allGood(0b10));
        assertThat(doubted.allGood(0b10)).isGreaterThan(even.allGood(0b10));
        assertThat(doubted.innocence(0b01)).isCloseTo(even.innocence(0b01), within(1e-12));
        Belief before = new Belief(rates, new Known(List.of(), List.of(), 0, 0, "staging", 0b01));
        assertThat(before.passes(0b01)).isCloseTo(Math.pow(0.95, 4) * 0.99, within(1e-9));
        assertThat(before.passes(0b10)).isCloseTo(0.95 * 0.99, within(1e-9));
    }

    /**
     * The chances that all this happened, and that the environment works now or does not: number by number, by what an
     * environment is between two passes: right all the time, right again, broken for a while, or broken until somebody comes.
     */
    private static double[] forward(int bad, List<Integer> sets, Rates rates) {
        double before = 1;
        double[] chain = {1, 0, 0, 0};
        for (int set : sets) {
            if (set < 0) {
                // What passes right after the last failure shows that no passing outage lasted until then.
                before *= chain[0] + chain[1] + chain[3];
                chain = new double[] {1, 0, 0, 0};
            } else {
                chain = failed(chain, (set & bad) != 0 ? 1 : rates.flake(), rates);
            }
        }
        return new double[] {before * (chain[0] + chain[1]), before * (chain[2] + chain[3])};
    }

    private static double[] failed(double[] c, double chance, Rates rates) {
        double hours = 0.5;
        double lasting = 0.2;
        double breaks = rates.breaks(hours);
        double stays = Math.exp(-hours / rates.outageHours());
        double staysFromWithin = (1 - stays) * rates.outageHours() / hours;
        double worked = c[0] + c[1];
        return new double[] {
            c[0] * (1 - breaks) * chance,
            c[1] * (1 - breaks) * chance + worked * breaks * (1 - lasting) * (1 - staysFromWithin) + c[2] * (1 - stays),
            c[2] * stays + worked * breaks * (1 - lasting) * staysFromWithin,
            c[3] + worked * breaks * lasting
        };
    }

    @Property(tries = 50)
    void evenOddsTellOneBitWithoutFlakes(@ForAll @IntRange(min = 1, max = 20) int size) {
        Belief belief = Belief.fresh(new Rates(1 - Math.pow(0.5, 1.0 / size), 0));
        assertThat(belief.information((1L << size) - 1)).isCloseTo(1, within(1e-9));
    }

    /** B31: {b,c} failed twice and {a,b} once; without the older two a and b would be suspected alike. */
    @Example
    void I4_whatExplainsAnOlderFailureIsNotForgotten() {
        Rates rates = new Rates(0.05, 0.01);
        List<Failed> failed = new ArrayList<>();
        List<Run> runs = new ArrayList<>();
        int[] sets = {0b110, 0b110, 0b011};
        for (int i = 0; i < 40; i++) {
            int set = i < 2 ? sets[i] : i == 39 ? sets[2] : 0b11000 << i % 20;
            Run run = run(2 * i, Verdict.FAILED);
            runs.add(run);
            runs.add(run(2 * i + 1, Verdict.PASSED));
            failed.add(new Failed(set, run));
        }
        Belief belief = new Belief(rates, new Known(failed, Timeline.of(runs).streaks(), 0, 0, "staging"));
        assertThat(belief.innocence(1)).isGreaterThan(0.85);
    }

    /** More failures than can be looked at together: random triples; who is rejected is told by what failed alone. */
    @Example
    void I4_tooManyFailuresSpeakForTheSuspect() {
        Rates rates = new Rates(0.05, 0.01);
        List<Failed> failed = new ArrayList<>();
        List<Run> runs = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 30; i++) {
            Run run = run(2 * i, Verdict.FAILED);
            runs.add(run);
            runs.add(run(2 * i + 1, Verdict.PASSED));
            long set = 1L << random.nextInt(60) | 1L << random.nextInt(60) | 1L << random.nextInt(60);
            failed.add(new Failed(i % 10 == 9 ? 1L << 63 : set, run));
        }
        Belief belief = new Belief(rates, new Known(failed, Timeline.of(runs).streaks(), 0, 0, "staging"));
        double odds = 0.95 / 0.05 * Math.pow(0.01, 3);
        assertThat(belief.innocence(1L << 63)).isCloseTo(odds / (1 + odds), within(1e-9));
        assertThat(belief.innocence(failed.get(0).set() & -failed.get(0).set())).isCloseTo(0.95, within(1e-9));
    }

    /** Eleven culprits elsewhere make all that failed all but impossible; what one more suspect is told by is lost in no rounding. */
    @Example
    void I4_whatIsLostInRoundingBlamesNobody() {
        Rates rates = new Rates(0.02, 0.001);
        List<Failed> failed = new ArrayList<>();
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Run run = run(2 * i, Verdict.FAILED);
            runs.add(run);
            runs.add(run(2 * i + 1, Verdict.PASSED));
            failed.add(new Failed(1L << i, run));
        }
        Belief belief = new Belief(rates, new Known(failed, Timeline.of(runs).streaks(), 0, 0, "staging"));
        double odds = 0.98 / 0.02 * 0.001;
        assertThat(belief.innocence(1)).isCloseTo(odds / (1 + odds), within(1e-9));
    }
}
