package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.store.Store.TrialRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The trials of a batch as the tree that the search for the culprit makes of them. */
final class TrialTree {
    static final String WITH = "WITH";
    static final String WITHOUT = "WITHOUT";
    static final String RELEASED = "RELEASED";

    private static final int TRIALS = 300;
    static final Set<String> CULPRITS = Set.of("EJECTED", "NOT_INSTALLABLE");

    private TrialTree() {}

    /**
     * @param recalls verdicts of the batch that were remembered
     * @param riders its changes
     * @param proof id of the trial that the page is about
     * @param conductors whose bodies ran the tests, by the ids of their changes
     */
    static List<Searched.TrialNode> of(
            List<TrialRecord> trials,
            List<RecordedEvent> recalls,
            List<Searched.Rider> riders,
            String proof,
            Map<String, Searched.Judge> conductors) {
        List<Searched.TrialNode> flat = Stream.concat(
                        trials.stream()
                                .limit(TRIALS)
                                .map(t -> node(
                                        t, proof, conductors.get(t.started().conductor()))),
                        recalls.stream().limit(TRIALS).map(TrialTree::node))
                .sorted(Comparator.comparing(Searched.TrialNode::at))
                .toList();
        List<Searched.TrialNode> nodes = new ArrayList<>();
        flat.forEach(n -> nodes.add(parent(nodes, n.changes()).map(n::below).orElse(n)));
        roles(nodes, riders);
        cells(nodes, riders);
        return nodes;
    }

    /** Nobody is drawn as if he had failed but who is proven guilty, and nobody as a suspect whom a pass vouches for. */
    static void cells(List<Searched.TrialNode> nodes, List<Searched.Rider> riders) {
        Set<String> guilty = ids(riders, CULPRITS);
        Set<String> possible = possible(nodes, ids(riders, Set.of("WAITING")));
        nodes.replaceAll(n -> n.with(n.changes().stream()
                .map(c -> cell(n.verdict(), guilty.contains(c), possible.contains(c)))
                .toList()));
    }

    private static Cell cell(String verdict, boolean guilty, boolean possible) {
        if ("PASSED".equals(verdict)) {
            return guilty ? Cell.IN : Cell.CLEARED;
        } else if ("FAILED".equals(verdict)) {
            return guilty ? Cell.CULPRIT : possible ? Cell.POSSIBLE : Cell.IN;
        }
        return Cell.IN;
    }

    /** As {@link io.jenkins.plugins.releasetrain.engine.train.Evidence} has it: passes vouch until all that passed fails. */
    private static Set<String> possible(List<Searched.TrialNode> nodes, Set<String> undecided) {
        Set<String> failed = new HashSet<>();
        Set<String> vouched = new HashSet<>();
        for (Searched.TrialNode n : nodes) {
            if ("PASSED".equals(n.verdict())) {
                vouched.addAll(n.changes());
            } else if ("FAILED".equals(n.verdict())) {
                failed.addAll(n.changes());
                if (vouched.containsAll(n.changes())) {
                    n.changes().forEach(vouched::remove);
                }
            }
        }
        failed.retainAll(undecided);
        failed.removeAll(vouched);
        return failed;
    }

    /** What was proven by what; where a set that passed both was released and clears a culprit's, the latter is told. */
    private static void roles(List<Searched.TrialNode> nodes, List<Searched.Rider> riders) {
        Set<String> released = ids(riders, Set.of("RELEASED"));
        Set<String> before = new HashSet<>();
        List<Set<String>> held = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Searched.TrialNode n = nodes.get(i);
            held.add(union(before, n.changes()));
            if (passed(n) && !n.changes().isEmpty() && released.containsAll(n.changes())) {
                nodes.set(i, n.withRole(RELEASED));
                before.addAll(n.changes());
            }
        }
        ids(riders, CULPRITS).forEach(culprit -> prove(culprit, nodes, held));
    }

    /** @param held what each node's set held of this batch, releases of the batch before it included */
    private static void prove(String culprit, List<Searched.TrialNode> nodes, List<Set<String>> held) {
        for (int with = nodes.size() - 1; with >= 0; with--) {
            if (!"FAILED".equals(nodes.get(with).verdict())
                    || !nodes.get(with).changes().contains(culprit)) {
                continue;
            }
            Set<String> without = new HashSet<>(held.get(with));
            without.remove(culprit);
            for (int i = nodes.size() - 1; i >= 0; i--) {
                if (passed(nodes.get(i)) && held.get(i).equals(without)) {
                    nodes.set(with, nodes.get(with).withRole(WITH));
                    nodes.set(i, nodes.get(i).withRole(WITHOUT));
                    return;
                }
            }
        }
    }

    static boolean passed(Searched.TrialNode n) {
        return "PASSED".equals(n.verdict());
    }

    private static Set<String> union(Set<String> some, List<String> more) {
        Set<String> all = new HashSet<>(some);
        all.addAll(more);
        return all;
    }

    private static Set<String> ids(List<Searched.Rider> riders, Set<String> states) {
        return riders.stream()
                .filter(r -> states.contains(r.state()))
                .map(Searched.Rider::id)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The newest failed trial that holds all these changes and more: what this one narrows down. */
    private static Optional<Searched.TrialNode> parent(List<Searched.TrialNode> before, List<String> changes) {
        return before.stream()
                .filter(n -> "FAILED".equals(n.verdict()))
                .filter(n -> n.changes().size() > changes.size() && n.changes().containsAll(changes))
                .reduce((first, last) -> last);
    }

    /** @param conductor whose body it was to be; told where the one that it was is not */
    private static Searched.TrialNode node(TrialRecord trial, String proof, Searched.Judge conductor) {
        Event.TrialStarted e = trial.started();
        Optional<TestReport> tests = trial.tests();
        return new Searched.TrialNode(
                e.trial(),
                "",
                0,
                trial.ended().map(t -> t.verdict().name()).orElse("RUNNING"),
                e.purpose(),
                e.environment(),
                e.changes(),
                trial.ended().map(Event.TrialEnded::reason).orElse(""),
                trial.startedAt(),
                trial.ended().map(t -> t.milliseconds() / 1000.0).orElse(0.0),
                false,
                "",
                e.trial().equals(proof),
                tests.map(Searched.Judge::of).orElse(conductor),
                tests.map(Searched.Counts::of).orElse(null),
                tests.map(TestReport::failures).orElse(List.of()),
                tests.map(TestReport::more).orElse(0),
                List.of());
    }

    private static Searched.TrialNode node(RecordedEvent recorded) {
        Event.VerdictRecalled e = (Event.VerdictRecalled) recorded.event();
        return new Searched.TrialNode(
                "memo-" + recorded.version(),
                "",
                0,
                e.verdict().name(),
                "",
                "",
                e.changes(),
                "",
                recorded.at(),
                0,
                true,
                "",
                false,
                null,
                null,
                List.of(),
                0,
                List.of());
    }
}
