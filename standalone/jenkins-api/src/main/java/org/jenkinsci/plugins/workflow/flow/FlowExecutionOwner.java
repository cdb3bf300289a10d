package org.jenkinsci.plugins.workflow.flow;

import java.io.IOException;
import java.io.Serializable;

public abstract class FlowExecutionOwner implements Serializable {
    private static final long serialVersionUID = 1;

    public abstract FlowExecution get() throws IOException;

    public interface Executable {
        FlowExecutionOwner asFlowExecutionOwner();
    }
}
