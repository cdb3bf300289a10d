package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostGateTest {
    private static final Duration STEP = Duration.ofMillis(50);

    private final FakeTime time = new FakeTime();

    private HostGate gate(int most) {
        return new HostGate(most, time, time, () -> 0.5);
    }

    private static void succeed(HostGate gate, int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            gate.leave(gate.enter(), true);
        }
    }

    @Test
    void permits_grow_with_every_answer_up_to_the_limit() throws InterruptedException {
        HostGate gate = gate(12);
        assertThat(gate.permits()).isEqualTo(8);

        succeed(gate, 2);
        assertThat(gate.permits()).isEqualTo(10);
        succeed(gate, 100);
        assertThat(gate.permits()).isEqualTo(12);
    }

    @Test
    void permits_halve_once_for_all_that_was_under_way_and_grow_slowly_then() throws InterruptedException {
        HostGate gate = gate(32);
        succeed(gate, 100);
        List<HostGate.Pass> burst = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            burst.add(gate.enter());
        }

        for (HostGate.Pass pass : burst) {
            gate.throttled(pass, Duration.ofSeconds(1), STEP);
            gate.leave(pass, false);
        }

        assertThat(gate.permits()).isEqualTo(16);
        HostGate.Pass later = gate.enter();
        gate.throttled(later, Duration.ofSeconds(1), STEP);
        gate.leave(later, false);
        assertThat(gate.permits()).isEqualTo(8);
        succeed(gate, 4);
        assertThat(gate.permits()).as("a fraction an answer").isEqualTo(8);
    }

    @Test
    void there_is_always_one_permit() throws InterruptedException {
        HostGate gate = gate(1);
        for (int i = 0; i < 5; i++) {
            HostGate.Pass pass = gate.enter();
            gate.throttled(pass, Duration.ZERO, STEP);
            gate.leave(pass, false);
        }

        assertThat(gate.permits()).isEqualTo(1);
    }

    @Test
    void B6_a_pause_of_zero_or_in_the_past_is_a_growing_pause() throws InterruptedException {
        HostGate gate = gate(4);
        Instant begin = time.instant();
        for (int i = 0; i < 4; i++) {
            HostGate.Pass pass = gate.enter();
            gate.throttled(pass, Duration.ofSeconds(-i), STEP);
            gate.leave(pass, false);
        }
        gate.enter();

        assertThat(Duration.between(begin, time.instant())).isGreaterThanOrEqualTo(STEP.multipliedBy(1 + 2 + 4 + 8));
    }

    @Test
    void B6_whoever_waited_looks_again() throws InterruptedException {
        List<Duration> sleeps = new ArrayList<>();
        HostGate[] gate = new HostGate[1];
        gate[0] = new HostGate(
                2,
                time,
                wait -> {
                    if (sleeps.isEmpty()) {
                        gate[0].throttled(new HostGate.Pass(7), Duration.ofSeconds(9), STEP);
                    }
                    sleeps.add(wait);
                    time.sleep(wait);
                },
                () -> 0);
        HostGate.Pass pass = gate[0].enter();
        gate[0].throttled(pass, Duration.ofSeconds(5), STEP);
        gate[0].leave(pass, false);

        gate[0].enter();

        assertThat(sleeps).containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(4));
    }
}
