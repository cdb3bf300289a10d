package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import java.util.ArrayList;
import java.util.List;

/** Changes that leave a train since somebody says so. */
final class Leaving {
    private final TrainContext context;

    Leaving(TrainContext context) {
        this.context = context;
    }

    /** Takes a change out of the queue, or out of its batch; one that is being tried stays. */
    boolean cancel(String change, String reason) {
        Event ended = new Event.ChangeEnded(change, Outcome.CANCELLED, reason, "");
        boolean[] free = {false};
        context.journal().update(s -> {
            boolean tried =
                    s.trials().stream().anyMatch(t -> t.tried().changes().contains(change));
            free[0] = !tried && !isPending(s, change) && s.undecided().anyMatch(c -> c.id().equals(change));
            return free[0] ? List.of(ended) : List.of();
        });
        return free[0];
    }

    /** Out of a release, too, none of whose tags moves yet; false: it is being tried, or promoted, or its release just now. */
    boolean withdraw(String change, String reason, Releases releases) {
        if (cancel(change, reason)) {
            return true;
        } else if (!isPending(context.journal().state(), change)) {
            return false;
        }
        releases.withdraw(change, reason);
        return cancel(change, reason);
    }

    /**
     * A person said no to what a trial tests: it says nothing about anybody, and what it tests ends cancelled and is not
     * tried again (I12). Other trials that hold the same changes end with it.
     *
     * @param reason who, and why
     */
    void decline(String trial, String reason) {
        context.journal()
                .update(s -> s.trial(trial).map(t -> declining(s, t, reason)).orElse(List.of()));
    }

    private List<Event> declining(TrainState s, Trial declined, String reason) {
        List<String> changes = declined.changes();
        List<Event> events = new ArrayList<>();
        s.trials().stream()
                .filter(t ->
                        t.id().equals(declined.id()) || t.changes().stream().anyMatch(changes::contains))
                .forEach(t -> events.add(context.ended(t, Verdict.VOID, reason)));
        s.undecided()
                .map(Change::id)
                .filter(c -> changes.contains(c) && !isPending(s, c))
                .forEach(c -> events.add(new Event.ChangeEnded(c, Outcome.CANCELLED, reason, "")));
        return events;
    }

    /** On its way to production, so that it cannot be taken off any more. */
    private static boolean isPending(TrainState s, String change) {
        return s.pending().stream().flatMap(p -> p.changes().stream()).anyMatch(c -> c.id().equals(change));
    }
}
