package org.jenkinsci.plugins.workflow.graph;

import hudson.model.Actionable;
import hudson.model.Saveable;
import java.io.IOException;
import java.util.List;

public abstract class FlowNode extends Actionable implements Saveable {
    protected FlowNode() {}

    public String getId() {
        throw new UnsupportedOperationException();
    }

    public List<? extends BlockStartNode> getEnclosingBlocks() {
        throw new UnsupportedOperationException();
    }

    public List<String> getAllEnclosingIds() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void save() throws IOException {
        throw new UnsupportedOperationException();
    }
}
