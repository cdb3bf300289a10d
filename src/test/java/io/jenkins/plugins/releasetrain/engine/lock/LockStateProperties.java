package io.jenkins.plugins.releasetrain.engine.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer.Granted;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Entry;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random histories of one lock: eight requesters, three claims, time that passes, and some who die. */
class LockStateProperties {
    private static final Duration LEASE = Duration.ofSeconds(30);

    enum Move {
        ASK,
        ASK_TOO,
        RENEW,
        RELEASE,
        WAIT
    }

    record Step(Move move, int who, int seconds) {}

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Step> steps = Combinators.combine(
                        Arbitraries.of(Move.class),
                        Arbitraries.integers().between(0, 7),
                        Arbitraries.integers().between(1, 40))
                .as(Step::new);
        return steps.list().ofMinSize(1).ofMaxSize(120);
    }

    /** Who asks for what is fixed, so that the histories differ in what happens. */
    private static Request request(int who) {
        Mode mode = who % 4 == 0 ? Mode.EXCLUSIVE : Mode.SHARED;
        Set<String> claims =
                switch (who) {
                    case 1 -> Set.of("cart");
                    case 2 -> Set.of("cart", "pay");
                    case 3, 5 -> Set.of("pay");
                    default -> Set.of();
                };
        return new Request("r" + who, "r" + who, mode, claims, LEASE);
    }

    /** One history's state and what its participants believe. */
    private static final class World {
        private LockState state = LockState.EMPTY;
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        private final Map<String, Long> believed = new HashMap<>();
        private final List<Long> tokens = new ArrayList<>();

        void apply(Step step) {
            String id = "r" + step.who();
            switch (step.move()) {
                case ASK, ASK_TOO -> ask(step.who());
                case RENEW -> renew(id);
                case RELEASE -> {
                    state = state.release(id, now);
                    believed.remove(id);
                }
                case WAIT -> now = now.plusSeconds(step.seconds());
            }
        }

        private void ask(int who) {
            List<Entry> before = state.expire(now).entries();
            LockState.Answered answered = state.request(request(who), now);
            state = answered.state();
            if (answered.answer() instanceof Granted granted) {
                boolean fresh =
                        before.stream().noneMatch(e -> e.id().equals("r" + who) && e.token() == granted.token());
                if (fresh) {
                    tokens.add(granted.token());
                    checkFair(who, before);
                }
                believed.put("r" + who, granted.token());
            }
        }

        /** Nobody who asked earlier and may not meet the new holder was passed. */
        private void checkFair(int who, List<Entry> before) {
            for (Entry other : before) {
                if (other.id().equals("r" + who)) {
                    break;
                }
                assertThat(LockState.compatible(other, entry("r" + who)))
                        .as("r%d passed %s", who, other)
                        .isTrue();
            }
        }

        private Entry entry(String id) {
            return state.entries().stream()
                    .filter(e -> e.id().equals(id))
                    .findFirst()
                    .orElseThrow();
        }

        private void renew(String id) {
            long token = believed.getOrDefault(id, 0L);
            boolean holds = state.expire(now).entries().stream()
                    .anyMatch(e -> e.id().equals(id) && e.held() && e.token() == token);
            try {
                state = state.renew(id, token, LEASE, now);
                assertThat(holds).isTrue();
            } catch (EngineException e) {
                assertThat(holds).isFalse();
            }
        }
    }

    @Property
    void I3_shouldNeverLetIncompatibleHoldersMeet(@ForAll("histories") List<Step> history) {
        World world = new World();
        for (Step step : history) {
            world.apply(step);
            List<Entry> holders =
                    world.state.entries().stream().filter(Entry::held).toList();
            for (int i = 0; i < holders.size(); i++) {
                for (int j = i + 1; j < holders.size(); j++) {
                    assertThat(LockState.compatible(holders.get(i), holders.get(j)))
                            .isTrue();
                }
            }
        }
    }

    @Property
    void I3_shouldGiveTokensThatOnlyRise(@ForAll("histories") List<Step> history) {
        World world = new World();
        history.forEach(world::apply);
        assertThat(world.tokens).isSorted().doesNotHaveDuplicates();
        assertThat(world.tokens).allMatch(t -> t < world.state.nextToken());
    }

    /** Lost is who held the lock and does not any more, without having released it. */
    @Property
    void I3_shouldSayOfEveryLostHolderThatItWasTakenOver(@ForAll("histories") List<Step> history) {
        World world = new World();
        boolean lost = false;
        for (Step step : history) {
            Set<Long> gone = held(world.state, step.move() == Move.RELEASE ? "r" + step.who() : "");
            long next = world.state.nextToken();
            world.apply(step);
            gone.removeAll(held(world.state, ""));
            lost |= !gone.isEmpty();
            if (world.state.nextToken() > next) {
                assertThat(world.state.line())
                        .filteredOn(p -> p.entry().token() == next)
                        .extracting(LockState.Place::tookOver)
                        .containsExactly(lost);
                lost = false;
            }
        }
    }

    private static Set<Long> held(LockState state, String except) {
        return state.entries().stream()
                .filter(e -> e.held() && !e.id().equals(except))
                .map(Entry::token)
                .collect(Collectors.toSet());
    }

    /** Once all who hold have left, the first in line is granted, however many others ask before it. */
    @Property
    void shouldStarveNobody(@ForAll("histories") List<Step> history) {
        World world = new World();
        history.forEach(world::apply);
        LockState state = world.state.expire(world.now);
        while (!state.line().isEmpty()) {
            for (Entry holder : state.entries().stream().filter(Entry::held).toList()) {
                state = state.release(holder.id(), world.now);
            }
            if (state.line().isEmpty()) {
                return;
            }
            int first = Integer.parseInt(state.line().get(0).entry().id().substring(1));
            LockState crowded = state;
            for (int other = 7; other >= 0; other--) {
                crowded = other == first
                        ? crowded
                        : crowded.request(request(other), world.now).state();
            }
            LockState.Answered answered = crowded.request(request(first), world.now);
            assertThat(answered.answer()).isInstanceOf(Granted.class);
            state = state.request(request(first), world.now).state();
        }
    }

    @Property(tries = 200)
    void shouldSurviveBeingWrittenDown(@ForAll("histories") List<Step> history) {
        World world = new World();
        history.forEach(world::apply);
        assertThat(LockStateJson.read(LockStateJson.write(world.state), "here")).isEqualTo(world.state);
    }
}
