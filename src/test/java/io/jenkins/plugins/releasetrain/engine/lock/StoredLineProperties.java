package io.jenkins.plugins.releasetrain.engine.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer.Granted;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Entry;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Four controllers whose clocks differ by up to an hour, two of them with one store and two with another, share one lock in
 * random order; any of them may die and come back knowing nothing.
 */
class StoredLineProperties {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final List<Integer> SKEWS = List.of(0, 3600, -3600, 420);
    private static final int REQUESTS = 8;

    enum Move {
        ASK,
        ASK_TOO,
        RELEASE,
        DIE,
        WAIT
    }

    record Step(Move move, int who, int seconds) {}

    @Provide
    Arbitrary<List<Step>> schedules() {
        return Combinators.combine(
                        Arbitraries.of(Move.class),
                        Arbitraries.integers().between(0, REQUESTS - 1),
                        Arbitraries.integers().between(1, 20))
                .as(Step::new)
                .list()
                .ofMinSize(20)
                .ofMaxSize(100);
    }

    private static Request request(int who) {
        Mode mode = who % 3 == 0 ? Mode.EXCLUSIVE : Mode.SHARED;
        return new Request("r" + who, "r" + who, mode, Set.of("s" + who % 2), LEASE);
    }

    private static final class World {
        private final ManualClock[] clocks = SKEWS.stream()
                .map(s -> new ManualClock(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(s)))
                .toArray(ManualClock[]::new);
        private final MemoryLine[] lines = {new MemoryLine(), new MemoryLine()};
        private final LockState[] written = {LockState.EMPTY};
        private final EnvironmentLock[] controllers =
                IntStream.range(0, SKEWS.size()).mapToObj(this::born).toArray(EnvironmentLock[]::new);

        private EnvironmentLock born(int controller) {
            ManualClock clock = clocks[controller];
            return new StoredLine(new SkewedLock(written, clock), lines[controller % 2], clock, Duration.ZERO);
        }

        Answer ask(int who) {
            return controllers[who % SKEWS.size()].request(request(who));
        }

        void apply(Step step) {
            int controller = step.who() % SKEWS.size();
            switch (step.move()) {
                case ASK, ASK_TOO -> ask(step.who());
                case RELEASE -> controllers[controller].release("r" + step.who());
                case DIE -> controllers[controller] = born(controller);
                case WAIT -> pass(step.seconds());
            }
        }

        void pass(int seconds) {
            for (ManualClock clock : clocks) {
                clock.advance(Duration.ofSeconds(seconds));
            }
        }

        List<Entry> holders() {
            return written[0].entries().stream().filter(Entry::held).toList();
        }
    }

    /** The Lease of an API server, as one controller sees it. */
    private static final class SkewedLock implements EnvironmentLock {
        private final LockState[] written;
        private final ManualClock clock;
        private final Observed observed = new Observed();

        SkewedLock(LockState[] written, ManualClock clock) {
            this.written = written;
            this.clock = clock;
        }

        private LockState read() {
            return observed.local(written[0], clock.instant());
        }

        private void write(LockState state) {
            written[0] = observed.written(state);
            observed.local(written[0], clock.instant());
        }

        @Override
        public Answer request(Request request) {
            LockState.Answered answered = read().request(request, clock.instant());
            write(answered.state());
            return answered.answer();
        }

        @Override
        public void renew(String id, long token, Duration lease) {
            write(read().renew(id, token, lease, clock.instant()));
        }

        @Override
        public void release(String id) {
            write(read().release(id, clock.instant()));
        }

        @Override
        public List<Entry> entries() {
            return read().expire(clock.instant()).entries();
        }
    }

    @Property(tries = 1000)
    void I3_onlyThoseHoldItAtOnceWhoMay(@ForAll("schedules") List<Step> schedule) {
        World world = new World();
        long highest = 0;
        for (Step step : schedule) {
            world.apply(step);
            List<Entry> holders = world.holders();
            for (Entry one : holders) {
                assertThat(holders).allMatch(other -> other == one || LockState.compatible(one, other));
                highest = Math.max(highest, one.token());
            }
            assertThat(world.written[0].nextToken()).isGreaterThan(highest);
        }
    }

    /** Whatever happened before: if everybody asks again and again and gives back what he got, everybody gets it. */
    @Property(tries = 1000)
    void nobodyStarves(@ForAll("schedules") List<Step> schedule) {
        World world = new World();
        schedule.forEach(world::apply);
        Set<Integer> served = new HashSet<>();
        for (int round = 0; round < 40 && served.size() < REQUESTS; round++) {
            for (int who = REQUESTS - 1; who >= 0; who--) {
                if (world.ask(who) instanceof Granted) {
                    served.add(who);
                    world.controllers[who % SKEWS.size()].release("r" + who);
                }
            }
            world.pass(2);
        }
        assertThat(served).hasSize(REQUESTS);
    }

    @Property(tries = 1000)
    void theLockItselfHasOneWaitingForEachStoreAtMost(@ForAll("schedules") List<Step> schedule) {
        World world = new World();
        for (Step step : schedule) {
            if (step.move() == Move.WAIT || step.move() == Move.RELEASE) {
                continue;
            }
            world.apply(step);
            assertThat(world.written[0].entries().stream()
                            .filter(e -> !e.held())
                            .count())
                    .isLessThanOrEqualTo(2);
        }
    }
}
