package io.jenkins.plugins.releasetrain.engine.simulation;

import java.util.Arrays;

/**
 * What came of simulated lanes.
 *
 * @param released good changes that were released; wronglyEjected: good ones that were rejected
 * @param undecided good ones that ended without a verdict
 * @param badReleased bad ones that were released
 * @param runs of good changes' tests, and control runs
 * @param olderOverNewer releases that put an older image over a newer one
 * @param leadMinutes from arrival to release of each good change that was released, sorted
 */
public record LaneResult(
        int released,
        int wronglyEjected,
        int undecided,
        int badReleased,
        int ejected,
        int superseded,
        long runs,
        long controls,
        int olderOverNewer,
        double[] leadMinutes) {
    private static final double PERCENT = 100;

    /** Of the good changes that were decided. */
    public double wrongEjectionsPercent() {
        return PERCENT * wronglyEjected / Math.max(1, released + wronglyEjected);
    }

    /** Control runs included. */
    public double runsPerGoodChange() {
        return (double) (runs + controls) / Math.max(1, released);
    }

    /** @param share for example 0.95 for the p95 */
    public double lead(double share) {
        return leadMinutes.length == 0
                ? Double.NaN
                : leadMinutes[(int) Math.min(leadMinutes.length - 1.0, Math.floor(share * leadMinutes.length))];
    }

    /** Counts while it runs. */
    static final class Tally {
        int released;
        int wronglyEjected;
        int undecided;
        int badReleased;
        int ejected;
        int superseded;
        long runs;
        long controls;
        int olderOverNewer;
        private double[] leads = new double[1024];

        void released(double minutes) {
            leads = released == leads.length ? Arrays.copyOf(leads, 2 * released) : leads;
            leads[released++] = minutes;
        }

        LaneResult result() {
            double[] sorted = Arrays.copyOf(leads, released);
            Arrays.sort(sorted);
            return new LaneResult(
                    released,
                    wronglyEjected,
                    undecided,
                    badReleased,
                    ejected,
                    superseded,
                    runs,
                    controls,
                    olderOverNewer,
                    sorted);
        }
    }
}
