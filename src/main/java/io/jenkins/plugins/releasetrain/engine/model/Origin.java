package io.jenkins.plugins.releasetrain.engine.model;

import java.time.Instant;
import java.util.Optional;

/**
 * Who asks: the build behind a change, or a person. Plain text, for people and links; empty where unknown.
 *
 * @param build for example {@code cart#41}
 * @param url of the build and its step; where the host knows its own address a whole one, so that it leads there from every
 *     other host that shares the store; otherwise, and in what was written before, relative to the host's root
 * @param user the person behind it
 * @param controller id of the host that runs the build, among all that share the store; empty where there is one
 * @param repeats number of the same job's build that this one does again, as a replay does; empty for none
 * @param began when the build began or, of one that does another again, that other one; empty where it is not known
 */
public record Origin(
        String build,
        String url,
        String user,
        Optional<String> controller,
        Optional<Long> repeats,
        Optional<Instant> began) {
    /** In a URL, before the id of a step of the build. */
    public static final String STEP = "#node-";

    public static final Origin UNKNOWN = new Origin("", "", "");

    public Origin(String build, String url, String user) {
        this(build, url, user, Optional.empty());
    }

    public Origin(String build, String url, String user, Optional<String> controller) {
        this(build, url, user, controller, Optional.empty());
    }

    public Origin(String build, String url, String user, Optional<String> controller, Optional<Long> repeats) {
        this(build, url, user, controller, repeats, Optional.empty());
    }

    /** Whether it is the very same step of the same build, under whatever address its host was reached. */
    public boolean isSameAs(Origin other) {
        boolean sameStep =
                step().isEmpty() ? url.equals(other.url) : build.equals(other.build) && step().equals(other.step());
        return sameStep && controller.equals(other.controller);
    }

    /** The build's own page, without its step. */
    public String page() {
        return url.substring(0, url.length() - step().length());
    }

    private String step() {
        int at = url.lastIndexOf(STEP);
        return at < 0 ? "" : url.substring(at);
    }
}
