package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.contract.Contracts;
import io.jenkins.plugins.releasetrain.engine.environment.Sightings;
import io.jenkins.plugins.releasetrain.engine.history.Answers;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.image.Describer;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.operation.Expectations;
import io.jenkins.plugins.releasetrain.engine.operation.Operations;
import io.jenkins.plugins.releasetrain.engine.progress.Sizes;
import io.jenkins.plugins.releasetrain.engine.promotion.PlainPromotions;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreExport;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;

/** A store that is open, and everything that works by it; all of it ends with the store. */
final class OpenStore implements StoreHolder.Held {
    /** Of the pool's connections; the others are the trains'. */
    private static final Duration DESCRIBE_AGAIN = Duration.ofMinutes(10);

    private static final int READERS = 3;

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration LONGER_THAN_ANY_REQUEST = Duration.ofMinutes(15);

    private final ReleaseService service;
    private final Controller controller;
    private final Wiring.Surroundings around;
    private final SqlStore store;
    private final String state;
    /** When lists were last made to forget; of the thread that watches. */
    private Instant forgotten = Instant.EPOCH;
    /** In bytes. */
    private volatile long size;

    private final HistoryApi history;
    private final Answers answers;
    private final ExecutorService simulations = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "Release Train advisor");
        thread.setDaemon(true);
        return thread;
    });
    private final Expectations expectations;
    private final Whereabouts whereabouts;
    private final Promoter promoter;
    private final Promotions promotions;
    private final Contracts contracts;
    private final BuildContracts buildContracts;
    private final Describer describer;
    private Wiring wiring;

    OpenStore(SqlStore store, ReleaseService service, Controller controller, Wiring.Surroundings around) {
        this.service = service;
        this.controller = controller;
        this.around = around;
        this.store = store;
        this.state = store.schema().text();
        this.expectations = new Expectations(simulations, around.clock());
        this.whereabouts = new Whereabouts(new Sightings(around.threads(), around.clock()));
        this.history = new HistoryApi(store, around.clock(), around.live(), simulations, site());
        this.answers = new Answers(around.clock(), READERS, PATIENCE);
        this.promoter = new Promoter(
                store,
                new HttpImageCopier(CopySettings.DEFAULT, around.threads(), around.live()),
                around.threads(),
                around.clock(),
                around.listener(),
                controller.id(),
                request -> around.live()
                        .releasing(request.release(), line -> service.tellRelease(request.release(), line)));
        this.contracts = new Contracts(store, around.clock(), around.listener());
        this.describer = new Describer(
                store,
                image -> wiring(service.current()).places(image),
                around.threads(),
                around.clock(),
                around.listener());
        this.buildContracts = new BuildContracts(service, contracts, around.registries());
        this.promotions = new Promotions(
                service,
                controller,
                new PlainPromotions(store, controller.id(), around.clock(), around.listener()),
                around.live(),
                around.registries());
    }

    private HistoryApi.Site site() {
        return new HistoryApi.Site(
                tag -> wiring(service.current()).moves(tag),
                name -> wiring(service.current()).links(name),
                expectations.source(name -> operations(service.current()).outlook(name)),
                () -> {
                    Settings settings = service.current();
                    return whereabouts.of(settings, wiring(settings));
                });
    }

    Store store() {
        return store;
    }

    /** What its tables were like when it was opened, and how large it was when it was last measured. */
    String state() {
        return state + (size == 0 ? "" : "; " + Sizes.text(size));
    }

    @Override
    public String trouble() {
        return store.trouble();
    }

    /** Now and then: looks after promotions, and how large the store is. */
    void watch() {
        promotions.watch();
        try {
            size = store.size();
            forget();
        } catch (EngineException e) {
            ReleaseService.LOGGER.log(Level.FINE, "The store cannot be measured now", e);
        }
    }

    /** Hourly, where an administrator wants it. */
    private void forget() {
        Instant now = around.clock().instant();
        if (now.isAfter(forgotten.plus(HOUR))) {
            forgotten = now;
            service.current()
                    .history()
                    .ifPresent(history -> store.forget(now.minus(MONTH.multipliedBy(history.getMonths()))));
        }
    }

    /** All that cannot be derived; see {@link StoreExport}. */
    void export(OutputStream out) throws IOException {
        new StoreExport(store).write(out);
    }

    HistoryApi history() {
        return history;
    }

    Answers answers() {
        return answers;
    }

    Promoter promoter() {
        return promoter;
    }

    BuildContracts contracts() {
        return buildContracts;
    }

    /** What images say of themselves, never on the way of a change (I11). @return when there may be more */
    Optional<Duration> describe() {
        try {
            describer.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(Level.FINE, "Images cannot be described now; trying again", e);
        }
        return Optional.of(DESCRIBE_AGAIN);
    }

    Promotions promotions() {
        return promotions;
    }

    Blocks blocks() {
        return new Blocks(store, around.clock(), around.listener());
    }

    Operations operations(Settings settings) {
        return new Operations(
                name -> wiring(settings).train(name),
                name -> wiring(settings).lanes(name),
                store,
                blocks(),
                contracts,
                around.clock(),
                expectations);
    }

    /** @param settings those that hold now; what was made by others is closed once nobody uses it any more */
    synchronized Wiring wiring(Settings settings) {
        if (wiring == null || !wiring.isOf(settings)) {
            if (wiring != null) {
                controller.later(wiring::close, LONGER_THAN_ANY_REQUEST);
            }
            wiring = new Wiring(settings, store, promoter, contracts, around);
        }
        return wiring;
    }

    @Override
    public synchronized void close() {
        if (wiring != null) {
            wiring.close();
        }
        simulations.shutdownNow();
        store.close();
    }
}
