package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Baseline;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Situation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A batch as the policy sees it: its release candidates are searched together, each test release by itself. */
final class Lineup {
    static final Comparator<Change> FIRST = Comparator.comparing(Change::turn).thenComparing(Change::queuedAt);

    private final TrainState state;
    private final TrainContext context;
    private final List<Change> aboard;
    private final Set<String> tests;

    Lineup(TrainState state, TrainContext context) {
        this.state = state;
        this.context = context;
        this.aboard = state.batch().orElseThrow().changes();
        this.tests = waiting(state).stream()
                .filter(c -> !c.promote())
                .map(Change::id)
                .collect(Collectors.toSet());
    }

    /**
     * Changes that are decided together.
     *
     * @param test the test release, if it is one
     */
    record Line(List<Change> changes, Optional<Change> test) {
        /** Whose body runs the tests; empty: nobody can now. */
        Optional<String> conductor(TrainState state, Conductors conductors, boolean control) {
            if (control) {
                return conductors.forControl(state);
            }
            return test.isPresent() ? conductors.forTestRelease(test.get()) : conductors.forCandidates(state);
        }
    }

    /** Undecided changes, those of the batch first, in the order that they would wait in. */
    static List<Change> waiting(TrainState s) {
        List<Change> batch = s.batch().map(TrainState.Batch::changes).orElse(List.of());
        return Stream.concat(batch.stream(), s.queue().stream())
                .sorted(Comparator.comparing(Change::turn))
                .toList();
    }

    /** Who has waited longest without being tried comes first; a test release whose build does not begin comes last. */
    List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        List<Change> candidates = aboard.stream().filter(Change::promote).toList();
        if (!candidates.isEmpty()) {
            lines.add(new Line(candidates, Optional.empty()));
        }
        aboard.stream().filter(c -> !c.promote()).forEach(c -> lines.add(new Line(List.of(c), Optional.of(c))));
        lines.sort(Comparator.comparing(this::isIdle)
                .thenComparing(line -> firstUntried(line).orElse(null), Comparator.nullsLast(FIRST)));
        return lines;
    }

    private boolean isIdle(Line line) {
        return line.test().filter(c -> state.idle().contains(c.id())).isPresent();
    }

    private Optional<Change> firstUntried(Line line) {
        return line.changes().stream()
                .filter(c -> state.trials().stream()
                        .noneMatch(t -> t.tried().changes().contains(c.id())))
                .min(FIRST);
    }

    /** @param environment where the next trial would be */
    Situation situation(Line line, String environment) {
        boolean otherSuite = otherSuite(line);
        Instant now = context.ports().clock().instant();
        List<Change> admitted = line.changes().stream()
                .filter(c -> !state.aside().isOut(c.id(), environment, now))
                .toList();
        return new Situation(
                Train.ids(admitted),
                evidence(line),
                new Baseline(
                        RunLog.environment(environment, otherSuite),
                        state.search().passed(otherSuite),
                        state.search().timeline()),
                state.trials().stream()
                        .filter(t -> !t.isOvertaken() && isOf(t, line, otherSuite))
                        .map(t -> t.tried().changes())
                        .toList(),
                Sets.inseparable(admitted),
                admitted.size() + state.queue().size(),
                admitted.stream()
                        .filter(c -> context.ports().gate().doubts(c.images()))
                        .map(Change::id)
                        .toList());
    }

    /** Changes of a line that may correct a baseline that fails. */
    record Correcting(Line line, List<String> changes) {}

    Optional<Correcting> correction(String environment, Conductors conductors) {
        return lines().stream()
                .filter(line -> line.test().isEmpty())
                .map(line -> new Correcting(line, Correction.next(situation(line, environment))))
                .filter(c -> !c.changes().isEmpty()
                        && obstacle(c.line(), conductors, false).isEmpty())
                .findFirst();
    }

    boolean otherSuite(Line line) {
        return line.test().isPresent()
                && !context.settings().suite().equals(context.settings().testSuite());
    }

    private Evidence evidence(Line line) {
        Predicate<Tried> about = tried -> isAbout(tried.changes(), line);
        Evidence all = state.search().evidence();
        return new Evidence(
                all.failures().stream().filter(about).toList(),
                all.passes().stream()
                        .filter(about)
                        .map(p -> p.exact() && !isWhatRan(p, line) ? p.inexact() : p)
                        .toList());
    }

    /** Whether what would be released is the very set that passed (I1), whoever left the batch or came into it since. */
    private boolean isWhatRan(Tried pass, Line line) {
        List<Change> changes = line.changes().stream()
                .filter(c -> pass.changes().contains(c.id()))
                .toList();
        if (changes.size() < pass.changes().size()) {
            return false;
        }
        ImageSet baseline = context.set(state.batch().orElseThrow().baseline());
        Digest set = Sets.with(baseline, changes, state.released()).digest();
        return pass.source().sets().contains(set.value());
    }

    private boolean isAbout(Collection<String> changes, Line line) {
        return line.test().isPresent()
                ? changes.contains(line.test().get().id())
                : changes.stream().noneMatch(tests::contains);
    }

    private boolean isOf(Trial trial, Line line, boolean otherSuite) {
        return trial.control() ? trial.testRelease() == otherSuite : isAbout(trial.changes(), line);
    }

    /** Why the line's next trial cannot run now; empty where it can. */
    String obstacle(Line line, Conductors conductors, boolean control) {
        double share = state.waste().share();
        boolean ahead = !control
                && line.test().isEmpty()
                && state.trials().stream().anyMatch(t -> !t.control() && isAbout(t.changes(), line));
        if (ahead && share > context.settings().wasteBudget()) {
            return String.format(
                    Locale.ROOT,
                    "%.0f %% of the last trials were for nothing, and %.0f %% may be: nothing is tried ahead of a"
                            + " trial",
                    100 * share,
                    100 * context.settings().wasteBudget());
        }
        return line.conductor(state, conductors, control).isPresent() ? "" : "no build is there to run the tests";
    }
}
