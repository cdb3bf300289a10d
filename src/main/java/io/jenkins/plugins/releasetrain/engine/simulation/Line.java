package io.jenkins.plugins.releasetrain.engine.simulation;

import java.util.List;
import java.util.Optional;

/** A way to bring changes through trials: decides what is tried next, and who is released or ejected. */
interface Line {
    /** A change joins the queue; ids are unique. */
    void arrived(String change);

    /** What a free environment shall try now; empty for nothing. Also settles what can be settled without a trial. */
    Optional<Attempt> next();

    /**
     * The same, for who looks at places and times.
     *
     * @param place that is free, from 0
     * @param now minutes since the beginning
     */
    default Optional<Attempt> next(int place, double now) {
        return next();
    }

    void ended(Attempt attempt, boolean passed);

    /** @param now minutes since the beginning */
    default void ended(Attempt attempt, boolean passed, double now) {
        ended(attempt, passed);
    }

    /** What ran says nothing, and the line knows that. */
    default void lost(Attempt attempt) {
        throw new UnsupportedOperationException("Told of no outage");
    }

    /** When it wants to be asked again although nothing happens, in minutes since the beginning. */
    default double wakes() {
        return Double.MAX_VALUE;
    }

    /** Which environment a place is in; environments break independently. */
    default int environment(int place) {
        return place;
    }

    /** What became decided since the last call. */
    List<Decided> decided();

    /** A set that is installed and tested together; compared by identity. */
    final class Attempt {
        final List<String> changes;

        Attempt(List<String> changes) {
            this.changes = List.copyOf(changes);
        }
    }

    record Decided(String change, boolean released) {}
}
