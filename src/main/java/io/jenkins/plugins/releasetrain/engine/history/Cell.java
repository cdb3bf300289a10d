package io.jenkins.plugins.releasetrain.engine.history;

/** What a trial's verdict says of one of its changes: the verdict itself is of the set. */
public enum Cell {
    /** It was in it; nothing follows for it. */
    IN,
    /** A set with it passed. */
    CLEARED,
    /** A set with it failed, and it may be to blame; only while nobody knows. */
    POSSIBLE,
    /** It is proven guilty, and a set with it failed. */
    CULPRIT
}
