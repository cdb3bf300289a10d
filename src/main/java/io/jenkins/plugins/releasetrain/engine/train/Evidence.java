package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What trials said about changes that are not decided yet; kept from batch to batch.
 *
 * @param failures sets that failed, oldest first
 * @param passes sets that passed and are not released, since the baseline moved on meanwhile or is about to
 */
public record Evidence(List<Tried> failures, List<Tried> passes) {
    public static final Evidence NONE = new Evidence(List.of(), List.of());

    public Evidence {
        failures = List.copyOf(failures);
        passes = List.copyOf(passes);
    }

    /**
     * A set of changes that was tried on a baseline that had passed.
     *
     * @param changes those that are still undecided; when others of the set are released they are in the baseline
     * @param exact whether that baseline with these changes is the very set that ran
     * @param runs in which it failed, or passed
     * @param source what ran, and on what
     */
    public record Tried(List<String> changes, boolean exact, List<Run> runs, Source source) {
        public Tried {
            changes = List.copyOf(changes);
            runs = List.copyOf(runs);
        }

        /**
         * What it still says when the others are in the baseline. For a single change it stays exact: its baseline had
         * passed, and that baseline with it failed.
         */
        public Tried whenReleased(Collection<String> released, String newBaseline) {
            if (changes.size() == 1 && !released.contains(changes.get(0))) {
                return this;
            }
            List<String> rest =
                    changes.stream().filter(c -> !released.contains(c)).toList();
            return new Tried(rest, exact && changes.containsAll(released), runs, source.on(newBaseline));
        }

        /** A pass counts for what ran: on a baseline that moved meanwhile it vouches for the changes, and releases none. */
        public Tried passedOn(String baseline) {
            return exact && !source.baseline().equals(baseline) ? inexact() : this;
        }

        /** What it says of those that are left: the others ended while it ran, so that no set without them was tried. */
        Tried among(Set<String> undecided) {
            return undecided.containsAll(changes)
                    ? this
                    : new Tried(changes.stream().filter(undecided::contains).toList(), false, runs, source);
        }

        Tried inexact() {
            return new Tried(changes, false, runs, source);
        }

        private boolean same(Tried other) {
            return exact == other.exact && Set.copyOf(changes).equals(Set.copyOf(other.changes));
        }

        private Tried plus(Tried newer) {
            return new Tried(
                    changes,
                    exact,
                    Stream.concat(runs.stream(), newer.runs.stream()).toList(),
                    source.plus(newer.source));
        }
    }

    /**
     * What ran.
     *
     * @param sets digests of all sets that these runs were of, the newest last; none in simulations
     * @param baseline digest of the set without the changes, which passed
     * @param reason of the last run
     * @param installed whether the images could be started
     */
    public record Source(List<String> sets, String baseline, String reason, boolean installed) {
        public static final Source UNKNOWN = new Source(List.of(), "", "", true);

        private Source on(String newBaseline) {
            return new Source(sets, newBaseline, reason, installed);
        }

        private Source plus(Source newer) {
            List<String> all =
                    Stream.concat(sets.stream(), newer.sets.stream()).distinct().toList();
            return new Source(all, newer.baseline, newer.reason, newer.installed);
        }

        /** The set that ran last. */
        public String set() {
            return sets.isEmpty() ? "" : sets.get(sets.size() - 1);
        }
    }

    /** Whether runs of this set are in here. */
    public boolean knows(String set) {
        return Stream.concat(failures.stream(), passes.stream())
                .anyMatch(t -> t.source().sets().contains(set));
    }

    public boolean isEmpty() {
        return failures.isEmpty() && passes.isEmpty();
    }

    /** A set failed. Where all of it had passed elsewhere, those passes are no longer believed: order matters here. */
    public Evidence failed(Tried tried) {
        List<Tried> kept = passes;
        if (vouched().containsAll(tried.changes())) {
            kept = passes.stream()
                    .filter(p -> disjoint(p.changes(), tried.changes()))
                    .toList();
        }
        Optional<Tried> same = failures.stream().filter(f -> f.same(tried)).findFirst();
        List<Tried> more = new ArrayList<>(failures);
        same.ifPresent(more::remove);
        more.add(same.map(f -> f.plus(tried)).orElse(tried));
        return new Evidence(more, kept);
    }

    public Evidence passed(Tried tried) {
        return new Evidence(
                failures, Stream.concat(passes.stream(), Stream.of(tried)).toList());
    }

    /** All images of these changes are in the baseline now; what failed with nobody else in it was a flake. */
    public Evidence released(Collection<String> changes, String newBaseline) {
        return released(changes, Set.of(), newBaseline);
    }

    /**
     * These changes are in the baseline now.
     *
     * @param overlaid those of them with an image that is not: whether that was bad stays unknown, as where a newer change
     *     took the place of a whole one, and so does whose failures with it were
     */
    Evidence released(Collection<String> changes, Set<String> overlaid, String newBaseline) {
        Evidence known = NONE;
        for (Tried failure : failures) {
            Tried now = disjoint(failure.changes(), overlaid)
                    ? failure.whenReleased(changes, newBaseline)
                    : failure.whenReleased(without(changes, overlaid), newBaseline)
                            .inexact();
            known = now.changes().isEmpty() ? known : known.failed(now);
        }
        List<Tried> kept = passes.stream()
                .map(p -> p.whenReleased(changes, newBaseline).passedOn(newBaseline))
                .filter(p -> !p.changes().isEmpty())
                .toList();
        return new Evidence(known.failures, kept);
    }

    /** Failed runs of sets that will all be in the baseline when these are released: the environment's, or chance. */
    public List<Run> notToBlame(Collection<String> released) {
        return failures.stream()
                .filter(f -> released.containsAll(f.changes()))
                .flatMap(f -> f.runs().stream())
                .toList();
    }

    /** All failed runs. */
    public Stream<Run> failedRuns() {
        return failures.stream().flatMap(f -> f.runs().stream());
    }

    /** The change is ejected or gone; runs with it say nothing about the others. */
    public Evidence without(String change) {
        return new Evidence(
                failures.stream().filter(f -> !f.changes().contains(change)).toList(),
                passes.stream().filter(p -> !p.changes().contains(change)).toList());
    }

    /** A newer one took the change's place: whether it was bad stays unknown, and so does whose failures with it were. */
    public Evidence superseded(String change) {
        return new Evidence(failures, without(change).passes);
    }

    /** Without what is about none of these. Whoever failed with one of them may be to blame, so what is known of him stays as long. */
    public Evidence about(Set<String> undecided) {
        Set<String> known = new HashSet<>(undecided);
        failures.stream().filter(f -> !disjoint(f.changes(), undecided)).forEach(f -> known.addAll(f.changes()));
        return new Evidence(
                failures.stream().filter(f -> !disjoint(f.changes(), known)).toList(), passes);
    }

    /** Changes that passed, though on a baseline that was another then. */
    public List<String> vouched() {
        return passes.stream().flatMap(p -> p.changes().stream()).distinct().toList();
    }

    /** The failure of this change alone on a baseline that had passed. */
    public Optional<Tried> alone(String change) {
        return failures.stream()
                .filter(f -> f.exact() && f.changes().equals(List.of(change)))
                .findFirst();
    }

    static List<String> without(Collection<String> changes, Set<String> some) {
        return changes.stream().filter(c -> !some.contains(c)).toList();
    }

    private static boolean disjoint(Collection<String> some, Collection<String> others) {
        return some.stream().noneMatch(others::contains);
    }
}
