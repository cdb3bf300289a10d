package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The list of what refers to a manifest that clients keep under a tag (distribution 1.1, "Referrers Tag Schema"). */
final class FallbackList {
    private static final ObjectMapper JSON = new ObjectMapper();

    private FallbackList() {}

    /** Adds to what the target lists now; a referrer that it lists already costs no write. */
    static void add(HttpRegistry target, String repository, Digest subject, Digest referrer, String descriptor) {
        Attempts attempts = target.transport().sender().attempts("list what refers to " + repository + "@" + subject);
        Map<Digest, JsonNode> now = Attachments.tagged(target, repository, subject);
        while (!now.containsKey(referrer)) {
            Map<Digest, JsonNode> more = new LinkedHashMap<>(now);
            more.put(referrer, read(descriptor));
            put(target, repository, subject, referrer, more);
            now = Attachments.tagged(target, repository, subject);
            // Some show no list at all; one without ours is another client's, who knew nothing of it.
            boolean lost = !now.isEmpty() && !now.containsKey(referrer);
            if (!lost) {
                return;
            }
            if (!attempts.again()) {
                throw new EngineException(
                        FailureKind.CONFLICT,
                        "Somebody else overwrites tag " + target.host() + "/" + repository + ":"
                                + Attachments.tag(subject) + " all the time");
            }
        }
    }

    /** What the list names and the registry has lost is left out where it refuses the list for that. */
    private static void put(
            HttpRegistry target, String repository, Digest subject, Digest referrer, Map<Digest, JsonNode> list) {
        try {
            target.putManifest(repository, Attachments.tag(subject), index(list));
        } catch (EngineException e) {
            boolean lacks = e.kind() == FailureKind.NOT_FOUND || e.kind() == FailureKind.INVALID_INPUT;
            boolean some = lacks
                    && list.keySet()
                            .removeIf(listed -> !listed.equals(referrer)
                                    && target.resolve(repository, listed.value(), Scope.push(repository))
                                            .isEmpty());
            if (!some) {
                throw e;
            }
            target.putManifest(repository, Attachments.tag(subject), index(list));
        }
    }

    /**
     * An entry of the list, as its manifest says: what other lists say of it may lack the type and the annotations by which it is
     * looked for (cosign#4641).
     */
    static String entry(Manifest manifest) {
        JsonNode json = read(new String(manifest.content(), StandardCharsets.UTF_8));
        ObjectNode entry = JSON.createObjectNode()
                .put("mediaType", manifest.descriptor().mediaType())
                .put("digest", manifest.descriptor().digest().value())
                .put("size", manifest.content().length);
        String type = json.path("artifactType")
                .asText(json.path("config").path("mediaType").asText());
        if (!type.isEmpty()) {
            entry.put("artifactType", type);
        }
        if (json.path("annotations").isObject()) {
            entry.set("annotations", json.path("annotations"));
        }
        return entry.toString();
    }

    private static JsonNode read(String descriptor) {
        try {
            return JSON.readTree(descriptor);
        } catch (IOException e) {
            throw new IllegalStateException("It was written from a tree", e);
        }
    }

    private static Manifest index(Map<Digest, JsonNode> descriptors) {
        ObjectNode index = JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", Manifests.OCI_INDEX);
        ArrayNode manifests = index.putArray("manifests");
        descriptors.values().forEach(manifests::add);
        byte[] content = index.toString().getBytes(StandardCharsets.UTF_8);
        return new Manifest(new Descriptor(Manifests.OCI_INDEX, Digest.sha256(content), content.length), content);
    }
}
