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
        List<Streak> streaks = timeline.streaks();
        Belief belief = belief(List.of(suspect), timeline, streaks, here);
        double innocence = belief.innocence(1);
        if (innocence <= innocenceBound) {
            List<Run> proof = timeline.proof(suspect);
            if (!proof.isEmpty()) {
                return new Judgement.Reject(suspect, new Proof(proof), innocence);
            }
        }
        Optional<Streak> open = open(streaks, here);
        return Judgement.Broken.of(open, belief)
                .<Judgement>map(b -> b)
                .orElseGet(() -> open.isEmpty() || belief.passes(1) >= EVEN
                        ? new Judgement.RunAgain()
                        : new Judgement.Control());
    }

    /** Whether the environment is broken, as far as runs tell: a control run failed, and hardly anything else explains it. */
    public Optional<Judgement.Broken> broken(Timeline timeline, String environment) {
        List<Streak> streaks = timeline.streaks();
        return Judgement.Broken.of(open(streaks, environment), belief(List.of(), timeline, streaks, environment));
    }

    private static Optional<Streak> open(List<Streak> streaks, String environment) {
        return streaks.stream()
                .filter(s -> s.open() && s.environment().equals(environment))
                .findFirst();
    }

    /** @param first changes that get the lowest bits */
    private Belief belief(List<String> first, Timeline timeline, List<Streak> streaks, String here) {
        Map<String, Integer> bits = new HashMap<>();
        first.forEach(change -> bits.put(change, bits.size()));
        List<Run> failures = new ArrayList<>();
        streaks.stream().map(Streak::runs).forEach(failures::addAll);
        Set<String> good = good(failures, timeline);
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
        return new Belief(rates, new Known(failed, streaks, 0, 0, here));
    }

    /** Of what failed, what passed too. */
    private static Set<String> good(List<Run> failures, Timeline timeline) {
        Set<String> asked = new HashSet<>();
        failures.forEach(run -> asked.addAll(run.changes()));
        Set<String> good = new HashSet<>();
        for (Run run : timeline.runs()) {
            if (run.passed()) {
                for (String change : run.changes()) {
                    if (asked.contains(change)) {
                        good.add(change);
                    }
                }
            }
        }
        return good;
    }
}
