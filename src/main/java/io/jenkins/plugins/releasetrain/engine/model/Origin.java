package io.jenkins.plugins.releasetrain.engine.model;

import java.util.Optional;

/**
 * Who asks: the build behind a change, or a person. Plain text, for people and links; empty where unknown.
 *
 * @param build for example {@code cart#41}
 * @param url of the build, relative to the host's root
 * @param user the person behind it
 * @param controller id of the host that runs the build, among all that share the store; empty where there is one
 */
public record Origin(String build, String url, String user, Optional<String> controller) {
    public static final Origin UNKNOWN = new Origin("", "", "");

    public Origin(String build, String url, String user) {
        this(build, url, user, Optional.empty());
    }

    /** Whether it is the very same step of the same build. */
    public boolean isSameAs(Origin other) {
        return url.equals(other.url) && controller.equals(other.controller);
    }
}
