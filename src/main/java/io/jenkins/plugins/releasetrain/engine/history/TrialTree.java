package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.store.Store.TrialRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The trials of a batch as the tree that the search for the culprit makes of them. */
final class TrialTree {
    private static final int TRIALS = 300;

    private TrialTree() {}

    /** @param proof id of the trial that the page is about */
    static List<View.TrialNode> of(List<TrialRecord> trials, String proof) {
        List<View.TrialNode> nodes = new ArrayList<>();
        for (TrialRecord trial : trials.stream().limit(TRIALS).toList()) {
            nodes.add(node(trial, parent(nodes, trial.started().changes()), proof));
        }
        return nodes;
    }

    /** The newest failed trial that holds all these changes and more: what this one narrows down. */
    private static Optional<View.TrialNode> parent(List<View.TrialNode> before, List<String> changes) {
        return before.stream()
                .filter(n -> "FAILED".equals(n.verdict()))
                .filter(n -> n.changes().size() > changes.size() && n.changes().containsAll(changes))
                .reduce((first, last) -> last);
    }

    private static View.TrialNode node(TrialRecord trial, Optional<View.TrialNode> parent, String proof) {
        Event.TrialStarted e = trial.started();
        return new View.TrialNode(
                e.trial(),
                parent.map(View.TrialNode::id).orElse(""),
                parent.map(n -> n.depth() + 1).orElse(0),
                trial.ended().map(t -> t.verdict().name()).orElse("RUNNING"),
                e.purpose(),
                e.environment(),
                e.changes(),
                trial.ended().map(Event.TrialEnded::reason).orElse(""),
                trial.startedAt(),
                trial.ended().map(t -> t.milliseconds() / 1000.0).orElse(0.0),
                e.trial().equals(proof));
    }

    static boolean isOfLane(Event event, String lane) {
        if (event instanceof Event.LaneQueued e) {
            return e.lane().equals(lane);
        }
        return event instanceof Event.LaneTested e && e.lane().equals(lane);
    }

    /** Attempts of a lane, one after the other. */
    static List<View.TrialNode> ofLane(List<RecordedEvent> events) {
        List<View.TrialNode> nodes = new ArrayList<>();
        String environment = "";
        for (RecordedEvent recorded : events) {
            if (recorded.event() instanceof Event.LaneQueued e) {
                environment = e.environment();
            } else if (recorded.event() instanceof Event.LaneTested e) {
                nodes.add(new View.TrialNode(
                        e.lane() + "#" + (nodes.size() + 1),
                        nodes.isEmpty() ? "" : nodes.get(nodes.size() - 1).id(),
                        nodes.size(),
                        e.verdict().name(),
                        "attempt " + (nodes.size() + 1),
                        environment,
                        List.of(e.lane()),
                        e.reason(),
                        recorded.at(),
                        e.milliseconds() / 1000.0,
                        false));
            }
        }
        return nodes;
    }
}
