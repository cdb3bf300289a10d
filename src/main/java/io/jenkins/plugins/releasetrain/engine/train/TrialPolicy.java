package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a train does between trials, as a pure function of what is known; the train and the simulator both call it.
 *
 * <p>The next trial is the set whose verdict tells most (in bits) about which changes are bad. Candidates are the
 * prefixes of the queue, and the prefixes of the queue without its suspects. Without flakes that is the nested halving of
 * Golomb 1966 and Gallager and van Voorhis 1975, a few per cent above H(p) trials per change. With flakes, leaving the
 * suspect out is what makes proof cheap: when the others of a failed set pass, they are released, and every failure of a
 * set with the suspect is evidence against it alone, so that it is seldom run again only to be sure (I4).
 */
public final class TrialPolicy {
    private static final double EVEN = 0.5;
    private static final double EQUAL = 1e-9;

    /** Bits that a ready pair, a trial saved by proofs, and a failure of suspects mixed with others are worth. */
    private static final double PAIR = 0.2;

    private static final double PROOF = 0.5;
    private static final double MIXED = 0.1;

    /** Bits that a released change is worth where nobody else waits; less the more do, nothing at so many batches. */
    private static final double QUICK = 0.8;

    private static final double FULL_BATCHES = 2;

    /** A proof waits for a set that is expected to release so many changes, unless the queue is full. */
    private static final double WORTH_WAITING = 0.5;

    private final Rates rates;
    private final double innocenceBound;
    private final ProofCost proofCost;

    /** @param innocenceBound the largest chance of blaming an innocent change that is accepted (I4) */
    public TrialPolicy(Rates rates, double innocenceBound) {
        this.rates = rates;
        this.innocenceBound = innocenceBound;
        this.proofCost = ProofCost.of(rates, innocenceBound);
    }

    /** What to do next. */
    public sealed interface Decision {
        /** Run the baseline with these changes; none is the control run of the baseline. */
        record Run(List<String> changes) implements Decision {}

        /** These changes passed on the baseline and are a release at once (I5). */
        record Release(List<String> changes) implements Decision {}

        /** Guilty: the baseline passed, the baseline with it failed, and chance is ruled out (I4). */
        record Eject(String change, double innocence) implements Decision {}

        /** The baseline itself fails: no change is to blame. */
        record BaselineBroken() implements Decision {}

        /** Nothing that could run now would tell anything that the running trials do not tell. */
        record Nothing() implements Decision {}
    }

    /**
     * What is known.
     *
     * @param changes undecided ones in the order of departure; at most 64 are looked at
     * @param baselinePassed whether the baseline has a fresh verdict
     * @param baselineFailed how often its control run failed since
     * @param running what is being tried in other environments
     * @param inseparable changes that can be left out only together with all later ones, because a later one has the
     *     same service
     * @param waiting undecided changes in all, looked at or not
     */
    public record Situation(
            List<String> changes,
            Evidence evidence,
            boolean baselinePassed,
            int baselineFailed,
            List<List<String>> running,
            List<String> inseparable,
            int waiting) {
        public Situation {
            changes = List.copyOf(changes.subList(0, Math.min(changes.size(), Belief.WIDEST)));
        }
    }

    /** Decides. */
    public Decision decide(Situation now) {
        Optional<Tried> passed = now.evidence().passes().stream()
                .filter(Tried::exact)
                .max(Comparator.comparingInt(p -> p.changes().size()));
        if (passed.isPresent()) {
            return new Decision.Release(passed.get().changes());
        }
        if (!now.baselinePassed() && !now.evidence().failures().isEmpty()) {
            return control(now);
        }
        View view = new View(now);
        for (int i = 0; i < now.changes().size(); i++) {
            double innocence = view.belief.allGood(1L << i);
            if (innocence <= innocenceBound
                    && now.evidence().alone(now.changes().get(i)).isPresent()) {
                return new Decision.Eject(now.changes().get(i), innocence);
            }
        }
        long next = view.mostTelling();
        return next == 0 ? new Decision.Nothing() : new Decision.Run(view.changes(next));
    }

    /** Even odds beforehand; what is left is the chance that every failure of the control run was a flake. */
    private Decision control(Situation now) {
        if (now.running().stream().anyMatch(List::isEmpty)) {
            return new Decision.Nothing();
        }
        double allFlakes = Math.pow(rates.flake(), now.baselineFailed());
        boolean broken = now.baselineFailed() > 0 && allFlakes / (1 + allFlakes) <= innocenceBound;
        return broken ? new Decision.BaselineBroken() : new Decision.Run(List.of());
    }

    /** The chance that the change is good, given all runs. */
    public double innocence(Situation now, String change) {
        return new View(now).belief.allGood(1L << now.changes().indexOf(change));
    }

    /**
     * The number of fresh changes whose trial tells most: near ln 2 / p, a little less with flakes.
     *
     * @param most as many are looked at, and never more than 64
     */
    public static int batchLimit(Rates rates, int least, int most) {
        Belief belief = new Belief(rates, List.of(), 0);
        int best = 1;
        double bits = 0;
        for (int n = 1; n <= Math.min(most, Belief.WIDEST); n++) {
            double more = belief.information(n == Long.SIZE ? -1L : (1L << n) - 1);
            if (more > bits + EQUAL) {
                bits = more;
                best = n;
            }
        }
        return Math.max(least, best);
    }

    /** The changes to look at: those that something is known about, and the first fresh ones, in the queue's order. */
    public static List<String> view(List<String> queue, Evidence evidence, int fresh) {
        Set<String> known = new HashSet<>();
        evidence.failures().forEach(f -> known.addAll(f.changes()));
        evidence.passes().forEach(p -> known.addAll(p.changes()));
        List<String> view = new ArrayList<>();
        int left = fresh;
        for (String change : queue) {
            if (known.contains(change) || left-- > 0) {
                view.add(change);
            }
        }
        return view;
    }

    /** A situation as bit masks. */
    private final class View {
        private final Situation now;
        private final Map<String, Integer> index = new HashMap<>();
        private final long all;
        private final long vouched;
        private final List<Belief.Failed> failed = new ArrayList<>();
        private final List<Long> exact = new ArrayList<>();
        private final List<Long> running = new ArrayList<>();
        private final long suspects;
        private final Belief belief;

        View(Situation now) {
            this.now = now;
            for (int i = 0; i < now.changes().size(); i++) {
                index.put(now.changes().get(i), i);
            }
            this.all = now.changes().size() == Long.SIZE
                    ? -1L
                    : (1L << now.changes().size()) - 1;
            this.vouched = mask(now.evidence().vouched());
            for (Tried tried : now.evidence().failures()) {
                // A set with a change beyond the view says too little about those within.
                if (index.keySet().containsAll(tried.changes())) {
                    failed.add(new Belief.Failed(mask(tried.changes()), tried.runs()));
                    if (tried.exact()) {
                        exact.add(mask(tried.changes()));
                    }
                }
            }
            now.running().forEach(set -> running.add(mask(set)));
            this.suspects = union(failed.stream().map(Belief.Failed::set).toList());
            this.belief = new Belief(rates, failed, vouched);
        }

        private long mask(List<String> changes) {
            long mask = 0;
            for (String change : changes) {
                Integer i = index.get(change);
                mask |= i == null ? 0 : 1L << i;
            }
            return mask;
        }

        List<String> changes(long mask) {
            List<String> changes = new ArrayList<>(Long.bitCount(mask));
            for (int i = 0; i < now.changes().size(); i++) {
                if ((mask >>> i & 1) != 0) {
                    changes.add(now.changes().get(i));
                }
            }
            return changes;
        }

        long mostTelling() {
            long suspect = toBeProved();
            double hurry = hurry();
            if (suspect != 0 && hurry == 0) {
                return suspect;
            }
            List<Weighted> cases = cases();
            long best = 0;
            double most = EQUAL;
            for (long leftOut : leftOut()) {
                long set = vouched & ~leftOut;
                for (int i = 0; i < now.changes().size(); i++) {
                    long change = 1L << i;
                    if ((leftOut & change) != 0 || (set & change) != 0) {
                        continue;
                    }
                    set |= change;
                    double score = running.contains(set) ? 0 : score(cases, set, hurry);
                    if (score > most + EQUAL) {
                        most = score;
                        best = set;
                    }
                }
            }
            if (suspect != 0 && ((best & suspect) != 0 || expected(best) < WORTH_WAITING)) {
                return suspect;
            }
            return best == 0 && (vouched & ~union(running)) != 0 && !running.contains(vouched) ? vouched : best;
        }

        /** With a full queue a search shall take few trials; with a short one it shall first let go who waits. */
        private double hurry() {
            double full = failed.isEmpty() ? 0 : FULL_BATCHES * batchLimit(rates, 1, Belief.WIDEST);
            return now.waiting() >= full ? 0 : QUICK * (1 - now.waiting() / full);
        }

        /** Changes that the set is expected to release. */
        private double expected(long set) {
            return belief.passes(set) * Long.bitCount(set & ~vouched);
        }

        /** As expected, but the first of the queue count up to three times, the last nothing: nobody waits for ever. */
        private double released(long set) {
            double size = now.changes().size();
            double weight = 0;
            for (long rest = set & ~vouched; rest != 0; rest &= rest - 1) {
                double place = 1 - Long.numberOfTrailingZeros(rest) / size;
                weight += 3 * place * place;
            }
            return belief.passes(set) * weight;
        }

        private double score(List<Weighted> cases, long set, double hurry) {
            double bits = 0;
            for (Weighted c : cases) {
                bits += c.chance() * c.belief().information(set);
            }
            return bits + PAIR * pairs(set) + proof(set) + (hurry == 0 ? 0 : hurry * released(set));
        }

        /** Trials for proofs that are expected to be saved by this one, in bits. */
        private double proof(long set) {
            if (proofCost.free() || (set & suspects) == 0) {
                return 0;
            }
            int runs = failuresWith(set);
            double bad = 1 - belief.allGood(set);
            if (runs == 0) {
                // A failure that suspects share with others will count against nobody once one of them is found.
                return -MIXED * bad;
            }
            long around = smallestFailedWith(set);
            double badAround = 1 - belief.allGood(around);
            int runsAround = failuresWith(around);
            double left = bad * proofCost.trials(Long.bitCount(set & ~vouched), runs + 1)
                    + (badAround - bad) * proofCost.trials(Long.bitCount(around & ~set), runsAround);
            return PROOF * (badAround * proofCost.trials(Long.bitCount(around), runsAround) - left);
        }

        private int failuresWith(long set) {
            return failed.stream()
                    .filter(f -> (set & ~f.set()) == 0)
                    .mapToInt(Belief.Failed::runs)
                    .sum();
        }

        private long smallestFailedWith(long set) {
            long smallest = -1;
            for (Belief.Failed f : failed) {
                long open = f.set() & ~vouched;
                boolean smaller = Long.bitCount(open) < Long.bitCount(smallest);
                smallest = (set & ~f.set()) == 0 && smaller ? open : smallest;
            }
            return smallest;
        }

        /** The chance that the set passes and thereby is the "without" of a suspect's "with". */
        private double pairs(long set) {
            double value = 0;
            for (long failedSet : exact) {
                long suspect = failedSet & ~set;
                if (Long.bitCount(suspect) == 1 && (set & ~failedSet) == 0) {
                    value = Math.max(value, belief.passes(set) * (1 - belief.allGood(suspect)));
                }
            }
            return value;
        }

        /** A change that is as good as guilty, or has failed alone, and that no other trial can tell more about. */
        private long toBeProved() {
            for (int i = 0; i < now.changes().size(); i++) {
                long change = 1L << i;
                if (running.contains(change)) {
                    continue;
                }
                boolean withOthers = false;
                boolean alone = false;
                for (Belief.Failed f : failed) {
                    alone |= f.set() == change;
                    withOthers |= (f.set() & change) != 0 && f.set() != change && exact.contains(f.set());
                }
                if (!withOthers && (alone || belief.allGood(change) <= innocenceBound)) {
                    return change;
                }
            }
            return 0;
        }

        /**
         * Nobody; the likeliest culprit; all likely culprits; what is running elsewhere, with and without these; all
         * but one failed set.
         */
        private List<Long> leftOut() {
            long top = 0;
            double least = EVEN;
            long likely = 0;
            for (int i = 0; i < now.changes().size(); i++) {
                double good = (suspects >>> i & 1) == 0 ? 1 : belief.allGood(1L << i);
                if (good < least) {
                    least = good;
                    top = 1L << i;
                }
                likely |= good < EVEN ? 1L << i : 0;
            }
            long elsewhere = union(running);
            long fresh = running.isEmpty() ? 0 : elsewhere | suspects;
            Stream<Long> some = Stream.of(0L, top, likely, elsewhere, elsewhere | likely, fresh);
            return Stream.concat(failed.stream().map(f -> all & ~f.set()), some)
                    .map(set -> set & ~vouched)
                    .filter(this::separable)
                    .distinct()
                    .toList();
        }

        private boolean separable(long leftOut) {
            return (leftOut & mask(now.inseparable())) == 0 && leftOut != all || leftOut == 0;
        }

        private List<Weighted> cases() {
            List<Weighted> cases = List.of(new Weighted(1, belief));
            for (long set : running) {
                List<Weighted> next = new ArrayList<>();
                for (Weighted c : cases) {
                    double passes = c.belief().passes(set);
                    next.add(new Weighted(c.chance() * passes, c.belief().afterPass(set)));
                    next.add(new Weighted(c.chance() * (1 - passes), c.belief().afterFailure(set)));
                }
                cases = next;
            }
            return cases;
        }
    }

    private record Weighted(double chance, Belief belief) {}

    private static long union(List<Long> sets) {
        return sets.stream().reduce(0L, (a, b) -> a | b);
    }
}
