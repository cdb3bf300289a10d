package io.jenkins.plugins.releasetrain.engine.blame;

import io.jenkins.plugins.releasetrain.engine.blame.Timeline.Streak;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the failed runs say about which of up to 64 changes are bad, and about whether an environment works. Before any run
 * each change is bad with the same chance, independently, and an environment breaks now and then, independently of what it
 * holds. A run of a set with a bad change fails, and so does every run while its environment is broken; a run of a good set
 * in an environment that works fails with the flake rate. Sets of changes are bit masks.
 *
 * <p>Exact by a forward sum over each {@link Streak} ({@link Chain}).
 */
public final class Belief {
    /** Changes that can be told apart. */
    public static final int WIDEST = Long.SIZE;

    private static final double LN2 = Math.log(2);

    private final Rates rates;
    private final Prior prior;
    private final Prior undoubted;
    private final long good;
    private final Factors all;
    private final Factors working;
    private final Factors calm;
    private final double weight;
    private final boolean complete;
    private final Map<Long, Double> lone;

    /** A failed run of a set; the empty set is a control run. */
    public record Failed(long set, Run run) {}

    /**
     * What is known.
     *
     * @param failed runs with the changes that are still undecided
     * @param streaks in which they failed
     * @param good changes that are known to be good
     * @param doubt chance that the baseline itself is bad; 0 where it has passed
     * @param here the environment that {@link #works} and {@link #passes} are about
     * @param doubted changes that are likelier bad than others, by what is known besides runs
     */
    public record Known(List<Failed> failed, List<Streak> streaks, long good, double doubt, String here, long doubted) {
        public Known(List<Failed> failed, List<Streak> streaks, long good, double doubt, String here) {
            this(failed, streaks, good, doubt, here, 0);
        }
    }

    public Belief(Rates rates, Known known) {
        this.rates = rates;
        this.good = known.good();
        this.undoubted = new Prior(rates.failure(), 0);
        this.prior = known.doubted() == 0 ? undoubted : new Prior(rates.failure(), known.doubted());
        List<Failed> failed = known.failed();
        Sum sum = new Sum(rates, known, failed);
        this.complete = !sum.large;
        while (sum.large) {
            // The newest say most about what is open; who is rejected is told by what nobody else explains.
            failed = failed.stream()
                    .sorted(Comparator.comparing(f -> f.run().end()))
                    .skip(1 + failed.size() / 4)
                    .toList();
            sum = new Sum(rates, known, failed);
        }
        this.all = sum.all;
        this.working = sum.working;
        this.calm = sum.calm;
        this.weight = all.at(good, prior);
        this.lone = complete ? Map.of() : lone(rates, known);
    }

    private Belief(Belief from, long good, Factors all, Factors working, Factors calm) {
        this.rates = from.rates;
        this.prior = from.prior;
        this.undoubted = from.undoubted;
        this.good = good;
        this.all = all;
        this.working = working;
        this.calm = calm;
        this.weight = all.at(good, prior);
        this.complete = from.complete;
        this.lone = from.lone;
    }

    /** The likelihood of all failures, by streaks. */
    private static final class Sum {
        private Factors all = Factors.one();
        private Factors working = Factors.one();
        private Factors calm = Factors.one();
        private boolean large;

        Sum(Rates rates, Known known, List<Failed> failed) {
            Map<Run, Long> sets = new HashMap<>();
            failed.forEach(f -> sets.put(f.run(), f.set()));
            for (Streak streak : known.streaks()) {
                if (!large) {
                    add(new Chain(rates, known, streak), streak, sets, known.here());
                }
            }
        }

        private void add(Chain chain, Streak streak, Map<Run, Long> sets, String here) {
            for (Run run : streak.runs()) {
                chain.failed(run, Optional.ofNullable(sets.get(run)));
                if (chain.isLarge()) {
                    // Twenty disjoint sets that fail in a row would be a million terms before the streak is over.
                    large = true;
                    return;
                }
            }
            Likelihood either = chain.either();
            boolean open = streak.open() && streak.environment().equals(here);
            working = working.times(open ? chain.works() : either);
            calm = calm.times(open ? chain.calm() : either);
            all = all.times(either);
            large = all.isLarge();
        }
    }

    /** By change, the chance of what failed with it alone and with nothing else in the same streak, were it good. */
    private static Map<Long, Double> lone(Rates rates, Known known) {
        Map<Run, Long> sets = new HashMap<>();
        known.failed().forEach(f -> sets.put(f.run(), f.set()));
        Map<Long, Double> lone = new HashMap<>();
        for (Streak streak : known.streaks()) {
            List<Long> held = streak.runs().stream()
                    .map(r -> sets.getOrDefault(r, 0L))
                    .distinct()
                    .toList();
            if (held.size() == 1 && Long.bitCount(held.get(0)) == 1) {
                Chain chain = new Chain(rates, known, streak);
                streak.runs().forEach(run -> chain.failed(run, Optional.of(0L)));
                lone.merge(held.get(0), chain.either().at(0, Prior.CERTAIN), (a, b) -> a * b);
            }
        }
        return lone;
    }

    /** Whether all failures are looked at together; else the oldest of them are left out, as there are too many. */
    public boolean complete() {
        return complete;
    }

    /** The chance that all changes of the set are good. */
    public double allGood(long set) {
        if (weight <= 0) {
            return 0;
        }
        return limited(prior.allGood(set & ~good) * all.at(good | set, prior) / weight);
    }

    /**
     * The chance that this change is good, for a rejection: where there are too many failures to look at together, only
     * those count that nothing but this change, an outage or a flake explains; all others could only speak against it.
     * That it was doubted before any run proves nothing.
     */
    public double innocence(long change) {
        if (complete) {
            double all = this.all.at(good, undoubted);
            return all <= 0
                    ? 0
                    : limited(undoubted.allGood(change & ~good) * this.all.at(good | change, undoubted) / all);
        }
        double odds = (1 - rates.failure()) / rates.failure() * lone.getOrDefault(change, 1.0);
        return odds / (1 + odds);
    }

    /** The chance that the environment works now. */
    public double works() {
        return weight <= 0 ? 1 : limited(working.at(good, prior) / weight);
    }

    /** The chance that an outage explains failures that nothing has passed since. */
    public double broken() {
        return weight <= 0 ? 0 : limited(1 - calm.at(good, prior) / weight);
    }

    /** The chance that a run of the set passes now; outages that begin during the run are left out. */
    public double passes(long set) {
        return worksWithAllGood(set) * (1 - rates.flake());
    }

    private double worksWithAllGood(long set) {
        if (weight <= 0) {
            return 0;
        }
        return limited(prior.allGood(set & ~good) * working.at(good | set, prior) / weight);
    }

    /** Mutual information in bits between "the set is good and the environment works" and the verdict of one run. */
    public double information(long set) {
        double passes = worksWithAllGood(set);
        return entropy(passes * (1 - rates.flake())) - passes * entropy(rates.flake());
    }

    /** If a run elsewhere passes. */
    public Belief afterPass(long set) {
        return new Belief(this, good | set, all, working, calm);
    }

    /** If a run elsewhere fails. */
    public Belief afterFailure(long set) {
        return new Belief(
                this,
                good,
                all.failed(set, rates.flake()),
                working.failed(set, rates.flake()),
                calm.failed(set, rates.flake()));
    }

    private static double limited(double chance) {
        return Math.max(0, Math.min(1, chance));
    }

    static double entropy(double p) {
        return p <= 0 || p >= 1 ? 0 : -(p * Math.log(p) + (1 - p) * Math.log1p(-p)) / LN2;
    }

    /** What is known of failures that all have the same environment and nothing between them; for forecasts. */
    public static Belief fresh(Rates rates) {
        return new Belief(rates, new Known(List.of(), List.of(), 0, 0, ""));
    }
}
