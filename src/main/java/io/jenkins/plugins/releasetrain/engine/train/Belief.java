package io.jenkins.plugins.releasetrain.engine.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What the failed runs say about which of up to 64 changes are bad. Before any run each change is bad with the same
 * chance, independently; a run of a set with a bad change fails, one of a good set fails with the flake rate (the
 * Z-channel). Sets of changes are bit masks.
 *
 * <p>The weight of all failures together is summed by inclusion and exclusion: a set S that failed c times contributes
 * 1 − (1 − f^c)·[all of S is good], and the chance that the union of some sets is all good is (1 − p)^size.
 */
final class Belief {
    /** Changes that can be told apart. */
    static final int WIDEST = Long.SIZE;

    /** The sum has 2^n terms; older failures than this many are left out, which can only make a suspect look better. */
    private static final int MOST_FAILURES = 12;

    private static final double LN2 = Math.log(2);

    private final Rates rates;
    private final double[] allGood = new double[WIDEST + 1];
    private final List<Failed> failures;
    private final double[] certain;
    private final long good;
    private final double weight;

    /** @param runs how often the set failed */
    record Failed(long set, int runs) {}

    /** @param good changes that are known to be good */
    Belief(Rates rates, List<Failed> failures, long good) {
        this.rates = rates;
        this.good = good;
        // The largest first: what is within the union already does not split the sum again.
        this.failures = failures.stream()
                .skip(Math.max(0, failures.size() - MOST_FAILURES))
                .sorted(Comparator.comparing((Failed f) -> Long.bitCount(f.set()))
                        .reversed())
                .toList();
        this.certain = this.failures.stream()
                .mapToDouble(f -> 1 - Math.pow(rates.flake(), f.runs()))
                .toArray();
        allGood[0] = 1;
        for (int i = 1; i <= WIDEST; i++) {
            allGood[i] = allGood[i - 1] * (1 - rates.failure());
        }
        this.weight = weight(good, 0, 0, 1);
    }

    private double weight(long known, int from, long union, double factor) {
        if (from == failures.size()) {
            return factor * allGood[Long.bitCount(union)];
        }
        Failed next = failures.get(from);
        long set = next.set() & ~known;
        if ((set & ~union) == 0) {
            double left = factor * (1 - certain[from]);
            return left == 0 ? 0 : weight(known, from + 1, union, left);
        }
        return weight(known, from + 1, union, factor) + weight(known, from + 1, union | set, -factor * certain[from]);
    }

    /** The chance that all changes of the set are good. */
    double allGood(long set) {
        if (weight <= 0) {
            return 0;
        }
        double chance = allGood[Long.bitCount(set & ~good)] * weight(good | set, 0, 0, 1) / weight;
        return Math.max(0, Math.min(1, chance));
    }

    /** Mutual information in bits between "the set is good" and the verdict of one run of it. */
    double information(long set) {
        double isGood = allGood(set);
        return entropy(isGood * (1 - rates.flake())) - isGood * entropy(rates.flake());
    }

    /** The chance that a run of the set passes. */
    double passes(long set) {
        return allGood(set) * (1 - rates.flake());
    }

    Belief afterPass(long set) {
        return new Belief(rates, failures, good | set);
    }

    Belief afterFailure(long set) {
        List<Failed> more = new ArrayList<>(failures);
        more.add(new Failed(set, 1));
        return new Belief(rates, more, good);
    }

    static double entropy(double p) {
        return p <= 0 || p >= 1 ? 0 : -(p * Math.log(p) + (1 - p) * Math.log1p(-p)) / LN2;
    }
}
