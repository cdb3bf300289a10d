package io.jenkins.plugins.releasetrain.host;

import hudson.Extension;
import hudson.ExtensionList;
import hudson.init.InitMilestone;
import hudson.init.Initializer;
import hudson.init.Terminator;
import hudson.model.Run;
import hudson.security.Permission;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryRole;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.StoreConfiguration;
import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.operation.Operations;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.promotion.PlainPromotions;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.engine.webhook.Webhook;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.springframework.security.core.Authentication;

/** Trains, lanes and promotions for the rest of the plugin. Nothing is opened before somebody needs it. */
@Extension
public final class ReleaseService {
    static final Logger LOGGER = Logger.getLogger(ReleaseService.class.getName());
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);
    private static final Duration LONGER_THAN_ANY_REQUEST = Duration.ofMinutes(15);

    private final Controller controller = new Controller();
    private final Clock clock = Clock.systemUTC();
    private final Live live = new Live(clock);
    private final RunningTests tests = new RunningTests(controller, live);
    private final Webhooks webhooks = new Webhooks(controller, this::store, clock, live);
    private final CatalogFiles files =
            new CatalogFiles(controller.directory().resolve("catalogs"), new CatalogReader());
    private final Catalogs catalogs = new Catalogs(controller, files, clock);
    private final ConfigurationLog log = new ConfigurationLog(controller, this::store, clock);
    private final Map<String, TrainDriver> trains = new ConcurrentHashMap<>();
    private final Map<String, LaneDriver> lanes = new ConcurrentHashMap<>();
    private Store store;
    private String storeKey = "";
    private volatile String storeState = "It is opened when it is first needed";
    private Promoter promoter;
    private Promotions promotions;
    private Wiring wiring;
    private HistoryApi history;

    public static ReleaseService get() {
        return ExtensionList.lookupSingleton(ReleaseService.class);
    }

    public Controller controller() {
        return controller;
    }

    public Catalogs catalogs() {
        return catalogs;
    }

    private static ReleaseTrainConfiguration configuration() {
        return ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
    }

    /** Runs work that may block. */
    public void execute(Runnable work) {
        controller.threads().execute(work);
    }

    public void later(Runnable work, Duration delay) {
        controller.later(() -> execute(work), delay);
    }

    /** @throws EngineException FORBIDDEN where a build does not run as somebody who may */
    public void check(Authentication who, Permission permission) {
        if (!controller.may(who, permission)) {
            throw new EngineException(
                    FailureKind.FORBIDDEN,
                    "The build runs as '" + who.getName() + "', who lacks the permission " + permission.group.title
                            + "/" + permission.name + "; let somebody grant it, or run the build as another user");
        }
    }

    /** What people do by hand. */
    public OperationsApi operations() {
        Store current = store();
        return new OperationsApi(new Operations(name -> wiring().train(name), current, blocks(), clock));
    }

    /** @throws EngineException where the train is not configured */
    public TrainDriver train(String name) {
        configuration().train(name);
        return trains.computeIfAbsent(
                name,
                n -> new TrainDriver(
                        controller, () -> wiring().train(n), (environment, why) -> live.waits(n, environment, why)));
    }

    /** @throws EngineException where the environment is not configured */
    public LaneDriver lanes(String environment) {
        configuration().environment(environment);
        return lanes.computeIfAbsent(
                environment,
                n -> new LaneDriver(controller, () -> wiring().lanes(n), (lane, why) -> live.waits(lane, n, why)));
    }

    /** Follows what bodies record of their tests. */
    public RunningTests tests() {
        return tests;
    }

    /** Groups candidates by the lane that they share. */
    public Lanes lanesOf(String environment) {
        return wiring().lanes(environment);
    }

    public Catalog catalogOfTrain(String train) {
        return wiring().catalog(configuration().train(train).getCatalog());
    }

    public Registries registriesOfTrain(String train) {
        return wiring().registriesOf(configuration().train(train).getCatalog());
    }

    /** Releases, and sets that are being tried, as text for other installers. */
    public Manifests manifests() {
        return new Manifests(configuration(), store(), wiring());
    }

    /** Two registries for a promotion by a build, with the credentials that its job sees. */
    Registries registries(String from, String to, Run<?, ?> build) {
        RegistryConfiguration source = configuration().registry(from);
        return new Registries(Wiring.connect(source, Optional.of(build), clock), target(to, Optional.of(build)));
    }

    /** @param build whose job's credentials are used; empty: the system's */
    Registry target(String to, Optional<Run<?, ?>> build) {
        RegistryConfiguration target = configuration().registry(to);
        if (target.getRole() != RegistryRole.PRODUCTION) {
            throw EngineException.invalid("Registry '" + to + "' is not a production registry, so nothing is promoted"
                    + " to it; choose another, or change its role under Manage Jenkins » Release Train");
        }
        return Wiring.connect(target, build, clock);
    }

    /** @throws EngineException where the registry is not configured */
    public String registryHost(String registry) {
        return configuration().registry(registry).getHost();
    }

    /** A registry's configured prefix; empty for none. */
    public String repositoryPrefix(String registry) {
        return Optional.ofNullable(configuration().registry(registry).getRepositoryPrefix())
                .map(p -> p.endsWith("/") ? p : p + "/")
                .orElse("");
    }

    /** Images that nobody may release. */
    public Blocks blocks() {
        return new Blocks(store(), clock, this::onEvent);
    }

    /** @throws EngineException where the database cannot be opened */
    public synchronized Store store() {
        StoreSettings settings = storeSettings(configuration().getStore());
        String key = settings.jdbcUrl() + " " + settings.user();
        if (store == null || !key.equals(storeKey)) {
            if (store != null) {
                store.close();
            }
            store = open(settings);
            storeKey = key;
            promoter = null;
            promotions = null;
            wiring = null;
        }
        return store;
    }

    private Store open(StoreSettings settings) {
        try {
            SqlStore opened = SqlStore.open(settings);
            storeState = opened.schema().text();
            return opened;
        } catch (EngineException e) {
            storeState = e.getMessage();
            throw e;
        }
    }

    /** What the store was like when it was opened, or why it could not be; asks no database. */
    public String storeState() {
        return storeState;
    }

    private StoreSettings storeSettings(StoreConfiguration configured) {
        if (configured == null) {
            return StoreSettings.h2(controller.directory());
        }
        return settings(configured);
    }

    static StoreSettings settings(StoreConfiguration configured) {
        if (configured.getCredentialsId() == null) {
            return new StoreSettings(configured.getJdbcUrl(), "", () -> "");
        }
        RegistrySettings.Credentials login =
                JenkinsCredentials.login(Optional.empty(), configured.getCredentialsId(), "the store");
        return new StoreSettings(configured.getJdbcUrl(), login.user(), login::password);
    }

    /** The JSON API; whoever serves it checks permissions first. */
    public synchronized HistoryApi history() {
        Store current = store();
        if (history == null) {
            history = new HistoryApi(current, clock, live, controller.threads());
        }
        return history;
    }

    public synchronized Promoter promoter() {
        Store current = store();
        if (promoter == null) {
            promoter = new Promoter(
                    current,
                    new HttpImageCopier(CopySettings.DEFAULT, controller.threads(), live),
                    controller.threads(),
                    clock,
                    this::onEvent,
                    controller.id());
        }
        return promoter;
    }

    public synchronized Promotions promotions() {
        Store current = store();
        if (promotions == null) {
            promotions = new Promotions(
                    this, controller, new PlainPromotions(current, controller.id(), clock, this::onEvent));
        }
        return promotions;
    }

    private synchronized Wiring wiring() {
        Promoter current = promoter();
        if (wiring == null) {
            wiring = new Wiring(
                    configuration(),
                    new Wiring.Ports(
                            store,
                            current,
                            controller.threads(),
                            clock,
                            this::onEvent,
                            live,
                            catalogs,
                            files,
                            controller.id()));
        }
        return wiring;
    }

    private void onEvent(Event event) {
        LOGGER.log(Level.FINE, "{0}", event);
        trains.values().forEach(driver -> driver.onEvent(event));
        if (Webhook.concerns(event)) {
            webhooks.wake();
        }
    }

    /**
     * The configuration was saved: what is made from it is made anew, and who did it is kept.
     *
     * @param parts that are not what they were
     */
    public static void reconfigured(List<Event.Part> parts) {
        for (ReleaseService service : ExtensionList.lookup(ReleaseService.class)) {
            service.rewire();
            service.log.changed(parts);
        }
    }

    private synchronized void rewire() {
        catalogs.configure(configuration().getCatalogs());
        Wiring old = wiring;
        wiring = null;
        if (old != null) {
            // Requests that are under way still use its connections.
            controller.later(old::close, LONGER_THAN_ANY_REQUEST);
            trains.values().forEach(TrainDriver::wake);
            lanes.values().forEach(LaneDriver::wake);
        }
        execute(this::hook);
    }

    private void hook() {
        try {
            configuration().getEnvironments().stream()
                    .filter(e -> e.getCatalog() != null)
                    .forEach(e -> lanes(e.getName()).watchOver());
            webhooks.configure(configuration().getWebhooks());
        } catch (EngineException e) {
            LOGGER.log(Level.WARNING, "Webhooks cannot be called yet; trying again", e);
            later(this::hook, TRY_AGAIN);
        }
    }

    /** Work may have been left that needs no build, or whose build did not survive. */
    @Initializer(after = InitMilestone.JOB_CONFIG_ADAPTED)
    public static void resume() {
        if (configuration().getRegistries().isEmpty()) {
            return;
        }
        ReleaseService service = get();
        service.catalogs.configure(configuration().getCatalogs());
        service.execute(service::takeUp);
        service.execute(service::hook);
    }

    private void takeUp() {
        try {
            ReleaseTrainConfiguration now = configuration();
            now.getTrains().forEach(t -> train(t.getName()).wake());
            now.getEnvironments().stream()
                    .filter(e -> e.getCatalog() != null)
                    .forEach(e -> lanes(e.getName()).takeUp());
            promotions().resume();
        } catch (EngineException e) {
            LOGGER.log(Level.WARNING, "What was left by the last run cannot be taken up yet; trying again", e);
            later(this::takeUp, TRY_AGAIN);
        }
    }

    @Terminator
    public static void stop() {
        ExtensionList.lookup(ReleaseService.class).forEach(ReleaseService::close);
    }

    private synchronized void close() {
        controller.close();
        if (wiring != null) {
            wiring.close();
            wiring = null;
        }
        if (store != null) {
            store.close();
            store = null;
        }
    }
}
