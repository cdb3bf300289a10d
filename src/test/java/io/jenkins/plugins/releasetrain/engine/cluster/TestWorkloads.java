package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpecBuilder;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Services and workloads for tests; a service's workload has its name. */
final class TestWorkloads {
    private TestWorkloads() {}

    static Service deployment(String name) {
        return service(name, new Workload(Workload.Kind.DEPLOYMENT, name, ""));
    }

    static Service service(String name, Workload workload) {
        return new Service(name, "shop/" + name, "shop/" + name, "production", workload, name, new TreeSet<>());
    }

    /** {@code registry.example/shop/NAME@sha256:…}, the digest by the version. */
    static ImageReference image(String service, String version) {
        return ImageReference.of("registry.example", "shop/" + service, Digest.sha256(service + version));
    }

    /** That all of them run what their workloads ask for is to be proven; they ask by digest. */
    static Cluster.Wanted asked(Cluster cluster, Collection<Service> services) {
        return asked(cluster, services, 0);
    }

    static Cluster.Wanted asked(Cluster cluster, Collection<Service> services, long fence) {
        Map<String, ImageReference> installed = cluster.installed(services);
        Map<Service, ImageReference> images = new HashMap<>();
        services.forEach(s -> images.put(s, installed.get(s.name())));
        return Cluster.Wanted.proven(images, fence);
    }

    static Set<Digest> running(Cluster cluster, Service service) {
        Map<Service, ImageReference> any = Map.of(service, image(service.name(), "any"));
        return cluster.standings(any).get(service.name()).running();
    }

    static HasMetadata workload(String namespace, Workload workload, int replicas, Map<String, String> images) {
        PodTemplateSpec template = template(workload.name(), images);
        LabelSelector selector = new LabelSelectorBuilder()
                .addToMatchLabels("app", workload.name())
                .build();
        HasMetadata resource = workload(workload.kind(), workload.name(), replicas, selector, template);
        resource.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withName(workload.name())
                .build());
        return resource;
    }

    /** The kinds that roll out by themselves and that every API server knows. */
    static Stream<Workload.Kind> kindsOfPods() {
        return Stream.of(Workload.Kind.DEPLOYMENT, Workload.Kind.STATEFUL_SET, Workload.Kind.DAEMON_SET);
    }

    private static HasMetadata workload(
            Workload.Kind kind, String name, int replicas, LabelSelector selector, PodTemplateSpec template) {
        if (kind.equals(Workload.Kind.DEPLOYMENT)) {
            return new DeploymentBuilder()
                    .withNewSpec()
                    .withReplicas(replicas)
                    .withSelector(selector)
                    .withTemplate(template)
                    .endSpec()
                    .build();
        } else if (kind.equals(Workload.Kind.STATEFUL_SET)) {
            return new StatefulSetBuilder()
                    .withNewSpec()
                    .withServiceName(name)
                    .withReplicas(replicas)
                    .withSelector(selector)
                    .withTemplate(template)
                    .endSpec()
                    .build();
        } else if (kind.equals(Workload.Kind.DAEMON_SET)) {
            return new DaemonSetBuilder()
                    .withNewSpec()
                    .withSelector(selector)
                    .withTemplate(template)
                    .endSpec()
                    .build();
        }
        template.getSpec().setRestartPolicy("Never");
        JobSpec job = new JobSpecBuilder().withTemplate(template).build();
        return kind.equals(Workload.Kind.JOB)
                ? new JobBuilder().withSpec(job).build()
                : new CronJobBuilder()
                        .withNewSpec()
                        .withSchedule("0 4 * * *")
                        .withNewJobTemplate()
                        .withSpec(job)
                        .endJobTemplate()
                        .endSpec()
                        .build();
    }

    private static PodTemplateSpec template(String app, Map<String, String> images) {
        var spec = new PodTemplateSpecBuilder()
                .withNewMetadata()
                .addToLabels("app", app)
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(0L);
        images.forEach((container, image) ->
                spec.addNewContainer().withName(container).withImage(image).endContainer());
        return spec.endSpec().build();
    }
}
