package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatisticsTest {
    /** Lead times as they are: few are short, and some are very long. */
    private static double[] sample(Random random, int n) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = Math.exp(random.nextGaussian());
        }
        Arrays.sort(values);
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 7, 12, 21, 50, 200, 1_999})
    void intervalHoldsTheTrueMedianInNineOfTenSamples(int n) {
        Random random = new Random(n);
        int samples = 2_000;
        int held = 0;
        for (int i = 0; i < samples; i++) {
            Statistics.Interval interval = Statistics.ofMedian(sample(random, n));
            held += interval.low() <= 1 && 1 <= interval.high() ? 1 : 0;
        }
        assertThat(100.0 * held / samples).isBetween(88.0, 92.0);
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 0.0783, 0.7465", "0, 10, 0.0000, 0.2129", "10, 10, 0.7871, 1.0000", "50, 100, 0.4188, 0.5812"})
    void sharesAreAsSureAsTheyAreMany(long part, long whole, double low, double high) {
        Statistics.Interval interval = Statistics.ofShare(part, whole);
        assertThat(interval.low()).isCloseTo(low, within(0.001));
        assertThat(interval.high()).isCloseTo(high, within(0.001));
    }

    @Test
    void whatDidNotChangeIsNotCalledAChange() {
        Random random = new Random(1);
        int changes = 0;
        for (int i = 0; i < 200; i++) {
            Statistics.Interval difference = Statistics.ofDifference(sample(random, 40), sample(random, 40));
            changes += difference.low() > 0 || difference.high() < 0 ? 1 : 0;
        }
        assertThat(changes / 2.0).as("percent").isLessThanOrEqualTo(14);
        double[] slow = Arrays.stream(sample(random, 40)).map(v -> 3 * v).toArray();
        assertThat(Statistics.ofDifference(sample(random, 40), slow).low()).isPositive();
        assertThat(Statistics.ofDifference(slow, sample(random, 40)).high()).isNegative();
    }

    @Test
    void percentilesAreThoseOfSortedValues() {
        double[] values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        assertThat(Statistics.percentile(values, 0.9)).isEqualTo(9);
        assertThat(Statistics.percentile(values, 0.5)).isEqualTo(5);
        assertThat(Statistics.median(values)).isEqualTo(5.5);
        assertThat(Statistics.median(new double[] {1, 2, 9})).isEqualTo(2);
    }
}
