package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Attempts of a lane, one after the other, and, once one of them failed, control runs of other lanes of its environment, which
 * say as much of it as its own: a control run's set is what production runs, without any candidate.
 */
final class LaneAttempts {
    /** What is said of an attempt of a lane whose candidates stay out. */
    static final String CONTROL = ", what production runs alone";

    private static final String OF_ANOTHER = "what production runs alone, for another lane";

    private final Searched.Rider rider;
    private final Searched.Judge builder;
    private final List<Searched.TrialNode> nodes = new ArrayList<>();
    /** Lanes whose attempt that is under way is a control run. */
    private final Set<String> controls = new HashSet<>();

    private String environment = "";
    private int attempts;
    private boolean over;

    /** @param builder whose body tests, where it was not told */
    LaneAttempts(Searched.Rider rider, Searched.Judge builder) {
        this.rider = rider;
        this.builder = builder;
    }

    /** @return whether nothing comes any more that could tell of it */
    boolean isOver() {
        return over;
    }

    void add(RecordedEvent recorded) {
        Event event = recorded.event();
        if (over) {
            return;
        } else if (event instanceof Event.LaneQueued e && isOurs(e.lane())) {
            environment = e.environment();
        } else if (event instanceof Event.LaneStarted e) {
            begin(e);
        } else if (event instanceof Event.LaneTested e) {
            tested(recorded, e);
        } else if (event instanceof Event.TestsRecorded e && !nodes.isEmpty()) {
            // Told in the same append as the attempt's verdict.
            Searched.TrialNode last = nodes.get(nodes.size() - 1);
            if (last.id().startsWith(e.change() + "#")) {
                nodes.set(nodes.size() - 1, last.judgedBy(e.report()));
            }
        } else if (event instanceof Event.LaneEnded e && isOurs(e.lane())) {
            over = true;
        }
    }

    List<Searched.TrialNode> all() {
        if (TrialTree.CULPRITS.contains(rider.state())) {
            role(n -> "FAILED".equals(n.verdict()) && !n.changes().isEmpty(), TrialTree.WITH);
            role(n -> TrialTree.passed(n) && n.changes().isEmpty(), TrialTree.WITHOUT);
        }
        TrialTree.cells(nodes, List.of(rider));
        return nodes;
    }

    private boolean isOurs(String lane) {
        return lane.equals(rider.id());
    }

    private void begin(Event.LaneStarted e) {
        if (e.control()) {
            controls.add(e.lane());
        } else {
            controls.remove(e.lane());
        }
    }

    private void tested(RecordedEvent recorded, Event.LaneTested e) {
        boolean control = controls.contains(e.lane());
        if (isOurs(e.lane())) {
            attempts++;
            add(recorded, e, e.lane() + "#" + attempts, "attempt " + attempts + (control ? CONTROL : ""), builder);
        } else if (control && nodes.stream().anyMatch(n -> "FAILED".equals(n.verdict()))) {
            add(recorded, e, e.lane() + "#" + recorded.version(), OF_ANOTHER, null);
        }
    }

    private void add(RecordedEvent recorded, Event.LaneTested e, String id, String purpose, Searched.Judge by) {
        nodes.add(new Searched.TrialNode(
                id,
                nodes.isEmpty() ? "" : nodes.get(nodes.size() - 1).id(),
                nodes.size(),
                e.verdict().name(),
                purpose,
                environment,
                controls.contains(e.lane()) ? List.of() : List.of(e.lane()),
                e.reason(),
                recorded.at(),
                e.milliseconds() / 1000.0,
                false,
                "",
                false,
                by,
                null,
                List.of(),
                0,
                List.of()));
    }

    /** Of the last one that is as wanted. */
    private void role(Predicate<Searched.TrialNode> wanted, String role) {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (wanted.test(nodes.get(i))) {
                nodes.set(i, nodes.get(i).withRole(role));
                return;
            }
        }
    }
}
