package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether an environment may be broken, as its runs tell, and what a lane that waits has to do about it: wait for the
 * verdicts of others, or run its tests on the baseline alone, for all that wait (design §6a).
 */
record LaneHealth(Judgements judgements, LaneState s, Lane lane, Instant now) {
    /** So many lanes that failed with no pass between them are no chance any more. */
    private static final int SEVERAL = 2;

    private static final int NAMED = 5;
    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);
    /** For the verdict of somebody whose tests may hang (I14). */
    private static final Duration PATIENCE = Judgement.Broken.LONGEST;

    /** Empty: it may come in as far as that is concerned. */
    Optional<Next> next() {
        List<Run> open = s.runs().open();
        if (open.isEmpty() || !isInDoubt(open)) {
            return own();
        }
        List<Run> controls = open.stream().filter(Run::isControl).toList();
        Optional<Lane> tester = s.lanes().stream()
                .filter(l -> l.phase() instanceof Phase.Entered || l.phase() instanceof Phase.Testing)
                .filter(l -> !hangs(l, now))
                .findFirst();
        if (tester.isPresent()) {
            String who =
                    tester.get().isControl() ? "the baseline alone is tested by lane " : "others are tested, by lane ";
            return Optional.of(new Next.Wait(
                    words(open, controls) + "; " + who + tester.get().group(), ASK_AGAIN));
        }
        Instant due = due(controls);
        if (mayCorrect(open)) {
            return Optional.empty();
        }
        return now.isBefore(due)
                ? Optional.of(new Next.Wait(
                        words(open, controls) + "; the baseline is tested again at " + due, Duration.between(now, due)))
                : Optional.of(new Next.Enter(true, true));
    }

    /**
     * Others passed, and it failed again. That is no proof before its own tests pass without it: its database may be away, which
     * nobody else's look at (I4). While they fail it waits, and nobody with it (I14).
     */
    private Optional<Next> own() {
        RunLog runs = s.runs();
        List<Run> alone = runs.alone(lane.id());
        if (runs.failures(lane.id()).isEmpty()
                || alone.stream().anyMatch(Run::passed)
                || !(judgements.of(runs, lane.id()) instanceof Judgement.Reject)) {
            return Optional.empty();
        }
        Instant due = due(alone);
        return now.isBefore(due)
                ? Optional.of(new Next.Wait(
                        "its tests fail on the baseline alone as well, in "
                                + alone.stream().map(Run::id).collect(Collectors.joining(", "))
                                + "; they are run again at " + due,
                        Duration.between(now, due)))
                : Optional.of(new Next.Enter(true, true));
    }

    private Instant due(List<Run> controls) {
        return controls.isEmpty() || isSetBack(controls) ? now : Outage.due(controls);
    }

    /** How long ago that was nobody knows. */
    private boolean isSetBack(List<Run> controls) {
        return StreamTime.isSetBack(controls.get(controls.size() - 1).end(), now);
    }

    /** Whether its tests run, or somebody has to repair something before they can, for longer than anybody waits for it. */
    static boolean hangs(Lane lane, Instant now) {
        return lane.phase() instanceof Phase.Testing testing && isLong(testing.since(), now)
                || lane.phase() instanceof Phase.Entered entered && isLong(entered.since(), now);
    }

    private static boolean isLong(Instant since, Instant now) {
        return !now.isBefore(since.plus(PATIENCE));
    }

    /**
     * Whether it came since the baseline fails, which may be because of what is in production, so that it may be what
     * corrects it. After each control run one lane of these is let in, of those that were tried least.
     */
    private boolean mayCorrect(List<Run> open) {
        List<String> waiting = s.lanes().stream()
                .filter(l -> l.phase() instanceof Phase.Waiting)
                .map(Lane::id)
                .toList();
        List<String> since = Timeline.cameSince(open, waiting);
        return since.contains(lane.id())
                && since.stream().noneMatch(other -> tries(other, open) < tries(lane.id(), open));
    }

    private static long tries(String lane, List<Run> runs) {
        return runs.stream().filter(r -> r.holds(lane)).count();
    }

    private boolean isInDoubt(List<Run> open) {
        if (open.stream().anyMatch(Run::isControl)) {
            return true;
        }
        boolean suspect = open.stream().anyMatch(r -> r.holds(lane.id()));
        long lanes = open.stream().flatMap(r -> r.changes().stream()).distinct().count();
        return lanes >= SEVERAL || (suspect && !(judgements.of(s.runs(), lane.id()) instanceof Judgement.RunAgain));
    }

    private static String words(List<Run> open, List<Run> controls) {
        String runs = open.stream().limit(NAMED).map(Run::id).collect(Collectors.joining(", "));
        String since = open.get(0).start() + ", as " + runs + (open.size() > NAMED ? " and more" : "") + " failed";
        return controls.isEmpty()
                ? "the environment may be broken since " + since
                : "the environment is broken since " + since;
    }
}
