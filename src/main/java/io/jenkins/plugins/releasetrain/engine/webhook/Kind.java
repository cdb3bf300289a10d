package io.jenkins.plugins.releasetrain.engine.webhook;

import java.util.Locale;

/** What a webhook can be told of. */
public enum Kind {
    /** A release came to production. */
    RELEASED,
    /** An earlier release came to production again. */
    ROLLED_BACK,
    /** A change or lane was rejected, with proof. */
    EJECTED,
    /** A train stopped departing. */
    PAUSED,
    /** A train departs again. */
    RESUMED,
    /** An environment is broken, or still is: nobody is blamed, and its baseline is tested again by and by. */
    BROKEN,
    /** An environment that was broken works again. */
    HEALED,
    /** An image is refused everywhere. */
    BLOCKED,
    /** An image may be used again. */
    UNBLOCKED;

    /** The CloudEvents type. */
    public String type() {
        return "io.jenkins.plugins.releasetrain."
                + name().toLowerCase(Locale.ROOT).replace("_", "");
    }
}
