package io.jenkins.plugins.releasetrain.engine.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.releasetrain.engine.model.ImageLabels;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What comes with images, as the JSON API tells it. */
public final class Brought {
    private Brought() {}

    /** @param url empty where the catalog has no address for issues */
    public record Issue(String key, String url) {}

    /**
     * As {@link io.jenkins.plugins.releasetrain.engine.model.Commit}.
     *
     * @param at null where it is not known
     */
    public record Commit(
            String id,
            String title,
            String author,
            String user,
            Optional<Instant> at,
            String url,
            List<Issue> issues) {}

    /**
     * Commits between two images of a service.
     *
     * @param state ADDED; BACK where they are taken back; MADE: those of the build alone, since it is not known what was
     *     there before; UNKNOWN: no builds lead from one to the other, so that no commits are known
     * @param build that made the newer image, and {@code url}: its page; empty where none is known
     * @param changeRequest whether that build was of a change request, whose commits are its own
     * @param total how many there are, those that are not listed included
     * @param commits newest first, each once
     * @param complete whether all are counted
     * @param link page that compares the two revisions; empty where there is none
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Commits(
            String state,
            String build,
            String url,
            boolean changeRequest,
            int total,
            List<Commit> commits,
            boolean complete,
            String link) {}

    /**
     * Somebody who wrote some of it.
     *
     * @param user id at the host; empty where nobody there is known as such
     * @param commits how many of those that are listed, each once
     */
    public record Person(String name, String user, int commits) {}

    /**
     * A build that made an image.
     *
     * @param revision that it checked out last; empty where that is not known
     */
    public record Build(
            String service, String build, String url, String branch, String revision, boolean changeRequest) {}

    /**
     * What is known of one image.
     *
     * @param says what it says of itself, which nobody has proven; null where nobody has read it
     * @param builds that made it, newest first
     * @param warnings OTHER_REVISION: it says of itself another revision than its builds had; SAME_NAME: another image of the
     *     service has the same tag in the history
     */
    public record ImageView(View.Image image, ImageLabels says, List<Build> builds, List<String> warnings) {}

    /** @param mark GOOD or NONE */
    public record Note(String text, String mark, String user) {}
}
