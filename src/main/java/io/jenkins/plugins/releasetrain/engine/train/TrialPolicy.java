package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Belief;
import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.blame.Proof;
import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a train does between trials, as a pure function of what is known; the train and the simulator both call it.
 *
 * <p>The next trial is the set whose verdict tells most (in bits) about which changes are bad, and whether the environment
 * works. Candidates are the prefixes of the queue, the prefixes of the queue without its suspects, and the baseline alone.
 * Without flakes that is the nested halving of Golomb 1966 and Gallager and van Voorhis 1975, a few per cent above H(p)
 * trials per change. Leaving the suspect out is what makes proof cheap: when the others of a failed set pass, they are
 * released, the environment is known to work, and every failure of a set with the suspect is evidence against it alone (I4).
 */
public final class TrialPolicy {
    private static final double EQUAL = 1e-9;

    private final Rates rates;
    private final double innocenceBound;

    /** @param innocenceBound the largest chance of blaming an innocent change that is accepted (I4) */
    public TrialPolicy(Rates rates, double innocenceBound) {
        this.rates = rates;
        this.innocenceBound = innocenceBound;
    }

    /** What to do next. */
    public sealed interface Decision {
        /** Run the baseline with these changes; none is the control run of the baseline. */
        record Run(List<String> changes) implements Decision {}

        /** These changes passed on the baseline and are a release at once (I5). */
        record Release(List<String> changes) implements Decision {}

        /** Guilty: with it failed, after that without it passed, and chance and outages are ruled out (I4). */
        record Eject(String change, double innocence, Proof proof) implements Decision {}

        /** The environment, or the baseline itself, is broken: no change is to blame. */
        record Stop(Judgement.Broken broken) implements Decision {}

        /** Nothing that could run now would tell anything that the running trials do not tell. */
        record Nothing() implements Decision {}
    }

    /**
     * What is known.
     *
     * @param changes undecided ones in the order of departure; at most 64 are looked at
     * @param baseline the place that is free for a trial
     * @param running what is being tried in other environments
     * @param inseparable changes that can be left out only together with all later ones, because a later one has the
     *     same service
     * @param waiting undecided changes in all, looked at or not
     * @param doubted changes that are likelier bad than others: their contract, or what others need of it, says so
     */
    public record Situation(
            List<String> changes,
            Evidence evidence,
            Baseline baseline,
            List<List<String>> running,
            List<String> inseparable,
            int waiting,
            List<String> doubted) {
        /** Where no change is likelier bad than another. */
        public Situation(
                List<String> changes,
                Evidence evidence,
                Baseline baseline,
                List<List<String>> running,
                List<String> inseparable,
                int waiting) {
            this(changes, evidence, baseline, running, inseparable, waiting, List.of());
        }

        public Situation {
            changes = List.copyOf(changes.subList(0, Math.min(changes.size(), Belief.WIDEST)));
        }
    }

    /**
     * The baseline in an environment.
     *
     * @param environment the name that its runs have
     * @param passed whether the baseline is known to be good, as a whole set
     * @param timeline passes and failed control runs of all environments
     */
    public record Baseline(String environment, boolean passed, Timeline timeline) {}

    /** Decides. */
    public Decision decide(Situation now) {
        Optional<Tried> passed = now.evidence().passes().stream()
                .filter(Tried::exact)
                .max(Comparator.comparingInt(p -> p.changes().size()));
        if (passed.isPresent()) {
            return new Decision.Release(passed.get().changes());
        }
        TrialChoice choice = new TrialChoice(now, rates, innocenceBound);
        return choice.guilty()
                .<Decision>map(d -> d)
                .or(() -> choice.broken().map(Decision.Stop::new))
                .orElseGet(choice::next);
    }

    /**
     * The number of fresh changes whose trial tells most: near ln 2 / p, a little less with flakes.
     *
     * @param most as many are looked at, and never more than 64
     */
    public static int batchLimit(Rates rates, int least, int most) {
        Belief belief = Belief.fresh(rates);
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
}
