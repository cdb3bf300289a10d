package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts documents of our own into a registry as artifacts: an image manifest with an {@code artifactType}, the empty
 * config and one layer (OCI image specification 1.1, "Guidelines for Artifact Usage"). Same document, same digest.
 */
public final class Artifacts {
    /** Annotation with the name of a file (OCI image specification, "Pre-Defined Annotation Keys"). */
    public static final String TITLE = "org.opencontainers.image.title";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.UTF_8);
    private static final Digest EMPTY_DIGEST = Digest.sha256(EMPTY);
    private static final int MOST_BREAKS = 3;
    private static final int MOST_TURNS = 10;
    private static final String IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json";
    /** Cosign reads no layer without it; an envelope has its signatures in itself. */
    private static final String SIGNATURE = "dev.cosignproject.cosign/signature";

    private static final String OWNER = "io.jenkins.plugins.releasetrain.owner";

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
        Descriptor config = describe(EMPTY_TYPE, EMPTY);
        Descriptor layer = describe(document.mediaType(), document.content());
        byte[] content = manifest(document, config, layer);
        Descriptor descriptor = new Descriptor(Manifests.OCI_MANIFEST, Digest.sha256(content), content.length);
        requireFree(repository, tag, descriptor.digest());
        upload(repository, config, EMPTY);
        upload(repository, layer, document.content());
        registry.putManifest(repository, tag, new Manifest(descriptor, content));
        return descriptor.digest();
    }

    /**
     * The content that everybody knows, and that a manifest may bring with itself: registries that take it from there need
     * not have it as a blob (OCI image specification 1.1, "Guidance for an Empty Descriptor").
     */
    static boolean isEmpty(Descriptor blob) {
        return blob.digest().equals(EMPTY_DIGEST) && blob.size() == EMPTY.length;
    }

    static InputStream empty(long offset) {
        return from(EMPTY, offset);
    }

    /**
     * Something that is said about an image, as {@code oras attach} does: one layer for each file, its name in the
     * annotation {@code org.opencontainers.image.title}.
     */
    public record Attachment(String artifactType, List<File> files, Map<String, String> annotations) {}

    /** One file of an attachment. */
    public record File(String name, String mediaType, byte[] content) {}

    /**
     * Attaches something to an image of the repository; does nothing where the very same is attached already.
     *
     * @return digest of the manifest that refers to the image
     * @throws EngineException NOT_FOUND: the repository does not hold the image
     */
    public Digest attach(String repository, Digest subject, Attachment attachment) {
        // Behind some proxies nobody says how long an answer to HEAD would be.
        Descriptor image = registry.resolve(repository, subject.value())
                .filter(d -> d.size() > 0)
                .or(() -> registry.manifest(repository, subject.value()).map(Manifest::descriptor))
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "Nothing can be attached to " + registry.host() + "/" + repository + "@" + subject
                                + ": the repository does not hold it. Push the image first."));
        Descriptor config = describe(EMPTY_TYPE, EMPTY);
        upload(repository, config, EMPTY);
        attachment
                .files()
                .forEach(file -> upload(repository, describe(file.mediaType(), file.content()), file.content()));
        ObjectNode root = head(attachment.artifactType(), config);
        ArrayNode layers = root.putArray("layers");
        attachment.files().forEach(file -> {
            ObjectNode layer = layers.addObject();
            describe(layer, describe(file.mediaType(), file.content()));
            layer.putObject("annotations").put(TITLE, file.name());
        });
        describe(root.putObject("subject"), image);
        annotate(root, attachment.annotations());
        Descriptor descriptor = put(repository, root);
        list(repository, subject, attachment, descriptor);
        return descriptor.digest();
    }

    private Descriptor put(String repository, ObjectNode root) {
        return put(repository, root, Optional.empty());
    }

    /** @param tag empty: under its digest */
    private Descriptor put(String repository, ObjectNode root, Optional<String> tag) {
        byte[] content = bytes(root);
        Descriptor descriptor = new Descriptor(Manifests.OCI_MANIFEST, Digest.sha256(content), content.length);
        registry.putManifest(repository, tag.orElse(descriptor.digest().value()), new Manifest(descriptor, content));
        return descriptor;
    }

    /** The tag under which Cosign keeps what is attested of an image: {@code sha256-….att}. */
    public static String attestationTag(Digest subject) {
        return Attachments.tag(subject) + ".att";
    }

    /**
     * Something that is attested of an image.
     *
     * @param predicateType of the statement in it
     * @param owner who attests; what it attested before is replaced
     */
    public record Attestation(String mediaType, byte[] content, String predicateType, String owner) {}

    /**
     * Keeps an attestation under Cosign's tag, beside those of others. Registries have no write that depends on what is
     * there, so it is read again afterwards, and put again where somebody else wrote at the same time.
     *
     * @return digest of what the tag points to then
     * @throws EngineException BUSY: others wrote again and again
     */
    public Digest tagAttestation(String repository, Digest subject, Attestation attestation) {
        String tag = attestationTag(subject);
        Descriptor content = describe(attestation.mediaType(), attestation.content());
        upload(repository, content, attestation.content());
        Set<JsonNode> others = new LinkedHashSet<>();
        layers(repository, tag).stream()
                .filter(l -> !isOf(attestation.owner(), l))
                .forEach(others::add);
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            ArrayNode layers = JSON.createArrayNode().addAll(others);
            ObjectNode own = layers.addObject();
            describe(own, content);
            annotate(
                    own,
                    Map.of(SIGNATURE, "", "predicateType", attestation.predicateType(), OWNER, attestation.owner()));
            Digest put = tagLayers(repository, tag, layers);
            List<JsonNode> now = layers(repository, tag);
            String wanted = content.digest().value();
            if (now.containsAll(others)
                    && now.stream().anyMatch(l -> l.path("digest").asText().equals(wanted))) {
                return put;
            }
            now.stream().filter(l -> !isOf(attestation.owner(), l)).forEach(others::add);
        }
        throw new EngineException(
                FailureKind.BUSY,
                "Others write " + registry.host() + "/" + repository + ":" + tag + " all the time; try again");
    }

    /** Whether something that the owner attested is under Cosign's tag. */
    public boolean isAttested(String repository, Digest subject, String owner) {
        return layers(repository, attestationTag(subject)).stream().anyMatch(l -> isOf(owner, l));
    }

    private static boolean isOf(String owner, JsonNode layer) {
        return layer.path("annotations").path(OWNER).asText().equals(owner);
    }

    private List<JsonNode> layers(String repository, String tag) {
        List<JsonNode> layers = new ArrayList<>();
        registry.manifest(repository, tag).ifPresent(m -> json(m).path("layers").forEach(layers::add));
        return layers;
    }

    private Digest tagLayers(String repository, String tag, ArrayNode layers) {
        byte[] config = configOf(layers);
        Descriptor configuration = describe(IMAGE_CONFIG, config);
        upload(repository, configuration, config);
        ObjectNode root = JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", Manifests.OCI_MANIFEST);
        describe(root.putObject("config"), configuration);
        root.set("layers", layers);
        return put(repository, root, Optional.of(tag)).digest();
    }

    /** Some registries want an image's configuration to be one. */
    private static byte[] configOf(ArrayNode layers) {
        ObjectNode config = JSON.createObjectNode().put("architecture", "").put("os", "");
        config.putObject("config");
        ArrayNode contents = config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
        layers.forEach(layer -> contents.add(layer.path("digest").asText()));
        return bytes(config);
    }

    private static JsonNode json(Manifest manifest) {
        try {
            return JSON.readTree(manifest.content());
        } catch (IOException e) {
            throw EngineException.invalid(
                    "Manifest " + manifest.descriptor().digest() + " cannot be read: it is not JSON");
        }
    }

    /** A registry that lists no referrers has a list under a tag; one that does needs nothing more. */
    private void list(String repository, Digest subject, Attachment attachment, Descriptor descriptor) {
        if (registry.listings().referrers(repository, subject).isPresent()) {
            return;
        }
        ObjectNode listed = JSON.createObjectNode();
        describe(listed, descriptor);
        listed.put("artifactType", attachment.artifactType());
        annotate(listed, attachment.annotations());
        FallbackList.add(registry, repository, subject, descriptor.digest(), listed.toString());
    }

    private static Descriptor describe(String mediaType, byte[] content) {
        return new Descriptor(mediaType, Digest.sha256(content), content.length);
    }

    private void upload(String repository, Descriptor blob, byte[] content) {
        Blobs blobs = registry.blobs();
        Attempts attempts = registry.transport().sender().attempts("upload blob " + blob.digest());
        while (!blobs.exists(repository, blob)) {
            URI upload = blobs.uploads().begin(repository, blob.digest());
            try {
                blobs.uploads()
                        .put(
                                repository,
                                blob,
                                upload,
                                new VerifyingStream(blob, offset -> from(content, offset), MOST_BREAKS));
                return;
            } catch (EngineException e) {
                blobs.uploads().cancel(repository, upload);
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
        ObjectNode root = head(document.artifactType(), config);
        describe(root.putArray("layers").addObject(), layer);
        annotate(root, document.annotations());
        return bytes(root);
    }

    private static ObjectNode head(String artifactType, Descriptor config) {
        ObjectNode root = JSON.createObjectNode();
        root.put("schemaVersion", 2);
        root.put("mediaType", Manifests.OCI_MANIFEST);
        root.put("artifactType", artifactType);
        describe(root.putObject("config"), config);
        return root;
    }

    /** Sorted, so that the same document has the same digest. */
    private static void annotate(ObjectNode node, Map<String, String> annotations) {
        ObjectNode object = node.putObject("annotations");
        new TreeMap<>(annotations).forEach(object::put);
    }

    private static byte[] bytes(ObjectNode root) {
        try {
            return JSON.writeValueAsBytes(root);
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
