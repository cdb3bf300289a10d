package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Lanes keep their promises whatever happens, also between a decision and its append. One seed is one history; others, and
 * more of them: {@code -Dreleasetrain.seed=1000 -Dreleasetrain.histories=4000}.
 */
class WildLaneTest {
    private static final long SEED = Long.getLong("releasetrain.seed", 1);
    private static final int HISTORIES = Integer.getInteger("releasetrain.histories", 40);
    private static final int STEPS = 150;

    @Test
    void I3_I4_I6_I7_I8_I12_I13_holdWhateverHappensMeanwhile() {
        Set<Class<?>> happened = new HashSet<>();
        for (long seed = SEED; seed < SEED + HISTORIES; seed++) {
            try (WildLanes lanes = new WildLanes(seed)) {
                live(lanes, seed);
                assertThat(WildLanePromises.broken(lanes.shop))
                        .as("seed %d: %s", seed, String.join("\n", lanes.history()))
                        .isEmpty();
                lanes.shop.happened.forEach(e -> happened.add(e.getClass()));
            }
        }
        assertThat(happened)
                .as("what lanes can meet, if there are enough histories")
                .contains(
                        Event.ReleasePromoted.class,
                        Event.LaneRetried.class,
                        Event.BaselineInstalled.class,
                        Event.ReleasesHeld.class,
                        Event.TrainPaused.class,
                        Event.EnvironmentBroken.class,
                        Event.PromotionRefused.class);
    }

    private static void live(WildLanes lanes, long seed) {
        try {
            for (int i = 0; i < STEPS; i++) {
                lanes.step();
            }
            lanes.finish();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + String.join("\n", lanes.history()), e);
        }
    }

    /** Else what it finds could not be looked at. */
    @Test
    void seedTellsTheWholeHistory() {
        assertThat(history(SEED)).isEqualTo(history(SEED)).isNotEqualTo(history(SEED + 1));
    }

    private static List<String> history(long seed) {
        try (WildLanes lanes = new WildLanes(seed)) {
            live(lanes, seed);
            return lanes.history();
        }
    }
}
