package io.jenkins.plugins.releasetrain.engine.simulation;

import java.util.List;
import java.util.Optional;

/** A way to bring changes through trials: decides what is tried next, and who is released or ejected. */
interface Line {
    /** A change joins the queue; ids are unique. */
    void arrived(String change);

    /** What a free environment shall try now; empty for nothing. Also settles what can be settled without a trial. */
    Optional<Attempt> next();

    void ended(Attempt attempt, boolean passed);

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
