package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Belief;
import io.jenkins.plugins.releasetrain.engine.blame.Chain;
import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.blame.Proof;
import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline.Streak;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Decision;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Situation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A situation as bit masks, and the set whose trial tells most. */
final class TrialChoice {
    /** More failures in a row than this tell nothing more about proofs. */
    private static final int MOST_IN_A_ROW = 8;

    private static final double EVEN = 0.5;
    private static final double EQUAL = 1e-9;
    /** A failure that counts less than so much of one of its own is put off until something passed. */
    private static final double COUNTS = 0.9;

    /** Bits that a ready pair, a trial saved by proofs, and a failure of suspects mixed with others are worth. */
    private static final double PAIR = 0.2;

    private static final double PROOF = 0.25;
    private static final double MIXED = 0.1;
    /** Bits that a pass is worth that lets the next failure of a suspect count. */
    private static final double APART = 0.1;
    /** Bits that a released change is worth where nobody else waits; less the more do, nothing at so many batches. */
    private static final double QUICK = 0.8;

    private static final double FULL_BATCHES = 2;

    /** A proof waits for a set that is expected to release so many changes, unless the queue is full. */
    private static final double WORTH_WAITING = 0.5;

    /** Trials elsewhere beyond this many are not foreseen, since each doubles what may come. */
    private static final int FORESEEN = 5;

    private final Situation now;
    private final Rates rates;
    private final double innocenceBound;
    private final ProofCost proofCost;
    private final Map<String, Integer> index = new HashMap<>();
    private final long all;
    private final long vouched;
    private final List<Failure> failed = new ArrayList<>();
    private final List<Long> running = new ArrayList<>();
    private final long suspects;
    private final Timeline timeline;
    private final Optional<Streak> open;
    private final Belief belief;
    private final long stuck;
    private final List<Streak> streaks;

    /** Chances that so many runs of what is good fail in a row. */
    private final double[] mishaps;

    /** @param exact as of {@link Tried} */
    private record Failure(long set, boolean exact, List<Run> runs) {}

    TrialChoice(Situation now, Rates rates, double innocenceBound) {
        this.now = now;
        this.rates = rates;
        this.innocenceBound = innocenceBound;
        for (int i = 0; i < now.changes().size(); i++) {
            index.put(now.changes().get(i), i);
        }
        this.all =
                now.changes().size() == Long.SIZE ? -1L : (1L << now.changes().size()) - 1;
        this.vouched = mask(now.evidence().vouched());
        now.running().forEach(set -> running.add(mask(set)));
        // Who is not tried now, as what a newer one took the place of, may have been to blame.
        now.evidence().failures().forEach(f -> f.changes().forEach(c -> index.computeIfAbsent(c, n -> index.size())));
        for (Tried tried : now.evidence().failures()) {
            // A set with too many changes beyond the view says too little about those within.
            if (tried.changes().stream().allMatch(c -> index.get(c) < Belief.WIDEST)) {
                failed.add(new Failure(mask(tried.changes()), tried.exact(), tried.runs()));
            }
        }
        this.suspects = union(failed.stream().map(Failure::set).toList());
        this.timeline = now.baseline().timeline().with(failed.stream().flatMap(f -> f.runs().stream()));
        this.streaks = timeline.streaks();
        this.open = streaks.stream()
                .filter(s -> s.open() && s.environment().equals(now.baseline().environment()))
                .findFirst();
        this.belief = belief();
        this.mishaps = Chain.mishaps(rates, trialHours(), MOST_IN_A_ROW);
        this.proofCost = ProofCost.of(rates, mishaps[1], innocenceBound);
        this.stuck = stuck();
    }

    private Belief belief() {
        List<Belief.Failed> runs = new ArrayList<>();
        failed.forEach(f -> f.runs().forEach(run -> runs.add(new Belief.Failed(f.set(), run))));
        now.baseline().timeline().runs().stream()
                .filter(Run::failed)
                .forEach(run -> runs.add(new Belief.Failed(0, run)));
        double doubt = now.baseline().passed() ? 0 : rates.failure();
        return new Belief(
                rates,
                new Belief.Known(runs, streaks, vouched, doubt, now.baseline().environment(), mask(now.doubted())));
    }

    /** How long a trial takes, by the last one. */
    private double trialHours() {
        List<Run> runs = timeline.runs();
        return runs.isEmpty() ? 0 : runs.get(runs.size() - 1).hours();
    }

    private long mask(List<String> changes) {
        long mask = 0;
        for (String change : changes) {
            Integer i = index.get(change);
            mask |= i == null ? 0 : 1L << i;
        }
        return mask;
    }

    private List<String> changes(long mask) {
        return IntStream.range(0, now.changes().size())
                .filter(i -> (mask >>> i & 1) != 0)
                .mapToObj(now.changes()::get)
                .toList();
    }

    private Decision.Run run(long set) {
        return new Decision.Run(changes(set));
    }

    /** A change that is proven to be to blame (I4). */
    Optional<Decision.Eject> guilty() {
        for (int i = 0; i < now.changes().size() && now.baseline().passed(); i++) {
            String change = now.changes().get(i);
            double innocence = belief.innocence(1L << i);
            if (innocence <= innocenceBound && now.evidence().alone(change).isPresent()) {
                List<Run> proof = timeline.proof(change);
                if (!proof.isEmpty()) {
                    return Optional.of(new Decision.Eject(change, innocence, new Proof(proof)));
                }
            }
        }
        return Optional.empty();
    }

    Optional<Judgement.Broken> broken() {
        return Judgement.Broken.of(open, belief);
    }

    /** The next trial. */
    Decision next() {
        long suspect = toBeProved();
        double hurry = hurry();
        if (belief.broken() >= EVEN) {
            return run(0);
        } else if (suspect != 0 && hurry == 0) {
            return run(suspect);
        }
        List<Weighted> cases = cases();
        double most = EQUAL;
        long best = 0;
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
            return run(suspect);
        } else if (isControlDue() && control(cases) > most + EQUAL) {
            return run(0);
        } else if (best == 0 && (vouched & ~union(running)) != 0 && !running.contains(vouched)) {
            return run(vouched);
        }
        return best == 0 ? new Decision.Nothing() : run(best);
    }

    /** Where nothing failed, or something passed since, a control run tells nothing. */
    private boolean isControlDue() {
        return open.isPresent() || !now.baseline().passed() && !failed.isEmpty() && !running.contains(0L);
    }

    private double control(List<Weighted> cases) {
        return bits(cases, 0)
                + (stuck == 0 ? 0 : APART * belief.passes(0))
                + (now.baseline().passed() ? 0 : APART);
    }

    /** With a full queue a search shall take few trials; with a short one it shall first let go who waits. */
    private double hurry() {
        double full = failed.isEmpty() ? 0 : FULL_BATCHES * TrialPolicy.batchLimit(rates, 1, Belief.WIDEST);
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
        double apart = stuck == 0 ? 0 : APART * belief.passes(set);
        return bits(cases, set) + apart + PAIR * pairs(set) + proof(set) + (hurry == 0 ? 0 : hurry * released(set));
    }

    private static double bits(List<Weighted> cases, long set) {
        double bits = 0;
        for (Weighted c : cases) {
            bits += c.chance() * c.belief().information(set);
        }
        return bits;
    }

    /** Trials for proofs that are expected to be saved by this one, in bits. */
    private double proof(long set) {
        if (proofCost.free() || (set & suspects) == 0) {
            return 0;
        }
        double runs = failuresWith(set);
        double bad = 1 - belief.allGood(set);
        if (runs == 0) {
            // A failure that suspects share with others will count against nobody once one of them is found.
            return -MIXED * bad;
        }
        long around = smallestFailedWith(set);
        double badAround = 1 - belief.allGood(around);
        double runsAround = failuresWith(around);
        double left = bad * proofCost.trials(Long.bitCount(set & ~vouched), runs + countsAgain(set))
                + (badAround - bad) * proofCost.trials(Long.bitCount(around & ~set), runsAround);
        return PROOF * (badAround * proofCost.trials(Long.bitCount(around), runsAround) - left);
    }

    /** Failures of sets that held all of this one; those with no pass between them count as what they tell together. */
    private double failuresWith(long set) {
        double count = 0;
        for (Streak streak : streaks) {
            count += counted(runsIn(streak, set));
        }
        return count;
    }

    private int runsIn(Streak streak, long set) {
        int runs = 0;
        for (Failure f : failed) {
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
        int runs = open.map(streak -> runsIn(streak, set)).orElse(0);
        return counted(runs + 1) - counted(runs);
    }

    private long smallestFailedWith(long set) {
        long smallest = -1;
        for (Failure f : failed) {
            long rest = f.set() & ~vouched;
            boolean smaller = Long.bitCount(rest) < Long.bitCount(smallest);
            smallest = (set & ~f.set()) == 0 && smaller ? rest : smallest;
        }
        return smallest;
    }

    /** The chance that the set passes and thereby is the "without" of a suspect's "with". */
    private double pairs(long set) {
        double value = 0;
        for (Failure f : failed) {
            long suspect = f.set() & ~set;
            if (f.exact() && Long.bitCount(suspect) == 1 && (suspect & all) != 0 && (set & ~f.set()) == 0) {
                value = Math.max(value, belief.passes(set) * (1 - belief.allGood(suspect)));
            }
        }
        return value;
    }

    /** A change that is as good as guilty, or has failed alone, and that no other trial can tell more about. */
    private long toBeProved() {
        for (int i = 0; i < now.changes().size(); i++) {
            long change = 1L << i;
            if (!running.contains(change) && (stuck & change) == 0 && isAlmostProved(change)) {
                return change;
            }
        }
        return 0;
    }

    private boolean isAlmostProved(long change) {
        boolean withOthers = false;
        boolean alone = false;
        for (Failure f : failed) {
            alone |= f.set() == change;
            withOthers |= (f.set() & change) != 0 && (f.set() & all & ~change) != 0 && f.exact();
        }
        return !withOthers && (alone || belief.innocence(change) <= innocenceBound);
    }

    /** Suspects of which another failure would not count, before something passed without them. */
    private long stuck() {
        long found = 0;
        for (int i = 0; i < now.changes().size(); i++) {
            long change = 1L << i;
            if ((suspects & change) != 0 && belief.allGood(change) < EVEN && open.isPresent()) {
                boolean enough = belief.innocence(change) <= innocenceBound;
                boolean here = runsIn(open.get(), change) > 0;
                found |= here && (enough || countsAgain(change) < COUNTS) ? change : 0;
            }
        }
        return found;
    }

    /**
     * Nobody; the likeliest culprit; all likely culprits; what is running elsewhere, with and without these; all but one
     * failed set.
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
        for (long set : running.subList(0, Math.min(FORESEEN, running.size()))) {
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

    private record Weighted(double chance, Belief belief) {}

    private static long union(List<Long> sets) {
        return sets.stream().reduce(0L, (a, b) -> a | b);
    }
}
