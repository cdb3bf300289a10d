package io.jenkins.plugins.releasetrain.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many bad changes one after the other, as when what they share broke: nothing passes for long. */
class BadRunTest {
    private static final double FLAKE = 0.01;
    private static final int MINUTES = 30;
    private static final int GOOD_BEFORE = 10;

    private final TrainLine train = new TrainLine(
            new TrainLine.Settings(new Statistics.Prior(0.05, 40, FLAKE, 100, 1 / 730.0, 200, 1), 0.0002, 1, 64, 1));
    private final Random random = new Random(1);
    private final List<Line.Decided> decided = new ArrayList<>();
    private int arrived;

    @ParameterizedTest
    @ValueSource(ints = {10, 15, 30})
    void I4_oneAfterTheOtherIsProvenBadAndTheOthersAreReleased(int bad) {
        for (int trial = 0; trial < 12 * bad && ended(bad) < bad; trial++) {
            tryNext(trial * MINUTES, bad);
        }
        assertThat(ended(bad)).as("bad changes that are decided").isEqualTo(bad);
        assertThat(decided).allMatch(d -> d.released() != isBad(d.change(), bad));
    }

    private long ended(int bad) {
        return decided.stream().filter(d -> isBad(d.change(), bad)).count();
    }

    private static boolean isBad(String change, int bad) {
        int number = Integer.parseInt(change.substring(1));
        return number >= GOOD_BEFORE && number < GOOD_BEFORE + bad;
    }

    private void tryNext(double now, int bad) {
        while (train.present().queue().size() < 100) {
            train.arrived("c" + arrived++);
        }
        Line.Attempt attempt = train.next(0, now).orElseThrow();
        boolean good = attempt.changes.stream().noneMatch(c -> isBad(c, bad));
        train.ended(attempt, good && random.nextDouble() >= FLAKE, now + MINUTES - 1);
        decided.addAll(train.decided());
    }
}
