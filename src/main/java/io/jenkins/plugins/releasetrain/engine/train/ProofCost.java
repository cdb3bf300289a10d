package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Belief;
import io.jenkins.plugins.releasetrain.engine.blame.Rates;

/**
 * Trials that will be needed only to be sure of a culprit (I4), beyond those that find it. A failed set of n holds one
 * culprit; trying k of them either fails, which counts against the culprit, or leaves the n − k others. The fewest trials
 * are found by dynamic programming over n and the failures so far; log2 n of them are the search's own.
 */
final class ProofCost {
    /** Where so many do not suffice, the rates are such that nothing is ever sure. */
    private static final int MOST_RUNS = 12;

    private static final double LN2 = Math.log(2);

    private final int runs;
    private final double[][] trials;
    /** The same where what failed so far is not the very set any more, so that the culprit has to fail alone at last. */
    private final double[][] moved;

    /** @param runs failures that a proof takes; 0: one is enough */
    ProofCost(int runs) {
        this.runs = runs;
        this.trials = new double[Belief.WIDEST + 1][runs + 1];
        this.moved = new double[Belief.WIDEST + 1][runs + 1];
        for (int n = 1; n <= Belief.WIDEST && runs > 0; n++) {
            for (int failures = runs; failures >= 0; failures--) {
                trials[n][failures] = n == 1 ? runs - failures : fewest(n, failures, trials);
                moved[n][failures] = n == 1 ? Math.max(1, runs - failures) : fewest(n, failures, moved);
            }
        }
    }

    /**
     * Failures with nobody else to blame, as many as bring the chance of innocence below the bound.
     *
     * @param mishap chance that a run of a good set fails, with passes before and after it
     */
    static ProofCost of(Rates rates, double mishap, double innocenceBound) {
        int runs = 1;
        while (runs < MOST_RUNS && (1 - rates.failure()) / rates.failure() * Math.pow(mishap, runs) > innocenceBound) {
            runs++;
        }
        return new ProofCost(runs == 1 ? 0 : runs);
    }

    /** @param passed what is left for the others when some passed */
    private double fewest(int n, int failures, double[][] passed) {
        int oneMore = Math.min(runs, failures + 1);
        double fewest = Double.MAX_VALUE;
        for (int k = 1; k < n; k++) {
            double left = (k * trials[k][oneMore] + (n - k) * passed[n - k][failures]) / n;
            fewest = Math.min(fewest, 1 + left);
        }
        return fewest;
    }

    /** Whether the first failure of a change alone is proof already. */
    boolean free() {
        return runs == 0;
    }

    /** What is added if others are released meanwhile, as long as none of these fails on what is then the baseline. */
    double whenMoved(int n, double failures) {
        int whole = (int) Math.min(runs, failures);
        return n == 0 ? 0 : moved[n][whole] - trials[n][whole];
    }

    /** @param failures of sets that held all of these n changes; parts of one where others tell the same */
    double trials(int n, double failures) {
        if (n == 0 || failures >= runs) {
            return 0;
        }
        int whole = (int) failures;
        double next = whole + 1 >= runs ? (n == 1 ? 0 : Math.log(n) / LN2) : trials[n][whole + 1];
        double part = failures - whole;
        return (1 - part) * trials[n][whole] + part * next - Math.log(n) / LN2;
    }
}
