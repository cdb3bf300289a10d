package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads manifests and indexes of the OCI image specification 1.1 and of Docker's image manifest version 2 schema 2. */
final class Manifests {
    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    /** Of a draft of OCI 1.1; registries still hold signatures of this type. */
    static final String ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json";

    static final String ACCEPT = String.join(", ", OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST);

    /** What may refer to an image. */
    static final String ACCEPT_REFERRER = ACCEPT + ", " + ARTIFACT;

    private static final Set<String> INDEXES = Set.of(OCI_INDEX, DOCKER_LIST);
    private static final Set<String> IMAGES = Set.of(OCI_MANIFEST, DOCKER_MANIFEST);
    private static final Set<String> VAGUE =
            Set.of("", "application/json", "application/octet-stream", "binary/octet-stream", "text/plain");
    private static final ObjectMapper JSON = new ObjectMapper();

    private Manifests() {}

    static boolean isIndex(String mediaType) {
        return INDEXES.contains(mediaType);
    }

    static boolean isKnown(String mediaType) {
        return INDEXES.contains(mediaType) || IMAGES.contains(mediaType) || ARTIFACT.equals(mediaType);
    }

    /** A type that says nothing: some registries and what stands before them answer so for every manifest. */
    static boolean isVague(String mediaType) {
        return VAGUE.contains(mediaType);
    }

    /**
     * A manifest's type by what was said of it and by its content. An image that says itself that it is OCI's or Docker's is
     * not the other; whether it is an index is more than a name, and is not decided here (CVE-2021-41190).
     *
     * @return empty where neither says anything that we know
     */
    static Optional<String> typeOf(String said, byte[] content) {
        Optional<String> stated = isVague(said) || isKnown(said) ? typeOf(content) : Optional.empty();
        return stated.filter(own -> isVague(said) || isIndex(own) == isIndex(said))
                .or(() -> Optional.of(said).filter(Manifests::isKnown));
    }

    /** What a manifest's own content says of its type; empty where it says nothing that we know. */
    static Optional<String> typeOf(byte[] content) {
        JsonNode json;
        try {
            json = JSON.readTree(content);
        } catch (IOException e) {
            return Optional.empty();
        }
        String stated = json.path("mediaType").asText();
        if (isKnown(stated)) {
            return Optional.of(stated);
        }
        // OCI manifests need not state their type; Docker's always do.
        boolean silent = stated.isEmpty() && json.path("schemaVersion").asInt() == 2;
        if (silent && json.has("manifests")) {
            return Optional.of(OCI_INDEX);
        }
        return silent && json.has("layers") ? Optional.of(OCI_MANIFEST) : Optional.empty();
    }

    /**
     * What a manifest refers to.
     *
     * @param manifests of an index, in its order
     * @param blobs config and layers
     * @param elsewhere layers with addresses of their own, which a registry need not have; not among the blobs
     * @param subject the manifest that this one says something about
     */
    record Content(
            List<Descriptor> manifests,
            List<Descriptor> blobs,
            List<Descriptor> elsewhere,
            Optional<Descriptor> subject) {
        /** Blobs without the config, which comes first. */
        List<Descriptor> layers() {
            return blobs.isEmpty() ? blobs : blobs.subList(1, blobs.size());
        }

        boolean names(Digest digest) {
            return subject.map(Descriptor::digest).filter(digest::equals).isPresent();
        }
    }

    static Content read(Manifest manifest) {
        JsonNode json = json(manifest);
        boolean index = isIndex(manifest.descriptor().mediaType());
        String stated = json.path("mediaType").asText(manifest.descriptor().mediaType());
        // An ambiguous manifest means different images to different readers (CVE-2021-41190).
        boolean ambiguous =
                !stated.equals(manifest.descriptor().mediaType()) || json.has(index ? "layers" : "manifests");
        boolean artifact = ARTIFACT.equals(manifest.descriptor().mediaType());
        if (ambiguous) {
            throw unreadable(
                    manifest,
                    "its content contradicts its media type "
                            + manifest.descriptor().mediaType());
        }
        List<Descriptor> manifests = new ArrayList<>();
        List<Descriptor> blobs = new ArrayList<>();
        List<Descriptor> elsewhere = new ArrayList<>();
        if (index) {
            for (JsonNode child : json.path("manifests")) {
                manifests.add(descriptor(manifest, child));
            }
        } else if (artifact) {
            for (JsonNode blob : json.path("blobs")) {
                blobs.add(descriptor(manifest, blob));
            }
        } else {
            blobs.add(descriptor(manifest, json.path("config")));
            for (JsonNode layer : json.path("layers")) {
                (isForeign(layer) ? elsewhere : blobs).add(descriptor(manifest, layer));
            }
        }
        JsonNode subject = json.path("subject");
        return new Content(
                manifests,
                blobs,
                elsewhere,
                subject.isObject() ? Optional.of(descriptor(manifest, subject)) : Optional.empty());
    }

    /** OCI "Non-Distributable Layers" and Docker's foreign layers. */
    private static boolean isForeign(JsonNode layer) {
        String type = layer.path("mediaType").asText();
        boolean restricted = type.contains(".nondistributable.") || type.contains(".foreign.");
        return restricted && !layer.path("urls").isEmpty();
    }

    private static JsonNode json(Manifest manifest) {
        try {
            JsonNode json = JSON.readTree(manifest.content());
            if (json != null && json.isObject()) {
                return json;
            }
        } catch (IOException e) {
            throw unreadable(manifest, "it is not JSON");
        }
        throw unreadable(manifest, "it is not a JSON object");
    }

    private static Descriptor descriptor(Manifest manifest, JsonNode json) {
        String digest = json.path("digest").asText();
        if (!Digest.isDigest(digest)
                || !json.path("size").canConvertToLong()
                || json.path("size").asLong() < 0) {
            throw unreadable(manifest, "one of its descriptors lacks a digest or a size");
        }
        return new Descriptor(
                json.path("mediaType").asText(),
                new Digest(digest),
                json.path("size").asLong());
    }

    private static EngineException unreadable(Manifest manifest, String why) {
        return new EngineException(
                FailureKind.UNSUPPORTED,
                "Cannot read manifest " + manifest.descriptor().digest() + ": " + why
                        + ". Build the image again with a current builder.");
    }
}
