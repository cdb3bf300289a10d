package io.jenkins.plugins.releasetrain.engine.blame;

import io.jenkins.plugins.releasetrain.engine.blame.Belief.Known;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline.Streak;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An environment during one streak, run by run: how likely its failures are if it worked throughout, if it works again, and
 * if it is broken. It breaks and heals as a Markov chain in continuous time, and a run fails if it was broken at any time
 * of it; but some outages last as long as it takes, however long that is, so that no number of failures rules them out.
 */
public final class Chain {
    /** The share of outages that end when somebody comes, and not after the usual time. */
    private static final double LASTING = 0.2;

    /** A run is at least so long: a clock that stands still must not rule out outages. */
    private static final double SHORTEST_HOURS = 5.0 / 60;

    private final Rates rates;
    private final Streak streak;
    private Likelihood calm;
    private Likelihood healed = Likelihood.NONE;
    private Likelihood broken;
    private Likelihood lasting;
    private Instant last;

    Chain(Rates rates, Known known, Streak streak) {
        this.rates = rates;
        this.streak = streak;
        Instant begin = streak.runs().get(0).start();
        double before =
                streak.workedAt().map(at -> rates.brokenAfter(hours(at, begin))).orElse(rates.broken());
        double trusted = 1 - known.doubt();
        this.calm = Likelihood.ONE.times((1 - before) * trusted);
        this.broken = Likelihood.ONE.times(before * (1 - LASTING) * trusted);
        this.lasting = Likelihood.ONE.times(before * LASTING * trusted + known.doubt());
        this.last = begin;
    }

    /** The chances that 0, 1, … runs of what is good fail in a row, with passes right before and after them. */
    public static double[] mishaps(Rates rates, double runHours, int most) {
        double[] chances = new double[most + 1];
        chances[0] = 1;
        long millis = Math.round(runHours * Duration.ofHours(1).toMillis());
        List<Run> runs = new ArrayList<>();
        for (int i = 1; i <= most; i++) {
            Instant start = Instant.ofEpochMilli(millis * i);
            Instant end = start.plusMillis(millis);
            runs.add(new Run("", "", List.of(), start, end, Verdict.FAILED));
            Streak streak = new Streak("", runs, Optional.of(runs.get(0).start()), false, Optional.of(end));
            Chain chain = new Chain(rates, new Known(List.of(), List.of(), 0, 0, ""), streak);
            runs.forEach(run -> chain.failed(run, Optional.of(0L)));
            chances[i] = chain.either().at(0, Prior.CERTAIN);
        }
        return chances;
    }

    /** @param set whose run failed; empty: it tells nothing more, but the environment may have been broken */
    void failed(Run run, Optional<Long> set) {
        Instant from = last.isAfter(run.start()) ? last : run.start();
        pause(hours(last, from));
        double length = Math.max(SHORTEST_HOURS, hours(from, run.end()));
        double breaks = rates.breaks(length);
        double stays = Math.exp(-length / rates.outageHours());
        // Of outages that begin at any time of the run with the same chance.
        double staysFromWithin = (1 - stays) * rates.outageHours() / length;
        Likelihood worked = calm.plus(healed, 1);
        Likelihood stillBroken = broken.times(stays).plus(worked, breaks * (1 - LASTING) * staysFromWithin);
        lasting = lasting.plus(worked, breaks * LASTING);
        healed = after(healed.times(1 - breaks), set)
                .plus(worked, breaks * (1 - LASTING) * (1 - staysFromWithin))
                .plus(broken, 1 - stays);
        calm = after(calm.times(1 - breaks), set);
        broken = stillBroken;
        last = run.end().isAfter(last) ? run.end() : last;
    }

    private Likelihood after(Likelihood before, Optional<Long> set) {
        return set.map(s -> before.failed(s, rates.flake())).orElse(before);
    }

    private void pause(double hours) {
        double heals = 1 - Math.exp(-hours / rates.outageHours());
        healed = healed.plus(broken, heals);
        broken = broken.times(1 - heals);
    }

    /** Whether there is more to look at than is looked at. */
    boolean isLarge() {
        return calm.isLarge() || healed.isLarge() || broken.isLarge() || lasting.isLarge();
    }

    /** Whatever the environment did; it works again if something passed since. */
    Likelihood either() {
        double heals = streak.healedAt()
                .map(at -> 1 - Math.exp(-hours(last, at) / rates.outageHours()))
                .orElse(1.0);
        return calm.plus(healed, 1).plus(broken, heals).plus(lasting, 1);
    }

    /** It works now. */
    Likelihood works() {
        return calm.plus(healed, 1);
    }

    /** It worked all the time. */
    Likelihood calm() {
        return calm;
    }

    private static double hours(Instant from, Instant to) {
        return Math.max(
                0,
                Duration.between(from, to).toMillis()
                        / (double) Duration.ofHours(1).toMillis());
    }
}
