package io.jenkins.plugins.releasetrain.engine.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One commit, as the version control told a build of it: text from outside, each in one line.
 *
 * @param id as the version control has it; the same commit has the same one in every build and service
 * @param title first line of its message
 * @param author name for people
 * @param user the author's id at the host; empty where nobody there is known as such
 * @param at when; empty where it does not say
 * @param url its page, in https; empty for none
 * @param issues keys that its message names, as the catalog says
 */
public record Commit(
        String id, String title, String author, String user, Optional<Instant> at, String url, List<String> issues) {
    private static final int LONGEST_URL = 2_000;
    private static final int ISSUES = 20;

    public Commit {
        id = Line.of(id);
        title = Line.of(title);
        author = Line.of(author);
        user = Line.of(user);
        url = url.startsWith("https://") ? Line.of(url, LONGEST_URL) : "";
        issues = issues.stream().map(Line::of).distinct().limit(ISSUES).toList();
    }
}
