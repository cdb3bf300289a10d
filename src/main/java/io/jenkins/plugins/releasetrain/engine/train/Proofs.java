package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Belief;
import io.jenkins.plugins.releasetrain.engine.blame.Chain;
import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline.Streak;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import java.util.List;
import java.util.Optional;

/** What the failures so far are worth as proofs (I4), and what a trial saves of those that are missing. Sets are bit masks. */
final class Proofs {
    /** More failures in a row than this tell nothing more about proofs. */
    private static final int MOST_IN_A_ROW = 8;

    private static final double EVEN = 0.5;
    /** A failure that counts less than so much of one of its own is put off until something passed. */
    private static final double COUNTS = 0.9;

    /** Bits that a trial saved by proofs, and a failure of suspects mixed with others are worth. */
    private static final double PROOF = 0.25;

    private static final double MIXED = 0.1;

    /** A set that failed is looked into, rather than taken for a flake's or an outage's, if it is as likely bad as that. */
    private static final double LIKELY = 0.3;
    /** As many searches are open at once: fresh changes are tried between the failures of fewer. */
    private static final int SEARCHES = 4;
    /** Who is so much likelier bad than anybody else is looked for. */
    private static final double DOUBTFUL = 1.5;
    /** Who is as likely good as that is tried before long, since that tells something. */
    private static final double OPEN = 0.15;

    private final Known known;
    private final Belief belief;
    private final Rates rates;
    private final double innocenceBound;
    private final ProofCost cost;
    /** Chances that so many runs of what is good fail in a row. */
    private final double[] mishaps;

    private final List<Search> searches;

    /** @param exact as of {@link Tried} */
    record Failure(long set, boolean exact, List<Run> runs) {}

    /**
     * A failed set that no smaller one explains, with what is asked for each set that is scored.
     *
     * @param bad the chance that someone in it is
     * @param failures as {@link #failuresWith} counts them
     */
    private record Search(Failure failure, double bad, double failures) {}

    /**
     * @param open the streak that goes on
     * @param all changes that can be tried
     * @param trialHours how long a trial takes
     */
    record Known(
            List<Failure> failed,
            List<Streak> streaks,
            Optional<Streak> open,
            long all,
            long vouched,
            double trialHours) {}

    Proofs(Known known, Belief belief, Rates rates, double innocenceBound) {
        this.known = known;
        this.belief = belief;
        this.rates = rates;
        this.innocenceBound = innocenceBound;
        this.mishaps = Chain.mishaps(rates, known.trialHours(), MOST_IN_A_ROW);
        this.cost = ProofCost.of(rates, mishaps[1], innocenceBound);
        this.searches = cost.free() ? List.of() : searches();
    }

    private List<Search> searches() {
        return known.failed().stream()
                .filter(f -> open(f.set()) != 0)
                .filter(f -> known.failed().stream()
                        .noneMatch(other -> other.set() != f.set() && (other.set() & ~f.set()) == 0))
                .map(f -> new Search(f, bad(f.set()), failuresWith(f.set())))
                .filter(search -> search.bad() > LIKELY)
                .toList();
    }

    private long open(long set) {
        return set & known.all() & ~known.vouched();
    }

    private double bad(long set) {
        return 1 - belief.allGood(set);
    }

    /** Trials for proofs that are expected to be saved by this one, less those that it costs others, in bits. */
    double bits(long set) {
        return cost.free() ? 0 : own(set) - PROOF * others(set);
    }

    private double own(long set) {
        boolean suspected = known.failed().stream().anyMatch(f -> (f.set() & set) != 0);
        if (!suspected) {
            return 0;
        }
        double runs = failuresWith(set);
        double bad = bad(set);
        if (runs == 0) {
            // A failure that suspects share with others will count against nobody once one of them is found.
            return -MIXED * bad;
        }
        long around = smallestFailedWith(set);
        double badAround = bad(around);
        double runsAround = failuresWith(around);
        double left = bad * cost.trials(Long.bitCount(set & ~known.vouched()), runs + countsAgain(set))
                + (badAround - bad) * cost.trials(Long.bitCount(around & ~set), runsAround);
        return PROOF * (badAround * cost.trials(Long.bitCount(around), runsAround) - left);
    }

    /** If the set passes it is released, and what failed without it is not the very set any more: its culprit has to fail alone. */
    private double others(long set) {
        double trials = 0;
        for (Search search : searches) {
            Failure f = search.failure();
            if (f.exact() && (set & ~f.set() & ~known.vouched()) != 0) {
                int left = Long.bitCount(f.set() & ~set & ~known.vouched());
                trials += search.bad() * cost.whenMoved(left, search.failures());
            }
        }
        return trials == 0 ? 0 : trials * belief.passes(set);
    }

    /** Failures of sets that held all of this one; those with no pass between them count as what they tell together. */
    private double failuresWith(long set) {
        double count = 0;
        for (Streak streak : known.streaks()) {
            count += counted(runsIn(streak, set));
        }
        return count;
    }

    private int runsIn(Streak streak, long set) {
        int runs = 0;
        for (Failure f : known.failed()) {
            runs += (set & ~f.set()) == 0
                    ? (int) f.runs().stream().filter(streak.runs()::contains).count()
                    : 0;
        }
        return runs;
    }

    /** So many failures in a row, in failures that passes tell apart. */
    private double counted(int runs) {
        double one = Math.log(mishaps[1]);
        return runs == 0 || Double.isInfinite(one) ? runs : Math.log(mishaps[Math.min(runs, MOST_IN_A_ROW)]) / one;
    }

    /** What one more failure now would count. */
    private double countsAgain(long set) {
        int runs = known.open().map(streak -> runsIn(streak, set)).orElse(0);
        return counted(runs + 1) - counted(runs);
    }

    private long smallestFailedWith(long set) {
        long smallest = -1;
        for (Failure f : known.failed()) {
            long rest = f.set() & ~known.vouched();
            boolean smaller = Long.bitCount(rest) < Long.bitCount(smallest);
            smallest = (set & ~f.set()) == 0 && smaller ? rest : smallest;
        }
        return smallest;
    }

    /** Whether a change that is as good as guilty, or has failed alone, is run again: no other trial can tell more about it. */
    boolean isDue(long change) {
        boolean withOthers = false;
        boolean alone = false;
        for (Failure f : known.failed()) {
            alone |= f.set() == change;
            withOthers |= (f.set() & change) != 0 && (f.set() & known.all() & ~change) != 0 && f.exact();
        }
        boolean proved = belief.innocence(change) <= innocenceBound;
        return !withOthers && (proved || alone && !isProvedByOthers(change));
    }

    /**
     * Whether it needs no run of its own once those pass who failed with it and are not as good as guilty themselves. They are
     * tried before long, so that two who failed together do not wait for each other.
     */
    private boolean isProvedByOthers(long change) {
        long others = 0;
        for (Failure f : known.failed()) {
            others |= (f.set() & change) != 0 ? f.set() & known.all() & ~change : 0;
        }
        long good = 0;
        for (long rest = others; rest != 0; rest &= rest - 1) {
            long one = Long.lowestOneBit(rest);
            good |= belief.allGood(one) > OPEN ? one : 0;
        }
        return good != 0 && belief.afterPass(good).innocence(change) <= innocenceBound;
    }

    /** Suspects of which another failure would not count, before something passed without them. */
    long stuck() {
        long found = 0;
        for (Failure f : known.failed()) {
            for (long rest = f.set() & known.all() & ~found; rest != 0; rest &= rest - 1) {
                long change = Long.lowestOneBit(rest);
                found |= isStuck(change) ? change : 0;
            }
        }
        return found;
    }

    private boolean isStuck(long change) {
        if (belief.allGood(change) >= EVEN
                || known.open().filter(s -> runsIn(s, change) > 0).isEmpty()) {
            return false;
        }
        return belief.innocence(change) <= innocenceBound || countsAgain(change) < COUNTS;
    }

    /**
     * Whether fresh changes are not to be tried before a search has ended. Each environment that is free would else begin
     * another one, as fresh changes tell most: failures pile up that nothing passes between, and nobody is proven.
     */
    boolean areManySearches() {
        return searches.size() >= SEARCHES;
    }

    /** Who is likelier bad than others, while few searches are open; nobody where one failure is proof. */
    long lookedFor() {
        long found = 0;
        if (!areManySearches()) {
            for (Search search : searches) {
                for (long rest = open(search.failure().set()) & ~found; rest != 0; rest &= rest - 1) {
                    long change = Long.lowestOneBit(rest);
                    found |= bad(change) > DOUBTFUL * rates.failure() ? change : 0;
                }
            }
        }
        return found;
    }
}
