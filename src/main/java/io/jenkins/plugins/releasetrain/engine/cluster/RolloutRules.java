package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateStatefulSetStrategy;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.util.Optional;

/**
 * Whether a rollout is complete: the rules of {@code kubectl rollout status} (kubectl, pkg/polymorphichelpers,
 * rollout_status.go).
 */
final class RolloutRules {
    private RolloutRules() {}

    /** What is still to come, for people; empty where the rollout is complete. */
    static Optional<String> pending(DeployedWorkload workload) {
        Long generation = workload.resource().getMetadata().getGeneration();
        Optional<String> pending =
                switch (workload.kind()) {
                    case DEPLOYMENT -> deployment((Deployment) workload.resource(), number(generation));
                    case STATEFUL_SET -> statefulSet((StatefulSet) workload.resource(), number(generation));
                    case DAEMON_SET -> daemonSet((DaemonSet) workload.resource(), number(generation));
                };
        return pending.map(p -> workload.kind().kubernetesName() + " " + workload.name() + ": " + p);
    }

    /** Whether the workload replaces its pods only when somebody deletes them. */
    static boolean onDelete(DeployedWorkload workload) {
        String type =
                switch (workload.kind()) {
                    case DEPLOYMENT -> "";
                    case STATEFUL_SET -> {
                        var strategy =
                                ((StatefulSet) workload.resource()).getSpec().getUpdateStrategy();
                        yield strategy == null ? "" : strategy.getType();
                    }
                    case DAEMON_SET -> {
                        var strategy =
                                ((DaemonSet) workload.resource()).getSpec().getUpdateStrategy();
                        yield strategy == null ? "" : strategy.getType();
                    }
                };
        return "OnDelete".equals(type);
    }

    private static Optional<String> deployment(Deployment deployment, long generation) {
        DeploymentStatus status = deployment.getStatus();
        if (status == null || number(status.getObservedGeneration()) < generation) {
            return Optional.of("the change is not observed by its controller yet");
        }
        if (Boolean.TRUE.equals(deployment.getSpec().getPaused())) {
            return Optional.of("it is paused");
        }
        long desired = desired(deployment.getSpec().getReplicas());
        long updated = number(status.getUpdatedReplicas());
        long old = number(status.getReplicas()) - updated;
        long available = number(status.getAvailableReplicas());
        if (updated < desired) {
            return Optional.of(updated + " of " + desired + " replicas updated");
        }
        if (old > 0) {
            return Optional.of(old + " old replicas to be terminated");
        }
        return available < updated ? Optional.of(available + " of " + updated + " available") : Optional.empty();
    }

    private static Optional<String> statefulSet(StatefulSet set, long generation) {
        StatefulSetStatus status = set.getStatus();
        if (status == null || number(status.getObservedGeneration()) < generation) {
            return Optional.of("the change is not observed by its controller yet");
        }
        long desired = desired(set.getSpec().getReplicas());
        long ready = number(status.getReadyReplicas());
        if (ready < desired) {
            return Optional.of(ready + " of " + desired + " pods ready");
        }
        // Pods below the partition keep the old image on purpose.
        long toUpdate = Math.max(0, desired - partition(set));
        long updated = number(status.getUpdatedReplicas());
        if (updated < toUpdate) {
            return Optional.of(updated + " of " + toUpdate + " pods updated");
        }
        boolean whole = toUpdate == desired && desired > 0;
        boolean sameRevision =
                status.getUpdateRevision() == null || status.getUpdateRevision().equals(status.getCurrentRevision());
        return whole && !sameRevision ? Optional.of("old pods are still in place") : Optional.empty();
    }

    private static Optional<String> daemonSet(DaemonSet set, long generation) {
        DaemonSetStatus status = set.getStatus();
        if (status == null || number(status.getObservedGeneration()) < generation) {
            return Optional.of("the change is not observed by its controller yet");
        }
        long desired = number(status.getDesiredNumberScheduled());
        long updated = number(status.getUpdatedNumberScheduled());
        long available = number(status.getNumberAvailable());
        if (updated < desired) {
            return Optional.of(updated + " of " + desired + " pods updated");
        }
        return available < desired ? Optional.of(available + " of " + desired + " available") : Optional.empty();
    }

    private static long partition(StatefulSet set) {
        return Optional.ofNullable(set.getSpec().getUpdateStrategy())
                .map(s -> s.getRollingUpdate())
                .map(RollingUpdateStatefulSetStrategy::getPartition)
                .orElse(0);
    }

    private static long desired(Integer replicas) {
        return replicas == null ? 1 : replicas;
    }

    static long number(Number number) {
        return number == null ? 0 : number.longValue();
    }
}
