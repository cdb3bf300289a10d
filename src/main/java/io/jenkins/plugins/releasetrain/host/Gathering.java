package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Commit;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which commits came to an image since its job made one of the service before: those of all builds since then, of failed ones
 * too, each once.
 */
final class Gathering {
    /** Further back nobody looks. */
    static final int BUILDS = 100;

    private Gathering() {}

    /** Port: a build of a job. */
    interface Build {
        Origin origin();

        /** That it built; empty where its job is of none. */
        String branch();

        boolean isOfChangeRequest();

        List<Built.Source> sources();

        /** Newest first; those of libraries left out. */
        List<Commit> commits();

        /** The image that it made of a service. */
        Optional<Digest> made(String service);

        Optional<Build> before();
    }

    static Built of(String service, Build build) {
        Map<String, Commit> commits = new LinkedHashMap<>();
        build.commits().forEach(c -> commits.putIfAbsent(c.id(), c));
        Optional<Build> former = build.before();
        Optional<Digest> since = Optional.empty();
        for (int i = 1; i < BUILDS && former.isPresent(); i++) {
            since = former.get().made(service);
            if (since.isPresent()) {
                break;
            }
            former.get().commits().forEach(c -> commits.putIfAbsent(c.id(), c));
            former = former.get().before();
        }
        return new Built(
                service,
                build.origin(),
                build.branch(),
                build.isOfChangeRequest(),
                build.sources(),
                since,
                List.copyOf(commits.values()),
                0);
    }
}
