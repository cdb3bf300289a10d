package org.jenkinsci.plugins.workflow.steps;

import java.io.Serializable;

public abstract class BodyExecution implements Serializable {
    private static final long serialVersionUID = 1;

    public boolean cancel(Throwable cause) {
        throw new UnsupportedOperationException();
    }
}
