package io.jenkins.plugins.releasetrain.steps;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The images that a {@code monoRelease} asks for: named, or all that differ at this moment. */
final class Snapshots {
    private Snapshots() {}

    static Map<String, String> images(MonoReleaseStep.Order order, BuildHost host) {
        boolean named = !order.images().isEmpty();
        if (named == !order.snapshot().isEmpty()) {
            throw EngineException.invalid(
                    "monoRelease: give either service and image (or images), or snapshot; not both and not neither");
        }
        if (named) {
            order.images().forEach((service, image) -> {
                if (image.isBlank()) {
                    throw EngineException.invalid("monoRelease: service '" + service + "' has no image");
                }
            });
            return order.images();
        }
        Catalog catalog = host.catalogOfTrain(order.train());
        Registries registries = host.registriesOfTrain(order.train());
        return switch (order.snapshot()) {
            case "registry" -> ofDevRegistry(catalog, registries, Optional.ofNullable(order.snapshotTag()));
            case "production" -> ofProduction(catalog, registries);
            default ->
                throw EngineException.invalid(
                        "monoRelease: snapshot is 'registry' or 'production', not '" + order.snapshot() + "'");
        };
    }

    private static Map<String, String> ofDevRegistry(Catalog catalog, Registries registries, Optional<String> tag) {
        SortedMap<String, String> tagOf = catalog.tags(tag);
        ImageSet production = registries.productionSet(catalog);
        SortedMap<String, Registry.Tag> tags = new TreeMap<>();
        catalog.services().forEach((name, s) -> tags.put(name, new Registry.Tag(s.devRepository(), tagOf.get(name))));
        Map<Registry.Tag, Registry.Descriptor> found = registries.dev().resolveAll(tags.values());
        if (found.isEmpty()) {
            throw EngineException.invalid("monoRelease: no service has an image tagged '" + tag.orElse(Catalog.LATEST)
                    + "' in the dev registry");
        }
        SortedMap<String, String> images = new TreeMap<>();
        tags.forEach((name, t) -> {
            Registry.Descriptor there = found.get(t);
            PinnedImage now = production.images().get(name);
            if (there != null && (now == null || !now.digest().equals(there.digest()))) {
                images.put(name, there.digest().value());
            }
        });
        return some(
                images,
                "no image tagged '" + tag.orElse(Catalog.LATEST)
                        + "' in the dev registry differs from what production runs");
    }

    private static Map<String, String> ofProduction(Catalog catalog, Registries registries) {
        SortedMap<String, String> images = new TreeMap<>();
        registries
                .productionSet(catalog)
                .images()
                .forEach((name, image) -> images.put(name, image.digest().value()));
        return some(images, "production runs nothing of the catalog yet");
    }

    private static Map<String, String> some(SortedMap<String, String> images, String otherwise) {
        if (images.isEmpty()) {
            throw EngineException.invalid("monoRelease: there is nothing to release: " + otherwise);
        }
        return images;
    }
}
