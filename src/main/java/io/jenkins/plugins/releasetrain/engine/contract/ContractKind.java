package io.jenkins.plugins.releasetrain.engine.contract;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * In which language a contract is written. The first media type is the one that is published; whatever others attach with
 * one of the others is taken too.
 */
public enum ContractKind {
    /** OpenAPI 3.0 and 3.1, in JSON or YAML. */
    OPENAPI(
            "application/vnd.oai.openapi",
            "application/vnd.oai.openapi+json",
            "application/vnd.oai.openapi+yaml",
            "application/openapi+json",
            "application/openapi+yaml"),
    /** A {@code FileDescriptorSet}, as {@code protoc --descriptor_set_out} and {@code buf build} write it. */
    PROTOBUF(
            "application/vnd.google.protobuf.descriptor",
            "application/x-protobuf-descriptor",
            "application/vnd.buf.image"),
    /** Apache Avro schemas in JSON. */
    AVRO("application/vnd.apache.avro.schema+json", "application/vnd.apache.avro+json"),
    /** JSON Schema, draft 7 to 2020-12. */
    JSON_SCHEMA("application/schema+json"),
    /** AsyncAPI 2 and 3. */
    ASYNCAPI("application/vnd.aai.asyncapi", "application/vnd.aai.asyncapi+json", "application/vnd.aai.asyncapi+yaml"),
    /** Pacts of a consumer; only a tool on an agent verifies them. */
    PACT("application/vnd.pact+json"),
    /** Migrations of a database, judged by a linter on an agent. */
    MIGRATION("application/vnd.io.jenkins.releasetrain.migration");

    private final List<String> mediaTypes;

    ContractKind(String... mediaTypes) {
        this.mediaTypes = List.of(mediaTypes);
    }

    /** As it is written in a Jenkinsfile: {@code openapi}, {@code jsonSchema}. */
    public String word() {
        return this == JSON_SCHEMA ? "jsonSchema" : name().toLowerCase(Locale.ROOT);
    }

    public List<String> mediaTypes() {
        return mediaTypes;
    }

    /** That a published file of this kind has. */
    public String mediaType() {
        return mediaTypes.get(0);
    }

    public static Optional<ContractKind> ofWord(String word) {
        return Arrays.stream(values()).filter(k -> k.word().equals(word)).findFirst();
    }

    /** @param mediaType parameters after a semicolon do not matter */
    public static Optional<ContractKind> ofMediaType(String mediaType) {
        String bare = mediaType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(k -> k.mediaTypes.contains(bare)).findFirst();
    }
}
