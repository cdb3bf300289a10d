package io.jenkins.plugins.releasetrain.engine.environment;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

/**
 * Port: proof that requests which carry a lane's baggage reach its candidates. That a gateway accepted their routes does not
 * say so: until its data plane has them, the baseline answers, and would be tested in the candidate's place.
 */
@FunctionalInterface
public interface Probe {
    /** Where nobody said what a candidate answers. */
    Probe NONE = (targets, deadline) -> Optional.empty();

    /**
     * Waits until every one of them answered as it is to.
     *
     * @return what is missing when the deadline is over; empty where all are reached
     */
    Optional<String> await(Collection<Target> targets, Duration deadline) throws InterruptedException;

    /**
     * A candidate.
     *
     * @param candidate name of its workload, with which its pods' names begin
     * @param tenant of the lane's attempt, as its baggage has it
     */
    record Target(String service, String candidate, Digest digest, String tenant) {}
}
