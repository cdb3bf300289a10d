package org.jenkinsci.plugins.workflow.graph;

import java.util.List;

public abstract class FlowNode {
    protected FlowNode() {}

    public String getId() {
        throw new UnsupportedOperationException();
    }

    public List<String> getAllEnclosingIds() {
        throw new UnsupportedOperationException();
    }
}
