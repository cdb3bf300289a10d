package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.contract.Checkers;
import io.jenkins.plugins.releasetrain.engine.contract.ContractArtifacts;
import io.jenkins.plugins.releasetrain.engine.contract.ContractFile;
import io.jenkins.plugins.releasetrain.engine.contract.ContractKind;
import io.jenkins.plugins.releasetrain.engine.contract.Contracts;
import io.jenkins.plugins.releasetrain.engine.contract.RegistryGate;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The gate of a snapshot of 500 services, each of which has a new image: of how many seconds and requests it is, with what
 * production runs asked for, first and again.
 */
final class ContractGates {
    private static final int SERVICES = 500;
    private static final double NANOS = 1e9;

    private final SortedMap<String, Service> services = new TreeMap<>();
    private final SortedMap<String, PinnedImage> images = new TreeMap<>();
    private final EmbeddedRegistry dev;
    private final EmbeddedRegistry production;

    private ContractGates(EmbeddedRegistry dev, EmbeddedRegistry production) {
        this.dev = dev;
        this.production = production;
    }

    /** What the services have; where they publish, {@code changed} of 100 contracts are others than before. */
    private record Case(String key, String what, boolean published, int changed) {}

    static SortedMap<String, Double> run(PrintStream out) throws IOException {
        SortedMap<String, Double> figures = new TreeMap<>();
        for (Case each : List.of(
                new Case("contracts.gate500_unchanged", "contracts as they were", true, 0),
                new Case("contracts.gate500", "one contract in twenty changed", true, 5),
                new Case("contracts.gate500_unpublished", "without contracts", false, 0))) {
            try (EmbeddedRegistry dev = EmbeddedRegistry.start();
                    EmbeddedRegistry production = EmbeddedRegistry.start()) {
                figures.putAll(new ContractGates(dev, production).measured(out, each));
            }
        }
        return figures;
    }

    private SortedMap<String, Double> measured(PrintStream out, Case what) {
        for (int i = 0; i < SERVICES; i++) {
            service("s" + i, what.published(), i % 100 < what.changed());
        }
        SortedMap<String, Double> figures = new TreeMap<>();
        Store store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        Registries registries = new Registries(client(dev), client(production));
        Catalog catalog = new Catalog(services);
        RegistryGate gate = new RegistryGate(
                () -> catalog, registries, new Contracts(store, Clock.systemUTC(), event -> {}), Checkers::check);
        for (String when : List.of("first", "again")) {
            dev.forgetExchanges();
            production.forgetExchanges();
            long begin = System.nanoTime();
            gate.refusal(images, catalog, registries);
            double seconds = (System.nanoTime() - begin) / NANOS;
            double requests = (dev.exchanges().size() + production.exchanges().size()) / (double) SERVICES;
            out.printf(
                    "gate of %d services, %s, %s: %.2f s, %.2f requests each%n",
                    SERVICES, what.what(), when, seconds, requests);
            figures.put(what.key() + "_" + when + "_seconds", Math.round(100 * seconds) / 100.0);
            figures.put(what.key() + "_" + when + "_requests", Math.round(100 * requests) / 100.0);
        }
        store.close();
        return figures;
    }

    private void service(String name, boolean published, boolean changed) {
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, name, "");
        Service service =
                new Service(name, "dev/" + name, "prod/" + name, "production", workload, name, new TreeSet<>());
        services.put(name, service);
        push(production, service.productionRepository(), service.productionTag(), "1", published, "1");
        Digest image = push(dev, service.devRepository(), "2", "2", published, changed ? "2" : "1");
        images.put(name, new PinnedImage(service.productionRepository(), image, "2"));
    }

    private static Digest push(
            EmbeddedRegistry registry, String repository, String tag, String build, boolean published, String text) {
        Digest image =
                new Digest(SampleImages.at(registry.origin()).push(repository, tag, SampleImage.of(repository, build)));
        if (published) {
            String schema = "{\"type\": \"object\", \"description\": \"" + text + "\"}";
            ContractFile file =
                    new ContractFile(ContractKind.JSON_SCHEMA, "order.json", schema.getBytes(StandardCharsets.UTF_8));
            ContractArtifacts.publish(new Artifacts(client(registry)), repository, image, List.of(file));
        }
        return image;
    }

    private static HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), Clock.systemUTC(), wait -> {});
    }
}
