package io.jenkins.plugins.releasetrain.engine.model;

/** A trial's outcome. */
public enum Verdict {
    /** The tests ran against exactly this set and passed. */
    PASSED,
    /** The set could not start, or its tests failed. */
    FAILED,
    /** Infrastructure, timeout or abort: says nothing about the set and blames nobody (I4). */
    VOID
}
