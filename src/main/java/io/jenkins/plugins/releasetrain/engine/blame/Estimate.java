package io.jenkins.plugins.releasetrain.engine.blame;

/**
 * A measured quantity with its uncertainty.
 *
 * @param low and high: two standard deviations below and above, within what is possible
 */
public record Estimate(double mean, double low, double high) {
    private static final double SIGMAS = 2;

    /** A share, of which {@code weight} cases were seen or are expected. */
    static Estimate share(double mean, double weight) {
        double sigma = Math.sqrt(mean * (1 - mean) / (weight + 1));
        return new Estimate(mean, Math.max(0, mean - SIGMAS * sigma), Math.min(1, mean + SIGMAS * sigma));
    }

    /** A rate of events, of which {@code count} were seen or are expected. */
    static Estimate rate(double mean, double count) {
        double sigma = count == 0 ? 0 : mean / Math.sqrt(count);
        return new Estimate(mean, Math.max(0, mean - SIGMAS * sigma), mean + SIGMAS * sigma);
    }
}
