package io.jenkins.plugins.releasetrain.engine.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer.Granted;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Entry;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Four controllers, whose clocks differ by up to an hour, write one lock's state in random order. */
class ObservedProperties {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final List<Integer> SKEWS = List.of(0, 3600, -3600, 47);

    enum Move {
        ASK,
        RELEASE,
        LOOK,
        WAIT
    }

    record Step(Move move, int who, int seconds) {}

    @Provide
    Arbitrary<List<Step>> schedules() {
        return Combinators.combine(
                        Arbitraries.of(Move.class),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(1, 9))
                .as(Step::new)
                .list()
                .ofMinSize(20)
                .ofMaxSize(120);
    }

    private static final class World {
        private LockState written = LockState.EMPTY;
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        private final List<Observed> readers = List.of(new Observed(), new Observed(), new Observed(), new Observed());

        Instant clock(int who) {
            return now.plusSeconds(SKEWS.get(who));
        }

        LockState read(int who) {
            return readers.get(who).local(written, clock(who));
        }

        void write(int who, LockState state) {
            written = readers.get(who).written(state);
            readers.get(who).local(written, clock(who));
        }

        EnvironmentLock.Answer ask(int who) {
            Request request = new Request("r" + who, "r" + who, Mode.EXCLUSIVE, Set.of(), LEASE);
            LockState.Answered answered = read(who).request(request, clock(who));
            write(who, answered.state());
            return answered.answer();
        }

        void apply(Step step) {
            switch (step.move()) {
                case ASK -> ask(step.who());
                case RELEASE -> write(step.who(), read(step.who()).release("r" + step.who(), clock(step.who())));
                case LOOK -> read(step.who());
                case WAIT -> now = now.plusSeconds(step.seconds());
            }
        }
    }

    @Property(tries = 1000)
    void I3_whoRenewsInTimeLosesNothingWhateverTheClocks(@ForAll("schedules") List<Step> schedule) {
        World world = new World();
        long token = ((Granted) world.ask(0)).token();
        for (Step step : schedule) {
            if (step.who() == 0 && step.move() != Move.WAIT) {
                continue;
            }
            world.apply(step);
            world.write(0, world.read(0).renew("r0", token, LEASE, world.clock(0)));
            assertThat(world.written.entries().stream().filter(Entry::held))
                    .extracting(Entry::id)
                    .containsExactly("r0");
        }
    }

    @Property(tries = 1000)
    void I3_oneHolderAtATimeAndTokensThatOnlyRise(@ForAll("schedules") List<Step> schedule) {
        World world = new World();
        long highest = 0;
        for (Step step : schedule) {
            world.apply(step);
            List<Entry> held =
                    world.written.entries().stream().filter(Entry::held).toList();
            assertThat(held).hasSizeLessThanOrEqualTo(1);
            for (Entry holder : held) {
                assertThat(holder.token()).isGreaterThanOrEqualTo(highest);
                highest = holder.token();
            }
        }
    }

    @Property(tries = 200)
    void whoIsGoneIsTakenOverAfterAWholeLeaseOfTheReaders(@ForAll("schedules") List<Step> schedule) {
        World world = new World();
        schedule.forEach(world::apply);
        world.ask(1);
        world.read(1);
        world.now = world.now.plus(LEASE);
        assertThat(world.ask(1)).isInstanceOf(Granted.class);
        try {
            world.read(0).renew("r0", 1, LEASE, world.clock(0));
            assertThat(world.written.nextToken())
                    .as("it was r0's own first grant")
                    .isEqualTo(2);
        } catch (EngineException e) {
            assertThat(e).hasMessageContaining("not held any more");
        }
    }
}
