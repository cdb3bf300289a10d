package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The newest runs of an environment's lanes, as many as are needed to judge those that failed, and what they told about
 * its rates. A run's changes are lanes; none: a control run.
 *
 * @param resumed when somebody said that the environment is right again
 */
public record RunLog(List<Run> runs, List<Instant> resumed, Statistics statistics) {
    static final RunLog EMPTY = new RunLog(List.of(), List.of(), Statistics.NONE);

    /** Kept however old: enough to know since when it works. */
    private static final int FEWEST = 20;

    private static final int MOST = 2_000;
    private static final int OTHERS = 6;
    private static final double MILLIS_PER_HOUR = 3_600_000;

    RunLog with(Run run) {
        Statistics now = run.passed()
                ? statistics.proved(hours(run), run.isControl() ? Statistics.Explained.NOTHING : explained(run))
                : statistics;
        return new RunLog(Stream.concat(runs.stream(), Stream.of(run)).toList(), resumed, now);
    }

    private static double hours(Run run) {
        return Duration.between(run.start(), run.end()).toMillis() / MILLIS_PER_HOUR;
    }

    /** What passes now was good when it failed before: that was chance, or the environment where others failed with it. */
    private Statistics.Explained explained(Run passed) {
        Statistics.Explained all = Statistics.Explained.NOTHING;
        if (failures(passed.changes().get(0)).isEmpty()) {
            return all;
        }
        Timeline timeline = Timeline.of(runs);
        for (Timeline.Streak streak : timeline.streaks()) {
            long own = streak.runs().stream()
                    .filter(r -> r.holds(passed.changes().get(0)))
                    .count();
            if (own == 0) {
                continue;
            }
            boolean broken = streak.runs().stream().anyMatch(Run::isControl);
            all = all.plus(
                    broken
                            ? new Statistics.Explained(0, 1.0 / streak.runs().size(), 0)
                            : new Statistics.Explained(own, 0, 0));
        }
        return all;
    }

    RunLog decided(boolean guilty) {
        return new RunLog(runs, resumed, statistics.decided(guilty));
    }

    RunLog resumedAt(Instant at) {
        return new RunLog(runs, Stream.concat(resumed.stream(), Stream.of(at)).toList(), statistics);
    }

    /** Without what nobody needs any more. */
    RunLog about(Collection<String> undecided) {
        if (runs.size() <= FEWEST) {
            return this;
        }
        Set<String> wanted = Set.copyOf(undecided);
        Instant from = Stream.concat(
                        runs.stream()
                                .filter(r -> r.failed() && r.changes().stream().anyMatch(wanted::contains))
                                .map(Run::start),
                        Stream.of(runs.get(runs.size() - FEWEST).end()))
                .min(Comparator.naturalOrder())
                .orElseThrow();
        Instant first = openSince().filter(from::isAfter).orElse(from);
        List<Run> kept = runs.stream().filter(r -> !r.end().isBefore(first)).toList();
        List<Run> bounded = kept.size() > MOST ? kept.subList(kept.size() - MOST, kept.size()) : kept;
        return bounded.size() == runs.size()
                ? this
                : new RunLog(
                        bounded,
                        resumed.stream().filter(at -> !at.isBefore(first)).toList(),
                        statistics);
    }

    /** For a judgement on one lane: of what failed besides, the newest are enough to tell that it was not alone. */
    Timeline about(String lane) {
        List<Run> kept = new ArrayList<>(runs.size());
        int others = 0;
        for (int i = runs.size() - 1; i >= 0; i--) {
            Run run = runs.get(i);
            boolean other = run.failed() && !run.isControl() && !run.holds(lane);
            if (!other || others++ < OTHERS) {
                kept.add(run);
            }
        }
        Collections.reverse(kept);
        return new Timeline(kept, resumed);
    }

    /** Failures after which nothing has passed, nor has anybody said that the environment is right. */
    List<Run> open() {
        Instant worked = Instant.MIN;
        for (Instant at : resumed) {
            worked = at.isAfter(worked) ? at : worked;
        }
        for (Run run : runs) {
            worked = run.passed() && run.end().isAfter(worked) ? run.end() : worked;
        }
        List<Run> open = new ArrayList<>();
        for (Run run : runs) {
            if (run.failed() && run.end().isAfter(worked)) {
                open.add(run);
            }
        }
        return open;
    }

    private Optional<Instant> openSince() {
        return open().stream().map(Run::start).min(Comparator.naturalOrder());
    }

    /** Failures of a lane. */
    List<Run> failures(String lane) {
        return runs.stream().filter(r -> r.failed() && r.holds(lane)).toList();
    }

    /**
     * Runs of a lane's own tests on the baseline alone, since it failed first: what others' tests pass says little of what
     * only its own look at.
     */
    List<Run> alone(String lane) {
        Optional<Instant> first = failures(lane).stream().map(Run::end).min(Comparator.naturalOrder());
        return runs.stream()
                .filter(r -> r.isControl() && LaneNames.lane(r).equals(lane))
                .filter(r -> first.filter(end -> !r.start().isBefore(end)).isPresent())
                .toList();
    }

    /** Whether its tests passed without it; where they had failed so, it has to fail once more than that. */
    boolean clearsAlone(LaneState.Lane lane) {
        List<Run> alone = alone(lane.id());
        return alone.stream().anyMatch(Run::passed)
                && (!lane.isControl() || alone.stream().allMatch(Run::passed));
    }

    /** As if a run had not been. */
    RunLog without(String run) {
        return new RunLog(runs.stream().filter(r -> !r.id().equals(run)).toList(), resumed, statistics);
    }

    /** When the newest run ended, or somebody resumed since. */
    Optional<Instant> latest() {
        Instant ended = runs.isEmpty() ? Instant.MIN : runs.get(runs.size() - 1).end();
        Instant said = resumed.isEmpty() ? Instant.MIN : resumed.get(resumed.size() - 1);
        return Optional.of(said.isAfter(ended) ? said : ended).filter(at -> at.isAfter(Instant.MIN));
    }

    /** The same, so much longer ago. */
    RunLog earlier(Duration by) {
        return new RunLog(
                runs.stream().map(r -> r.earlier(by)).toList(),
                resumed.stream().map(at -> at.minus(by)).toList(),
                statistics);
    }
}
