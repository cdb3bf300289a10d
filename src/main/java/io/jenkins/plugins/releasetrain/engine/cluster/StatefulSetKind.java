package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateStatefulSetStrategy;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.Optional;

/**
 * By the rules of {@code kubectl rollout status}. Its controller waits for a pod that never becomes ready, also after the
 * template was put back (kubernetes/kubernetes issue 67250, "Forced rollback" in the documentation).
 */
final class StatefulSetKind implements WorkloadKind {
    private static final String REVISION = "controller-revision-hash";

    @Override
    public Workload.Kind kind() {
        return Workload.Kind.STATEFUL_SET;
    }

    @Override
    public Class<? extends HasMetadata> type() {
        return StatefulSet.class;
    }

    private static StatefulSetSpec spec(HasMetadata resource) {
        return ((StatefulSet) resource).getSpec();
    }

    @Override
    public PodTemplateSpec template(HasMetadata resource) {
        return spec(resource).getTemplate();
    }

    @Override
    public Optional<LabelSelector> selector(HasMetadata resource) {
        return Optional.of(spec(resource).getSelector());
    }

    @Override
    public Long observedGeneration(HasMetadata resource) {
        StatefulSetStatus status = ((StatefulSet) resource).getStatus();
        return status == null ? null : (Long) WorkloadKind.number(status.getObservedGeneration());
    }

    @Override
    public Optional<String> pending(HasMetadata resource) {
        StatefulSetStatus status = ((StatefulSet) resource).getStatus();
        long desired = WorkloadKind.desired(spec(resource).getReplicas());
        long ready = WorkloadKind.number(status.getReadyReplicas());
        if (ready < desired) {
            return Optional.of(ready + " of " + desired + " pods ready");
        }
        // Pods below the partition keep the old image on purpose.
        long toUpdate = Math.max(0, desired - partition(resource));
        long updated = WorkloadKind.number(status.getUpdatedReplicas());
        if (updated < toUpdate) {
            return Optional.of(updated + " of " + toUpdate + " pods updated");
        }
        boolean whole = toUpdate == desired && desired > 0;
        boolean sameRevision =
                status.getUpdateRevision() == null || status.getUpdateRevision().equals(status.getCurrentRevision());
        return whole && !sameRevision ? Optional.of("old pods are still in place") : Optional.empty();
    }

    @Override
    public Optional<String> withoutPods(HasMetadata resource) {
        return WorkloadKind.desired(spec(resource).getReplicas()) == 0
                ? Optional.of("it has no replicas")
                : Optional.empty();
    }

    @Override
    public Optional<String> heldBack(HasMetadata resource) {
        var strategy = spec(resource).getUpdateStrategy();
        if (strategy != null && "OnDelete".equals(strategy.getType())) {
            return Optional.of(DaemonSetKind.ON_DELETE);
        }
        long partition = partition(resource);
        return partition > 0
                ? Optional.of("has the partition " + partition + ", so pods below it keep the old image. Set it to 0")
                : Optional.empty();
    }

    private static long partition(HasMetadata resource) {
        return Optional.ofNullable(spec(resource).getUpdateStrategy())
                .map(s -> s.getRollingUpdate())
                .map(RollingUpdateStatefulSetStrategy::getPartition)
                .orElse(0);
    }

    @Override
    public List<Pod> stuck(HasMetadata resource, List<Pod> pods) {
        String update = ((StatefulSet) resource).getStatus().getUpdateRevision();
        return update == null
                ? List.of()
                : pods.stream()
                        .filter(p -> p.getMetadata().getDeletionTimestamp() == null && !Standings.isReady(p))
                        .filter(p -> revision(p).filter(r -> !r.equals(update)).isPresent())
                        .toList();
    }

    /**
     * Members of a cluster are often not ready while another one is replaced, as for an election. To delete them as well would
     * leave none of them; their controller waits. Of a single one the current revision tells nothing: while its pod is replaced there is
     * none that is not of the new one (kubernetes, stateful_set_utils.go).
     */
    @Override
    public boolean mayComeBack(HasMetadata resource, Pod stuck) {
        String current = ((StatefulSet) resource).getStatus().getCurrentRevision();
        return WorkloadKind.desired(spec(resource).getReplicas()) > 1
                && revision(stuck).filter(r -> r.equals(current)).isPresent()
                && !Obstacle.isKept(stuck);
    }

    private static Optional<String> revision(Pod pod) {
        return Optional.ofNullable(pod.getMetadata().getLabels()).map(labels -> labels.get(REVISION));
    }

    @Override
    public List<String> podRights() {
        return List.of("delete");
    }
}
