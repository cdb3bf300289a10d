package io.jenkins.plugins.releasetrain.engine.train;

/**
 * Counts since the beginning, older ones forgotten by and by.
 *
 * @param changes decided by tests; bad: those that were ejected
 * @param runs of sets that proved good; flakes: those that failed
 */
public record Statistics(double changes, double bad, double runs, double flakes) {
    public static final Statistics NONE = new Statistics(0, 0, 0, 0);

    /** After this many changes or runs, half of the weight is gone. */
    private static final double HALF_LIFE = 400;

    private static final double KEEP = Math.pow(0.5, 1 / HALF_LIFE);

    /** One more change was released, or ejected. */
    public Statistics decided(boolean guilty) {
        return new Statistics(changes * KEEP + 1, bad * KEEP + (guilty ? 1 : 0), runs, flakes);
    }

    /** One more set passed; {@code failedBefore} earlier runs were flakes by that. */
    public Statistics proved(int failedBefore) {
        return new Statistics(changes, bad, runs * KEEP + 1 + failedBefore, flakes * KEEP + failedBefore);
    }

    /** Means of the Beta posteriors: measured where much was measured, expected where little was. */
    public Rates rates(Prior prior) {
        return new Rates(
                (bad + prior.failure() * prior.changes()) / (changes + prior.changes()),
                (flakes + prior.flake() * prior.runs()) / (runs + prior.runs()));
    }

    /**
     * What is expected before anything is measured.
     *
     * @param failure rate that weighs as much as so many observed changes
     * @param flake rate that weighs as much as so many observed runs
     */
    public record Prior(double failure, double changes, double flake, double runs) {}
}
