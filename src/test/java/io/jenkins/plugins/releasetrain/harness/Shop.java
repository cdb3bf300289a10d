package io.jenkins.plugins.releasetrain.harness;

import hudson.ExtensionList;
import hudson.model.queue.QueueTaskFuture;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.jenkins.plugins.releasetrain.config.AccessConfiguration;
import io.jenkins.plugins.releasetrain.config.CatalogConfiguration;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryRole;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.LeaseLock;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Asked;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Caller;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodSimulator;
import io.jenkins.plugins.releasetrain.testkit.cluster.SampleWorkloads;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jvnet.hudson.test.JenkinsRule;

/** A shop of three services in two embedded registries and an embedded cluster, outside of the Jenkins under test. */
final class Shop implements AutoCloseable {
    static final List<String> SERVICES = List.of("cart", "mail", "pay");
    static final String TRAIN = "shop";
    /** Any job may do anything, as tests that are about something else need it. */
    static final List<AccessConfiguration> EVERYBODY = List.of(new AccessConfiguration("**"));

    static final String CATALOG = """
        defaults:
          dev: "shop/{service}"
          production: "prod/{service}"
        services:
          cart:
            dependsOn: [pay]
          mail:
          pay:
        """;

    private final List<AutoCloseable> parts = new ArrayList<>();
    private final Map<String, PodBehaviour> behaviours = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
    private final AtomicBoolean productionTagsRefused = new AtomicBoolean();
    final EmbeddedRegistry dev = open(EmbeddedRegistry.start());
    final EmbeddedRegistry production = open(EmbeddedRegistry.start());
    final EmbeddedKubernetes kubernetes = open(EmbeddedKubernetes.start());

    Shop() throws IOException {
        SampleImages pusher = SampleImages.at(production.origin());
        production.failNext(
                Integer.MAX_VALUE,
                r -> productionTagsRefused.get() && r.is("PUT", "/manifests/production"),
                // not 503, which would make everybody wait who wants something of that host
                Failure.status(500, "UNKNOWN", "this tag cannot be moved now"));
        for (String namespace : List.of("staging", "cd")) {
            kubernetes.createNamespace(namespace);
            open(PodSimulator.withControllers(
                    new PodSimulator.Settings(kubernetes.client(), namespace, this::behaviour, Duration.ZERO)));
        }
        for (String service : SERVICES) {
            String digest = pusher.push("prod/" + service, "production", SampleImage.of(service, "1.0"));
            for (String namespace : List.of("staging", "cd")) {
                kubernetes
                        .client()
                        .resource(SampleWorkloads.deployment(
                                namespace, service, production.host() + "/prod/" + service + "@" + digest, 600))
                        .create();
            }
        }
    }

    private PodBehaviour behaviour(String image) {
        String digest = image.substring(image.indexOf('@') + 1);
        CountDownLatch latch = held.get(digest);
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return behaviours.getOrDefault(digest, PodBehaviour.READY);
    }

    /** A new version whose pods do not start until they are let go. */
    String buildHeld(String service, String version) {
        String digest = build(service, version);
        held.put(digest, new CountDownLatch(1));
        return digest;
    }

    void letGo(String digest) {
        held.get(digest).countDown();
    }

    /** Whether the tag that says what production runs can be moved. */
    void refuseProductionTags(boolean refuse) {
        productionTagsRefused.set(refuse);
    }

    private <T extends AutoCloseable> T open(T part) {
        parts.add(0, part);
        return part;
    }

    /** Pushes a new version to the dev registry; returns its digest. */
    String build(String service, String version) {
        return SampleImages.at(dev.origin()).push("shop/" + service, version, SampleImage.of(service, version));
    }

    /** An image that stands for nothing but its content. */
    static void push(EmbeddedRegistry registry, String repository, String tag, String content) {
        SampleImages.at(registry.origin()).push(repository, tag, SampleImage.of(repository, content));
    }

    /** A new version whose pods do not become ready. */
    String buildThat(PodBehaviour behaviour, String service, String version) {
        String digest = build(service, version);
        behaviours.put(digest, behaviour);
        return digest;
    }

    String inProduction(String service) {
        return production.tags("prod/" + service).get("production");
    }

    /** The digest that a workload asks for now. */
    String installed(String namespace, String service) {
        String image = kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace(namespace)
                .withName(service)
                .get()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getImage();
        return image.substring(image.indexOf('@') + 1);
    }

    /** Who holds the environment's lock, as kubectl shows it; null for nobody. */
    String holder(String namespace) {
        return kubernetes
                .client()
                .leases()
                .inNamespace(namespace)
                .withName(LeaseLock.NAME)
                .get()
                .getSpec()
                .getHolderIdentity();
    }

    /** Another installer's work: patches the workload and waits until its pods run the image. */
    void install(String namespace, String service, String image) throws InterruptedException {
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace(namespace)
                .withName(service)
                .edit(d -> new DeploymentBuilder(d)
                        .editSpec()
                        .editTemplate()
                        .editSpec()
                        .editFirstContainer()
                        .withImage(image)
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build());
        await("pods of " + image, () -> {
            List<Pod> pods = kubernetes
                    .client()
                    .pods()
                    .inNamespace(namespace)
                    .withLabel("app", service)
                    .list()
                    .getItems();
            return !pods.isEmpty()
                    && pods.stream()
                            .allMatch(p -> p.getSpec()
                                            .getContainers()
                                            .get(0)
                                            .getImage()
                                            .equals(image)
                                    && Readiness.isPodReady(p));
        });
    }

    /** Where the parts are; for a Jenkins in another process. */
    record Places(String dev, String production, String kubernetes) implements Serializable {}

    Places places() {
        return new Places(dev.host(), production.host(), kubernetes.url());
    }

    void configure() {
        configure(places());
    }

    /** Registries {@code dev} and {@code production}, train {@code shop} over {@code staging}, lanes in {@code cd}. */
    static void configure(Places places) {
        configureOnly(places);
        awaitStore();
    }

    /** The store opens in the background, and whoever comes before that is told to come again. */
    static void awaitStore() {
        try {
            await("the store", () -> ReleaseService.get().store() != null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void configureOnly(Places places) {
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        configuration.setRegistries(List.of(
                registry("dev", places.dev(), RegistryRole.DEV),
                registry("production", places.production(), RegistryRole.PRODUCTION)));
        configuration.setCatalogs(List.of(catalog()));
        EnvironmentConfiguration cd = environment("cd", places);
        cd.setCatalog("shop");
        cd.setAccess(EVERYBODY);
        configuration.setEnvironments(List.of(environment("staging", places), cd));
        TrainConfiguration train = new TrainConfiguration(TRAIN, "shop", "staging");
        train.setAccess(EVERYBODY);
        configuration.setTrains(List.of(train));
    }

    /** Another train of the shop. */
    static void addTrain(String name, String environment) {
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        TrainConfiguration train = new TrainConfiguration(name, "shop", environment);
        train.setAccess(EVERYBODY);
        List<TrainConfiguration> trains = new ArrayList<>(configuration.getTrains());
        trains.add(train);
        configuration.setTrains(trains);
    }

    private static CatalogConfiguration catalog() {
        CatalogConfiguration catalog = new CatalogConfiguration("shop", "dev", "production");
        catalog.setYaml(CATALOG);
        return catalog;
    }

    private static RegistryConfiguration registry(String name, String host, RegistryRole role) {
        RegistryConfiguration configuration = new RegistryConfiguration(name, host);
        configuration.setRole(role);
        configuration.setPlainHttp(true);
        configuration.setAccess(EVERYBODY);
        return configuration;
    }

    private static EnvironmentConfiguration environment(String name, Places places) {
        EnvironmentConfiguration environment = new EnvironmentConfiguration(name, name);
        environment.setServerUrl(places.kubernetes());
        environment.setBaseUrl("http://" + name + ".example");
        environment.setRolloutSeconds(120);
        return environment;
    }

    static WorkflowJob job(JenkinsRule jenkins, String name, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    static WorkflowRun start(WorkflowJob job) throws Exception {
        QueueTaskFuture<WorkflowRun> future = job.scheduleBuild2(0);
        return future.waitForStart();
    }

    /** As somebody who may do everything does it on the pages. */
    static void operate(String operation, String reason) {
        awaitStore();
        Answer answer = ReleaseService.get()
                .operations()
                .perform(() -> new Asked(operation, "", TRAIN, reason), new Caller("ada", right -> true));
        if (answer.status() != 200) {
            throw new AssertionError(new String(answer.body(), StandardCharsets.UTF_8));
        }
    }

    /** The store opens in the background after each start, and whoever asks before that is told to come again. */
    private static boolean holds(BooleanSupplier condition) {
        try {
            return condition.getAsBoolean();
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                return false;
            }
            throw e;
        }
    }

    /** Waits for what happens in the background. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        await(what, Duration.ofMinutes(2), condition);
    }

    static void await(String what, Duration patience, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!holds(condition)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Waited in vain for " + what);
            }
            Thread.sleep(50);
        }
    }

    @Override
    public void close() throws Exception {
        held.values().forEach(CountDownLatch::countDown);
        for (AutoCloseable part : parts) {
            part.close();
        }
    }
}
