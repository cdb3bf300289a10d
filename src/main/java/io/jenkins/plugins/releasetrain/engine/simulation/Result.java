package io.jenkins.plugins.releasetrain.engine.simulation;

import java.util.Arrays;

/**
 * What came of a simulation.
 *
 * @param arrived changes that asked to be released
 * @param decided changes that were released or ejected
 * @param leadMinutes from arrival to release of each good change, sorted
 * @param good changes that were good and decided; wronglyEjected: those of them that were ejected
 * @param badReleased bad changes that were released
 * @param standstills how often changes waited with nothing under way or awaited, so that a person had to do something
 * @param hours simulated
 */
public record Result(
        int arrived,
        int decided,
        double[] leadMinutes,
        int good,
        int wronglyEjected,
        int badReleased,
        long trials,
        int standstills,
        double hours) {
    private static final double STEADY = 0.97;

    /** Decided changes per hour. */
    public double capacity() {
        return decided / hours;
    }

    /** Whether what arrives is decided, rather than waiting ever longer. */
    public boolean steady() {
        return decided > STEADY * arrived;
    }

    public double trialsPerChange() {
        return (double) trials / Math.max(1, decided);
    }

    public double wrongEjections() {
        return (double) wronglyEjected / Math.max(1, good);
    }

    /** @param share for example 0.95 for the p95 */
    public double lead(double share) {
        return leadMinutes.length == 0
                ? Double.NaN
                : leadMinutes[(int) Math.min(leadMinutes.length - 1.0, Math.floor(share * leadMinutes.length))];
    }

    static Result of(Tally tally, double hours) {
        double[] leads = tally.leads();
        Arrays.sort(leads);
        return new Result(
                tally.arrived,
                tally.decided,
                leads,
                tally.good,
                tally.wronglyEjected,
                tally.badReleased,
                tally.trials,
                tally.standstills,
                hours);
    }

    /** Counts while it runs. */
    static final class Tally {
        int arrived;
        int decided;
        int good;
        int wronglyEjected;
        int badReleased;
        long trials;
        int standstills;
        private double[] leads = new double[1024];
        private int count;

        void decided(boolean bad, boolean released, double minutes) {
            decided++;
            good += bad ? 0 : 1;
            wronglyEjected += !bad && !released ? 1 : 0;
            badReleased += bad && released ? 1 : 0;
            if (!bad && released) {
                leads = count == leads.length ? Arrays.copyOf(leads, 2 * count) : leads;
                leads[count++] = minutes;
            }
        }

        double[] leads() {
            return Arrays.copyOf(leads, count);
        }
    }
}
