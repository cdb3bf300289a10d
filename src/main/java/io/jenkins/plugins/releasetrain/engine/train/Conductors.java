package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Change;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Who can run tests now. */
public interface Conductors {
    /** What is known of a conductor. */
    enum Standing {
        /** Takes orders. */
        HERE,
        /** Will be back, as a build is after a restart. */
        AWAY,
        /** Takes the orders of another controller that shares the train. */
        ELSEWHERE,
        /** Its trial is void. */
        GONE
    }

    Standing standing(String conductor);

    /** Who runs the tests of release candidates next; empty: nobody can. */
    Optional<String> forCandidates(TrainState state);

    /** Who runs a control run of the baseline: anybody who is there. */
    Optional<String> forControl(TrainState state);

    /** Who runs those of a test release. */
    Optional<String> forTestRelease(Change change);

    /** One who runs all tests, and takes over what others began. */
    static Conductors only(String conductor) {
        return new Conductors() {
            @Override
            public Standing standing(String other) {
                return other.equals(conductor) ? Standing.HERE : Standing.GONE;
            }

            @Override
            public Optional<String> forCandidates(TrainState state) {
                return Optional.of(conductor);
            }

            @Override
            public Optional<String> forControl(TrainState state) {
                return Optional.of(conductor);
            }

            @Override
            public Optional<String> forTestRelease(Change change) {
                return Optional.of(conductor);
            }
        };
    }

    /**
     * The changes' own builds, each of which runs one trial at a time: of those that conduct nothing, the one of the oldest
     * release candidate is next; a test release is tested by its own build.
     *
     * @param standing of a change's build
     */
    static Conductors builds(Function<String, Standing> standing) {
        return new Conductors() {
            @Override
            public Standing standing(String change) {
                return standing.apply(change);
            }

            @Override
            public Optional<String> forCandidates(TrainState state) {
                return oldest(state, Change::promote);
            }

            @Override
            public Optional<String> forControl(TrainState state) {
                return forCandidates(state).or(() -> oldest(state, change -> true));
            }

            private Optional<String> oldest(TrainState state, Predicate<Change> which) {
                // Who did not begin when it was ordered to is asked last.
                return state.undecided()
                        .filter(which)
                        .sorted(Comparator.comparing((Change c) -> state.idle().indexOf(c.id()))
                                .thenComparing(Change::queuedAt))
                        .map(Change::id)
                        .filter(id -> isFree(state, id))
                        .findFirst();
            }

            private boolean isFree(TrainState state, String change) {
                return state.trials().stream().noneMatch(t -> t.conductor().equals(change))
                        && standing.apply(change) == Standing.HERE;
            }

            @Override
            public Optional<String> forTestRelease(Change change) {
                return Optional.of(change.id()).filter(id -> standing.apply(id) == Standing.HERE);
            }
        };
    }
}
