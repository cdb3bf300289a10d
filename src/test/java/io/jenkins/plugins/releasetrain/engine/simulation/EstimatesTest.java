package io.jenkins.plugins.releasetrain.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.train.Evidence;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    @CsvSource({"0, 0", "0.03, 0", "0, 3", "0.03, 3"})
    void nineOfTenAreDecidedWithinWhatTheyWereTold(double flake, double deviation) {
        int within = 0;
        int all = 0;
        for (long seed = 1; seed <= 3; seed++) {
            Calibration.Result result =
                    Calibration.of(new Workload(2, 0.05, flake, TRIAL, 1, 6, seed).varying(deviation), 3, () -> 0);
            within += result.within();
            all += result.within() + result.early() + result.late();
        }
        assertThat(all).isGreaterThan(200);
        // Where all trials take the same time, the end of the next one alone holds all changes that are not bad.
        assertThat((double) within / all).isBetween(0.85, deviation == 0 ? 0.98 : 0.95);
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

    /** Whatever the times are like, few as moments of trials or many. */
    @Property(tries = 300)
    void oneMoreOfTheirKindIsWithinTheShortestStretchThatHoldsEnough(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 40) Integer> minutes,
            @ForAll @IntRange(max = 5) int never) {
        double[] sorted = Stream.concat(
                        minutes.stream().map(Integer::doubleValue),
                        Collections.nCopies(never, Double.MAX_VALUE).stream())
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        int enough = Math.min(sorted.length, 1 + (int) Math.ceil(Estimates.HELD * (sorted.length + 1)));
        Optional<Estimates.Stretch> told = Estimates.shortest(sorted, Estimates.HELD);
        assertThat(told.isPresent()).isEqualTo(minutes.size() >= enough);
        told.ifPresent(stretch -> {
            assertThat(within(sorted, stretch)).isGreaterThanOrEqualTo(enough);
            for (double from : sorted) {
                double shorter = stretch.to() - stretch.from() - 0.5;
                assertThat(within(sorted, new Estimates.Stretch(from, from + shorter)))
                        .as("from " + from)
                        .isLessThan(enough);
            }
        });
    }

    private static long within(double[] values, Estimates.Stretch stretch) {
        return Arrays.stream(values)
                .filter(v -> v >= stretch.from() && v <= stretch.to())
                .count();
    }

    /** Trials end at few moments: where nearly all are decided at one of them, that one is told. */
    @Test
    void oneMomentThatHoldsEnoughIsToldAlone() {
        double[] sorted = new double[50];
        Arrays.fill(sorted, 20);
        Arrays.fill(sorted, 47, 50, 60);
        assertThat(Estimates.shortest(sorted, Estimates.HELD)).contains(new Estimates.Stretch(20, 20));
        Arrays.fill(sorted, 46, 50, 60);
        assertThat(Estimates.shortest(sorted, Estimates.HELD)).contains(new Estimates.Stretch(20, 60));
    }
}
