package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jenkins.plugins.releasetrain.engine.store.Store.Runs;
import io.jenkins.plugins.releasetrain.engine.train.PrefixSearch.Decision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrefixSearchTest {
    private static final double BOUND = 0.0002;
    private static final Runs PASSED = new Runs(1, 0);

    private final PrefixSearch exact = new PrefixSearch(new Rates(0.05, 0), BOUND);
    private final PrefixSearch flaky = new PrefixSearch(new Rates(0.05, 0.03), BOUND);

    @Test
    void wholeBatchIsTriedFirst() {
        assertThat(exact.decide(unknown(8))).isEqualTo(new Decision.Run(8));
    }

    @Test
    void I5_longestPassingPrefixIsReleasedAtOnce() {
        List<Runs> runs = unknown(8);
        runs.set(8, new Runs(0, 1));
        runs.set(3, PASSED);
        runs.set(5, PASSED);
        assertThat(exact.decide(runs)).isEqualTo(new Decision.Release(5));
    }

    @Test
    void I4_baselineWithoutFreshVerdictIsRunBeforeAnybodyIsSuspected() {
        List<Runs> runs = unknown(4);
        runs.set(0, Runs.NONE);
        runs.set(4, new Runs(0, 1));
        assertThat(exact.decide(runs)).isEqualTo(new Decision.Run(0));
    }

    @Test
    void I4_brokenBaselineBlamesNobody() {
        List<Runs> runs = unknown(4);
        runs.set(0, new Runs(0, 1));
        runs.set(4, new Runs(0, 1));
        assertThat(exact.decide(runs)).isEqualTo(new Decision.BaselineBroken());
        assertThat(flaky.decide(runs)).as("one failure may be a flake").isEqualTo(new Decision.Run(0));
    }

    @Test
    void I4_suspectOfAFlakySuiteIsRunAgainUntilChanceIsRuledOut() {
        List<Runs> runs = unknown(1);
        int failures = 0;
        do {
            failures++;
            runs.set(1, new Runs(0, failures));
        } while (flaky.decide(runs).equals(new Decision.Run(1)));
        double odds = 0.95 * Math.pow(0.03, failures) / 0.05;
        assertThat(flaky.decide(runs)).isInstanceOf(Decision.Eject.class);
        assertThat(((Decision.Eject) flaky.decide(runs)).innocence()).isCloseTo(odds / (1 + odds), within(1e-9));
        assertThat(odds / (1 + odds)).isLessThanOrEqualTo(BOUND);
        assertThat(failures).isEqualTo(4);
    }

    @Test
    void I4_failuresOfLongerPrefixesCountAsEvidence() {
        List<Runs> alone = unknown(3);
        alone.set(1, new Runs(0, 1));
        List<Runs> withMore = new ArrayList<>(alone);
        withMore.set(3, new Runs(0, 1));
        assertThat(flaky.innocenceOfFirst(withMore)).isLessThan(flaky.innocenceOfFirst(alone));
    }

    @Test
    void batchLimitIsWhereABatchPassesHalfTheTime() {
        assertThat(PrefixSearch.batchLimit(0.05, 1, 64)).isEqualTo(14);
        assertThat(PrefixSearch.batchLimit(0.02, 1, 64)).isEqualTo(34);
        assertThat(PrefixSearch.batchLimit(0.02, 1, 20)).isEqualTo(20);
        assertThat(PrefixSearch.batchLimit(0.9, 2, 20)).isEqualTo(2);
    }

    /** Every pattern of good and bad among up to eight changes: the bad ones are ejected, the good ones released. */
    @Test
    void I4_everyFailurePatternIsDecidedRightly() {
        for (int size = 1; size <= 8; size++) {
            for (int pattern = 0; pattern < 1 << size; pattern++) {
                assertThat(outcome(size, pattern, exact, 0, new Random(1)).ejected()).isEqualTo(pattern);
            }
        }
    }

    @Test
    void I4_flakesCostRunsButBlameNobody() {
        Random random = new Random(7);
        int wrong = 0;
        for (int round = 0; round < 4_000; round++) {
            int pattern = 0;
            for (int i = 0; i < 8; i++) {
                pattern |= random.nextDouble() < 0.05 ? 1 << i : 0;
            }
            Outcome outcome = outcome(8, pattern, flaky, 0.03, random);
            assertThat(outcome.ejected() & pattern).as("bad ones never slip through").isEqualTo(pattern);
            wrong += Integer.bitCount(outcome.ejected() & ~pattern);
        }
        assertThat(wrong).as("of 30,400 good changes").isLessThanOrEqualTo(6);
    }

    /** With batches of ln 2 / p, runs per change come within a few per cent of the entropy (Gallager, van Voorhis). */
    @Test
    void searchComesNearTheInformationBound() {
        Random random = new Random(3);
        int size = PrefixSearch.batchLimit(0.05, 1, 64);
        long runs = 0;
        long decided = 0;
        for (int round = 0; round < 20_000; round++) {
            int bad = 0;
            for (int i = 0; i < size; i++) {
                bad |= random.nextDouble() < 0.05 ? 1 << i : 0;
            }
            // Up to the first culprit only: what is behind it goes back untested and starts a new batch.
            Outcome outcome = firstCulprit(size, bad, exact, 0, random);
            runs += outcome.runs();
            decided += outcome.decided();
        }
        double entropy = -(0.05 * Math.log(0.05) + 0.95 * Math.log(0.95)) / Math.log(2);
        assertThat((double) runs / decided).isBetween(entropy, entropy * 1.04);
    }

    /** @param ejected as a bit pattern of positions */
    private record Outcome(int ejected, int runs, int decided) {}

    private static Outcome outcome(int size, int pattern, PrefixSearch search, double flake, Random random) {
        int ejected = 0;
        int runs = 0;
        int done = 0;
        while (done < size) {
            Outcome part = firstCulprit(size - done, pattern >> done, search, flake, random);
            ejected |= part.ejected() << done;
            runs += part.runs();
            done += part.decided();
        }
        return new Outcome(ejected, runs, done);
    }

    private static Outcome firstCulprit(int size, int pattern, PrefixSearch search, double flake, Random random) {
        List<Runs> known = unknown(size);
        int runs = 0;
        int released = 0;
        while (true) {
            Decision decision = search.decide(known);
            if (decision instanceof Decision.Run run) {
                runs++;
                boolean bad = (pattern >> released & (1 << run.length()) - 1) != 0;
                boolean fails = bad || random.nextDouble() < flake;
                Runs before = known.get(run.length());
                known.set(
                        run.length(),
                        new Runs(before.passed() + (fails ? 0 : 1), before.failed() + (fails ? 1 : 0)));
            } else if (decision instanceof Decision.Release release) {
                released += release.length();
                known = new ArrayList<>(known.subList(release.length(), known.size()));
                if (known.size() == 1) {
                    return new Outcome(0, runs, released);
                }
            } else if (decision instanceof Decision.Eject) {
                return new Outcome(1 << released, runs, released + 1);
            } else {
                throw new AssertionError("baseline is fine, but: " + decision);
            }
        }
    }

    private static List<Runs> unknown(int changes) {
        List<Runs> runs = new ArrayList<>(Collections.nCopies(changes + 1, Runs.NONE));
        runs.set(0, PASSED);
        return runs;
    }
}
