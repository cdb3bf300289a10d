package io.jenkins.plugins.releasetrain.engine.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * When one environment is broken: exponential times between and within outages, the same for every way to release.
 *
 * @param hoursBetween how long it works on average; infinite: it never breaks
 * @param hours how long it is broken then, on average
 */
public record Outages(double hoursBetween, double hours) {
    public static final Outages NEVER = new Outages(Double.POSITIVE_INFINITY, 1);

    private static final double MINUTES = 60;

    double perHour() {
        return 1 / hoursBetween;
    }

    /** Those of one environment. */
    Sequence sequence(long seed) {
        return new Sequence(this, new Random(seed));
    }

    /** Broken intervals in order, made as far as somebody asks. */
    static final class Sequence {
        private final Outages outages;
        private final Random random;
        private final List<double[]> intervals = new ArrayList<>();
        private double made;

        private Sequence(Outages outages, Random random) {
            this.outages = outages;
            this.random = random;
        }

        /** Whether it is broken at any time between these minutes. */
        boolean overlaps(double from, double to) {
            while (made <= to && Double.isFinite(outages.hoursBetween())) {
                double begin = made + exponential(outages.hoursBetween());
                made = begin + exponential(outages.hours());
                intervals.add(new double[] {begin, made});
            }
            for (int i = intervals.size() - 1; i >= 0 && intervals.get(i)[1] > from; i--) {
                if (intervals.get(i)[0] < to) {
                    return true;
                }
            }
            return false;
        }

        private double exponential(double meanHours) {
            return -Math.log(1 - random.nextDouble()) * meanHours * MINUTES;
        }
    }
}
