package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Optional;
import java.util.stream.Stream;

/** By the rules of {@code kubectl rollout status} (kubectl, pkg/polymorphichelpers, rollout_status.go). */
final class DeploymentKind implements WorkloadKind {
    @Override
    public Workload.Kind kind() {
        return Workload.Kind.DEPLOYMENT;
    }

    @Override
    public Class<? extends HasMetadata> type() {
        return Deployment.class;
    }

    private static DeploymentSpec spec(HasMetadata resource) {
        return ((Deployment) resource).getSpec();
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
        DeploymentStatus status = ((Deployment) resource).getStatus();
        return status == null ? null : (Long) WorkloadKind.number(status.getObservedGeneration());
    }

    @Override
    public Optional<String> pending(HasMetadata resource) {
        DeploymentStatus status = ((Deployment) resource).getStatus();
        long desired = WorkloadKind.desired(spec(resource).getReplicas());
        long updated = WorkloadKind.number(status.getUpdatedReplicas());
        long old = WorkloadKind.number(status.getReplicas()) - updated;
        long available = WorkloadKind.number(status.getAvailableReplicas());
        if (updated < desired) {
            return Optional.of(updated + " of " + desired + " replicas updated");
        }
        if (old > 0) {
            return Optional.of(old + " old replicas to be terminated");
        }
        return available < updated ? Optional.of(available + " of " + updated + " available") : Optional.empty();
    }

    @Override
    public Optional<String> withoutPods(HasMetadata resource) {
        return WorkloadKind.desired(spec(resource).getReplicas()) == 0
                ? Optional.of("it has no replicas")
                : Optional.empty();
    }

    @Override
    public Optional<String> heldBack(HasMetadata resource) {
        return Boolean.TRUE.equals(spec(resource).getPaused())
                ? Optional.of("is paused, so a new image replaces no pod. Resume it")
                : Optional.empty();
    }

    @Override
    public Stream<Obstacle> obstacles(HasMetadata resource, Optional<ImageReference> image) {
        DeploymentStatus status = ((Deployment) resource).getStatus();
        return status == null ? Stream.of() : status.getConditions().stream().flatMap(c -> obstacle(c, image).stream());
    }

    private static Optional<Obstacle> obstacle(DeploymentCondition condition, Optional<ImageReference> image) {
        return Obstacle.ofCondition(
                condition.getType(),
                "True".equals(condition.getStatus()),
                condition.getReason(),
                condition.getMessage(),
                image);
    }

    @Override
    public DeploymentSpec copied(HasMetadata resource) {
        return new DeploymentSpecBuilder()
                .withMinReadySeconds(spec(resource).getMinReadySeconds())
                .withProgressDeadlineSeconds(spec(resource).getProgressDeadlineSeconds())
                .build();
    }

    @Override
    public Optional<String> neverBeside() {
        return Optional.empty();
    }
}
