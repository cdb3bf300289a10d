package io.jenkins.plugins.releasetrain.engine.model;

import java.util.regex.Pattern;

/** Tags that name the newest of a line rather than a version. */
public final class MovingTags {
    /** Where nothing else is configured. */
    public static final Pattern USUAL = Pattern.compile(
            "latest(?:-[a-z].*)?|.*-latest|main|master|trunk|develop|dev|edge|nightly|snapshot|production");

    private MovingTags() {}
}
