package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Where the time of a change goes. */
class CoursesTest {
    private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

    @Test
    void partsSumToTheLeadTimeOfEveryChange() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long departed = random.nextInt(100_000);
            long until = departed + random.nextInt(100_000);
            long made = until + random.nextInt(3) * (long) random.nextInt(50_000);
            long promoted = made + random.nextInt(20_000);
            // A clock of another controller may be behind, and trials of before may overlap.
            long asked = random.nextInt(20) == 0 ? random.nextInt(200_000) : 0;
            long tried = random.nextInt(200_000);
            Courses.Parts parts = Courses.Parts.of(
                    new Courses.Times(AT.plusMillis(asked), AT.plusMillis(made), AT.plusMillis(promoted)),
                    AT.plusMillis(departed),
                    random.nextInt(10) == 0 ? null : AT.plusMillis(until),
                    tried);
            assertThat(parts.waited() + parts.tried() + parts.others() + parts.gate() + parts.promoting())
                    .as(parts.toString())
                    .isEqualTo(Math.max(0, promoted - asked));
            assertThat(List.of(parts.waited(), parts.tried(), parts.others(), parts.gate(), parts.promoting()))
                    .allMatch(part -> part >= 0);
        }
    }

    @Test
    void percentilesOfManyAreWithinOnePercent() {
        Random random = new Random(3);
        DayCounts counts = new DayCounts();
        double[] seconds = new double[10_000];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = 600 * Math.exp(random.nextGaussian());
            counts.add(Metric.LEAD_FINE, Duration.ofMillis(Math.round(1_000 * seconds[i])));
        }
        Arrays.sort(seconds);
        DayCounts read = DayCounts.of(counts.toBytes());
        assertThat(read.seconds(Metric.LEAD_FINE, 0.5)).isCloseTo(seconds[4_999], within(0.0105 * seconds[4_999]));
        assertThat(read.seconds(Metric.LEAD_FINE, 0.9)).isCloseTo(seconds[8_999], within(0.0105 * seconds[8_999]));
    }
}
