package io.jenkins.plugins.releasetrain.engine.environment;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import java.time.Duration;

/**
 * A Kubernetes cluster and namespace with its lock.
 *
 * @param namespace for the tests' own use
 * @param baseUrl where the tests reach the services; empty if there is none
 * @param rolloutDeadline for all rollouts of one installation together
 * @param lease how long a holder of the lock may be silent
 * @param configuration of what a verdict depends on besides set and suite: where it is another one, what was measured before
 *     is not remembered
 */
public record Environment(
        String name,
        String namespace,
        String baseUrl,
        Cluster cluster,
        EnvironmentLock lock,
        Duration rolloutDeadline,
        Duration lease,
        String configuration) {
    /** Where only one place of this name was ever there. */
    public Environment(
            String name,
            String namespace,
            String baseUrl,
            Cluster cluster,
            EnvironmentLock lock,
            Duration rolloutDeadline,
            Duration lease) {
        this(name, namespace, baseUrl, cluster, lock, rolloutDeadline, lease, "");
    }

    /** Nobody renews the lock while rollouts are awaited. */
    public Duration leaseWhileInstalling() {
        return lease.plus(rolloutDeadline);
    }
}
