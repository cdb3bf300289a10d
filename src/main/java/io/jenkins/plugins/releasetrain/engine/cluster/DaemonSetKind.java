package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Optional;

/** By the rules of {@code kubectl rollout status}. */
final class DaemonSetKind implements WorkloadKind {
    static final String ON_DELETE =
            "has the update strategy OnDelete, so a new image replaces no pod. Set it to RollingUpdate";

    @Override
    public Workload.Kind kind() {
        return Workload.Kind.DAEMON_SET;
    }

    @Override
    public Class<? extends HasMetadata> type() {
        return DaemonSet.class;
    }

    @Override
    public PodTemplateSpec template(HasMetadata resource) {
        return ((DaemonSet) resource).getSpec().getTemplate();
    }

    @Override
    public Optional<LabelSelector> selector(HasMetadata resource) {
        return Optional.of(((DaemonSet) resource).getSpec().getSelector());
    }

    @Override
    public Long observedGeneration(HasMetadata resource) {
        DaemonSetStatus status = ((DaemonSet) resource).getStatus();
        return status == null ? null : (Long) WorkloadKind.number(status.getObservedGeneration());
    }

    @Override
    public Optional<String> pending(HasMetadata resource) {
        DaemonSetStatus status = ((DaemonSet) resource).getStatus();
        long desired = WorkloadKind.number(status.getDesiredNumberScheduled());
        long updated = WorkloadKind.number(status.getUpdatedNumberScheduled());
        long available = WorkloadKind.number(status.getNumberAvailable());
        if (updated < desired) {
            return Optional.of(updated + " of " + desired + " pods updated");
        }
        return available < desired ? Optional.of(available + " of " + desired + " available") : Optional.empty();
    }

    @Override
    public Optional<String> withoutPods(HasMetadata resource) {
        DaemonSetStatus status = ((DaemonSet) resource).getStatus();
        boolean none = status != null
                && !DeployedWorkload.unobserved(this, resource)
                && WorkloadKind.number(status.getDesiredNumberScheduled()) == 0;
        return none ? Optional.of("no node is to run it") : Optional.empty();
    }

    @Override
    public Optional<String> heldBack(HasMetadata resource) {
        var strategy = ((DaemonSet) resource).getSpec().getUpdateStrategy();
        return strategy != null && "OnDelete".equals(strategy.getType()) ? Optional.of(ON_DELETE) : Optional.empty();
    }
}
