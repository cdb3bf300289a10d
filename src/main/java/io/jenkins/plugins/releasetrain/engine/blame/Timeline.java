package io.jenkins.plugins.releasetrain.engine.blame;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs in the order in which they ended; void ones are left out, since they tell nothing.
 *
 * @param resumed when somebody said that an environment is right again: nothing older says that it is broken
 */
public record Timeline(List<Run> runs, List<Instant> resumed) {
    public static final Timeline EMPTY = new Timeline(List.of(), List.of());

    public Timeline {
        runs = isInOrder(runs)
                ? List.copyOf(runs)
                : runs.stream()
                        .filter(Timeline::tells)
                        .sorted(Comparator.comparing(Run::end))
                        .toList();
        resumed = resumed.stream().sorted().toList();
    }

    private static boolean tells(Run run) {
        return run.failed() || run.passed();
    }

    private static boolean isInOrder(List<Run> runs) {
        Instant before = Instant.MIN;
        for (Run run : runs) {
            if (!tells(run) || run.end().isBefore(before)) {
                return false;
            }
            before = run.end();
        }
        return true;
    }

    public static Timeline of(List<Run> runs) {
        return new Timeline(runs, List.of());
    }

    public Timeline with(Run run) {
        return new Timeline(Stream.concat(runs.stream(), Stream.of(run)).toList(), resumed);
    }

    public Timeline with(Stream<Run> more) {
        return new Timeline(Stream.concat(runs.stream(), more).distinct().toList(), resumed);
    }

    public Timeline resumed(Instant at) {
        return new Timeline(runs, Stream.concat(resumed.stream(), Stream.of(at)).toList());
    }

    /**
     * Failures in one environment with no pass between them: one cause may explain them all, so they count as one.
     *
     * @param runs in the order of their start
     * @param workedAt when the environment is last known to have worked before them; empty: never seen
     * @param open whether nothing passed since
     * @param healedAt when what passed next began; empty where nothing did, or somebody said that it works
     */
    public record Streak(
            String environment, List<Run> runs, Optional<Instant> workedAt, boolean open, Optional<Instant> healedAt) {
        /** When the first of them began. */
        public Instant since() {
            return runs.get(0).start();
        }
    }

    /** All failures, told apart by what passed between them. */
    public List<Streak> streaks() {
        return environments().flatMap(e -> streaks(e).stream()).toList();
    }

    private Stream<String> environments() {
        return runs.stream().map(Run::environment).distinct();
    }

    private List<Streak> streaks(String environment) {
        List<Streak> streaks = new ArrayList<>();
        List<Run> current = new ArrayList<>();
        Instant latest = Instant.MIN;
        Passes passes = null;
        for (Run run : failures(environment)) {
            passes = passes == null ? new Passes(runs, environment, resumed) : passes;
            if (!current.isEmpty() && passes.between(latest, run.start())) {
                streaks.add(streak(passes, current, latest, false));
                current.clear();
                latest = Instant.MIN;
            }
            current.add(run);
            latest = run.end().isAfter(latest) ? run.end() : latest;
        }
        if (!current.isEmpty()) {
            streaks.add(streak(passes, current, latest, !passes.between(latest, Instant.MAX)));
        }
        return streaks;
    }

    private static Streak streak(Passes passes, List<Run> failures, Instant end, boolean open) {
        Run first = failures.get(0);
        return new Streak(
                first.environment(), List.copyOf(failures), passes.last(first.start()), open, passes.next(end));
    }

    private List<Run> failures(String environment) {
        List<Run> failures = new ArrayList<>();
        for (Run run : runs) {
            if (run.failed() && run.environment().equals(environment)) {
                failures.add(run);
            }
        }
        failures.sort(Comparator.comparing(Run::start));
        return failures;
    }

    /**
     * Of these changes those that came since the baseline fails: that no run held before the first control run.
     *
     * @param open failures with nothing that passed since, in order
     * @return none where the last run was no control run: what came had its turn
     */
    public static List<String> cameSince(List<Run> open, List<String> changes) {
        if (open.isEmpty() || !open.get(open.size() - 1).isControl()) {
            return List.of();
        }
        return without(changes, open.stream().takeWhile(run -> !run.isControl()).toList());
    }

    /** Those that none of these runs held. */
    public static List<String> without(List<String> changes, List<Run> runs) {
        return changes.stream()
                .filter(change -> runs.stream().noneMatch(run -> run.holds(change)))
                .toList();
    }

    /** The failures that nothing has passed since, in this environment. */
    public Optional<Streak> open(String environment) {
        return streaks(environment).stream().filter(Streak::open).findFirst();
    }

    /**
     * What shows that the change is to blame, in order (I4): in one environment its set failed, then something passed
     * without it, then it failed again if it was run again, and so on.
     *
     * @return of the environment with the longest such row; empty: nothing passed without it after it had failed
     */
    public List<Run> proof(String change) {
        return environments()
                .map(e -> proof(change, e))
                .max(Comparator.comparingInt(List::size))
                .filter(row -> row.size() > 1)
                .orElse(List.of());
    }

    private List<Run> proof(String change, String environment) {
        List<Run> row = new ArrayList<>();
        List<Run> here =
                runs.stream().filter(r -> r.environment().equals(environment)).toList();
        for (Run run : here) {
            Run last = row.isEmpty() ? null : row.get(row.size() - 1);
            boolean after = last == null || !run.start().isBefore(last.end());
            if (run.failed() && run.holds(change)) {
                row.add(run);
            } else if (run.passed() && !run.holds(change) && after && last != null && last.failed()) {
                row.add(run);
            }
        }
        boolean passed = row.stream().anyMatch(Run::passed);
        return passed ? row : List.of();
    }
}
