package io.jenkins.plugins.releasetrain.engine.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Referrer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Contracts as {@code cosign attest} attaches them: the predicate of an in-toto statement about the image, in a DSSE
 * envelope or a Sigstore bundle. Signatures are not verified here: whoever may push may say what an image promises, as with
 * any other artifact that refers to it.
 */
final class AttestedContracts {
    /** Start of the types of Sigstore's bundles. */
    static final String BUNDLES = "application/vnd.dev.sigstore.bundle";

    /** Annotation that says what an unsigned or enveloped statement is about. */
    static final String PREDICATE_TYPE = "in-toto.io/predicate-type";

    /** Predicate with files of any kind: {@code {"files": [{"kind": "protobuf", "name": "a.binpb", "content": base64}]}}. */
    static final String FILES = "https://plugins.jenkins.io/release-train/contract/v1";

    private static final List<String> ANNOTATIONS =
            List.of(PREDICATE_TYPE, "dev.sigstore.bundle.predicateType", "predicateType");
    private static final ObjectMapper JSON = new ObjectMapper();

    private AttestedContracts() {}

    /** Whether something of this media type may hold a statement. */
    static boolean isStatement(String mediaType) {
        return mediaType.equals(Statement.ENVELOPE)
                || mediaType.equals(Statement.PAYLOAD)
                || mediaType.startsWith(BUNDLES);
    }

    /** By what is listed of it; who does not say what its predicate is may be a contract. */
    static boolean mayBeContract(Referrer artifact) {
        return isStatement(artifact.artifactType())
                && ANNOTATIONS.stream()
                        .map(artifact.annotations()::get)
                        .filter(type -> type != null)
                        .findFirst()
                        .map(AttestedContracts::isContract)
                        .orElse(true);
    }

    /** @param predicateType URI */
    static boolean isContract(String predicateType) {
        return predicateType.equals(FILES) || kind(predicateType).isPresent();
    }

    /** Where a kind's specification is at home: of whatever version, so that nobody has to know the right one. */
    private static Optional<ContractKind> kind(String predicateType) {
        String bare = predicateType.replaceFirst("^https?://(www\\.)?", "");
        if (bare.startsWith("spec.openapis.org/oas")) {
            return Optional.of(ContractKind.OPENAPI);
        } else if (bare.startsWith("asyncapi.com/")) {
            return Optional.of(ContractKind.ASYNCAPI);
        } else if (bare.startsWith("json-schema.org/")) {
            return Optional.of(ContractKind.JSON_SCHEMA);
        } else if (bare.startsWith("avro.apache.org/")) {
            return Optional.of(ContractKind.AVRO);
        }
        return bare.startsWith("docs.pact.io/") ? Optional.of(ContractKind.PACT) : Optional.empty();
    }

    /**
     * The files of a statement; none where it is about another image, or something else than a contract.
     *
     * @throws EngineException INVALID_INPUT: it says that it is a statement and cannot be read
     */
    static List<ContractFile> files(String mediaType, byte[] content, Digest image) {
        try {
            JsonNode statement = statement(mediaType, content);
            String type = statement.path("predicateType").asText();
            if (!isAbout(statement, image) || !isContract(type)) {
                return List.of();
            }
            JsonNode predicate = statement.path("predicate");
            return type.equals(FILES)
                    ? listed(predicate)
                    : List.of(whole(kind(type).orElseThrow(), predicate));
        } catch (IOException | IllegalArgumentException e) {
            throw EngineException.invalid(
                    "What is attested of " + image + " cannot be read: it is no in-toto statement");
        }
    }

    private static JsonNode statement(String mediaType, byte[] content) throws IOException {
        JsonNode json = JSON.readTree(content);
        if (mediaType.equals(Statement.PAYLOAD)) {
            return json;
        }
        JsonNode envelope = mediaType.startsWith(BUNDLES) ? json.path("dsseEnvelope") : json;
        // A bundle of a plain signature has no envelope; what is enveloped may be no statement.
        return envelope.path("payloadType").asText().equals(Statement.PAYLOAD)
                ? JSON.readTree(
                        Base64.getDecoder().decode(envelope.path("payload").asText()))
                : JSON.createObjectNode();
    }

    private static boolean isAbout(JsonNode statement, Digest image) {
        for (JsonNode subject : statement.path("subject")) {
            if (subject.path("digest").path(image.algorithm()).asText().equals(image.hex())) {
                return true;
            }
        }
        return false;
    }

    private static ContractFile whole(ContractKind kind, JsonNode predicate) throws JsonProcessingException {
        return new ContractFile(kind, kind.word() + ".json", JSON.writeValueAsBytes(predicate));
    }

    private static List<ContractFile> listed(JsonNode predicate) {
        List<ContractFile> files = new ArrayList<>();
        for (JsonNode file : predicate.path("files")) {
            String kind = file.path("kind").asText();
            files.add(new ContractFile(
                    ContractKind.ofWord(kind)
                            .orElseThrow(() -> EngineException.invalid("'" + Texts.shown(kind)
                                    + "' is no kind of contract; known are openapi, protobuf, avro and the like")),
                    file.path("name").asText(),
                    Base64.getDecoder().decode(file.path("content").asText())));
        }
        return files;
    }
}
