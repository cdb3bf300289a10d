package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Blame;
import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Judging;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
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

    /**
     * Where its runs prove that it is to blame, and its own tests passed without it. That these pass just now proves nothing
     * that was not proven: failed, passed without it, failed again (I4).
     */
    Optional<Next> rejection(LaneState s, Lane lane, String reason, Instant now) {
        boolean installed = ((Phase.Leaving) lane.phase()).installed();
        if (s.runs().failures(lane.id()).isEmpty()
                || !(of(s.runs(), lane.id()) instanceof Judgement.Reject reject)
                || lane.isControl() && !isProvedWithout(s.runs(), lane)) {
            return Optional.empty();
        }
        SortedSet<String> others = s.company(lane, now);
        if (!others.isEmpty()) {
            return Optional.of(new Next.Again(
                    "failed each time beside candidates of " + others + "; confirming apart", true, false));
        }
        String why = reason + "; " + reject.proof().text() + "; chance of innocence "
                + String.format(Locale.ROOT, "%.4f %%", 100 * reject.innocence());
        return installed && !s.runs().clearsAlone(lane)
                ? Optional.empty()
                : Optional.of(new Next.End(installed ? Outcome.EJECTED : Outcome.NOT_INSTALLABLE, why, ""));
    }

    private boolean isProvedWithout(RunLog runs, Lane control) {
        RunLog before = runs.without(control.tenant());
        return blame(before).judge(control.id(), before.about(control.id())) instanceof Judgement.Reject;
    }

    private Blame blame(RunLog runs) {
        return new Blame(runs.statistics().rates(settings.prior()), settings.innocence());
    }
}
