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
        runs = runs.stream()
                .filter(r -> r.failed() || r.passed())
                .sorted(Comparator.comparing(Run::end))
                .toList();
        resumed = resumed.stream().sorted().toList();
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
        for (Run run : failures(environment)) {
            if (!current.isEmpty() && workedBetween(environment, latest(current), run.start())) {
                streaks.add(streak(environment, current, false));
                current.clear();
            }
            current.add(run);
        }
        if (!current.isEmpty()) {
            streaks.add(streak(environment, current, !workedBetween(environment, latest(current), Instant.MAX)));
        }
        return streaks;
    }

    private Streak streak(String environment, List<Run> failures, boolean open) {
        Instant begin = failures.get(0).start();
        Optional<Instant> workedAt = Stream.concat(
                        passes(environment)
                                .filter(p -> !p.start().isAfter(begin))
                                .map(p -> p.end().isBefore(begin) ? p.end() : begin),
                        resumed.stream().filter(at -> !at.isAfter(begin)))
                .max(Instant::compareTo);
        Instant end = latest(failures);
        Optional<Instant> healedAt = passes(environment)
                .filter(p -> !p.end().isBefore(end))
                .map(p -> p.start().isBefore(end) ? end : p.start())
                .min(Instant::compareTo)
                .filter(at -> resumed.stream().noneMatch(r -> !r.isBefore(end) && !r.isAfter(at)));
        return new Streak(environment, List.copyOf(failures), workedAt, open, healedAt);
    }

    /** Whether there is a moment between the two at which the environment is known, or said, to have worked. */
    private boolean workedBetween(String environment, Instant from, Instant to) {
        return passes(environment)
                        .anyMatch(p -> !p.end().isBefore(from) && !p.start().isAfter(to))
                || resumed.stream().anyMatch(at -> !at.isBefore(from) && !at.isAfter(to));
    }

    private static Instant latest(List<Run> failures) {
        return failures.stream().map(Run::end).max(Instant::compareTo).orElseThrow();
    }

    private List<Run> failures(String environment) {
        return runs.stream()
                .filter(r -> r.failed() && r.environment().equals(environment))
                .sorted(Comparator.comparing(Run::start))
                .toList();
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

    private Stream<Run> passes(String environment) {
        return runs.stream().filter(r -> r.passed() && r.environment().equals(environment));
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
