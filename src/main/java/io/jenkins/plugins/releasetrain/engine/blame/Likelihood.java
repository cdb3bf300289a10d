package io.jenkins.plugins.releasetrain.engine.blame;

import java.util.Arrays;

/**
 * How likely the failed runs are, as a function of which changes are good: a sum of weights, each of which counts if all
 * changes of its set are good. That is the inclusion and exclusion over failed sets with equal unions put together, of which
 * there are few in a search, whatever the number of runs.
 */
final class Likelihood {
    /** More terms than this are not looked at. */
    static final int MOST_TERMS = 4_096;

    static final Likelihood ONE = new Likelihood(new long[1], new double[] {1});
    static final Likelihood NONE = new Likelihood(new long[0], new double[0]);

    private final long[] sets;
    private final double[] weights;
    private final long changes;

    private Likelihood(long[] sets, double[] weights) {
        this.sets = sets;
        this.weights = weights;
        long all = 0;
        for (long set : sets) {
            all |= set;
        }
        this.changes = all;
    }

    /** All that it depends on. */
    long changes() {
        return changes;
    }

    /** Weights by set while they are put together. */
    private static final class Terms {
        private static final long MIX = 0x9E3779B97F4A7C15L;

        private long[] sets;
        private double[] weights;
        private int size;
        /** By hash, one more than the place in the arrays; 0: free. Always at least half of them are. */
        private int[] places;

        Terms(int expected) {
            int capacity = Integer.highestOneBit(Math.max(4, expected)) << 1;
            this.sets = new long[capacity];
            this.weights = new double[capacity];
            this.places = new int[2 * capacity];
        }

        void add(long set, double weight) {
            int at = free(set);
            if (places[at] != 0) {
                weights[places[at] - 1] += weight;
                return;
            } else if (size == sets.length) {
                grow();
                at = free(set);
            }
            sets[size] = set;
            weights[size] = weight;
            places[at] = ++size;
        }

        /** Where the set is, or is to be. */
        private int free(long set) {
            int at = (int) (set * MIX >>> 32) & places.length - 1;
            while (places[at] != 0 && sets[places[at] - 1] != set) {
                at = at + 1 & places.length - 1;
            }
            return at;
        }

        private void grow() {
            sets = Arrays.copyOf(sets, 2 * size);
            weights = Arrays.copyOf(weights, 2 * size);
            places = new int[4 * size];
            for (int i = 0; i < size; i++) {
                places[free(sets[i])] = i + 1;
            }
        }

        Likelihood sum() {
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (weights[i] != 0) {
                    sets[kept] = sets[i];
                    weights[kept++] = weights[i];
                }
            }
            return new Likelihood(Arrays.copyOf(sets, kept), Arrays.copyOf(weights, kept));
        }
    }

    /** One more failed run: certain if any change of the set is bad, else with this chance. */
    Likelihood failed(long set, double otherwise) {
        Terms terms = new Terms(2 * sets.length);
        for (int i = 0; i < sets.length; i++) {
            if ((set & ~sets[i]) == 0) {
                terms.add(sets[i], weights[i] * otherwise);
            } else {
                terms.add(sets[i], weights[i]);
                terms.add(sets[i] | set, -weights[i] * (1 - otherwise));
            }
        }
        return terms.sum();
    }

    Likelihood times(double factor) {
        if (factor == 1) {
            return this;
        } else if (factor == 0) {
            return NONE;
        }
        double[] all = weights.clone();
        for (int i = 0; i < all.length; i++) {
            all[i] *= factor;
        }
        return new Likelihood(sets, all);
    }

    Likelihood plus(Likelihood other, double factor) {
        if (other.sets.length == 0 || factor == 0) {
            return this;
        } else if (sets.length == 0) {
            return other.times(factor);
        }
        Terms terms = new Terms(sets.length + other.sets.length);
        for (int i = 0; i < sets.length; i++) {
            terms.add(sets[i], weights[i]);
        }
        for (int i = 0; i < other.sets.length; i++) {
            terms.add(other.sets[i], other.weights[i] * factor);
        }
        return terms.sum();
    }

    Likelihood times(Likelihood other) {
        if (other == ONE) {
            return this;
        } else if (this == ONE) {
            return other;
        }
        Terms terms = new Terms(sets.length + other.sets.length);
        for (int i = 0; i < sets.length; i++) {
            for (int j = 0; j < other.sets.length; j++) {
                terms.add(sets[i] | other.sets[j], weights[i] * other.weights[j]);
            }
        }
        return terms.sum();
    }

    boolean isLarge() {
        return sets.length > MOST_TERMS;
    }

    /**
     * Its expectation.
     *
     * @param known changes that are good
     * @param prior of the others
     */
    double at(long known, Prior prior) {
        double sum = 0;
        for (int i = 0; i < sets.length; i++) {
            sum += weights[i] * prior.allGood(sets[i] & ~known);
        }
        return sum;
    }
}
