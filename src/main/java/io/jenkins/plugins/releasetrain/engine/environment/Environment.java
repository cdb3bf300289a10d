package io.jenkins.plugins.releasetrain.engine.environment;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.time.Duration;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A Kubernetes cluster and namespace with its lock.
 *
 * @param namespace for the tests' own use
 * @param baseUrl where the tests reach the services; empty if there is none
 * @param rolloutDeadline for all rollouts of one installation together
 * @param lease how long a holder of the lock may be silent
 * @param configuration of what a verdict depends on besides set and suite: where it is another one, what was measured before
 *     is not remembered
 * @param probe of candidates that requests are routed to
 */
public record Environment(
        String name,
        String namespace,
        String baseUrl,
        Cluster cluster,
        EnvironmentLock lock,
        Duration rolloutDeadline,
        Duration lease,
        String configuration,
        Probe probe) {
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

    /** Without a probe. */
    public Environment(
            String name,
            String namespace,
            String baseUrl,
            Cluster cluster,
            EnvironmentLock lock,
            Duration rolloutDeadline,
            Duration lease,
            String configuration) {
        this(name, namespace, baseUrl, cluster, lock, rolloutDeadline, lease, configuration, Probe.NONE);
    }

    /** Services in whose place other holders of the lock have, or put, something. */
    public SortedSet<String> othersClaims(String holder) {
        return lock.entries().stream()
                .filter(e -> e.held() && !e.id().equals(holder))
                .flatMap(e -> e.claims().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Stamps what nobody else claims of the services, so that a former holder can change nothing of it any more (I3). */
    public void stamp(String holder, long token, Collection<Service> services) {
        SortedSet<String> claimed = othersClaims(holder);
        cluster.fence(services.stream().filter(s -> !claimed.contains(s.name())).toList(), token);
    }

    /** Nobody renews the lock while rollouts are awaited. */
    public Duration leaseWhileInstalling() {
        return lease.plus(rolloutDeadline);
    }
}
