package io.jenkins.plugins.releasetrain.engine.operation;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.Arrays;
import java.util.Locale;

/** What somebody can do by hand, and the permission that it takes. */
public enum Operation {
    /** No batch departs until somebody resumes; needs a reason. */
    PAUSE(Right.MANAGE),
    RESUME(Right.MANAGE),
    /** Trials go on, but nothing is released until somebody frees it; needs a reason. */
    HOLD(Right.PROMOTE),
    FREE(Right.PROMOTE),
    /** Takes a waiting change off. */
    CANCEL(Right.MANAGE),
    /** Lets a waiting change depart before the others. */
    PRIORITISE(Right.MANAGE),
    /** Has the sets with a change run, even where their verdict is remembered. */
    FORCE(Right.MANAGE),
    /** Releases an earlier release's set again; needs a reason. May hold what else passes, and mark bad what it goes back over. */
    ROLL_BACK(Right.ROLLBACK),
    /** Blocks the images that a release brought; needs a reason. */
    MARK_BAD(Right.ROLLBACK),
    /** Lets a blocked image be used again. */
    UNBLOCK(Right.ROLLBACK),
    /** Lets the images of a change or lane go although their contract is not compatible; needs a reason. */
    WAIVE(Right.PROMOTE),
    /** Who waits for a scheduled departure departs now, once; needs a reason. */
    DEPART(Right.MANAGE),
    /** Writes a note on a release, and marks it as known to be good or not. */
    NOTE(Right.MANAGE);

    /** The host's permissions, as in Release/Manage. */
    public enum Right {
        MANAGE,
        PROMOTE,
        ROLLBACK,
        CONFIGURE;

        @Override
        public String toString() {
            return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
        }
    }

    private final Right right;

    Operation(Right right) {
        this.right = right;
    }

    public Right right() {
        return right;
    }

    boolean needsReason() {
        return this == PAUSE
                || this == HOLD
                || this == ROLL_BACK
                || this == MARK_BAD
                || this == WAIVE
                || this == DEPART;
    }

    static Operation of(String name) {
        return Arrays.stream(values())
                .filter(o -> o.name().equals(name))
                .findFirst()
                .orElseThrow(() -> EngineException.invalid(
                        "Unknown operation '" + name + "'; known are " + Arrays.toString(values())));
    }
}
