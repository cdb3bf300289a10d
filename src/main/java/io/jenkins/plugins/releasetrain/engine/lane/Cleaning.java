package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Postponed;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** Does what attempts that are over left to do, and tries again what cannot be done yet. Never throws for a failure. */
final class Cleaning {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final Journal<LaneState> journal;
    private final Function<Isolation, Placement> placements;
    private final Places places;
    private final Clock clock;
    private final Map<String, Problem> problems = new ConcurrentHashMap<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    private record Problem(String text, Instant again) {}

    Cleaning(Journal<LaneState> journal, Function<Isolation, Placement> placements, Places places, Clock clock) {
        this.journal = journal;
        this.placements = placements;
        this.places = places;
        this.clock = clock;
    }

    /** Tries those that are due. */
    void tidy(Predicate<Obligation> which) throws InterruptedException {
        for (Obligation obligation : journal.state().obligations()) {
            Problem problem = problems.get(key(obligation));
            boolean due = problem == null || !Postponed.waits(problem.again(), clock.instant(), TRY_AGAIN);
            if (which.test(obligation) && due && busy.add(key(obligation))) {
                try {
                    tidy(obligation);
                } finally {
                    busy.remove(key(obligation));
                }
            }
        }
    }

    private void tidy(Obligation obligation) throws InterruptedException {
        Optional<String> problem;
        try {
            problem = settle(obligation);
        } catch (EngineException e) {
            // A workload that is no more has nothing left of anybody.
            problem = e.kind() == FailureKind.NOT_FOUND ? Optional.empty() : Optional.of(e.getMessage());
        }
        if (problem.isPresent()) {
            problems.put(
                    key(obligation), new Problem(problem.get(), clock.instant().plus(TRY_AGAIN)));
            return;
        }
        // Nobody comes in before the event, and whoever dies before it finds the obligation again.
        places.release(obligation.lane(), true);
        places.release(place(obligation), true);
        journal.update(s -> s.obligations().contains(obligation)
                ? List.of(new Event.LaneCleaned(obligation.lane(), obligation.number()))
                : List.of());
        problems.remove(key(obligation));
    }

    private Optional<String> settle(Obligation obligation) throws InterruptedException {
        Placement placement = placements.apply(obligation.isolation());
        long token = obligation.started().fence();
        // Beside the baseline its place claims nothing: it keeps nobody out, and others stamp what it is to bring.
        boolean claimed = !obligation.isolation().beside() && places.keeps(obligation.lane(), token);
        if (obligation.claims().isEmpty() || claimed) {
            return placement.settle(obligation, obligation.lane(), token);
        }
        Answer answer = places.ask(place(obligation), "cleaning after lane " + obligation.lane(), obligation.claims());
        return answer instanceof Answer.Granted granted
                ? placement.settle(obligation, place(obligation), granted.token())
                : Optional.of("waits for " + String.join(", ", ((Answer.Waiting) answer).waitsFor()));
    }

    private static String place(Obligation obligation) {
        return obligation.lane() + "/clean";
    }

    /** Places that obligations hold must not run out: until they are done, nobody else is to have them. */
    void renew() {
        journal.state().obligations().stream()
                .filter(o -> !o.claims().isEmpty())
                .forEach(o -> places.keeps(o.lane(), o.started().fence()));
    }

    /** What could not be done when it was tried last, by lane. */
    SortedMap<String, String> problems() {
        SortedMap<String, String> all = new TreeMap<>();
        journal.state()
                .obligations()
                .forEach(o -> Optional.ofNullable(problems.get(key(o))).ifPresent(p -> all.put(o.lane(), p.text())));
        return Collections.unmodifiableSortedMap(all);
    }

    private static String key(Obligation obligation) {
        return obligation.lane() + "-" + obligation.number();
    }
}
