package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DayCountsTest {
    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.5, 0.95, 1})
    void shouldTellEveryQuantileWithinFivePercentAlsoOfASum(double share) {
        Random random = new Random(3);
        DayCounts sum = new DayCounts();
        double[] seconds = new double[5_000];
        for (int day = 0; day < 10; day++) {
            DayCounts counts = new DayCounts();
            for (int i = 0; i < seconds.length / 10; i++) {
                long millis = (long) (60_000 * Math.exp(9 * random.nextDouble()));
                seconds[day * seconds.length / 10 + i] = millis / 1000.0;
                counts.add(Metric.LEAD, Duration.ofMillis(millis));
            }
            sum.add(DayCounts.of(counts.toBytes()));
        }
        Arrays.sort(seconds);
        double exact = seconds[(int) Math.ceil(share * seconds.length) - 1];
        assertThat(sum.seconds(Metric.LEAD, share)).isCloseTo(exact, within(0.05 * exact));
        assertThat(sum.count(Metric.LEAD)).isEqualTo(seconds.length);
    }

    @ParameterizedTest
    @ValueSource(longs = {-5, 0, 1, 20, 59, 60, 31_536_000, Long.MAX_VALUE / 1000})
    void shouldKeepAnyTime(long seconds) {
        DayCounts counts = new DayCounts();
        counts.add(Metric.RESTORE, Duration.ofSeconds(seconds));
        double told = DayCounts.of(counts.toBytes()).seconds(Metric.RESTORE, 0.5);
        if (seconds < 60) {
            assertThat(told).isCloseTo(Math.max(0, seconds), within(3.0));
        } else if (seconds < 1_000_000_000) {
            assertThat(told).isCloseTo(seconds, within(0.05 * seconds));
        }
    }

    @Test
    void shouldKeepLargeCountsAndWhatANewerVersionCounts() {
        DayCounts counts = new DayCounts();
        counts.add(Metric.BATCHED, 5_000_000_000L);
        byte[] bytes = counts.toBytes();
        byte[] newer = Arrays.copyOf(bytes, bytes.length + 5);
        System.arraycopy(new byte[] {(byte) 0xc8, 1, 1, 7, 9}, 0, newer, bytes.length, 5);

        DayCounts read = DayCounts.of(newer);
        assertThat(read.count(Metric.BATCHED)).isEqualTo(5_000_000_000L);
        assertThat(read.toBytes()).isEqualTo(newer);
    }
}
