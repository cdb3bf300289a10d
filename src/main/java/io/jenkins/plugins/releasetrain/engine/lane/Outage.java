package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.WhenBroken;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An environment whose baseline failed, with nothing that passed since nor anybody who resumed.
 *
 * @param since when the first of the failures began
 * @param runs ids of what failed, in order; the baseline alone is among them
 * @param due when the baseline alone is tested again
 */
public record Outage(Instant since, List<String> runs, Instant due) {
    private static final int CONFIRMED = 2;

    /** Before an environment's name: whose events they are. */
    private static final String LANES = "lane/";

    static Optional<Outage> of(RunLog log) {
        List<Run> open = log.open();
        List<Run> controls = controls(open);
        return controls.isEmpty()
                ? Optional.empty()
                : Optional.of(new Outage(
                        open.get(0).start(), open.stream().map(Run::id).toList(), due(controls)));
    }

    static List<Run> controls(List<Run> runs) {
        return runs.stream().filter(Run::isControl).toList();
    }

    /** @param controls that failed, in order; at least one */
    static Instant due(List<Run> controls) {
        return controls.get(controls.size() - 1).end().plus(Judgement.Broken.pause(controls.size()));
    }

    /** What is told where a lane's attempt was a control run that failed. */
    static List<Event> after(LaneState s, Lane lane, WhenBroken whenBroken) {
        List<Event> events = new ArrayList<>();
        boolean failed =
                lane.phase() instanceof Phase.Leaving left && left.tested().verdict() == Verdict.FAILED;
        Optional<Outage> outage = lane.isControl() && failed && s.paused().isEmpty() ? s.outage() : Optional.empty();
        outage.ifPresent(o -> events.add(o.event(lane.queued().environment())));
        List<Run> controls = controls(s.runs().open());
        if (outage.isPresent() && whenBroken == WhenBroken.PAUSE && controls.size() >= CONFIRMED) {
            String why = "the baseline itself fails, in "
                    + controls.stream().map(Run::id).toList()
                    + "; repair the environment or the tests, then resume";
            events.add(new Event.TrainPaused(why, ""));
        }
        return events;
    }

    private Event event(String environment) {
        String reason = "environment '" + environment + "', or what production runs, is broken since " + since + ", as "
                + String.join(", ", runs) + " failed; nobody is blamed, and the baseline alone is tested again at "
                + due + ", or when somebody resumes the lanes";
        return new Event.EnvironmentBroken(LANES + environment, environment, since, runs, reason, due);
    }

    /** Events of a lane, with what a run that passed says of the environment. */
    static List<Event> healing(LaneState s, Lane lane, List<Event> events) {
        List<Event> all = new ArrayList<>(events);
        boolean passed =
                events.stream().anyMatch(e -> e instanceof Event.LaneTested t && t.verdict() == Verdict.PASSED);
        if (passed && s.outage().isPresent()) {
            String environment = lane.queued().environment();
            all.add(new Event.EnvironmentHealed(LANES + environment, environment, lane.tenant()));
        }
        return all;
    }
}
