package io.jenkins.plugins.releasetrain.bench;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientFactory;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import io.jenkins.plugins.releasetrain.testkit.cluster.SampleWorkloads;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * A namespace of 5,000 Deployments with two ready pods each on the embedded API server, whose controllers roll out
 * at once what is patched.
 */
final class LargeNamespace implements AutoCloseable, ResourceEventHandler<Deployment> {
    static final int SERVICES = 5000;
    static final String NAME = "staging";
    private static final int REPLICAS = 2;

    private final EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start();
    private final AtomicInteger requests = new AtomicInteger();
    private final KubernetesClient controller = kubernetes.newClient();
    private final KubernetesClient counted;
    private final List<Service> services =
            IntStream.range(0, SERVICES).mapToObj(LargeNamespace::service).toList();

    LargeNamespace() {
        kubernetes.createNamespace(NAME);
        counted = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl(kubernetes.url())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .withHttpClientFactory(new OkHttpClientFactory())
                .withHttpClientBuilderConsumer(builder -> builder.addOrReplaceInterceptor("count", new Interceptor() {
                    @Override
                    public void before(BasicBuilder request, HttpRequest unused, RequestTags tags) {
                        requests.incrementAndGet();
                    }
                }))
                .build();
        kubernetes.load(services.stream().map(LargeNamespace::deployment).toList());
        kubernetes.load(services.stream()
                .flatMap(s -> IntStream.range(0, REPLICAS).mapToObj(i -> pod(s.name(), image(s, 1), "a", i)))
                .toList());
        controller.apps().deployments().inNamespace(NAME).inform(this);
    }

    private static Service service(int number) {
        String name = "service-" + number;
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, name, "");
        return new Service(name, "shop/" + name, "shop/" + name, "production", workload, name, new TreeSet<>());
    }

    static ImageReference image(Service service, int version) {
        return ImageReference.of(
                "registry.example", "shop/" + service.name(), Digest.sha256(service.name() + "@" + version));
    }

    private static Deployment deployment(Service service) {
        Deployment plain = SampleWorkloads.deployment(
                NAME, service.name(), image(service, 1).toString(), 600);
        return new DeploymentBuilder(plain)
                .editMetadata()
                .withGeneration(1L)
                .endMetadata()
                .editSpec()
                .withReplicas(REPLICAS)
                .endSpec()
                .withStatus(status(1L))
                .build();
    }

    private static DeploymentStatus status(Long generation) {
        return new DeploymentStatusBuilder()
                .withObservedGeneration(generation)
                .withReplicas(REPLICAS)
                .withUpdatedReplicas(REPLICAS)
                .withReadyReplicas(REPLICAS)
                .withAvailableReplicas(REPLICAS)
                .build();
    }

    private static Pod pod(String service, ImageReference image, String hash, int number) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(NAME)
                .withName(service + "-" + hash + "-" + number)
                .withLabels(Map.of("app", service, "pod-template-hash", hash))
                .addNewOwnerReference()
                .withController(true)
                .withKind("ReplicaSet")
                .withName(service + "-" + hash)
                .withUid("1")
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage(image.toString())
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .addNewContainerStatus()
                .withName("main")
                .withReady(true)
                .withImage(image.toString())
                .withImageID(image.toString())
                .endContainerStatus()
                .endStatus()
                .build();
    }

    List<Service> services() {
        return services;
    }

    /** Its requests are counted. */
    KubernetesClient client() {
        return counted;
    }

    EmbeddedKubernetes kubernetes() {
        return kubernetes;
    }

    int requests() {
        return requests.get();
    }

    @Override
    public void onAdd(Deployment deployment) {
        // It is as it is to be.
    }

    @Override
    public void onUpdate(Deployment before, Deployment now) {
        Long generation = now.getMetadata().getGeneration();
        if (generation.equals(now.getStatus().getObservedGeneration())) {
            return;
        }
        String name = now.getMetadata().getName();
        ImageReference image = ImageReference.parse(
                now.getSpec().getTemplate().getSpec().getContainers().get(0).getImage());
        // In place: only that the new digest runs and is ready matters to whoever waits.
        IntStream.range(0, REPLICAS).forEach(i -> kubernetes.update(pod(name, image, "a", i)));
        kubernetes.updateStatus(
                new DeploymentBuilder(now).withStatus(status(generation)).build());
    }

    @Override
    public void onDelete(Deployment deployment, boolean unknown) {
        // Nobody deletes one.
    }

    @Override
    public void close() {
        counted.close();
        controller.close();
        kubernetes.close();
    }
}
