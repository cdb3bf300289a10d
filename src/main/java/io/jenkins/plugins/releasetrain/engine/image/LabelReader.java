package io.jenkins.plugins.releasetrain.engine.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageLabels;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads an image's labels from its config, and annotations, which win: those of an index before those of the manifest. Two
 * requests; of an index, its first platform's, three. Whatever is no such document, or too large, says nothing.
 */
final class LabelReader {
    private static final String KEY = "org.opencontainers.image.";
    private static final long LARGEST = 1 << 20;

    private final ObjectMapper json = new ObjectMapper();

    /**
     * @return empty where the repository does not hold the image
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException as of the registry
     */
    Optional<Event.ImageDescribed> read(Registry registry, String repository, Digest digest) {
        return registry.manifest(repository, digest.value()).map(found -> {
            JsonNode top = parse(found.content());
            ImageLabels ofIndex = labels(top.path("annotations"));
            JsonNode manifest = top.path("manifests").isArray() ? platform(registry, repository, top) : top;
            ImageLabels annotated = merged(ofIndex, labels(manifest.path("annotations")));
            ImageLabels labels = merged(annotated, labels(config(registry, repository, manifest)));
            String from = labels.saysNothing() ? "NOTHING" : labels.equals(annotated) ? "ANNOTATIONS" : "LABELS";
            return new Event.ImageDescribed(digest, labels, from);
        });
    }

    /** Of its first platform; what BuildKit adds beside them is none. */
    private JsonNode platform(Registry registry, String repository, JsonNode index) {
        for (JsonNode child : index.path("manifests")) {
            String digest = child.path("digest").asText();
            boolean image = !child.at("/platform/os").asText().equals("unknown");
            if (image && Digest.isDigest(digest) && child.path("size").asLong(LARGEST + 1) <= LARGEST) {
                return registry.manifest(repository, digest)
                        .map(m -> parse(m.content()))
                        .orElse(json.createObjectNode());
            }
        }
        return json.createObjectNode();
    }

    private JsonNode config(Registry registry, String repository, JsonNode manifest) {
        JsonNode config = manifest.path("config");
        String digest = config.path("digest").asText();
        if (!Digest.isDigest(digest) || config.path("size").asLong(LARGEST + 1) > LARGEST) {
            return json.createObjectNode();
        }
        return parse(registry.blob(repository, new Digest(digest)))
                .path("config")
                .path("Labels");
    }

    private JsonNode parse(byte[] content) {
        if (content.length > LARGEST) {
            return json.createObjectNode();
        }
        try {
            JsonNode read = json.readTree(content);
            return read == null ? json.createObjectNode() : read;
        } catch (IOException e) {
            return json.createObjectNode();
        }
    }

    private static ImageLabels labels(JsonNode node) {
        return new ImageLabels(
                text(node, "version"), text(node, "revision"), text(node, "source"), text(node, "created"));
    }

    private static String text(JsonNode node, String key) {
        JsonNode value = node.path(KEY + key);
        return value.isTextual() ? value.textValue() : "";
    }

    private static ImageLabels merged(ImageLabels first, ImageLabels then) {
        return new ImageLabels(
                first.version().isEmpty() ? then.version() : first.version(),
                first.revision().isEmpty() ? then.revision() : first.revision(),
                first.source().isEmpty() ? then.source() : first.source(),
                first.created().isEmpty() ? then.created() : first.created());
    }
}
