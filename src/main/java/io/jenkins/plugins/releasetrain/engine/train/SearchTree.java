package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.TrialRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A search for people: each trial under the failed one that it was to explain.
 *
 * @param roots trials that no earlier failure led to, oldest first
 */
public record SearchTree(List<Node> roots) {
    /**
     * A trial.
     *
     * @param verdict empty while it runs
     * @param then trials of parts of it that followed its failure
     */
    public record Node(Event.TrialStarted started, Optional<Verdict> verdict, String reason, List<Node> then) {}

    /** @param trials of one batch, oldest first */
    public static SearchTree of(List<TrialRecord> trials) {
        List<Node> roots = new ArrayList<>();
        List<Node> failed = new ArrayList<>();
        for (TrialRecord trial : trials) {
            Node node = new Node(
                    trial.started(),
                    trial.ended().map(Event.TrialEnded::verdict),
                    trial.ended().map(Event.TrialEnded::reason).orElse(""),
                    new ArrayList<>());
            failed.stream()
                    .filter(f -> explains(node, f))
                    .min(Comparator.comparingInt(f -> f.started().changes().size()))
                    .map(Node::then)
                    .orElse(roots)
                    .add(node);
            if (node.verdict().equals(Optional.of(Verdict.FAILED))) {
                failed.add(0, node);
            }
        }
        return new SearchTree(roots);
    }

    /** Of the failures with the same changes the newest one comes first, so that repeated runs hang below each other. */
    private static boolean explains(Node node, Node failure) {
        return Set.copyOf(failure.started().changes())
                .containsAll(node.started().changes());
    }

    /** One line per trial, indented below the failure that it explains. */
    public String text() {
        StringBuilder text = new StringBuilder();
        roots.forEach(root -> write(text, root, 0));
        return text.toString();
    }

    private static void write(StringBuilder text, Node node, int depth) {
        text.append("  ".repeat(depth))
                .append(node.verdict()
                        .map(v -> v.name().toLowerCase(Locale.ROOT))
                        .orElse("running"))
                .append(": ")
                .append(node.started().purpose())
                .append(" ")
                .append(node.started().changes())
                .append(", set ")
                .append(node.started().set().abbreviated())
                .append(node.reason().isEmpty() ? "" : ", " + node.reason())
                .append('\n');
        node.then().forEach(child -> write(text, child, depth + 1));
    }
}
