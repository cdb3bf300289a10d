package io.jenkins.plugins.releasetrain.engine.model;

/**
 * Who asks: the build behind a change, or a person. Plain text, for people and links; empty where unknown.
 *
 * @param build for example {@code cart#41}
 * @param url of the build, relative to the host's root
 * @param user the person behind it
 */
public record Origin(String build, String url, String user) {
    public static final Origin UNKNOWN = new Origin("", "", "");
}
