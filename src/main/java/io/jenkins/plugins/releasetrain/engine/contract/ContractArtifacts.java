package io.jenkins.plugins.releasetrain.engine.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Referrer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Contracts as artifacts that refer to an image: an image manifest of the type {@value #TYPE} with the image as its
 * {@code subject} and one layer for each file, of the media type of its {@link ContractKind}, with its name in the
 * annotation {@code org.opencontainers.image.title}. What others attach is taken too, layer by layer, by media type
 * (OCI image specification 1.1, "Guidelines for Artifact Usage").
 */
public final class ContractArtifacts {
    public static final String TYPE = "application/vnd.io.jenkins.releasetrain.contract.v1";

    /** Annotation: digest over all files, so that equal contracts are known as such from the list of referrers alone. */
    static final String CONTENT = "io.jenkins.plugins.releasetrain.contract.content";

    /** Of one contract. */
    public static final int MOST_FILES = 500;
    /** Of one contract together. */
    public static final int MOST_BYTES = 16 << 20;

    private static final int MOST_FILE_BYTES = 4 << 20;
    private static final int MOST_ARTIFACTS = 50;
    /** Mark of our own for what is not listed, but found under Cosign's tag; that names no subject. */
    private static final String UNDER_TAG = "io.jenkins.plugins.releasetrain.tag";

    private static final ObjectMapper JSON = new ObjectMapper();

    private ContractArtifacts() {}

    /**
     * Attaches a contract to an image.
     *
     * @return digest of the artifact; the same contract has the same
     * @throws EngineException INVALID_INPUT: no file, two of one kind and name, or above the bounds; NOT_FOUND: the image
     *     is not in the repository
     */
    public static Digest publish(Artifacts registry, String repository, Digest image, List<ContractFile> files) {
        check(files);
        List<Artifacts.File> layers = sorted(files).stream()
                .map(f -> new Artifacts.File(f.name(), f.kind().mediaType(), f.content()))
                .toList();
        Map<String, String> annotations = Map.of(CONTENT, content(files).value());
        return registry.attach(repository, image, new Artifacts.Attachment(TYPE, layers, annotations));
    }

    private static void check(List<ContractFile> files) {
        if (files.isEmpty()) {
            throw EngineException.invalid("The contract has no files");
        }
        if (files.size() > MOST_FILES) {
            throw EngineException.invalid(
                    "The contract has " + files.size() + " files; at most " + MOST_FILES + " are kept with an image");
        }
        Set<String> names = new HashSet<>();
        long bytes = 0;
        for (ContractFile file : files) {
            if (!names.add(key(file))) {
                throw EngineException.invalid(
                        "The contract has two " + file.kind().word() + " files named '" + file.name() + "'");
            }
            if (file.content().length > MOST_FILE_BYTES) {
                throw EngineException.invalid("File '" + file.name() + "' of the contract has " + file.content().length
                        + " bytes; at most " + MOST_FILE_BYTES + " are kept with an image");
            }
            bytes += file.content().length;
        }
        if (bytes > MOST_BYTES) {
            throw EngineException.invalid(
                    "The contract has " + bytes + " bytes; at most " + MOST_BYTES + " are kept with an image");
        }
    }

    private static String key(ContractFile file) {
        return file.kind().word() + " " + file.name();
    }

    private static List<ContractFile> sorted(List<ContractFile> files) {
        return files.stream()
                .sorted(Comparator.comparing(ContractArtifacts::key))
                .toList();
    }

    private static Digest content(List<ContractFile> files) {
        StringBuilder lines = new StringBuilder();
        sorted(files)
                .forEach(f -> lines.append(key(f))
                        .append('\n')
                        .append(Digest.sha256(f.content()))
                        .append('\n'));
        return Digest.sha256(lines.toString());
    }

    /**
     * What refers to an image, before any of it is read.
     *
     * @param content digest over all files, where one artifact of ours is all there is; else empty
     */
    record Listed(String repository, Digest image, List<Referrer> artifacts, Optional<String> content) {
        /** Whether both are known to promise the very same. */
        boolean isSameAs(Listed other) {
            return content.isPresent() && content.equals(other.content)
                    || artifacts.isEmpty() && other.artifacts.isEmpty();
        }
    }

    /**
     * The whole contract of an image; empty where it has none.
     *
     * @throws EngineException INVALID_INPUT: above the bounds, or two files of one kind and name
     */
    public static List<ContractFile> read(Registry registry, String repository, Digest image) {
        return read(registry, list(registry, repository, image));
    }

    /**
     * One request; where nothing refers to the image that may be a contract, one more for what Cosign keeps under a tag.
     * Signatures and the like are left out by their type, without being read.
     */
    static Listed list(Registry registry, String repository, Digest image) {
        List<Referrer> artifacts = new ArrayList<>(registry.referrers(repository, image).stream()
                .filter(ContractArtifacts::mayBeContract)
                .sorted(Comparator.comparing(ContractArtifacts::created)
                        .thenComparing(r -> r.digest().value()))
                .toList());
        if (artifacts.isEmpty()) {
            registry.manifest(repository, Artifacts.attestationTag(image))
                    .filter(m -> attested(json(m)).findAny().isPresent())
                    .ifPresent(m -> artifacts.add(
                            new Referrer(m.descriptor().digest(), Statement.ENVELOPE, Map.of(UNDER_TAG, "true"))));
        }
        Optional<String> content = artifacts.size() == 1
                ? Optional.ofNullable(artifacts.get(0).annotations().get(CONTENT))
                : Optional.empty();
        return new Listed(repository, image, artifacts, content);
    }

    private static String created(Referrer artifact) {
        return artifact.annotations().getOrDefault("org.opencontainers.image.created", "");
    }

    /** Layers under Cosign's tag that say that they hold a contract. */
    private static Stream<JsonNode> attested(JsonNode manifest) {
        return StreamSupport.stream(manifest.path("layers").spliterator(), false)
                .filter(l -> AttestedContracts.isStatement(l.path("mediaType").asText()))
                .filter(l -> AttestedContracts.isContract(
                        l.path("annotations").path("predicateType").asText()));
    }

    /** Who lists no type may be anything. */
    private static boolean mayBeContract(Referrer artifact) {
        String type = artifact.artifactType();
        return type.isEmpty()
                || type.equals(TYPE)
                || ContractKind.ofMediaType(type).isPresent()
                || AttestedContracts.mayBeContract(artifact);
    }

    /**
     * Reads what is listed. An artifact that says it is about another image is passed over: the list under a tag can be
     * written by anybody who may push. Of what is attested of one kind the newest counts, since nobody can take back an
     * older one.
     *
     * @throws EngineException INVALID_INPUT: above the bounds, or two files of one kind and name
     */
    static List<ContractFile> read(Registry registry, Listed listed) {
        List<ContractFile> files = new ArrayList<>();
        if (listed.artifacts().size() > MOST_ARTIFACTS) {
            throw EngineException.invalid(listed.artifacts().size() + " contracts are attached to " + listed.image()
                    + "; at most " + MOST_ARTIFACTS + " are read");
        }
        Reading reading = new Reading(registry, listed, files);
        for (Referrer artifact : listed.artifacts()) {
            boolean underTag = artifact.annotations().containsKey(UNDER_TAG);
            registry.manifest(listed.repository(), artifact.digest().value())
                    .map(ContractArtifacts::json)
                    .filter(m -> underTag
                            || m.path("subject")
                                    .path("digest")
                                    .asText()
                                    .equals(listed.image().value()))
                    .ifPresent(reading::layers);
        }
        files.addAll(reading.attested.values());
        if (!files.isEmpty()) {
            check(files);
        }
        return files;
    }

    /** Of one image; bounded over all that is attached to it. */
    private static final class Reading {
        private final Registry registry;
        private final Listed listed;
        private final List<ContractFile> files;
        private final Map<String, ContractFile> attested = new LinkedHashMap<>();
        private long left = MOST_BYTES;

        Reading(Registry registry, Listed listed, List<ContractFile> files) {
            this.registry = registry;
            this.listed = listed;
            this.files = files;
        }

        void layers(JsonNode manifest) {
            Optional<ContractKind> whole =
                    ContractKind.ofMediaType(manifest.path("artifactType").asText());
            for (JsonNode layer : manifest.path("layers")) {
                String type = layer.path("mediaType").asText();
                Optional<ContractKind> kind = ContractKind.ofMediaType(type).or(() -> whole);
                if (!Digest.isDigest(layer.path("digest").asText())) {
                    continue;
                }
                if (AttestedContracts.isStatement(type)) {
                    AttestedContracts.files(type, blob(layer), listed.image()).forEach(f -> attested.put(key(f), f));
                } else if (kind.isPresent()) {
                    String name = layer.path("annotations")
                            .path(Artifacts.TITLE)
                            .asText(kind.get().word());
                    add(new ContractFile(kind.get(), name, blob(layer)));
                }
            }
        }

        /** The very same file in two artifacts is one: a contract that grew was published again with it. */
        private void add(ContractFile file) {
            if (files.stream().noneMatch(f -> key(f).equals(key(file)) && Arrays.equals(f.content(), file.content()))) {
                files.add(file);
            }
        }

        private byte[] blob(JsonNode layer) {
            left -= layer.path("size").asLong();
            if (left < 0 || files.size() + attested.size() >= MOST_FILES) {
                throw EngineException.invalid("What is attached to " + listed.image()
                        + " as its contract is larger than " + MOST_BYTES + " bytes or " + MOST_FILES + " files");
            }
            return registry.blob(
                    listed.repository(), new Digest(layer.path("digest").asText()));
        }
    }

    private static JsonNode json(Manifest manifest) {
        try {
            return JSON.readTree(manifest.content());
        } catch (IOException e) {
            throw EngineException.invalid(
                    "Artifact " + manifest.descriptor().digest() + " cannot be read: it is not JSON");
        }
    }
}
