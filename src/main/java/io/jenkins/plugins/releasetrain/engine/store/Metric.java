package io.jenkins.plugins.releasetrain.engine.store;

/** What is counted by day. The store keeps the ordinal, so new ones come at the end and none is ever removed. */
public enum Metric {
    /** Releases that came to production and are no rollbacks. */
    DEPLOYED,
    ROLLED_BACK,
    BATCHES,
    /** Changes that departed in those batches. */
    BATCHED,
    PASSED,
    FAILED,
    VOID,
    RELEASED,
    PROVEN,
    EJECTED,
    NOT_INSTALLABLE,
    SUPERSEDED,
    CANCELLED,
    UNDECIDED,
    /** Time from a change's entry to production. */
    LEAD,
    /** Time from the promotion of a release to that of the rollback that followed it. */
    RESTORE,
    /** Time from a change's entry to its first departure, or from a lane's to its start. */
    QUEUE,
    /** Time to bring a set into an environment. */
    INSTALL,
    /** Time that the tests of a set took. */
    TEST,
    /** Time from a release's making to its promotion. */
    PROMOTE,
    PAUSES,
    /** Of blobs, by promotions; of the owner without a name. */
    SENT_BYTES,
    INCOMPATIBLE,
    /** Releases that were turned back or marked bad, on the day when they came to production. */
    TURNED_BACK,
    /** Changes whose way to production is known; the times of its parts, which are counted in milliseconds, sum to all of it. */
    COURSES,
    WAITED_MS,
    TRIED_MS,
    OTHERS_MS,
    GATE_MS,
    PROMOTING_MS,
    /** Time from a change's entry to production, in steps of 2 %. */
    LEAD_FINE,
    /** Changes of a batch: how many batches had so many. */
    SIZES,
    /** Time from the order to turn back until production was turned back, in steps of 2 %. */
    RECOVERY,
    /** Trials without a verdict, by why: the build that ran the tests was gone, or did not begin. */
    VOID_BUILD,
    /** The environment kept out what was to be tried. */
    VOID_KEPT_OUT,
    /** It could not be installed, or not in time. */
    VOID_INSTALLATION,
    /** Of a lane: production changed meanwhile. */
    VOID_CHANGED,
    /** Its tests were stopped, took too long, or cannot be trusted. */
    VOID_TESTS
}
