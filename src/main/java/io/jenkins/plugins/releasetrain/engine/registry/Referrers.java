package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier.Place;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The manifests that say something about another one, such as signatures (distribution specification 1.1, "Listing
 * Referrers" and "Referrers Tag Schema").
 *
 * @param api whether the registry lists them itself; else they are listed in an index under a tag, kept by clients
 * @param descriptors by digest, with all that is said of them
 */
record Referrers(boolean api, Map<Digest, JsonNode> descriptors) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_HEX = 64;

    static Referrers of(Place place, Digest subject) {
        Optional<byte[]> listed = place.registry().referrers(place.repository(), subject);
        if (listed.isPresent()) {
            return new Referrers(true, read(listed.get(), subject));
        }
        Map<Digest, JsonNode> tagged = place.registry()
                .manifest(place.repository(), tag(subject))
                .filter(manifest -> Manifests.isIndex(manifest.descriptor().mediaType()))
                .map(manifest -> read(manifest.content(), subject))
                .orElse(Map.of());
        return new Referrers(false, tagged);
    }

    static String tag(Digest subject) {
        String hex = subject.hex();
        return subject.algorithm() + "-" + hex.substring(0, Math.min(LONGEST_HEX, hex.length()));
    }

    /** The index to keep under the tag, so that it lists these and some of others. */
    Manifest indexWith(Referrers others, Set<Digest> some) {
        Map<Digest, JsonNode> all = new LinkedHashMap<>(others.descriptors);
        all.keySet().retainAll(some);
        all.putAll(descriptors);
        ObjectNode index = JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", Manifests.OCI_INDEX);
        ArrayNode manifests = index.putArray("manifests");
        all.values().forEach(manifests::add);
        byte[] content = index.toString().getBytes(StandardCharsets.UTF_8);
        return new Manifest(new Descriptor(Manifests.OCI_INDEX, Digest.sha256(content), content.length), content);
    }

    private static Map<Digest, JsonNode> read(byte[] index, Digest subject) {
        try {
            Map<Digest, JsonNode> descriptors = new LinkedHashMap<>();
            for (JsonNode descriptor : JSON.readTree(index).path("manifests")) {
                descriptors.put(new Digest(descriptor.path("digest").asText()), descriptor);
            }
            return descriptors;
        } catch (IOException e) {
            throw new EngineException(
                    FailureKind.UNSUPPORTED,
                    "The list of what refers to " + subject + " is not JSON. Check the registry.",
                    e);
        }
    }
}
