package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateStatefulSetStrategy;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
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

    /** Why there is to be no pod of it now; empty where there is to be one. */
    static Optional<String> withoutPods(DeployedWorkload workload) {
        boolean none =
                switch (workload.kind()) {
                    case DEPLOYMENT ->
                        desired(((Deployment) workload.resource()).getSpec().getReplicas()) == 0;
                    case STATEFUL_SET ->
                        desired(((StatefulSet) workload.resource()).getSpec().getReplicas()) == 0;
                    case DAEMON_SET -> {
                        DaemonSetStatus status = ((DaemonSet) workload.resource()).getStatus();
                        yield status != null
                                && !unobserved(workload)
                                && number(status.getDesiredNumberScheduled()) == 0;
                    }
                };
        String why = workload.kind() == Workload.Kind.DAEMON_SET ? "no node is to run it" : "it has no replicas";
        return none ? Optional.of(workload + " has no pods: " + why) : Optional.empty();
    }

    /** Why a new image does not replace its pods, or not all of them; empty where it does. */
    static Optional<String> heldBack(DeployedWorkload workload) {
        if (workload.resource() instanceof Deployment d) {
            return Boolean.TRUE.equals(d.getSpec().getPaused())
                    ? Optional.of(workload + " is paused, so a new image replaces no pod. Resume it")
                    : Optional.empty();
        }
        boolean onDelete = "OnDelete".equals(strategy(workload));
        if (onDelete) {
            return Optional.of(workload + " has the update strategy OnDelete, so a new image replaces no pod."
                    + " Set it to RollingUpdate");
        }
        long partition = workload.resource() instanceof StatefulSet s ? partition(s) : 0;
        return partition > 0
                ? Optional.of(workload + " has the partition " + partition
                        + ", so pods below it keep the old image. Set it to 0")
                : Optional.empty();
    }

    private static String strategy(DeployedWorkload workload) {
        if (workload.resource() instanceof StatefulSet s) {
            var strategy = s.getSpec().getUpdateStrategy();
            return strategy == null ? "" : strategy.getType();
        }
        var strategy = ((DaemonSet) workload.resource()).getSpec().getUpdateStrategy();
        return strategy == null ? "" : strategy.getType();
    }

    /** Whether the workload's status is of an earlier state of it. */
    static boolean unobserved(DeployedWorkload workload) {
        Long observed =
                switch (workload.kind()) {
                    case DEPLOYMENT -> {
                        DeploymentStatus status = ((Deployment) workload.resource()).getStatus();
                        yield status == null ? null : status.getObservedGeneration();
                    }
                    case STATEFUL_SET -> {
                        StatefulSetStatus status = ((StatefulSet) workload.resource()).getStatus();
                        yield status == null ? null : status.getObservedGeneration();
                    }
                    case DAEMON_SET -> {
                        DaemonSetStatus status = ((DaemonSet) workload.resource()).getStatus();
                        yield status == null ? null : status.getObservedGeneration();
                    }
                };
        return number(observed) < number(workload.resource().getMetadata().getGeneration());
    }

    private static Optional<String> deployment(Deployment deployment, long generation) {
        DeploymentStatus status = deployment.getStatus();
        if (status == null || number(status.getObservedGeneration()) < generation) {
            return Optional.of("the change is not observed by its controller yet");
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
