package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A train keeps its promises whatever happens, also between a decision and its append. One seed is one history; others, and
 * more of them: {@code -Dreleasetrain.seed=1000 -Dreleasetrain.histories=4000}.
 */
class WildTrainTest {
    private static final long SEED = Long.getLong("releasetrain.seed", 1);
    private static final int HISTORIES = Integer.getInteger("releasetrain.histories", 40);
    private static final int STEPS = 150;

    @Test
    void I1_I4_I8_I12_I13_holdWhateverHappensMeanwhile() {
        Set<Class<?>> happened = new HashSet<>();
        for (long seed = SEED; seed < SEED + HISTORIES; seed++) {
            try (WildTrain train = new WildTrain(seed)) {
                live(train, seed);
                assertThat(train.broken())
                        .as("seed %d: %s", seed, train.history())
                        .isEmpty();
                train.shop.events().map(Event::getClass).forEach(happened::add);
            }
        }
        assertThat(happened)
                .as("what a train can meet, if there are enough histories")
                .contains(
                        Event.ReleasePromoted.class,
                        Event.RollbackOrdered.class,
                        Event.ReleasesHeld.class,
                        Event.TrainPaused.class,
                        Event.EnvironmentBroken.class,
                        Event.PromotionRefused.class);
    }

    private static void live(WildTrain train, long seed) {
        try {
            for (int i = 0; i < STEPS; i++) {
                train.step();
            }
            train.finish();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + train.history(), e);
        }
    }

    /** Else what it finds could not be looked at. */
    @Test
    void seedTellsTheWholeHistory() {
        assertThat(history(SEED)).isEqualTo(history(SEED)).isNotEqualTo(history(SEED + 1));
    }

    private static List<String> history(long seed) {
        try (WildTrain train = new WildTrain(seed)) {
            live(train, seed);
            return train.history();
        }
    }
}
