package io.jenkins.plugins.releasetrain.engine.train;

/**
 * Trials that were for nothing, since what they were built on failed or their changes were decided otherwise; older ones
 * are forgotten by and by.
 *
 * @param trials that ended; wasted: those of them that were for nothing
 */
public record Waste(double trials, double wasted) {
    static final Waste NONE = new Waste(0, 0);

    /** After this many trials, half of the weight is gone. */
    private static final double HALF_LIFE = 50;

    private static final double KEEP = Math.pow(0.5, 1 / HALF_LIFE);

    /** So few trials tell nothing about a share. */
    private static final double FEW = 10;

    Waste after(boolean forNothing) {
        return new Waste(trials * KEEP + 1, wasted * KEEP + (forNothing ? 1 : 0));
    }

    /** The share of trials that were for nothing. */
    public double share() {
        return wasted / Math.max(FEW, trials);
    }
}
