package io.jenkins.plugins.releasetrain.engine.model;

import java.util.List;
import java.util.Optional;

/**
 * How a build made an image of a service.
 *
 * @param origin the build
 * @param branch that it built; empty where its job is of none
 * @param changeRequest whether it built a change request, whose commits are its own and lead to no other image
 * @param sources what it checked out, libraries of its pipeline left out
 * @param since digest of the image that its job made of the service before; empty where none is known
 * @param commits that came since then, newest build first
 * @param more commits beyond those
 */
public record Built(
        String service,
        Origin origin,
        String branch,
        boolean changeRequest,
        List<Source> sources,
        Optional<Digest> since,
        List<Commit> commits,
        int more) {
    /** What one build brings at most. */
    public static final int COMMITS = 200;

    private static final int SOURCES = 10;

    /**
     * A checkout.
     *
     * @param url of the repository, without anybody's credentials; empty where it has none in https
     */
    public record Source(String url, String revision) {
        public Source {
            url = Line.of(url, 2_000);
            revision = Line.of(revision);
        }
    }

    public Built {
        branch = Line.of(branch);
        sources = List.copyOf(sources.subList(0, Math.min(SOURCES, sources.size())));
        int beyond = Math.max(0, commits.size() - COMMITS);
        more += beyond;
        commits = List.copyOf(commits.subList(0, commits.size() - beyond));
    }

    /** Full name of the job, with the controller that it is on. */
    public String job() {
        int mark = origin.build().lastIndexOf('#');
        return origin.controller().map(c -> c + ":").orElse("")
                + (mark < 0 ? origin.build() : origin.build().substring(0, mark));
    }

    /** Of the build in its job; 0 where it has none. */
    public long number() {
        String number = origin.build().substring(origin.build().lastIndexOf('#') + 1);
        return number.matches("\\d{1,18}") ? Long.parseLong(number) : 0;
    }
}
