package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Belief;
import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.blame.Proof;
import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline.Streak;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import io.jenkins.plugins.releasetrain.engine.train.Proofs.Failure;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Decision;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Situation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A situation as bit masks, and the set whose trial tells most. */
final class TrialChoice {
    private static final double EVEN = 0.5;
    private static final double EQUAL = 1e-9;
    /** Bits that a ready pair is worth. */
    private static final double PAIR = 0.2;
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
    private final Map<String, Integer> index = new HashMap<>();
    private final long all;
    private final long vouched;
    private final List<Failure> failed = new ArrayList<>();
    private final List<Long> running = new ArrayList<>();
    private final long suspects;
    private final Timeline timeline;
    private final Optional<Streak> open;
    private final Belief belief;
    private final Proofs proofs;
    private final long stuck;

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
        List<Streak> streaks = timeline.streaks();
        this.open = streaks.stream()
                .filter(s -> s.open() && s.environment().equals(now.baseline().environment()))
                .findFirst();
        this.belief = belief(streaks);
        this.proofs = new Proofs(
                new Proofs.Known(failed, streaks, open, all, vouched, trialHours()), belief, rates, innocenceBound);
        this.stuck = proofs.stuck();
    }

    private Belief belief(List<Streak> streaks) {
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
            // Beyond the view nobody is looked at, as of a long queue's end.
            mask |= i == null || i >= Long.SIZE ? 0 : 1L << i;
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
        }
        Optional<Decision> alone = belief.complete() ? Optional.empty() : oneAfterTheOther();
        if (alone.isPresent()) {
            return alone.get();
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

    /**
     * Where more failed than can be looked at together, a failure counts only by itself, with a pass before and after it: else
     * the same few would be tried for ever. So whoever failed alone is proven, one after the other, and what is fresh passes
     * in between, or else the baseline.
     */
    private Optional<Decision> oneAfterTheOther() {
        if (open.isPresent()) {
            long fresh = open.get().runs().size() > 1 ? 0 : freshOnes();
            return running.contains(fresh) ? Optional.empty() : Optional.of(run(fresh));
        }
        return failed.stream()
                .map(Failure::set)
                .filter(set -> Long.bitCount(set) == 1 && (set & all) != 0 && !running.contains(set))
                .min(Comparator.comparingDouble(belief::innocence))
                .map(this::run);
    }

    /** A few of whom nothing failed yet; nobody where they cannot go without those that failed. */
    private long freshOnes() {
        long fresh = all & ~suspects & ~union(running);
        int few = Math.max(1, TrialPolicy.batchLimit(rates, 1, Belief.WIDEST) / 2);
        long set = vouched & ~suspects;
        for (long rest = fresh & ~set; rest != 0 && few > 0; rest &= rest - 1, few--) {
            set |= Long.lowestOneBit(rest);
        }
        return separable(all & ~set) ? set : 0;
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
        return bits(cases, set)
                + apart
                + PAIR * pairs(set)
                + proofs.bits(set)
                + (hurry == 0 ? 0 : hurry * released(set));
    }

    private static double bits(List<Weighted> cases, long set) {
        double bits = 0;
        for (Weighted c : cases) {
            bits += c.chance() * c.belief().information(set);
        }
        return bits;
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

    private long toBeProved() {
        for (int i = 0; i < now.changes().size(); i++) {
            long change = 1L << i;
            if (!running.contains(change) && (stuck & change) == 0 && proofs.isDue(change)) {
                return change;
            }
        }
        return 0;
    }

    /**
     * Nobody; the likeliest culprit; all likely culprits; what is running elsewhere, with and without these; all who are looked
     * for, so that something fresh passes between their failures; all but one failed set.
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
        long fresh = running.isEmpty() || proofs.areManySearches() ? 0 : elsewhere | suspects;
        Stream<Long> some = Stream.of(0L, top, likely, elsewhere, elsewhere | likely, fresh, proofs.lookedFor());
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
