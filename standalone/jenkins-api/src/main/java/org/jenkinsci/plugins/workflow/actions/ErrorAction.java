package org.jenkinsci.plugins.workflow.actions;

import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;

public class ErrorAction {
    public static FlowNode findOrigin(Throwable error, FlowExecution execution) {
        throw new UnsupportedOperationException();
    }
}
