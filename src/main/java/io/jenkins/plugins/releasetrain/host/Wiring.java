package io.jenkins.plugins.releasetrain.host;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.jenkins.plugins.releasetrain.config.CatalogConfiguration;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.EvidenceConfiguration;
import io.jenkins.plugins.releasetrain.config.FreezeConfiguration;
import io.jenkins.plugins.releasetrain.config.PolicyConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration.Install;
import io.jenkins.plugins.releasetrain.engine.cluster.FaultRules;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesCluster;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.contract.Checkers;
import io.jenkins.plugins.releasetrain.engine.contract.Contracts;
import io.jenkins.plugins.releasetrain.engine.contract.RegistryAttestor;
import io.jenkins.plugins.releasetrain.engine.contract.RegistryGate;
import io.jenkins.plugins.releasetrain.engine.contract.SigningKey;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.HttpProbe;
import io.jenkins.plugins.releasetrain.engine.environment.Probe;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.image.Describer;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lock.LeaseLock;
import io.jenkins.plugins.releasetrain.engine.lock.StoredLine;
import io.jenkins.plugins.releasetrain.engine.manifest.Publisher;
import io.jenkins.plugins.releasetrain.engine.manifest.ReleaseArtifact;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.SourceLinks;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.promotion.Permit;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.ImageRecord;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.train.Timetable;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** Engine objects made from one state of the configuration, each when it is first needed. */
final class Wiring implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger(Wiring.class.getName());
    private static final double HOURS_PER_MONTH = 720;
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(5);
    /** Of who holds and waits for an environment, however many ask. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private static final double PERCENT = 100;

    private final Settings configuration;
    private final Predicate<String> moving;
    private final Store store;
    private final Promoter promoter;
    private final Contracts contracts;
    private final Surroundings ports;
    private final Map<String, HttpRegistry> registries = new ConcurrentHashMap<>();
    private final Map<String, Environment> environments = new ConcurrentHashMap<>();
    private final Map<String, KubernetesClient> clients = new ConcurrentHashMap<>();
    private final Map<String, Train> trains = new ConcurrentHashMap<>();
    private final Map<String, AdoptedLanes> lanes = new ConcurrentHashMap<>();

    /** What changes neither with the configuration nor with the store. */
    record Surroundings(
            Executor threads,
            Clock clock,
            Consumer<Event> listener,
            Riders riders,
            Live live,
            Catalogs catalogs,
            CatalogFiles files,
            RegistryClients registries,
            Kubernetes kubernetes,
            Supplier<HttpClient> http,
            String controller) {}

    Wiring(Settings configuration, Store store, Promoter promoter, Contracts contracts, Surroundings ports) {
        this.configuration = configuration;
        this.moving = moving(configuration);
        this.store = store;
        this.promoter = promoter;
        this.contracts = contracts;
        this.ports = ports;
    }

    boolean isOf(Settings settings) {
        return configuration == settings;
    }

    /** With the system's credentials; for trains and lanes. */
    HttpRegistry registry(String name) {
        RegistryConfiguration found = configuration.registry(name);
        return registries.computeIfAbsent(name, n -> ports.registries().connect(found, Optional.empty()));
    }

    /** As it is now; trains and lanes may still have the one before. */
    Catalog catalog(String name) {
        return version(name).catalog();
    }

    private CatalogVersion version(String catalog) {
        return ports.catalogs().current(configuration.catalog(catalog));
    }

    private AdoptedCatalog adopted(String key, String catalog) {
        return new AdoptedCatalog(ports.files(), key, () -> version(catalog), () -> problem(catalog));
    }

    private String problem(String catalog) {
        boolean read = configuration.catalog(catalog).getScm() != null;
        return read ? ports.catalogs().status(catalog).problem() : "";
    }

    RegistryConfiguration devRegistry(String catalog) {
        return configuration.registry(configuration.catalog(catalog).getDevRegistry());
    }

    Registries registriesOf(String catalog) {
        CatalogConfiguration found = configuration.catalog(catalog);
        return new Registries(registry(found.getDevRegistry()), registry(found.getProductionRegistry()));
    }

    Environment environment(String name) {
        EnvironmentConfiguration found = configuration.environment(name);
        return environments.computeIfAbsent(name, n -> {
            KubernetesClient client =
                    clients.computeIfAbsent(n, c -> ports.kubernetes().connect(found));
            KubernetesNamespace place = new KubernetesNamespace(client, found.getNamespace());
            return new Environment(
                    n,
                    found.getNamespace(),
                    Optional.ofNullable(found.getBaseUrl()).orElse(""),
                    new KubernetesCluster(place, ports.threads(), ports.clock(), Sleeper.real())
                            .inMemory(notice -> LOGGER.warning("Environment '" + n + "': " + notice))
                            .watchedBy(services -> ports.live().in(n, services))
                            .judgedBy(FaultRules.parse(
                                    Optional.ofNullable(found.getFaultRules()).orElse(""))),
                    new StoredLine(
                            new LeaseLock(place, CLOCK_SKEW, ports.clock(), Sleeper.real()),
                            store.line(n),
                            ports.clock(),
                            LOOK_AGAIN,
                            standings -> ports.live().line(n, standings)),
                    Duration.ofSeconds(found.getRolloutSeconds()),
                    Duration.ofSeconds(found.getLeaseSeconds()),
                    setUp(found, client),
                    probe(found));
        });
    }

    private Probe probe(EnvironmentConfiguration environment) {
        return environment
                .probe()
                .<Probe>map(settings -> new HttpProbe(
                        ports.http().get(),
                        Optional.ofNullable(environment.getBaseUrl()).orElse(""),
                        settings,
                        ports.clock(),
                        Sleeper.real()))
                .orElse(Probe.NONE);
    }

    /** What a verdict depends on besides set and suite (design §5.5), so short that it says nothing else. */
    private static String setUp(EnvironmentConfiguration environment, KubernetesClient client) {
        return Digest.sha256(String.join(
                        "\n",
                        String.valueOf(client.getMasterUrl()),
                        environment.getNamespace(),
                        Optional.ofNullable(environment.getBaseUrl()).orElse("")))
                .abbreviated();
    }

    Train train(String name) {
        TrainConfiguration train = configuration.train(name);
        return trains.computeIfAbsent(name, key -> train(train));
    }

    private Train train(TrainConfiguration train) {
        AdoptedCatalog catalog = adopted("train-" + train.getName(), train.getCatalog());
        Registries registries = registriesOf(train.getCatalog());
        return new Train(
                new Train.Plan(
                        settings(train),
                        timetable(train),
                        publisher(train),
                        ports.controller(),
                        train.getInstall() == Install.PATCH),
                catalog,
                registries,
                train.environments().stream().map(this::environment).toList(),
                enginePorts(
                        train.getCatalog(),
                        registries,
                        catalog::taken,
                        ports.riders().permitOfTrain(train.getName())));
    }

    private Publisher publisher(TrainConfiguration train) {
        if (!train.isPublishReleases()) {
            return Publisher.NONE;
        }
        RegistryConfiguration production =
                configuration.registry(configuration.catalog(train.getCatalog()).getProductionRegistry());
        String usual = production.prefix() + "releases/" + train.getName().toLowerCase(Locale.ROOT);
        return new ReleaseArtifact(
                new Artifacts(registry(production.getName())),
                Optional.ofNullable(train.getReleasesRepository()).orElse(usual));
    }

    private static TrainSettings settings(TrainConfiguration train) {
        String suite = Optional.ofNullable(train.getSuite()).orElse(train.getName());
        TrainSettings usual = TrainSettings.of(train.getName(), suite);
        PolicyConfiguration policy = policy(train);
        return new TrainSettings(
                train.getName(),
                suite,
                suite + " (test release)",
                train.getSmallestBatch(),
                train.getLargestBatch(),
                policy.getFailurePercent() / PERCENT,
                usual.priorChanges(),
                policy.getFlakePercent() / PERCENT,
                usual.priorRuns(),
                policy.getInnocencePercent() / PERCENT,
                Duration.ofHours(train.getMemoHours()),
                train.getVoidsBeforePause(),
                movingTags(train),
                train.getWastePercent() / PERCENT,
                new TrainSettings.Outages(
                        policy.getOutagesPerMonth() / HOURS_PER_MONTH,
                        usual.outages().hours(),
                        usual.outages().priorHours(),
                        policy.getWhenBroken()));
    }

    private static PolicyConfiguration policy(TrainConfiguration train) {
        return Optional.ofNullable(train.getPolicy()).orElseGet(PolicyConfiguration::new);
    }

    private static Timetable timetable(TrainConfiguration train) {
        PolicyConfiguration policy = policy(train);
        return new Timetable(
                policy.getFreezes().stream().map(FreezeConfiguration::freeze).toList(),
                Duration.ofMinutes(policy.getLongestWaitMinutes()),
                Duration.ofMinutes(policy.getTestMinutes()),
                Duration.ofMinutes(policy.getBeginMinutes()),
                policy.scheduled());
    }

    /** Where an image may be: what is released in the production registry, what is not in the dev registry. */
    List<Describer.Place> places(ImageRecord image) {
        List<Describer.Place> places = new ArrayList<>();
        for (CatalogConfiguration configured : configuration.catalogs()) {
            Registries registries = registriesOf(configured.getName());
            catalog(configured.getName()).services().values().stream()
                    .filter(s -> s.productionRepository().equals(image.repository()))
                    .forEach(s -> {
                        places.add(new Describer.Place(registries.production(), s.productionRepository()));
                        places.add(new Describer.Place(registries.dev(), s.devRepository()));
                    });
        }
        return places;
    }

    /** Where the source of a service is, as the first catalog says that has it. */
    SourceLinks links(String service) {
        return configuration.catalogs().stream()
                .map(configured -> catalog(configured.getName()))
                .filter(catalog -> catalog.services().containsKey(service))
                .map(Catalog::links)
                .findFirst()
                .orElse(SourceLinks.NONE);
    }

    /** Whether a tag names the newest of a line, as some train is configured. */
    boolean moves(String tag) {
        return moving.test(tag);
    }

    private static Predicate<String> moving(Settings settings) {
        return settings.trains().stream()
                .map(train -> movingTags(train).asMatchPredicate())
                .reduce(Predicate::or)
                .orElse(TrainSettings.USUAL_MOVING_TAGS.asMatchPredicate());
    }

    private static Pattern movingTags(TrainConfiguration train) {
        String tags = train.getMovingTags();
        return tags == null ? TrainSettings.USUAL_MOVING_TAGS : Pattern.compile(tags);
    }

    Lanes lanes(String environmentName) {
        EnvironmentConfiguration environment = configuration.environment(environmentName);
        String catalog = Optional.ofNullable(environment.getCatalog()).orElseThrow(() -> noLanes(environmentName));
        return lanes.computeIfAbsent(
                        environmentName,
                        key -> new AdoptedLanes(
                                adopted("lanes-" + environmentName, catalog), version -> lanes(environment, version)))
                .current();
    }

    static EngineException noLanes(String environment) {
        return EngineException.invalid("Environment '" + environment
                + "' has no catalog, so it takes no lanes; choose one under Manage Jenkins » Release Train");
    }

    private Lanes lanes(EnvironmentConfiguration environment, Catalog catalog) {
        LaneSettings usual = new LaneSettings(
                environment.getIsolation(),
                environment.getOnDrift(),
                environment.getAttempts(),
                TrainSettings.USUAL_MOVING_TAGS);
        LaneSettings settings = Optional.ofNullable(environment.getLanes())
                .map(configured -> configured.in(usual))
                .orElse(usual);
        Registries registries = registriesOf(environment.getCatalog());
        return new Lanes(
                settings,
                catalog,
                registries,
                environment(environment.getName()),
                enginePorts(
                        environment.getCatalog(),
                        registries,
                        () -> catalog,
                        ports.riders().permitOfLanes(environment.getName())));
    }

    private io.jenkins.plugins.releasetrain.engine.promotion.Ports enginePorts(
            String name, Registries registries, Supplier<Catalog> catalog, Permit permit) {
        return new io.jenkins.plugins.releasetrain.engine.promotion.Ports(
                store,
                promoter,
                ports.clock(),
                Wiring::id,
                ports.listener().andThen(promoter.early().following(registries, catalog)),
                permit,
                gate(configuration.catalog(name), registries, catalog));
    }

    private RegistryGate gate(CatalogConfiguration configured, Registries registries, Supplier<Catalog> catalog) {
        RegistryGate gate = new RegistryGate(catalog, registries, contracts, Checkers::check);
        EvidenceConfiguration evidence = configured.getEvidence();
        if (evidence == null) {
            return gate;
        }
        Optional<Supplier<SigningKey>> key =
                Optional.ofNullable(evidence.getCredentialsId()).map(id -> () -> signingKey(id, configured));
        return gate.attestedBy(new RegistryAttestor(registry(configured.getDevRegistry()), key));
    }

    private SigningKey signingKey(String id, CatalogConfiguration catalog) {
        return ports.registries()
                .credentials()
                .of(Optional.empty(), id, StringCredentials.class)
                .map(c -> SigningKey.ofPem(c.getSecret().getPlainText()))
                .orElseThrow(() -> JenkinsCredentials.missing(
                        Optional.empty(), id, "secret text", "catalog '" + catalog.getName() + "'"));
    }

    static String id() {
        return UUID.randomUUID().toString();
    }

    @Override
    public void close() {
        clients.values().forEach(KubernetesClient::close);
    }
}
