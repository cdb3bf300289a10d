package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TemplateKind.value;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpecBuilder;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A Rollout of Argo Rollouts: its phase tells how it stands (argo-rollouts, "Rollout Specification", status). */
final class RolloutKind implements WorkloadKind {
    private static final String HEALTHY = "Healthy";

    private final TemplateKind plain = new TemplateKind(Workload.Kind.ROLLOUT);

    @Override
    public Workload.Kind kind() {
        return plain.kind();
    }

    @Override
    public Class<? extends HasMetadata> type() {
        return plain.type();
    }

    @Override
    public PodTemplateSpec template(HasMetadata resource) {
        value(resource, Map.class, "spec", "workloadRef").ifPresent(reference -> {
            throw EngineException.invalid(
                    "Rollout " + resource.getMetadata().getName() + " has no template of its own but refers to "
                            + reference.get("kind") + " " + reference.get("name") + ". Name that one in the catalog");
        });
        return plain.template(resource);
    }

    @Override
    public Optional<LabelSelector> selector(HasMetadata resource) {
        return plain.selector(resource);
    }

    @Override
    public Long observedGeneration(HasMetadata resource) {
        return value(resource, String.class, "status", "observedGeneration")
                .filter(text -> text.matches("\\d+"))
                .map(Long::valueOf)
                .orElse(null);
    }

    @Override
    public Optional<String> pending(HasMetadata resource) {
        String phase = value(resource, String.class, "status", "phase").orElse("");
        String message = value(resource, String.class, "status", "message").orElse("");
        return phase.equals(HEALTHY)
                ? plain.pending(resource)
                : Optional.of((phase.isEmpty() ? "no phase yet" : "phase " + phase)
                        + (message.isEmpty() ? "" : ", " + message));
    }

    @Override
    public Optional<String> withoutPods(HasMetadata resource) {
        return plain.withoutPods(resource);
    }

    @Override
    public Optional<String> heldBack(HasMetadata resource) {
        boolean waits = !value(resource, List.class, "status", "pauseConditions")
                .orElse(List.of())
                .isEmpty();
        return waits
                        && !isOverByItself(resource)
                        && value(resource, String.class, "status", "phase")
                                .orElse("")
                                .equals("Paused")
                ? Optional.of("waits in a step of its strategy, so old pods stay. Promote it,"
                        + " or leave out pauses without duration in this environment")
                : plain.heldBack(resource);
    }

    /** Whether the pause that it is in has an end. */
    private static boolean isOverByItself(HasMetadata resource) {
        int step = value(resource, Integer.class, "status", "currentStepIndex").orElse(0);
        List<?> steps = value(resource, List.class, "spec", "strategy", "canary", "steps")
                .orElse(List.of());
        boolean timed = step < steps.size()
                && steps.get(step) instanceof Map<?, ?> now
                && now.get("pause") instanceof Map<?, ?> pause
                && pause.get("duration") != null;
        return timed
                || value(resource, Integer.class, "spec", "strategy", "blueGreen", "autoPromotionSeconds")
                                .orElse(0)
                        > 0;
    }

    /** Another template ends the abort (argo-rollouts, "Rolling back to a previous version"). */
    @Override
    public Optional<String> stopped(HasMetadata resource) {
        return value(resource, Boolean.class, "status", "abort")
                .filter(aborted -> aborted)
                .map(aborted -> "was aborted, so its stable pods keep the old image. Retry it");
    }

    @Override
    public Stream<Obstacle> obstacles(HasMetadata resource, Optional<ImageReference> image) {
        List<?> conditions = value(resource, List.class, "status", "conditions").orElse(List.of());
        return conditions.stream()
                .filter(Map.class::isInstance)
                .map(c -> (Map<?, ?>) c)
                .flatMap(c -> Obstacle.ofCondition(
                        text(c, "type"), "True".equals(c.get("status")), text(c, "reason"), text(c, "message"), image)
                        .stream());
    }

    private static String text(Map<?, ?> condition, String field) {
        Object text = condition.get(field);
        return text == null ? "" : text.toString();
    }

    @Override
    public DeploymentSpec copied(HasMetadata resource) {
        return new DeploymentSpecBuilder()
                .withMinReadySeconds(value(resource, Integer.class, "spec", "minReadySeconds")
                        .orElse(null))
                .withProgressDeadlineSeconds(value(resource, Integer.class, "spec", "progressDeadlineSeconds")
                        .orElse(null))
                .build();
    }

    @Override
    public Optional<String> neverBeside() {
        return Optional.empty();
    }
}
