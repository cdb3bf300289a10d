package io.jenkins.plugins.releasetrain.engine.history;

import java.util.Arrays;
import java.util.Random;

/** What samples tell, with how sure that is: pure functions. */
final class Statistics {
    static final double CONFIDENCE = 0.9;
    /** Of the normal distribution, so that nine of ten lie within. */
    private static final double Z = 1.6448536269514722;

    /** Fewer tell no interval of nine in ten: the smallest and the largest of four hold the median in seven of eight. */
    static final int LEAST = 5;

    private static final int RESAMPLES = 400;
    private static final int RESAMPLED = 200;
    private static final int SEED = 42;

    private Statistics() {}

    /** Between these, with nine in ten. */
    record Interval(double low, double high) {}

    /** The smallest value that at least this share of all does not exceed. @param sorted not empty */
    static double percentile(double[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * Where the median of what the sample is of lies, by its order statistics alone, whatever its distribution: between two of
     * them, interpolated so that it is nine in ten and not more (Hettmansperger, Sheather, "Confidence intervals based on
     * interpolated order statistics", Statistics &amp; Probability Letters 4, 1986).
     *
     * @param sorted at least {@value #LEAST}
     */
    static Interval ofMedian(double[] sorted) {
        int n = sorted.length;
        // How likely the median is between the value of this depth from below and that from above, and of the next
        // depth.
        double logarithm = -n * Math.log(2);
        double coverage = 1 - 2 * Math.exp(logarithm);
        int depth = 1;
        logarithm += Math.log(n);
        double next = coverage - 2 * Math.exp(logarithm);
        while (depth + 1 <= n / 2 && next >= CONFIDENCE) {
            depth++;
            coverage = next;
            logarithm += Math.log((double) (n - depth + 1) / depth);
            next = coverage - 2 * Math.exp(logarithm);
        }
        double part = (coverage - CONFIDENCE) / (coverage - next);
        double weight = (n - depth) * part / (depth + (n - 2 * depth) * part);
        double low = (1 - weight) * sorted[depth - 1] + weight * sorted[Math.min(depth, n - 1)];
        double high = (1 - weight) * sorted[n - depth] + weight * sorted[Math.max(0, n - depth - 1)];
        return new Interval(low, high);
    }

    /** Of a share (Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927). */
    static Interval ofShare(long part, long whole) {
        double n = whole;
        double share = part / n;
        double middle = share + Z * Z / (2 * n);
        double half = Z * Math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n));
        double scale = 1 + Z * Z / n;
        return new Interval(Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale));
    }

    /**
     * How the median changed, by drawing both samples again and again; always the same for the same samples.
     *
     * @return of its later value less the earlier one
     */
    static Interval ofDifference(double[] earlier, double[] later) {
        Random random = new Random(SEED);
        double[] differences = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            differences[i] = resampled(later, random) - resampled(earlier, random);
        }
        Arrays.sort(differences);
        return new Interval(
                percentile(differences, (1 - CONFIDENCE) / 2), percentile(differences, (1 + CONFIDENCE) / 2));
    }

    private static double resampled(double[] values, Random random) {
        double[] drawn = new double[Math.min(RESAMPLED, values.length)];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = values[random.nextInt(values.length)];
        }
        Arrays.sort(drawn);
        return median(drawn);
    }
}
