package org.jenkinsci.plugins.workflow.steps;

public class MissingContextVariableException extends Exception {
    private static final long serialVersionUID = 1;

    public Class<?> getType() {
        throw new UnsupportedOperationException();
    }
}
