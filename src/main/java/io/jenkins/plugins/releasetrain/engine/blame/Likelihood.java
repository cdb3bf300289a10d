package io.jenkins.plugins.releasetrain.engine.blame;

import java.util.HashMap;
import java.util.Map;

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

    private Likelihood(long[] sets, double[] weights) {
        this.sets = sets;
        this.weights = weights;
    }

    private static Likelihood of(Map<Long, Double> terms) {
        terms.values().removeIf(w -> w == 0);
        long[] sets = new long[terms.size()];
        double[] weights = new double[terms.size()];
        int i = 0;
        for (Map.Entry<Long, Double> term : terms.entrySet()) {
            sets[i] = term.getKey();
            weights[i++] = term.getValue();
        }
        return new Likelihood(sets, weights);
    }

    private Map<Long, Double> terms(double factor) {
        Map<Long, Double> terms = new HashMap<>(sets.length * 4);
        for (int i = 0; i < sets.length; i++) {
            terms.put(sets[i], weights[i] * factor);
        }
        return terms;
    }

    /** One more failed run: certain if any change of the set is bad, else with this chance. */
    Likelihood failed(long set, double otherwise) {
        Map<Long, Double> terms = terms(1);
        for (int i = 0; i < sets.length; i++) {
            if ((set & ~sets[i]) == 0) {
                terms.merge(sets[i], -weights[i] * (1 - otherwise), Double::sum);
            } else {
                terms.merge(sets[i] | set, -weights[i] * (1 - otherwise), Double::sum);
            }
        }
        return of(terms);
    }

    Likelihood times(double factor) {
        return factor == 1 ? this : of(terms(factor));
    }

    Likelihood plus(Likelihood other, double factor) {
        if (other.sets.length == 0 || factor == 0) {
            return this;
        }
        Map<Long, Double> terms = terms(1);
        for (int i = 0; i < other.sets.length; i++) {
            terms.merge(other.sets[i], other.weights[i] * factor, Double::sum);
        }
        return of(terms);
    }

    Likelihood times(Likelihood other) {
        if (other == ONE) {
            return this;
        } else if (this == ONE) {
            return other;
        }
        Map<Long, Double> terms = new HashMap<>();
        for (int i = 0; i < sets.length; i++) {
            for (int j = 0; j < other.sets.length; j++) {
                terms.merge(sets[i] | other.sets[j], weights[i] * other.weights[j], Double::sum);
            }
        }
        return of(terms);
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
