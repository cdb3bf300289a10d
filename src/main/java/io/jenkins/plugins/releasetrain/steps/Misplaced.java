package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;

/** A step that waits for what the steps around it hold, so that it would wait for ever: a mistake of the pipeline. */
final class Misplaced extends AbortException {
    private static final long serialVersionUID = 1;

    Misplaced(String message) {
        super(message);
    }
}
