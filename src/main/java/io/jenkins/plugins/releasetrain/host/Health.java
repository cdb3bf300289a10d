package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.CatalogConfiguration;
import io.jenkins.plugins.releasetrain.config.ConfigurationHost.Finding;
import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.Outlook;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.operation.Operations;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What is broken, since when, and who is paused: of what this process and the store know already. */
final class Health {
    private final Settings settings;
    private final Live live;
    private final StoreHolder<StoreKey, OpenStore> holder;
    private final Function<String, String> problemOfCatalog;

    /** @param problemOfCatalog why a catalog in SCM is not the newest; empty where it is */
    Health(
            Settings settings,
            Live live,
            StoreHolder<StoreKey, OpenStore> holder,
            Function<String, String> problemOfCatalog) {
        this.settings = settings;
        this.live = live;
        this.holder = holder;
        this.problemOfCatalog = problemOfCatalog;
    }

    /** What a look at it needs of the store, while that is open. */
    interface Known {
        Optional<Store.RecordedEvent> pause(String train);

        /** Of a train, or of lanes as {@link Operations#LANES} says. */
        Outlook outlook(String name);
    }

    /** What the store was like when it was opened, or why it could not be, or cannot be written; asks no database. */
    String storeState() {
        String trouble = holder.trouble();
        return trouble.isEmpty()
                ? holder.open().map(OpenStore::state).orElse("It is opened when it is first needed")
                : trouble;
    }

    /** Trouble first. */
    List<Finding> findings() {
        List<Finding> found = new ArrayList<>();
        settings.problems().forEach(problem -> found.add(of("health.configuration", "", false, problem)));
        found.add(of("health.store", "", holder.trouble().isEmpty(), storeState()));
        found.addAll(findings(settings, live, problemOfCatalog, holder.open().map(this::known)));
        return Stream.concat(
                        found.stream().filter(f -> !f.well()), found.stream().filter(Finding::well))
                .toList();
    }

    private Known known(OpenStore open) {
        Operations operations = open.operations(settings);
        return new Known() {
            @Override
            public Optional<Store.RecordedEvent> pause(String train) {
                return open.store().activity("train/" + train, 1).pause();
            }

            @Override
            public Outlook outlook(String name) {
                return operations.outlook(name);
            }
        };
    }

    /** Of everything but the configuration as a whole and the store. */
    static List<Finding> findings(
            Settings settings, Live live, Function<String, String> problemOfCatalog, Optional<Known> known) {
        List<Finding> found = new ArrayList<>();
        settings.catalogs().stream().map(CatalogConfiguration::getName).forEach(name -> {
            String problem = problemOfCatalog.apply(name);
            found.add(of("health.catalogs", name, problem.isEmpty(), problem));
        });
        settings.trains().forEach(t -> {
            List<Finding> troubles = new ArrayList<>();
            train(t.getName(), live, known, troubles);
            found.addAll(troubles);
        });
        settings.environments().stream().filter(e -> e.getCatalog() != null).forEach(e -> {
            List<Finding> troubles = new ArrayList<>();
            worker("health.lanes", e.getName(), Operations.LANES + e.getName(), live, known, troubles);
            found.addAll(troubles);
        });
        live.promotions()
                .forEach(p -> found.add(since(
                        "health.promotions",
                        p.order().promotion(),
                        true,
                        p.order().from() + " → " + p.order().to(),
                        p.since())));
        live.deliveries()
                .forEach(d -> found.add(new Finding(
                        "health.webhooks",
                        d.name(),
                        d.failures() == 0,
                        d.failures() == 0 ? d.origin() : d.origin() + ": " + d.reason() + " (" + d.failures() + ")",
                        d.delivered())));
        return found;
    }

    /** A page that fails once its head is written cannot say so: what cannot be asked is trouble, too. */
    static void train(String name, Live live, Optional<Known> known, List<Finding> troubles) {
        Optional<Known> answers = known;
        try {
            known.flatMap(k -> paused(name, k)).ifPresent(troubles::add);
        } catch (EngineException e) {
            troubles.add(of("health.trains", name, false, e.getMessage()));
            answers = Optional.empty();
        }
        worker("health.trains", name, name, live, answers, troubles);
    }

    /** Who paused a train, why and when. */
    private static Optional<Finding> paused(String train, Known known) {
        return known.pause(train).map(recorded -> {
            Event.TrainPaused paused = (Event.TrainPaused) recorded.event();
            String by = paused.user().isEmpty() ? "" : " (" + paused.user() + ")";
            return since("health.trains", train, false, paused.reason() + by, recorded.at());
        });
    }

    /** A train, or the lanes of an environment: broken since when, held, and what it waits for. */
    static void worker(
            String area, String name, String asked, Live live, Optional<Known> known, List<Finding> troubles) {
        live.waits(name)
                .forEach(w -> troubles.add(since(area, name, false, w.environment() + ": " + w.why(), w.since())));
        try {
            known.map(k -> k.outlook(asked)).ifPresent(outlook -> {
                outlook.broken()
                        .forEach(b -> troubles.add(since(
                                area, name, false, b.environment() + ": " + String.join(", ", b.runs()), b.since())));
                if (!outlook.held().isEmpty()) {
                    troubles.add(of(area, name, false, outlook.held()));
                }
            });
        } catch (EngineException e) {
            troubles.add(of(area, name, false, e.getMessage()));
        }
        if (troubles.isEmpty()) {
            troubles.add(of(area, name, true, ""));
        }
    }

    private static Finding of(String area, String name, boolean well, String text) {
        return new Finding(area, name, well, text, Optional.empty());
    }

    private static Finding since(String area, String name, boolean well, String text, Instant since) {
        return new Finding(area, name, well, text, Optional.of(since));
    }
}
