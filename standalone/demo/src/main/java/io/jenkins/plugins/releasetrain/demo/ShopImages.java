package io.jenkins.plugins.releasetrain.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the shop's images are like, read from their config in the registry that they are pulled from: the demo's tests and
 * its pods know an image by this alone.
 */
final class ShopImages {
    /** HTTP status that the service answers with. */
    static final String ANSWERS = "shop.answers";
    /** Level of the API that the service offers. */
    static final String OFFERS = "shop.offers";
    /** Levels that it needs of others, as {@code mail=1 price=2}. */
    static final String NEEDS = "shop.needs";
    /** {@code yes}, {@code never} (runs, but is not ready) or {@code crash}. */
    static final String STARTS = "shop.starts";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Registry> registries = new HashMap<>();
    private final Map<Digest, Map<String, String>> known = new ConcurrentHashMap<>();

    ShopImages(List<Registry> registries) {
        registries.forEach(r -> this.registries.put(r.host(), r));
    }

    /** Labels of the image, of its first platform if it has several; empty where it cannot be pulled. */
    Optional<Map<String, String>> labels(ImageReference image) {
        Registry registry = registries.get(image.registry());
        if (registry == null) {
            return Optional.empty();
        }
        Optional<Digest> digest =
                registry.resolve(image.repository(), image.manifestReference()).map(Registry.Descriptor::digest);
        return digest.map(d -> known.computeIfAbsent(d, x -> read(registry, image.repository(), d)));
    }

    private static Map<String, String> read(Registry registry, String repository, Digest digest) {
        try {
            JsonNode manifest = JSON.readTree(
                    registry.manifest(repository, digest.value()).orElseThrow().content());
            if (manifest.has("manifests")) {
                String first = manifest.get("manifests").get(0).get("digest").asText();
                return read(registry, repository, new Digest(first));
            }
            Digest config = new Digest(manifest.get("config").get("digest").asText());
            JsonNode labels = JSON.readTree(registry.blob(repository, config))
                    .path("config")
                    .path("Labels");
            Map<String, String> result = new HashMap<>();
            labels.fields()
                    .forEachRemaining(e -> result.put(e.getKey(), e.getValue().asText()));
            return Map.copyOf(result);
        } catch (IOException e) {
            throw new UncheckedIOException("Config of " + repository + "@" + digest + " cannot be read", e);
        }
    }
}
