package io.jenkins.plugins.releasetrain.demo;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesCluster;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.contract.Contracts;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.history.Placing;
import io.jenkins.plugins.releasetrain.engine.image.Describer;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lock.LeaseLock;
import io.jenkins.plugins.releasetrain.engine.lock.StoredLine;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.SourceLinks;
import io.jenkins.plugins.releasetrain.engine.operation.Expectations;
import io.jenkins.plugins.releasetrain.engine.operation.Operations;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.PostgresqlServer;
import io.jenkins.plugins.releasetrain.engine.store.SqlFailures;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodSimulator;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The outside world of the demo, embedded or real; all of it ends with {@link #close()}. */
final class Parts implements AutoCloseable {
    private static final String REGISTRY_PASSWORD = "RELEASE_TRAIN_REGISTRY_PASSWORD";
    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);
    private static final Duration POD_START = Duration.ofMillis(150);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Options options;
    private final boolean embeddedKubernetes;
    /** The engine's; registries, clusters and locks live by the real time. */
    final LeapingClock clock = new LeapingClock();

    final Live live = new Live(clock);
    final Evidence evidence = new Evidence();
    final ExecutorService executor = Executors.newFixedThreadPool(8);
    /** Apart from the other: a copy waits there for its blobs. */
    final ExecutorService copies = Executors.newFixedThreadPool(4);

    final Registries registries;
    final SampleImages devPush;
    final KubernetesClient kubernetes;
    final Store store;
    final ShopImages images;
    final String storedAt;

    Parts(Options options, String run) throws IOException {
        this.options = options;
        opened.push(executor::shutdownNow);
        opened.push(copies::shutdownNow);
        try {
            URI dev = registry(options.devRegistry);
            URI production = registry(options.productionRegistry);
            registries = new Registries(client(dev), client(production));
            devPush = pusher(dev);
            images = new ShopImages(List.of(registries.dev(), registries.production()));
            embeddedKubernetes = options.kubeconfig.isEmpty();
            kubernetes = open(options.kubeconfig.map(Parts::realKubernetes).orElseGet(this::embeddedKubernetes));
            Path directory = options.store.resolve(run);
            storedAt = options.jdbcUrl.orElse(directory.toString());
            store = open(store(options.jdbcUrl
                    .<StoreSettings>map(url -> new StoreSettings.Postgresql(
                            PostgresqlServer.parse(url),
                            options.jdbcUser,
                            () -> environmentVariable("RELEASE_TRAIN_JDBC_PASSWORD")))
                    .orElseGet(() -> StoreSettings.h2(directory))));
        } catch (RuntimeException | IOException e) {
            close();
            throw e;
        }
    }

    private static SqlStore store(StoreSettings settings) {
        try {
            return SqlStore.open(settings);
        } catch (EngineException e) {
            throw new EngineException(e.kind(), settings.where() + ": " + SqlFailures.detail(e), e);
        }
    }

    private <T extends AutoCloseable> T open(T part) {
        opened.push(part);
        return part;
    }

    private URI registry(Optional<String> given) throws IOException {
        if (given.isPresent()) {
            return URI.create((options.https ? "https://" : "http://") + given.get());
        }
        return open(EmbeddedRegistry.start()).origin();
    }

    private Registry client(URI origin) {
        RegistrySettings settings = RegistrySettings.of(origin.getAuthority());
        if ("http".equals(origin.getScheme())) {
            settings = settings.withPlainHttp();
        }
        if (options.registryUser.isPresent()) {
            settings = settings.withCredentials(() -> options.registryUser.map(
                    user -> new RegistrySettings.Credentials(user, environmentVariable(REGISTRY_PASSWORD))));
        }
        Registry registry = new HttpRegistry(settings, Clock.systemUTC(), Sleeper.real());
        registry.resolve("release-train/ping", "latest");
        return registry;
    }

    private SampleImages pusher(URI origin) {
        SampleImages images = SampleImages.at(origin);
        return options.registryUser
                .map(user -> images.withBasicAuth(user, environmentVariable(REGISTRY_PASSWORD)))
                .orElse(images);
    }

    private static String environmentVariable(String name) {
        return Optional.ofNullable(System.getenv(name)).orElse("");
    }

    private KubernetesClient embeddedKubernetes() {
        return open(EmbeddedKubernetes.start()).newClient();
    }

    private static KubernetesClient realKubernetes(Path kubeconfig) {
        if (!kubeconfig.toFile().canRead()) {
            throw EngineException.invalid("--kubeconfig: " + kubeconfig + " cannot be read");
        }
        Config config = Config.fromKubeconfig(new File(kubeconfig.toString()));
        config.setRequestRetryBackoffLimit(1);
        KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build();
        int nodes = client.nodes().list().getItems().size();
        if (nodes > 0) {
            client.close();
            throw EngineException.invalid("--kubeconfig: this cluster has " + nodes
                    + " nodes; the sample images hold no program, so the demo needs an API server without nodes");
        }
        return client;
    }

    /** Makes a namespace whose pods do what their images' configs say, and an environment of it. */
    Environment environment(String name, Duration rolloutDeadline) {
        String namespace = options.namespace + "-" + name;
        kubernetes
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        if (!embeddedKubernetes) {
            opened.push(() -> kubernetes.namespaces().withName(namespace).delete());
        }
        PodSimulator.Settings settings = new PodSimulator.Settings(kubernetes, namespace, this::behaviour, POD_START);
        open(embeddedKubernetes ? PodSimulator.withControllers(settings) : PodSimulator.kubeletOnly(settings));
        KubernetesNamespace place = new KubernetesNamespace(kubernetes, namespace);
        return new Environment(
                name,
                namespace,
                "http://" + namespace + ".example",
                new KubernetesCluster(place, executor, Clock.systemUTC(), Sleeper.real())
                        .inMemory(notice -> {})
                        .watchedBy(services -> live.in(name, services)),
                new StoredLine(
                        new LeaseLock(place, Duration.ofSeconds(5), Clock.systemUTC(), Sleeper.real()),
                        store.line(namespace),
                        Clock.systemUTC(),
                        LOOK_AGAIN,
                        standings -> live.line(name, standings)),
                rolloutDeadline,
                Duration.ofMinutes(5));
    }

    private PodBehaviour behaviour(String image) {
        Optional<Map<String, String>> labels = images.labels(ImageReference.parse(image));
        if (labels.isEmpty()) {
            return PodBehaviour.IMAGE_PULL_BACK_OFF;
        }
        return switch (labels.get().getOrDefault(ShopImages.STARTS, "yes")) {
            case "never" -> PodBehaviour.NEVER_READY;
            case "crash" -> PodBehaviour.CRASH_LOOP;
            default -> PodBehaviour.READY;
        };
    }

    /**
     * The pages, where they are wanted. Whoever asks may do everything.
     *
     * @param trains as {@link Operations} wants them
     * @param places where images are
     */
    Optional<PagesServer> serve(
            Function<String, Train> trains,
            Function<String, Lanes> lanes,
            Supplier<Placing> places,
            Consumer<Event> listener)
            throws IOException {
        if (options.serve.isEmpty()) {
            return Optional.empty();
        }
        try {
            Expectations expectations = new Expectations(executor, clock);
            Operations operations = new Operations(
                    trains,
                    lanes,
                    store,
                    new Blocks(store, clock, listener),
                    new Contracts(store, clock, listener),
                    clock,
                    expectations);
            PagesServer.Site site = site(operations, expectations, places);
            return Optional.of(open(new PagesServer(site, options.serve.get())));
        } catch (BindException | IllegalArgumentException e) {
            throw new EngineException(
                    FailureKind.INVALID_INPUT,
                    "--serve: cannot listen on port " + options.serve.get() + ": " + e.getMessage(),
                    e);
        }
    }

    private PagesServer.Site site(Operations operations, Expectations expectations, Supplier<Placing> places) {
        return new PagesServer.Site(
                new HistoryApi(
                        store,
                        clock,
                        live,
                        executor,
                        new HistoryApi.Site(
                                MovingTags.USUAL.asMatchPredicate(),
                                service -> SourceLinks.NONE,
                                expectations.source(operations::outlook),
                                places)),
                new OperationsApi(operations),
                new OperationsApi.Caller("demo", right -> true),
                clock);
    }

    /** Reads what the shop's images say of themselves. */
    void describe(Catalog catalog, Consumer<Event> listener) throws InterruptedException {
        new Describer(
                        store,
                        image -> catalog.services().values().stream()
                                .filter(s -> s.productionRepository().equals(image.repository()))
                                .flatMap(s -> Stream.of(
                                        new Describer.Place(registries.production(), s.productionRepository()),
                                        new Describer.Place(registries.dev(), s.devRepository())))
                                .toList(),
                        executor,
                        clock,
                        listener)
                .run();
    }

    Registry.Traffic traffic() {
        return registries.dev().traffic().plus(registries.production().traffic());
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                System.err.println("While ending the demo: " + e);
            }
        }
    }
}
