package io.jenkins.plugins.releasetrain.engine.blame;

import io.jenkins.plugins.releasetrain.engine.blame.Belief.Failed;
import io.jenkins.plugins.releasetrain.engine.blame.Belief.Known;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline.Streak;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Judges a suspect by all runs (I4). It is rejected only if its set failed, after that the same environment passed without
 * it, and the chance that it is innocent is at most the bound, given flakes and outages.
 */
public final class Blame {
    /** A suspect that will rather fail again is not run again before something passed without it. */
    private static final double EVEN = 0.5;

    private final Rates rates;
    private final double innocenceBound;

    /** @param innocenceBound the largest chance of blaming an innocent change that is accepted */
    public Blame(Rates rates, double innocenceBound) {
        if (!(innocenceBound >= 0 && innocenceBound < 1)) {
            throw new IllegalArgumentException("Not a chance of innocence: " + innocenceBound);
        }
        this.rates = rates;
        this.innocenceBound = innocenceBound;
    }

    /**
     * What to do about a change whose last run failed.
     *
     * @param timeline of all environments that it ran in
     */
    public Judgement judge(String suspect, Timeline timeline) {
        String here = timeline.runs().stream()
                .filter(r -> r.failed() && r.holds(suspect))
                .reduce((first, last) -> last)
                .map(Run::environment)
                .orElseThrow(() -> new IllegalArgumentException("No run with " + suspect + " failed"));
        Belief belief = belief(List.of(suspect), timeline, here);
        double innocence = belief.innocence(1);
        List<Run> proof = timeline.proof(suspect);
        if (innocence <= innocenceBound && !proof.isEmpty()) {
            return new Judgement.Reject(suspect, new Proof(proof), innocence);
        }
        return Judgement.Broken.of(timeline.open(here), belief)
                .<Judgement>map(b -> b)
                .orElseGet(() -> timeline.open(here).isEmpty() || belief.passes(1) >= EVEN
                        ? new Judgement.RunAgain()
                        : new Judgement.Control());
    }

    /** Whether the environment is broken, as far as runs tell: a control run failed, and hardly anything else explains it. */
    public Optional<Judgement.Broken> broken(Timeline timeline, String environment) {
        return Judgement.Broken.of(timeline.open(environment), belief(List.of(), timeline, environment));
    }

    /** @param first changes that get the lowest bits */
    private Belief belief(List<String> first, Timeline timeline, String here) {
        Set<String> good = new HashSet<>();
        timeline.runs().stream().filter(Run::passed).forEach(r -> good.addAll(r.changes()));
        Map<String, Integer> bits = new HashMap<>();
        first.forEach(change -> bits.put(change, bits.size()));
        List<Run> failures = new ArrayList<>();
        timeline.streaks().stream().map(Streak::runs).forEach(failures::addAll);
        List<Failed> failed = new ArrayList<>();
        for (int i = failures.size() - 1; i >= 0; i--) {
            long set = 0;
            boolean fits = true;
            for (String change : failures.get(i).changes()) {
                if (good.contains(change) && !first.contains(change)) {
                    continue;
                }
                fits &= bits.containsKey(change) || bits.size() < Belief.WIDEST;
                set |= fits ? 1L << bits.computeIfAbsent(change, c -> bits.size()) : 0;
            }
            if (fits) {
                failed.add(new Failed(set, failures.get(i)));
            }
        }
        return new Belief(rates, new Known(failed, timeline, 0, 0, here));
    }
}
