package io.jenkins.plugins.releasetrain.engine.history;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is where, as the JSON API tells it. */
public final class Placed {
    private Placed() {}

    /**
     * An environment.
     *
     * @param set that was installed last, and {@code candidate}: the trial or lane that it was installed for
     * @param shared whether lanes share it
     * @param since when it was installed by us
     * @param seen when somebody looked what is there last; null where nobody could
     */
    record Column(String name, String set, String candidate, Instant since, boolean shared, Optional<Instant> seen) {}

    /** @param images one per column, null where the environment does not have the service */
    record Row(String service, View.Image production, String release, List<Spot> images) {}

    /**
     * An image in an environment.
     *
     * @param behind how many releases of the service came to production since this image did; 0 where it is there now, and
     *     where it never was. Counted up to {@value MatrixRows#MOST_BEHIND}
     * @param candidate whose it is while that is being tried; null for none
     * @param seen what was found there instead, though nobody here put it there; null where it is as it should be, or
     *     nobody looked since
     */
    record Spot(@JsonUnwrapped View.Image image, int behind, Candidate candidate, View.Image seen) {}

    /** @param change or lane, {@code build} that it is of, and {@code url}: its page */
    record Candidate(String change, String build, String url) {}
}
