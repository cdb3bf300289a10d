package io.jenkins.plugins.releasetrain.steps;

import hudson.model.Action;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.plugins.workflow.graph.BlockStartNode;
import org.jenkinsci.plugins.workflow.support.actions.PauseAction;

/** A step's node that counts how often it is written. */
final class FakeFlowNode extends BlockStartNode {
    private final List<Action> kept = new ArrayList<>();
    /** Blocks that it is in, innermost first. */
    final List<FakeFlowNode> around = new ArrayList<>();

    int writes;
    IOException onSave;

    FakeFlowNode() {
        super(null, "1");
    }

    @Override
    public String getId() {
        return "1";
    }

    @Override
    protected String getTypeDisplayName() {
        return "step";
    }

    /** The first of its pauses, which is the one that graph views look at. */
    PauseAction pause() {
        return getAction(PauseAction.class);
    }

    boolean isPaused() {
        return pause() != null && pause().isPaused();
    }

    @Override
    public List<? extends BlockStartNode> getEnclosingBlocks() {
        return around;
    }

    @Override
    public void addAction(Action action) {
        kept.add(action);
        writes++;
    }

    @Override
    public <T extends Action> T getAction(Class<T> type) {
        return kept.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void save() throws IOException {
        if (onSave != null) {
            throw onSave;
        }
        writes++;
    }
}
