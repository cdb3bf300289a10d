package io.jenkins.plugins.releasetrain.steps;

import java.io.Serializable;

/**
 * Whether a step's only body still has to be begun. That it has begun is noted on the program's own thread, and so saved
 * together with the body: where Jenkins dies between the order and the beginning, neither is there afterwards, and the body
 * is ordered again. Else the step would wait for ever for a body that there is not (I8).
 */
final class BodyOnce implements Serializable {
    private static final long serialVersionUID = 1;

    private volatile boolean begun;
    private transient volatile boolean ordered;

    /** @param begun as a program tells that was saved before there was this */
    BodyOnce(boolean begun) {
        this.begun = begun;
    }

    boolean isDue() {
        return !begun && !ordered;
    }

    void order() {
        ordered = true;
    }

    /** To be called on the program's thread. */
    void begun() {
        begun = true;
    }
}
