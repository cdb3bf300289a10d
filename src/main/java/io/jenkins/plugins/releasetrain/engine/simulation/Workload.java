package io.jenkins.plugins.releasetrain.engine.simulation;

/**
 * What is simulated.
 *
 * @param arrivalsPerHour Poisson rate; 0: the queue is always full, which measures the capacity
 * @param failure chance that a change is bad
 * @param flake chance that a good set fails a trial
 * @param trialMinutes length of a trial, installation included
 * @param environments how many trials can run at once
 * @param days how long
 * @param outages of each environment; a trial that overlaps one fails, whatever it tries
 * @param deviation the standard deviation of the length of trials, in minutes
 */
public record Workload(
        double arrivalsPerHour,
        double failure,
        double flake,
        double trialMinutes,
        int environments,
        double days,
        long seed,
        Outages outages,
        double deviation) {
    /** Where no environment ever breaks. */
    public Workload(
            double arrivalsPerHour,
            double failure,
            double flake,
            double trialMinutes,
            int environments,
            double days,
            long seed) {
        this(arrivalsPerHour, failure, flake, trialMinutes, environments, days, seed, Outages.NEVER);
    }

    /** Where each trial takes as long as the others. */
    public Workload(
            double arrivalsPerHour,
            double failure,
            double flake,
            double trialMinutes,
            int environments,
            double days,
            long seed,
            Outages outages) {
        this(arrivalsPerHour, failure, flake, trialMinutes, environments, days, seed, outages, 0);
    }

    /** The same where trials take longer or shorter. */
    public Workload varying(double minutes) {
        return new Workload(arrivalsPerHour, failure, flake, trialMinutes, environments, days, seed, outages, minutes);
    }

    double end() {
        return days * 24 * 60;
    }
}
