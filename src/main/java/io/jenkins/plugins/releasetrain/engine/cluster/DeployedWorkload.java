package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A workload as the API server has it, of whichever kind. */
record DeployedWorkload(
        WorkloadKind type, HasMetadata resource, PodTemplateSpec template, Optional<LabelSelector> selector) {
    /** The token of the lock holder that changed the workload last (I3). */
    static final String FENCE = "release-train.jenkins.io/fence";

    /** The images that were asked for last, as {@code container=image} by comma: a webhook may have written others. */
    static final String ASKED = "release-train.jenkins.io/images";

    /** Of the pod template: another value has pods started anew, as {@code kubectl.kubernetes.io/restartedAt} does. */
    static final String STARTED = "release-train.jenkins.io/started";

    /** Without pods from before they were started anew, which say nothing of how they start now. */
    List<Pod> ofThisStart(List<Pod> pods) {
        String started = started(template().getMetadata());
        return started.isEmpty()
                ? pods
                : pods.stream()
                        .filter(pod -> started.equals(started(pod.getMetadata())))
                        .toList();
    }

    /** That somebody took a start back, so that pods from before it are there; empty where it stands, or none is asked for. */
    Optional<String> tookBack(String start) {
        return start.isEmpty()
                        || provenBySpec().isPresent()
                        || start.equals(started(template().getMetadata()))
                ? Optional.empty()
                : Optional.of(this + " was started anew, and that was taken back (the annotation " + STARTED
                        + " of its pod template)");
    }

    /** By which start a pod is there, alone of all its annotations. */
    static Map<String, String> startedOf(ObjectMeta pod) {
        String started = started(pod);
        return started.isEmpty() ? Map.of() : Map.of(STARTED, started);
    }

    private static String started(ObjectMeta metadata) {
        return metadata == null || metadata.getAnnotations() == null
                ? ""
                : metadata.getAnnotations().getOrDefault(STARTED, "");
    }

    static DeployedWorkload of(HasMetadata resource) {
        return of(WorkloadKinds.of(resource), resource);
    }

    /** @throws EngineException INVALID_INPUT where it has no pod template */
    static DeployedWorkload of(WorkloadKind type, HasMetadata resource) {
        return new DeployedWorkload(type, resource, type.template(resource), type.selector(resource));
    }

    Workload.Kind kind() {
        return type.kind();
    }

    String name() {
        return resource.getMetadata().getName();
    }

    Map<String, String> annotations() {
        Map<String, String> annotations = resource.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    /** 0 where no lock holder changed it yet. */
    long fence() {
        String fence = annotations().getOrDefault(FENCE, "0");
        try {
            return Long.parseLong(fence);
        } catch (NumberFormatException e) {
            throw EngineException.invalid("Annotation " + FENCE + " of " + this + " is '" + fence
                    + "', not a number. Remove the annotation if nobody runs a trial there");
        }
    }

    /** The image that was asked for last in this container; empty where none was. */
    String asked(String container) {
        return asked().getOrDefault(container, "");
    }

    /** The annotation {@value #ASKED} after these images, by place, were asked for as well. */
    String askedWith(Map<Slot, String> images) {
        SortedMap<String, String> asked = asked();
        SortedMap<Slot, Container> slots = slots();
        images.forEach((slot, image) -> asked.put(slots.get(slot).getName(), image));
        return asked.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(","));
    }

    private SortedMap<String, String> asked() {
        SortedMap<String, String> asked = new TreeMap<>();
        for (String entry : annotations().getOrDefault(ASKED, "").split(",")) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                asked.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        return asked;
    }

    /** What is still to come of its rollout, for people; empty where it is complete. */
    Optional<String> pending() {
        Optional<String> pending =
                unobserved() ? Optional.of("the change is not observed by its controller yet") : type.pending(resource);
        return pending.map(p -> kind().kubernetesName() + " " + name() + ": " + p);
    }

    /** Whether the workload's status is of an earlier state of it. */
    boolean unobserved() {
        return unobserved(type, resource);
    }

    static boolean unobserved(WorkloadKind type, HasMetadata resource) {
        // What has no status yet was not observed, whatever its generation.
        Long observed = type.observedGeneration(resource);
        Long generation = resource.getMetadata().getGeneration();
        return observed == null || observed < WorkloadKind.number(generation);
    }

    /** Why there is to be no pod of it now; empty where there is to be one. */
    Optional<String> withoutPods() {
        return type.withoutPods(resource).map(why -> this + " has no pods: " + why);
    }

    /** Why a new image does not replace its pods, or not all of them; empty where it does. */
    Optional<String> heldBack() {
        return type.heldBack(resource).map(why -> this + " " + why);
    }

    /** Why its pods do not get the image that it asks for now; empty where they do, or where that is not known yet. */
    Optional<String> stopped() {
        return unobserved() ? Optional.empty() : type.stopped(resource).map(why -> this + " " + why);
    }

    /** Why nothing is waited for once it asks for an image; empty where pods prove it. */
    Optional<String> provenBySpec() {
        return type.provenBySpec().map(why -> this + " " + why);
    }

    String path(Slot slot) {
        return type.templatePath() + "/spec/" + slot.path();
    }

    List<Container> containers() {
        return template.getSpec().getContainers();
    }

    List<Container> initContainers() {
        List<Container> init = template.getSpec().getInitContainers();
        return init == null ? List.of() : init;
    }

    /** All containers by their place; init containers, native sidecars among them, behind the others. */
    SortedMap<Slot, Container> slots() {
        SortedMap<Slot, Container> slots = new TreeMap<>();
        IntStream.range(0, containers().size())
                .forEach(i -> slots.put(new Slot(false, i), containers().get(i)));
        IntStream.range(0, initContainers().size())
                .forEach(i -> slots.put(new Slot(true, i), initContainers().get(i)));
        return slots;
    }

    /** Whether the pod's containers of these names have the template's images; a webhook may pull them from elsewhere. */
    boolean isOfTemplate(Pod pod, Set<String> names) {
        return slots().values().stream()
                .filter(c -> names.contains(c.getName()))
                .allMatch(c -> containersOf(pod)
                        .anyMatch(p ->
                                p.getName().equals(c.getName()) && SpecImage.sameContent(p.getImage(), c.getImage())));
    }

    /** All of a pod, init containers included. */
    static Stream<Container> containersOf(Pod pod) {
        List<Container> init = pod.getSpec().getInitContainers();
        return Stream.concat(pod.getSpec().getContainers().stream(), init == null ? Stream.of() : init.stream());
    }

    @Override
    public String toString() {
        return kind().kubernetesName() + " " + name() + " in namespace "
                + resource.getMetadata().getNamespace();
    }
}
