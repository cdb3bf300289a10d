package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Blame;
import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Judging;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the runs say of lanes that failed; kept until there is another run, since whoever waits asks every few seconds. */
final class Judgements {
    private final Judging settings;
    private volatile Known known = new Known(RunLog.EMPTY, Map.of());

    private record Known(RunLog runs, Map<String, Judgement> byLane) {}

    Judgements(Judging settings) {
        this.settings = settings;
    }

    /** @param lane one that failed */
    Judgement of(RunLog runs, String lane) {
        Known now = known;
        // Another log may be equal to it, but to find that out costs more than to judge.
        if (now.runs() != runs) {
            now = new Known(runs, new ConcurrentHashMap<>());
            known = now;
        }
        return now.byLane().computeIfAbsent(lane, l -> blame(runs).judge(l, runs.about(l)));
    }

    private Blame blame(RunLog runs) {
        return new Blame(runs.statistics().rates(settings.prior()), settings.innocence());
    }
}
