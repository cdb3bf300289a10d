package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Images that say of themselves when they are to be deleted: builds label what they push to dev, so that it goes after some weeks.
 * The label is part of the image, and so of what is promoted, and Quay heeds it in production as well. It is told, and never a
 * reason to refuse: other registries do not heed it. Thread safe.
 */
final class Expiry {
    private static final String LABEL = "quay.expires-after";
    private static final Set<String> CONFIGS =
            Set.of("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json");
    private static final long LARGEST = 256 << 10;
    private static final int MOST = 10_000;
    private static final int MOST_NAMED = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<Digest, String> labels = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, String> eldest) {
            return size() > MOST;
        }
    };

    /** Looks into what is about to be copied; the configs that are read for it are not read again. */
    void look(HttpRegistry source, Image image, List<Manifest> manifests) {
        for (Manifest manifest : manifests) {
            Optional<String> label = label(source, image.sourceRepository(), manifest);
            if (label.isPresent()) {
                synchronized (this) {
                    labels.put(image.digest(), label.get());
                }
                return;
            }
        }
    }

    private static Optional<String> label(HttpRegistry source, String repository, Manifest manifest) {
        try {
            JsonNode json = JSON.readTree(manifest.content());
            Optional<String> annotated = text(json.path("annotations"));
            if (annotated.isPresent() || Manifests.isIndex(manifest.descriptor().mediaType())) {
                return annotated;
            }
            Descriptor config = Manifests.read(manifest).blobs().get(0);
            return CONFIGS.contains(config.mediaType()) && config.size() <= LARGEST
                    ? text(JSON.readTree(source.blobs().keep(repository, config.digest()))
                            .path("config")
                            .path("Labels"))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (EngineException | IndexOutOfBoundsException e) {
            // Whoever copies it tells.
            return Optional.empty();
        }
    }

    private static Optional<String> text(JsonNode labels) {
        return Optional.of(labels.path(LABEL).asText("").trim()).filter(value -> !value.isEmpty());
    }

    /** What the log is told of these images. */
    synchronized Optional<String> note(String host, Collection<Image> images) {
        List<String> named = images.stream()
                .filter(image -> labels.containsKey(image.digest()))
                .map(image -> image.targetRepository() + "@" + image.digest().abbreviated() + " ("
                        + labels.get(image.digest()) + ")")
                .toList();
        if (named.isEmpty()) {
            return Optional.empty();
        }
        String more = named.size() > MOST_NAMED ? " and " + (named.size() - MOST_NAMED) + " more" : "";
        return Optional.of("Built with the label " + LABEL + ": "
                + String.join(", ", named.subList(0, Math.min(MOST_NAMED, named.size()))) + more + ". If " + host
                + " is a Quay registry, it deletes their tags after that time, those of production too. Build what may be"
                + " released without the label, and let the dev registry delete by a policy of its own");
    }
}
