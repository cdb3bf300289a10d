package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.Json.Type;
import java.util.List;
import java.util.Set;

/**
 * JSON Schemas, draft 7 to 2020-12, both ways: documents by the older schema are read by the newer version, and documents by
 * the newer one by the older version. Rules are those of oasdiff for bodies and properties: {@code request-…} is what the
 * newer version reads, {@code response-…} what it writes.
 */
public final class JsonSchemaChecker implements ContractChecker {
    private static final Set<String> KEYWORDS = Set.of(
            "$schema",
            "$id",
            "$ref",
            "$defs",
            "definitions",
            "type",
            "properties",
            "patternProperties",
            "required",
            "additionalProperties",
            "items",
            "prefixItems",
            "allOf",
            "anyOf",
            "oneOf",
            "not",
            "if",
            "enum",
            "const",
            "format",
            "pattern");

    @Override
    public ContractKind kind() {
        return ContractKind.JSON_SCHEMA;
    }

    @Override
    public List<Finding> check(List<ContractFile> before, List<ContractFile> after) {
        Documents documents = new Documents(before, after, JsonSchemaChecker::isSchema, "JSON Schema");
        return documents.compare((old, now) -> documents.schemas().compareBothWays(old, now, ""));
    }

    private static boolean isSchema(Json document) {
        return document.is(Type.BOOLEAN)
                || document.is(Type.OBJECT)
                        && !document.has("openapi")
                        && !document.has("swagger")
                        && !document.has("asyncapi")
                        && document.members().keySet().stream().anyMatch(KEYWORDS::contains);
    }
}
