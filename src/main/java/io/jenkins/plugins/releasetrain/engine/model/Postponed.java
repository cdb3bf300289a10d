package io.jenkins.plugins.releasetrain.engine.model;

import java.time.Duration;
import java.time.Instant;

/** What is put off until some time, by a clock that may be set back meanwhile. */
public final class Postponed {
    private Postponed() {}

    /**
     * Whether it is still to be waited for. What is further ahead than anything is put off was told before the clock was set
     * back, and how long ago that was nobody knows: so it is due.
     *
     * @param longest that it is ever put off
     */
    public static boolean waits(Instant until, Instant now, Duration longest) {
        return until.isAfter(now) && !until.isAfter(now.plus(longest));
    }
}
