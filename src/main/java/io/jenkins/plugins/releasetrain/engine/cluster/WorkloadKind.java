package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All in which one kind of workload differs from the others: a new kind is a class of its own, named in {@link
 * WorkloadKinds}. What is told of a workload is without its name, unless said otherwise.
 */
interface WorkloadKind {
    Workload.Kind kind();

    /** As the client reads it; {@link GenericKubernetesResource} where it knows no better one. */
    Class<? extends HasMetadata> type();

    PodTemplateSpec template(HasMetadata resource);

    /** What finds its pods; empty where none of them are of interest. */
    Optional<LabelSelector> selector(HasMetadata resource);

    /** The generation that the status is of; null where there is none yet. */
    Long observedGeneration(HasMetadata resource);

    /** What is still to come of a rollout, for people; empty where it is complete. */
    Optional<String> pending(HasMetadata resource);

    /** Why there is to be no pod of it now; empty where there is to be one. */
    default Optional<String> withoutPods(HasMetadata resource) {
        return Optional.empty();
    }

    /** Why a new image does not replace its pods, or not all of them, and what to do; empty where it does. */
    default Optional<String> heldBack(HasMetadata resource) {
        return Optional.empty();
    }

    /** Why its pods do not get the image that it asks for, though they would get another one; empty where they do. */
    default Optional<String> stopped(HasMetadata resource) {
        return Optional.empty();
    }

    /** Why nothing is waited for once it asks for an image; empty where pods prove it. */
    default Optional<String> provenBySpec() {
        return Optional.empty();
    }

    /** What the workload itself tells of why its pods are not there, see {@link Obstacle}. */
    default Stream<Obstacle> obstacles(HasMetadata resource, Optional<ImageReference> image) {
        return Stream.of();
    }

    /** Pods in the way of a rollout, which its controller never replaces by itself. */
    default List<Pod> stuck(HasMetadata resource, List<Pod> pods) {
        return List.of();
    }

    /** Whether a pod in the way may become ready by itself yet, so that it is given time: its revision ran before. */
    default boolean mayComeBack(HasMetadata resource, Pod stuck) {
        return false;
    }

    /** Whether the API server refuses another template, so that it must be made again. */
    default boolean recreated() {
        return false;
    }

    /** What of the workload the copy beside it has, too. */
    default DeploymentSpec copied(HasMetadata resource) {
        return new DeploymentSpec();
    }

    /** Why no candidate can be beside it, whatever it holds, continuing its name; empty where one can. */
    default Optional<String> neverBeside() {
        return Optional.of(" cannot have a candidate beside it: only a Deployment or Rollout can, since the"
                + " pods of other kinds have a name, a volume, a node or a time of their own. Use the isolation "
                + Isolation.REPLACE);
    }

    /** What the account may do with it, {@code watch} left out, as verbs of the API. */
    default List<String> rights() {
        return List.of("get", "list", "patch");
    }

    /** What of that another image takes. */
    default List<String> rightsToChange() {
        return List.of("patch");
    }

    /** What the account may do with its pods besides reading them. */
    default List<String> podRights() {
        return List.of();
    }

    default String plural() {
        return kind().kubernetesName().toLowerCase(Locale.ROOT) + "s";
    }

    /** {@code group/plural}; the group is empty for the core's. */
    default String resourceName() {
        int slash = kind().apiVersion().indexOf('/');
        return (slash < 0 ? "" : kind().apiVersion().substring(0, slash)) + "/" + plural();
    }

    /** Of its pod template, as a JSON pointer (RFC 6901). */
    default String templatePath() {
        return "/" + kind().template().replace('.', '/');
    }

    /** Requests for workloads of this kind. */
    @SuppressWarnings("unchecked")
    default MixedOperation<HasMetadata, KubernetesResourceList<HasMetadata>, Resource<HasMetadata>> in(
            KubernetesClient client) {
        int slash = kind().apiVersion().indexOf('/');
        MixedOperation<?, ?, ?> operation = type() == GenericKubernetesResource.class
                ? client.genericKubernetesResources(new ResourceDefinitionContext.Builder()
                        .withGroup(slash < 0 ? "" : kind().apiVersion().substring(0, slash))
                        .withVersion(kind().apiVersion().substring(slash + 1))
                        .withKind(kind().kubernetesName())
                        .withPlural(plural())
                        .withNamespaced(true)
                        .build())
                : client.resources(type());
        return (MixedOperation<HasMetadata, KubernetesResourceList<HasMetadata>, Resource<HasMetadata>>) operation;
    }

    static long number(Number number) {
        return number == null ? 0 : number.longValue();
    }

    /** Kubernetes' default is one. */
    static long desired(Integer replicas) {
        return replicas == null ? 1 : replicas;
    }
}
