package io.jenkins.plugins.releasetrain.demo;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.SampleWorkloads;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the shop's services run in, and which images the API says they have there. */
final class ShopWorkloads {
    /** In seconds: an image that does not start is part of the story. */
    private static final int PROGRESS_DEADLINE = 3;
    /** Its tables change before it starts. */
    private static final String MIGRATES = "account";

    private final KubernetesClient kubernetes;
    private final String namespace;

    ShopWorkloads(KubernetesClient kubernetes, String namespace) {
        this.kubernetes = kubernetes;
        this.namespace = namespace;
    }

    /** All workloads that the catalog names for a service, and a Service that leads to the first of them. */
    void create(Service service, ImageReference image) {
        service.workloads()
                .forEach(workload -> kubernetes
                        .resource(workload(workload, image.toString()))
                        .create());
        kubernetes
                .resource(SampleWorkloads.service(namespace, service.workload().name()))
                .create();
    }

    private HasMetadata workload(Workload workload, String image) {
        Deployment plain = SampleWorkloads.deployment(namespace, workload.name(), image, PROGRESS_DEADLINE);
        if (workload.name().equals(MIGRATES)) {
            Container migration = new ContainerBuilder()
                    .withName("migrate")
                    .withImage(image)
                    .withArgs("migrate")
                    .build();
            plain.getSpec().getTemplate().getSpec().setInitContainers(List.of(migration));
        }
        return switch (workload.kind().kubernetesName()) {
            case "Deployment" -> plain;
            case "StatefulSet" ->
                new StatefulSetBuilder()
                        .withMetadata(plain.getMetadata())
                        .withNewSpec()
                        .withReplicas(1)
                        .withServiceName(workload.name())
                        .withSelector(plain.getSpec().getSelector())
                        .withTemplate(plain.getSpec().getTemplate())
                        .endSpec()
                        .build();
            case "CronJob" -> cronJob(plain);
            default -> throw new IllegalArgumentException("The shop has no " + workload.kind());
        };
    }

    private static HasMetadata cronJob(Deployment plain) {
        PodTemplateSpec template = plain.getSpec().getTemplate();
        template.getSpec().setRestartPolicy("Never");
        return new CronJobBuilder()
                .withMetadata(plain.getMetadata())
                .withNewSpec()
                .withSchedule("0 6 * * *")
                .withNewJobTemplate()
                .withNewSpec()
                .withTemplate(template)
                .endSpec()
                .endJobTemplate()
                .endSpec()
                .build();
    }

    /** Image of what answers requests, by the name of the Deployment or StatefulSet. */
    Map<String, ImageReference> serving() {
        Map<String, ImageReference> images = new HashMap<>();
        var apps = kubernetes.apps();
        apps.deployments()
                .inNamespace(namespace)
                .list()
                .getItems()
                .forEach(d -> images.put(
                        d.getMetadata().getName(),
                        image(d.getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .get(0))));
        apps.statefulSets()
                .inNamespace(namespace)
                .list()
                .getItems()
                .forEach(s -> images.put(
                        s.getMetadata().getName(),
                        image(s.getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .get(0))));
        return images;
    }

    /** Images of all containers and init containers of a service's workloads. */
    List<ImageReference> images(Service service) {
        return service.workloads().stream()
                .map(this::template)
                .map(PodTemplateSpec::getSpec)
                .flatMap(spec -> Stream.concat(spec.getInitContainers().stream(), spec.getContainers().stream()))
                .map(ShopWorkloads::image)
                .toList();
    }

    private PodTemplateSpec template(Workload workload) {
        String name = workload.name();
        var apps = kubernetes.apps();
        return switch (workload.kind().kubernetesName()) {
            case "StatefulSet" ->
                apps.statefulSets()
                        .inNamespace(namespace)
                        .withName(name)
                        .require()
                        .getSpec()
                        .getTemplate();
            case "CronJob" ->
                kubernetes
                        .batch()
                        .v1()
                        .cronjobs()
                        .inNamespace(namespace)
                        .withName(name)
                        .require()
                        .getSpec()
                        .getJobTemplate()
                        .getSpec()
                        .getTemplate();
            default ->
                apps.deployments()
                        .inNamespace(namespace)
                        .withName(name)
                        .require()
                        .getSpec()
                        .getTemplate();
        };
    }

    private static ImageReference image(Container container) {
        return ImageReference.parse(container.getImage());
    }
}
