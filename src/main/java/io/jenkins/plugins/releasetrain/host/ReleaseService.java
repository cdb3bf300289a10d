package io.jenkins.plugins.releasetrain.host;

import hudson.Extension;
import hudson.ExtensionList;
import hudson.init.InitMilestone;
import hudson.init.Initializer;
import hudson.init.Terminator;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.daemon.DockerDaemon;
import io.jenkins.plugins.releasetrain.engine.event.ConfigurationPart;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.Answers;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lane.RemovedLanes;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistryConnections;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.train.RemovedTrain;
import io.jenkins.plugins.releasetrain.engine.webhook.Webhook;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Trains, lanes and promotions for the rest of the plugin. Nothing is opened before somebody needs it. */
@Extension
@Restricted(NoExternalUse.class)
public final class ReleaseService implements BuildHost {
    /** Connections that are tested at a time. */
    static final int TESTS = 8;

    static final Logger LOGGER = Logger.getLogger(ReleaseService.class.getName());
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);

    private final Controller controller = new Controller();
    private final Riders riders = new Riders(controller, ReleaseService::settings);
    private final Clock clock = Clock.systemUTC();
    private final Live live = new Live(clock);
    private final RunningTests tests = new RunningTests(controller, live);
    private final RunningBodies bodies = new RunningBodies();
    private final Webhooks webhooks = new Webhooks(controller, this::store, clock, live);
    private final CatalogFiles files =
            new CatalogFiles(controller.directory().resolve("catalogs"), new CatalogReader());
    private final Catalogs catalogs = new Catalogs(controller, files, clock);
    private final ConfigurationLog log =
            new ConfigurationLog(ConfigurationLog.Ports.of(controller, clock), this::store);
    private final Map<String, TrainDriver> trains = new ConcurrentHashMap<>();
    private final Map<String, LaneDriver> lanes = new ConcurrentHashMap<>();
    private final JenkinsCredentials credentials = new JenkinsCredentials(controller);
    private final RegistryClients clients = new RegistryClients(
            credentials, new RegistryConnections(clock, Sleeper.real()), controller.registryProxy());
    private final BuiltImages built = new BuiltImages(controller, this, clients, clock, this::onEvent);
    private final DaemonPushes pushes = new DaemonPushes(new DockerDaemon(Optional.empty()), clients);
    private final Wiring.Surroundings around = new Wiring.Surroundings(
            controller.threads(),
            clock,
            this::onEvent,
            riders,
            live,
            catalogs,
            files,
            clients,
            new Kubernetes(credentials, controller.proxy(), clock),
            controller::httpClient,
            controller.id());
    private final StoreHolder<StoreKey, OpenStore> holder = new StoreHolder<>(
            () -> StoreKey.of(settings().store(), controller.directory(), credentials),
            key -> new OpenStore(SqlStore.open(key.settings(), ZoneId.systemDefault()), this, controller, around),
            new StoreHolder.Ports(this::execute, this::later, clock, this::opened));
    private final Patience testers = new Patience(controller.threads(), Duration.ofSeconds(20), TESTS);
    private final Loop describing = new Loop(controller, () -> holder.open().flatMap(OpenStore::describe));
    private final Loop watching = new Loop(controller, this::watch);

    public static ReleaseService get() {
        return ExtensionList.lookupSingleton(ReleaseService.class);
    }

    public Controller controller() {
        return controller;
    }

    public Catalogs catalogs() {
        return catalogs;
    }

    private static Settings settings() {
        return ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class).settings();
    }

    public Settings current() {
        return settings();
    }

    @Override
    public void execute(Runnable work) {
        controller.threads().execute(work);
    }

    @Override
    public void later(Runnable work, Duration delay) {
        controller.later(() -> execute(work), delay);
    }

    @Override
    public boolean isQuiet() {
        return controller.isQuiet();
    }

    @Override
    public Riders riders() {
        return riders;
    }

    @Override
    public OperationsApi operations() {
        return new OperationsApi(() -> holder.get().operations(settings()));
    }

    @Override
    public TrainDriver train(String name) {
        return trains.computeIfAbsent(
                name,
                n -> new TrainDriver(
                        controller,
                        clock,
                        n,
                        new ConfiguredTrain(
                                n,
                                ReleaseService::settings,
                                this::wiring,
                                () -> new RemovedTrain(store(), n, clock, this::onEvent)),
                        (environment, why) -> live.waits(n, environment, why)));
    }

    @Override
    public LaneDriver lanes(String environment) {
        return lanes.computeIfAbsent(
                environment,
                n -> new LaneDriver(
                        controller,
                        clock,
                        new ConfiguredLanes(
                                n,
                                ReleaseService::settings,
                                this::wiring,
                                () -> new RemovedLanes(store(), n, clock, this::onEvent)),
                        (lane, why) -> live.waits(lane, n, why)));
    }

    @Override
    public RunningBodies bodies() {
        return bodies;
    }

    @Override
    public RunningTests tests() {
        return tests;
    }

    @Override
    public Lanes lanesOf(String environment) {
        return wiring().lanes(environment);
    }

    @Override
    public Catalog catalogOfTrain(String train) {
        return wiring().catalog(settings().train(train).getCatalog());
    }

    @Override
    public Environments environments() {
        return new Environments(this::wiring, this::catalogsIn);
    }

    /** Of the trains and lanes that install into the environment. */
    List<Catalog> catalogsIn(String environment) {
        return settings().catalogsIn(environment).stream()
                .map(name -> wiring().catalog(name))
                .toList();
    }

    @Override
    public Registries registriesOfTrain(String train) {
        return wiring().registriesOf(settings().train(train).getCatalog());
    }

    @Override
    public Manifests manifests() {
        return new Manifests(settings(), store(), wiring());
    }

    /** Images of {@code promoteImage}, those of a Docker daemon pushed. */
    List<String> pushed(String from, List<String> images, Registry dev, Run<?, ?> build) {
        return pushes.plain(images, repositoryPrefix(from), dev, settings().registry(from), build);
    }

    @Override
    public Map<String, String> pushedForTrain(String train, Map<String, String> images) {
        return pushes.ofServices(images, wiring(), settings().train(train).getCatalog());
    }

    @Override
    public Map<String, String> pushedForLanes(String environment, Map<String, String> images) {
        return pushes.ofServices(
                images, wiring(), settings().environment(environment).getCatalog());
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Builds builds() {
        return controller;
    }

    /** The production registry of a host, with the system's credentials; empty where none is configured. */
    Optional<Registry> productionAt(String host) {
        return settings().productionAt(host).map(r -> wiring().registry(r.getName()));
    }

    /** Tells the builds that wait for a release how far its promotion is. */
    void tellRelease(String release, String line) {
        store().release(release).ifPresent(found -> {
            List<String> changes = found.made().changes();
            trains.values().forEach(train -> train.tell(changes, release + ": " + line));
            lanes.values().forEach(lane -> lane.tell(changes, release + ": " + line));
        });
    }

    @Override
    public String registryHost(String registry) {
        return settings().registry(registry).getHost();
    }

    /** A registry's configured prefix; empty for none. */
    public String repositoryPrefix(String registry) {
        return settings().registry(registry).prefix();
    }

    @Override
    public Store store() {
        return holder.get().store();
    }

    @Override
    public List<String> troubleElsewhere(String trial) {
        return live.trouble(trial);
    }

    /** All that the store holds and that cannot be derived; whoever asks checks permissions first. */
    public void export(OutputStream out) throws IOException {
        holder.get().export(out);
    }

    @Override
    public HistoryApi history() {
        return holder.get().history();
    }

    /** Of the history and the outlook, each made once for all who ask at about the same time. */
    public Answers answers() {
        return holder.get().answers();
    }

    public Promoter promoter() {
        return holder.get().promoter();
    }

    @Override
    public BuiltImages built() {
        return built;
    }

    @Override
    public BuildContracts contracts() {
        return holder.get().contracts();
    }

    @Override
    public Promotions promotions() {
        return holder.get().promotions();
    }

    /** Again and again, so that nothing stays half promoted (I6). */
    private Optional<Duration> watch() {
        holder.open().ifPresent(OpenStore::watch);
        return Optional.of(TRY_AGAIN);
    }

    Health health() {
        return new Health(
                settings(), live, holder, catalog -> catalogs.status(catalog).problem());
    }

    /** The test buttons of the configuration page. */
    ConnectionTests connectionTests() {
        return new ConnectionTests(around, this::catalogsIn, testers);
    }

    Wiring wiring() {
        return holder.get().wiring(settings());
    }

    private void onEvent(Event event) {
        LOGGER.log(Level.FINE, "{0}", event);
        holder.open().map(OpenStore::answers).ifPresent(Answers::forget);
        trains.values().forEach(driver -> driver.onEvent(event));
        if (event instanceof Event.ChangeQueued || event instanceof Event.LaneQueued) {
            describing.wake();
        }
        if (event instanceof Event.TroubleElsewhere e) {
            live.trouble(e.trial(), e.trouble());
        } else if (Webhook.concerns(event)) {
            webhooks.wake();
        }
    }

    /** The settings are others, in these parts: what is made from them is made anew, and who did it is kept. */
    void reconfigured(List<ConfigurationPart> parts) {
        catalogs.configure(settings().catalogs());
        if (!settings().registries().isEmpty()) {
            holder.check();
        }
        if (holder.open().isPresent()) {
            trains.values().forEach(TrainDriver::wake);
            lanes.values().forEach(LaneDriver::wake);
            execute(this::hook);
        }
        log.changed(parts);
    }

    /** A store that was not open before: work may have been left there. */
    private void opened() {
        execute(new LeftWork(ReleaseService::settings, this::store, new LeftWork.Drivers(this))::takeUp);
        execute(this::hook);
        describing.wake();
        watching.wake();
    }

    private void hook() {
        try {
            settings().environments().stream()
                    .filter(e -> e.getCatalog() != null)
                    .forEach(e -> lanes(e.getName()).watchOver());
            webhooks.configure(settings().webhooks());
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, "Webhooks cannot be called yet; trying again", e);
            later(this::hook, TRY_AGAIN);
        }
    }

    /** Work may have been left that needs no build, or whose build did not survive. */
    @Initializer(after = InitMilestone.JOB_CONFIG_ADAPTED)
    public static void resume() {
        get().controller.watch(get()::store, get().clock);
        if (settings().registries().isEmpty()) {
            return;
        }
        ReleaseService service = get();
        service.catalogs.configure(settings().catalogs());
        service.holder.check();
    }

    @Terminator
    public static void stop() {
        ExtensionList.lookup(ReleaseService.class).forEach(service -> {
            service.controller.close();
            service.controller.leave();
            service.holder.close();
        });
    }
}
