package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import java.util.regex.Pattern;

/**
 * How the lanes of an environment run.
 *
 * @param isolation how their candidates are kept apart
 * @param onDrift what to do with a verdict when something that counts changed during the test (I7)
 * @param attempts how often a lane is started at most before it ends undecided
 * @param movingTags tags of the dev registry that are not carried to production
 */
public record LaneSettings(Isolation isolation, OnDrift onDrift, int attempts, Pattern movingTags) {
    /** Policies for a verdict whose baseline moved. */
    public enum OnDrift {
        ACCEPT,
        RERUN,
        FAIL
    }
}
