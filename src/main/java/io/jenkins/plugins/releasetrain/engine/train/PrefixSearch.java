package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.store.Store.Runs;
import java.util.List;

/**
 * The search for the first failing prefix of a batch, as a pure function of the runs that are known (design §5.4). A
 * prefix of length k is the baseline and the first k changes; length 0 is the baseline itself.
 *
 * <p>Before any run, every change is bad with the same chance, so the first bad one is at position j with p(1−p)^(j−1).
 * A run of a prefix that holds the first bad change fails; one that does not fails with the flake rate (the Z-channel).
 * The next run is the one that tells most (in bits) about that position; without flakes that is halving. See Golomb 1966
 * and Gallager and van Voorhis 1975 for why nested halving with batches near ln 2 / p comes within a few per cent of H(p)
 * runs per change.
 */
public final class PrefixSearch {
    private static final double LN2 = Math.log(2);

    private final Rates rates;
    private final double innocenceBound;

    /** @param innocenceBound the largest chance of blaming an innocent change that is accepted (I4) */
    public PrefixSearch(Rates rates, double innocenceBound) {
        this.rates = rates;
        this.innocenceBound = innocenceBound;
    }

    /** What to do next. */
    public sealed interface Decision {
        /** Run this prefix; length 0 is the control run of the baseline. */
        record Run(int length) implements Decision {}

        /** This prefix passed and is a release at once (I5). */
        record Release(int length) implements Decision {}

        /** The first change is guilty: the baseline passed, the baseline with it failed, and chance is ruled out (I4). */
        record Eject(double innocence) implements Decision {}

        /** The baseline itself fails: nobody in the batch is to blame. */
        record BaselineBroken() implements Decision {}
    }

    /**
     * Decides.
     *
     * @param runs of the prefixes, by length; the first is the baseline's
     */
    public Decision decide(List<Runs> runs) {
        int changes = runs.size() - 1;
        int failing = 0;
        for (int length = changes; length >= 1; length--) {
            if (runs.get(length).passed() > 0) {
                return new Decision.Release(length);
            }
            failing += runs.get(length).failed();
        }
        if (failing == 0) {
            return new Decision.Run(changes);
        }
        if (runs.get(0).passed() == 0) {
            return baselineBroken(runs.get(0).failed()) ? new Decision.BaselineBroken() : new Decision.Run(0);
        }
        double innocence = innocenceOfFirst(runs);
        if (runs.get(1).failed() > 0) {
            return innocence <= innocenceBound ? new Decision.Eject(innocence) : new Decision.Run(1);
        }
        return new Decision.Run(mostTelling(runs));
    }

    /** Even odds beforehand; what is left is the chance that every failure of the control run was a flake. */
    private boolean baselineBroken(int failed) {
        double allFlakes = Math.pow(rates.flake(), failed);
        return failed > 0 && allFlakes / (1 + allFlakes) <= innocenceBound;
    }

    /** The chance that the first change is good, given all runs; positions are exclusive and exhaustive. */
    double innocenceOfFirst(List<Runs> runs) {
        return 1 - posterior(runs)[0];
    }

    /** Chances that the first bad change is at position 1…n, and in the last place that none is bad. */
    private double[] posterior(List<Runs> runs) {
        int n = runs.size() - 1;
        double[] weight = new double[n + 1];
        double sum = 0;
        for (int j = 1; j <= n + 1; j++) {
            double prior = Math.pow(1 - rates.failure(), j - 1.0) * (j <= n ? rates.failure() : 1);
            weight[j - 1] = prior * flakesBefore(runs, j);
            sum += weight[j - 1];
        }
        for (int i = 0; i <= n; i++) {
            weight[i] /= sum;
        }
        return weight;
    }

    /** The chance that all failures of prefixes that do not reach position j were flakes. */
    private double flakesBefore(List<Runs> runs, int j) {
        int failures = 0;
        for (int length = 1; length < j; length++) {
            failures += runs.get(length).failed();
        }
        return Math.pow(rates.flake(), failures);
    }

    private int mostTelling(List<Runs> runs) {
        double[] posterior = posterior(runs);
        int best = 1;
        double most = -1;
        double reached = 0;
        for (int length = 1; length < runs.size(); length++) {
            reached += posterior[length - 1];
            double bits = information(1 - reached);
            if (bits > most + 1e-12) {
                most = bits;
                best = length;
            }
        }
        return best;
    }

    /** Mutual information in bits between "the prefix is good" (with this chance) and the run's verdict. */
    private double information(double good) {
        double passes = good * (1 - rates.flake());
        return entropy(passes) - good * entropy(rates.flake());
    }

    private static double entropy(double p) {
        return p <= 0 || p >= 1 ? 0 : -(p * Math.log(p) + (1 - p) * Math.log(1 - p)) / LN2;
    }

    /** The batch that passes about half the time: ln 2 / p, within the bounds (Golomb's parameter). */
    public static int batchLimit(double failure, int least, int most) {
        long best = Math.round(LN2 / -Math.log1p(-failure));
        return (int) Math.max(least, Math.min(most, best));
    }
}
