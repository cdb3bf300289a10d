package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts documents of our own into a registry as artifacts: an image manifest with an {@code artifactType}, the empty
 * config and one layer (OCI image specification 1.1, "Guidelines for Artifact Usage"). Same document, same digest.
 */
public final class Artifacts {
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.UTF_8);
    private static final int MOST_BREAKS = 3;

    private final HttpRegistry registry;

    public Artifacts(HttpRegistry registry) {
        this.registry = registry;
    }

    /**
     * A document.
     *
     * @param artifactType media type of the artifact as a whole
     * @param mediaType of the content
     */
    public record Document(String artifactType, String mediaType, byte[] content, Map<String, String> annotations) {}

    /**
     * Puts the document and lets the tag point to it.
     *
     * @return digest of the manifest, which is what is signed
     * @throws EngineException CONFLICT: the tag points to something else
     */
    public Digest push(String repository, String tag, Document document) {
        ImageReference.checkRepository(repository);
        ImageReference.checkTag(tag);
        Descriptor config = describe("application/vnd.oci.empty.v1+json", EMPTY);
        Descriptor layer = describe(document.mediaType(), document.content());
        byte[] content = manifest(document, config, layer);
        Descriptor descriptor = new Descriptor(Manifests.OCI_MANIFEST, Digest.sha256(content), content.length);
        requireFree(repository, tag, descriptor.digest());
        upload(repository, config, EMPTY);
        upload(repository, layer, document.content());
        registry.putManifest(repository, tag, new Manifest(descriptor, content));
        return descriptor.digest();
    }

    private static Descriptor describe(String mediaType, byte[] content) {
        return new Descriptor(mediaType, Digest.sha256(content), content.length);
    }

    private void upload(String repository, Descriptor blob, byte[] content) {
        Blobs blobs = registry.blobs();
        Attempts attempts = registry.transport().sender().attempts("upload blob " + blob.digest());
        while (!blobs.exists(repository, blob.digest())) {
            URI upload = blobs.begin(repository, blob.digest());
            try {
                blobs.put(
                        repository,
                        blob,
                        upload,
                        new VerifyingStream(blob, offset -> from(content, offset), MOST_BREAKS));
                return;
            } catch (EngineException e) {
                blobs.cancel(repository, upload);
                boolean passing = e.kind().retryable() || e.kind() == FailureKind.UNAUTHENTICATED;
                if (!passing || !attempts.again()) {
                    throw e;
                }
            }
        }
    }

    /** What was published stays: two trains of one name would overwrite each other's releases (I2). */
    private void requireFree(String repository, String tag, Digest digest) {
        registry.resolve(repository, tag)
                .map(Descriptor::digest)
                .filter(d -> !d.equals(digest))
                .ifPresent(other -> {
                    throw new EngineException(
                            FailureKind.CONFLICT,
                            "Cannot publish " + registry.host() + "/" + repository + ":" + tag
                                    + ": it is there already with"
                                    + " another content, " + other
                                    + ". Another controller may have a train of this name; give"
                                    + " one of them another repository for its releases.");
                });
    }

    private static ByteArrayInputStream from(byte[] content, long offset) {
        int start = Math.toIntExact(offset);
        return new ByteArrayInputStream(content, start, content.length - start);
    }

    private static byte[] manifest(Document document, Descriptor config, Descriptor layer) {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        root.put("schemaVersion", 2);
        root.put("mediaType", Manifests.OCI_MANIFEST);
        root.put("artifactType", document.artifactType());
        describe(root.putObject("config"), config);
        describe(root.putArray("layers").addObject(), layer);
        ObjectNode annotations = root.putObject("annotations");
        new TreeMap<>(document.annotations()).forEach(annotations::put);
        try {
            return json.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of texts can be written", e);
        }
    }

    private static void describe(ObjectNode node, Descriptor descriptor) {
        node.put("mediaType", descriptor.mediaType());
        node.put("digest", descriptor.digest().value());
        node.put("size", descriptor.size());
    }
}
