package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Arrays;
import java.util.Optional;

/**
 * A kind of which only the place of its pod template is known. Of its status is read what most controllers have: the
 * observed generation and numbers of replicas; what it has not is taken for reached, and its pods decide.
 */
record TemplateKind(Workload.Kind kind) implements WorkloadKind {
    private static final KubernetesSerialization FIELDS = new KubernetesSerialization();

    @Override
    public Class<? extends HasMetadata> type() {
        return GenericKubernetesResource.class;
    }

    @Override
    public PodTemplateSpec template(HasMetadata resource) {
        return value(resource, PodTemplateSpec.class, kind.template().split("\\."))
                .filter(template -> template.getSpec() != null
                        && !template.getSpec().getContainers().isEmpty())
                .orElseThrow(() -> EngineException.invalid(kind.kubernetesName() + " "
                        + resource.getMetadata().getName() + " in namespace "
                        + resource.getMetadata().getNamespace() + " has no pod template with containers at "
                        + kind.template() + ". Correct the path of the kind in the catalog"));
    }

    @Override
    public Optional<LabelSelector> selector(HasMetadata resource) {
        return value(resource, LabelSelector.class, "spec", "selector");
    }

    @Override
    public Long observedGeneration(HasMetadata resource) {
        // A number, or text as Argo Rollouts has it.
        return value(resource, String.class, "status", "observedGeneration")
                .map(Long::valueOf)
                .orElse(resource.getMetadata().getGeneration());
    }

    @Override
    public Optional<String> pending(HasMetadata resource) {
        long desired = replicas(resource, "spec", "replicas").orElse(1L);
        for (String number : new String[] {"updatedReplicas", "readyReplicas", "availableReplicas"}) {
            Optional<Long> reached = replicas(resource, "status", number);
            if (reached.isPresent() && reached.get() < desired) {
                return Optional.of(reached.get() + " of " + desired + " " + number);
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<String> withoutPods(HasMetadata resource) {
        return replicas(resource, "spec", "replicas").filter(n -> n == 0).map(n -> "it has no replicas");
    }

    @Override
    public Optional<String> heldBack(HasMetadata resource) {
        return value(resource, Boolean.class, "spec", "paused")
                .filter(paused -> paused)
                .map(paused -> "is paused, so a new image replaces no pod. Resume it");
    }

    private static Optional<Long> replicas(HasMetadata resource, String... path) {
        return value(resource, Long.class, path);
    }

    /** A field of a resource; empty where there is none. */
    static <T> Optional<T> value(HasMetadata resource, Class<T> type, String... path) {
        GenericKubernetesResource generic = (GenericKubernetesResource) resource;
        Object value = generic.get(Arrays.<Object>stream(path).toArray());
        try {
            return Optional.ofNullable(value).map(v -> FIELDS.convertValue(v, type));
        } catch (IllegalArgumentException e) {
            throw EngineException.invalid(generic.getKind() + " "
                    + resource.getMetadata().getName() + " has something else than expected at "
                    + String.join(".", path) + ". Correct the path of the kind in the catalog");
        }
    }
}
