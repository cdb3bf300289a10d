package org.jenkinsci.plugins.workflow.cps;

import groovy.lang.Binding;

public abstract class CpsScript {
    protected CpsScript() {}

    public Binding getBinding() {
        throw new UnsupportedOperationException();
    }
}
