package io.jenkins.plugins.releasetrain.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.train.Evidence;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EstimatesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final double TRIAL = 20;

    private static TrainLine.Settings settings() {
        return Policy.settings(new Workload(4, 0.05, 0, TRIAL, 1, 1, 1));
    }

    private static Estimates.Setting setting(Estimates.Later later) {
        return new Estimates.Setting(settings(), List.of("staging"), TRIAL, 0, 0, later);
    }

    private static TrainLine.Present waiting(List<String> changes, List<TrainLine.Trial> trials) {
        return new TrainLine.Present(changes, Evidence.NONE, Timeline.EMPTY, Statistics.NONE, trials);
    }

    /** What was told to whoever came, and what became of it; the bench has the figure of sixty days and twenty seeds. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.03})
    void mostAreDecidedWithinWhatTheyWereTold(double flake) {
        int within = 0;
        int all = 0;
        for (long seed = 1; seed <= 3; seed++) {
            Calibration.Result result = Calibration.of(new Workload(2, 0.05, flake, TRIAL, 1, 6, seed), 3, () -> 0);
            within += result.within();
            all += result.within() + result.early() + result.late();
        }
        assertThat(all).isGreaterThan(200);
        assertThat((double) within / all).isBetween(0.82, 0.98);
    }

    @Test
    void sameStateHasTheSameEstimateAndWhoIsFirstIsNotLast() {
        TrainLine.Present present = waiting(List.of("a", "b", "c"), List.of());
        Map<String, Estimates.Range> once = Estimates.of(present, setting(Estimates.Later.NONE), NOW, 7);
        assertThat(Estimates.of(present, setting(Estimates.Later.NONE), NOW, 7)).isEqualTo(once);
        assertThat(once.get("a").from()).isEqualTo(NOW.plusSeconds(1_200));
        assertThat(once.get("a").to()).isBeforeOrEqualTo(once.get("c").to());
    }

    @Test
    void trialThatRunsIsNotBegunAgain() {
        TrainLine.Trial trial = new TrainLine.Trial(
                new Evidence.Tried(
                        List.of("a"), true, List.of(), new Evidence.Source(List.of(), "release 0", "", true)),
                "staging",
                NOW.minusSeconds(900));
        Estimates.Range range = Estimates.of(
                        waiting(List.of("a"), List.of(trial)), setting(Estimates.Later.NONE), NOW, 7)
                .get("a");
        assertThat(range.from()).isEqualTo(NOW.plusSeconds(300));
    }

    @Test
    void whoWaitsForADepartureIsNotDecidedBefore() {
        Instant departure = NOW.plusSeconds(86_400);
        Map<String, Estimates.Range> ranges = Estimates.of(
                waiting(List.of("a"), List.of()), setting(new Estimates.Later(departure, List.of("b"))), NOW, 7);
        assertThat(ranges.get("a").from()).isBefore(departure);
        assertThat(ranges.get("b").from()).isEqualTo(departure.plusSeconds(1_200));
    }
}
