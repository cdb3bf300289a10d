package io.jenkins.plugins.releasetrain.engine.blame;

import java.time.Duration;
import java.util.List;

/**
 * Counts since the beginning, older ones forgotten by and by.
 *
 * @param changes decided by tests; bad: those that were rejected
 * @param runs of sets that proved good; flakes: those that failed in an environment that worked
 * @param hours of tests, in environments that worked
 * @param outages of these environments, and how many hours they lasted in all
 */
public record Statistics(
        double changes, double bad, double runs, double flakes, double hours, double outages, double outageHours) {
    public static final Statistics NONE = new Statistics(0, 0, 0, 0, 0, 0, 0);

    /** After this many changes, runs or hours, half of the weight is gone. */
    private static final double HALF_LIFE = 400;

    /** Failures are looked at where there are several, so that several flakes are less of a coincidence than they seem. */
    private static final double SELDOM = 1.0 / 3;

    /** What is added to counts that decide between two explanations, so that none is impossible. */
    private static final double FEW = 0.1;

    private static final double MANY = 50;

    private static final double KEEP = Math.pow(0.5, 1 / HALF_LIFE);

    /** One more change was released, or rejected. */
    public Statistics decided(boolean guilty) {
        return new Statistics(
                changes * KEEP + 1, bad * KEEP + (guilty ? 1 : 0), runs, flakes, hours, outages, outageHours);
    }

    /**
     * One more set passed.
     *
     * @param ran how many hours it took
     * @param before failed runs that prove to have been chance or the environment's by that
     */
    public Statistics proved(double ran, Explained before) {
        double keep = Math.pow(0.5, ran / HALF_LIFE);
        return new Statistics(
                changes,
                bad,
                runs * KEEP + 1 + before.flakes(),
                flakes * KEEP + before.flakes(),
                hours * keep + ran,
                outages * keep + before.outages(),
                outageHours * keep + before.hours());
    }

    /**
     * What failed runs of what is good were, with no pass between them: each a flake, or all of them one outage. One alone
     * counts as a flake: an outage seldom begins and ends within one run, and a rate of outages that short ones drive up
     * would explain flakes away, and the other way round.
     *
     * @param failed at least one, in order
     */
    public Explained explain(List<Run> failed) {
        int count = failed.size();
        if (count == 1) {
            return new Explained(1, 0, 0);
        }
        double length = failed.get(0).hours();
        double outage = SELDOM * (outages + FEW) / (hours + MANY) * length;
        double chance = Math.pow((flakes + FEW) / (runs + MANY), count);
        double share = outage / (outage + chance);
        double span =
                Duration.between(failed.get(0).start(), failed.get(count - 1).end())
                                .toMillis()
                        / (double) Duration.ofHours(1).toMillis();
        // It began within the first run and ended within the last one.
        return new Explained(count * (1 - share), share, share * Math.max(0, span - length));
    }

    /**
     * What failed runs of what is good turned out to be.
     *
     * @param outages expected number of outages among them, and their hours
     */
    public record Explained(double flakes, double outages, double hours) {
        public static final Explained NOTHING = new Explained(0, 0, 0);

        public Explained plus(Explained other) {
            return new Explained(flakes + other.flakes, outages + other.outages, hours + other.hours);
        }
    }

    /** Means of the posteriors: measured where much was measured, expected where little was. */
    public Rates rates(Prior prior) {
        return new Rates(
                failure(prior).mean(),
                flake(prior).mean(),
                outagesPerHour(prior).mean(),
                outageHours(prior).mean());
    }

    public Measured measured(Prior prior) {
        return new Measured(
                failure(prior), flake(prior), outagesPerHour(prior), outageHours(prior), changes, runs, hours);
    }

    public Estimate failure(Prior prior) {
        double weight = changes + prior.changes();
        return Estimate.share((bad + prior.failure() * prior.changes()) / weight, weight);
    }

    public Estimate flake(Prior prior) {
        double weight = runs + prior.runs();
        return Estimate.share((flakes + prior.flake() * prior.runs()) / weight, weight);
    }

    public Estimate outagesPerHour(Prior prior) {
        double count = outages + prior.outagesPerHour() * prior.hours();
        double observed = hours + prior.hours();
        return Estimate.rate(observed == 0 ? 0 : count / observed, count);
    }

    public Estimate outageHours(Prior prior) {
        return Estimate.rate((outageHours + prior.outageHours()) / (outages + 1), outages + 1);
    }

    /**
     * What is expected before anything is measured.
     *
     * @param failure rate that weighs as much as so many observed {@code changes}
     * @param flake rate that weighs as much as so many observed {@code runs}
     * @param outagesPerHour rate that weighs as much as so many observed {@code hours}
     * @param outageHours mean length that weighs as much as one observed outage
     */
    public record Prior(
            double failure,
            double changes,
            double flake,
            double runs,
            double outagesPerHour,
            double hours,
            double outageHours) {
        /** Where no environment ever breaks. */
        public Prior(double failure, double changes, double flake, double runs) {
            this(failure, changes, flake, runs, 0, 0, 1);
        }
    }
}
