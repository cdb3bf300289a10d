package org.jenkinsci.plugins.workflow.graph;

public abstract class FlowNode {
    protected FlowNode() {}

    public String getId() {
        throw new UnsupportedOperationException();
    }
}
