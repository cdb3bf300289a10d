package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is to be made for candidates beside the baseline; pure. Copies take over what pods need and leave behind what makes
 * others take them for the baseline: the labels that its workload or a Service selects by get a value of their own, and the
 * workload's own labels and annotations, by which deployment tools know what is theirs, are dropped.
 *
 * @param services of the namespace
 * @param routes of the namespace; empty unless the candidates are routed
 * @param policies of the namespace, as far as they may be seen
 */
record CandidateCopies(Beside beside, List<Service> services, List<HTTPRoute> routes, List<NetworkPolicy> policies) {
    private static final String HEADLESS = "None";

    /**
     * In the order in which they are to be made.
     *
     * @param images by place of their container
     * @throws EngineException INVALID_INPUT where the workload cannot have a copy beside it
     */
    List<HasMetadata> of(DeployedWorkload workload, Map<Slot, String> images) {
        check(workload);
        List<Service> selecting = selecting(workload);
        Service service = chosen(workload, selecting);
        String name = beside.name(new Workload(workload.kind(), workload.name(), ""));
        NetworkReach.lost(policies, labels(workload), podLabels(workload, name, selecting))
                .ifPresent(policy -> {
                    throw EngineException.invalid(workload + " cannot have a candidate beside it: NetworkPolicy "
                            + policy + " is about its pods by a label that a Service or the workload itself selects"
                            + " by, which a candidate's pods cannot have, so they would lack its connections."
                            + " Let the policy select by another label, or use the"
                            + " isolation " + Isolation.REPLACE);
                });
        List<HasMetadata> wanted = new ArrayList<>();
        wanted.add(deployment(workload, images, name, selecting));
        wanted.add(service(service, name));
        if (beside.isolation() == Isolation.HEADER) {
            wanted.addAll(new RouteCopies(beside, metadata(service, name))
                    .of(routes, service.getMetadata().getName()));
        }
        return wanted;
    }

    private static void check(DeployedWorkload workload) {
        workload.type().neverBeside().ifPresent(why -> {
            throw EngineException.invalid(workload + why);
        });
        List<String> claims = workload.template().getSpec().getVolumes().stream()
                .filter(v -> v.getPersistentVolumeClaim() != null)
                .filter(v -> !Boolean.TRUE.equals(v.getPersistentVolumeClaim().getReadOnly()))
                .map(v -> v.getPersistentVolumeClaim().getClaimName())
                .toList();
        if (!claims.isEmpty()) {
            throw EngineException.invalid(workload
                    + " cannot have a candidate beside it: both would write to volume claim "
                    + String.join(", ", claims) + ". Mount it read-only, or use the isolation " + Isolation.REPLACE);
        }
        LabelSelector selector = selector(workload);
        boolean byValue = !selector.getMatchLabels().isEmpty()
                || selector.getMatchExpressions().stream().anyMatch(e -> "In".equals(e.getOperator()));
        if (!byValue) {
            throw EngineException.invalid(workload
                    + " cannot have a candidate beside it: its selector names no label with"
                    + " a value, so it would select the candidate's pods too. Use the isolation " + Isolation.REPLACE);
        }
    }

    private static LabelSelector selector(DeployedWorkload workload) {
        return workload.selector().orElseGet(LabelSelector::new);
    }

    private List<Service> selecting(DeployedWorkload workload) {
        Map<String, String> labels = labels(workload);
        return services.stream()
                .filter(s -> s.getSpec().getSelector() != null
                        && !s.getSpec().getSelector().isEmpty())
                .filter(s ->
                        labels.entrySet().containsAll(s.getSpec().getSelector().entrySet()))
                .toList();
    }

    private static Service chosen(DeployedWorkload workload, List<Service> selecting) {
        if (selecting.isEmpty()) {
            throw EngineException.invalid("No Service selects the pods of " + workload
                    + ", so nobody could reach a candidate beside it. Create one, or use the isolation "
                    + Isolation.REPLACE);
        }
        return selecting.size() == 1
                ? selecting.get(0)
                : selecting.stream()
                        .filter(s -> s.getMetadata().getName().equals(workload.name()))
                        .findFirst()
                        .orElseThrow(() -> EngineException.invalid("Services "
                                + selecting.stream()
                                        .map(s -> s.getMetadata().getName())
                                        .collect(Collectors.joining(", "))
                                + " all select the pods of " + workload
                                + ": which of them leads to the candidate is not known. Give one the workload's name"));
    }

    private Deployment deployment(
            DeployedWorkload workload, Map<Slot, String> images, String name, List<Service> selecting) {
        PodTemplateSpec template = new PodTemplateSpecBuilder(workload.template())
                .editOrNewMetadata()
                .withLabels(podLabels(workload, name, selecting))
                .endMetadata()
                .build();
        images.forEach((slot, image) -> slot.in(template.getSpec()).setImage(image));
        if (!Boolean.TRUE.equals(template.getSpec().getHostNetwork())) {
            // A Service of its own leads to it; the baseline may hold that port on every node.
            containers(template.getSpec())
                    .flatMap(container -> container.getPorts().stream())
                    .forEach(port -> port.setHostPort(null));
        }
        DeploymentSpec spec = workload.type().copied(workload.resource());
        return new DeploymentBuilder()
                .withMetadata(metadata(workload.resource(), name))
                .withNewSpec()
                .withReplicas(1)
                .withRevisionHistoryLimit(0)
                .withMinReadySeconds(spec.getMinReadySeconds())
                .withProgressDeadlineSeconds(spec.getProgressDeadlineSeconds())
                .withNewSelector()
                .withMatchLabels(Beside.selector(name))
                .endSelector()
                .withTemplate(template)
                .endSpec()
                .build();
    }

    private static Stream<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
    }

    private Map<String, String> podLabels(DeployedWorkload workload, String name, List<Service> selecting) {
        Set<String> selectedBy =
                new TreeSet<>(selector(workload).getMatchLabels().keySet());
        selector(workload).getMatchExpressions().forEach(e -> selectedBy.add(e.getKey()));
        selecting.forEach(s -> selectedBy.addAll(s.getSpec().getSelector().keySet()));
        Map<String, String> labels = new TreeMap<>(labels(workload));
        labels.replaceAll((key, value) -> selectedBy.contains(key) ? name : value);
        labels.putAll(beside.labels(name));
        return labels;
    }

    private Service service(Service service, String name) {
        List<ServicePort> ports = service.getSpec().getPorts().stream()
                .map(p -> new ServicePortBuilder(p).withNodePort(null).build())
                .toList();
        return new ServiceBuilder()
                .withMetadata(metadata(service, name))
                .withNewSpec()
                .withClusterIP(HEADLESS.equals(service.getSpec().getClusterIP()) ? HEADLESS : null)
                .withSelector(Beside.selector(name))
                .withPorts(ports)
                .endSpec()
                .build();
    }

    private ObjectMeta metadata(HasMetadata original, String name) {
        return new ObjectMetaBuilder()
                .withNamespace(original.getMetadata().getNamespace())
                .withName(name)
                .withLabels(beside.labels(name))
                .build();
    }

    private static Map<String, String> labels(DeployedWorkload workload) {
        ObjectMeta metadata = workload.template().getMetadata();
        return metadata == null || metadata.getLabels() == null ? Map.of() : metadata.getLabels();
    }
}
