package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.Json.Type;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * OpenAPI 3.0 and 3.1 by the rules, and with the rule ids, of oasdiff: what a client may send may not be narrowed, what it
 * reads may not be widened. Differences are in {@code docs/contracts-rules.md}.
 */
public final class OpenApiChecker implements ContractChecker {
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace", "query");

    private static final Pattern PARAMETER = Pattern.compile("\\{[^/{}]*}");

    @Override
    public ContractKind kind() {
        return ContractKind.OPENAPI;
    }

    @Override
    public List<Finding> check(List<ContractFile> before, List<ContractFile> after) {
        Documents documents = new Documents(before, after, OpenApiChecker::isOpenApi, "OpenAPI 3 document");
        return documents.compare((old, now) -> {
            paths(documents, old, now);
            webhooks(documents, old, now);
        });
    }

    private static boolean isOpenApi(Json document) {
        return document.get("openapi").text().startsWith("3.");
    }

    /** Names of parameters in a path do not matter. */
    private static Map<String, Json> byTemplate(Json paths) {
        Map<String, Json> byTemplate = new HashMap<>();
        paths.members().forEach((path, item) -> byTemplate.putIfAbsent(template(path), item));
        return byTemplate;
    }

    private static String template(String path) {
        return PARAMETER.matcher(path).replaceAll("{}");
    }

    private static void paths(Documents documents, Json old, Json now) {
        Map<String, Json> newer = byTemplate(now.get("paths"));
        Map<String, Json> older = byTemplate(old.get("paths"));
        OpenApiOperations operations = new OpenApiOperations(documents, Direction.REQUEST, old, now);
        old.get("paths").members().forEach((path, item) -> {
            Json successor = newer.getOrDefault(template(path), Json.MISSING);
            item(documents, operations, path, item, successor);
        });
        now.get("paths").members().forEach((path, item) -> {
            Json before = documents.old(older.getOrDefault(template(path), Json.MISSING));
            documents.now(item).members().forEach((method, operation) -> {
                if (METHODS.contains(method) && !before.has(method)) {
                    tell(documents, Severity.INFO, "endpoint-added", name(method, path), operation, "is new");
                }
            });
        });
    }

    private static String name(String method, String path) {
        return method.toUpperCase(java.util.Locale.ROOT) + " " + Texts.shown(path);
    }

    private static void tell(
            Documents documents, Severity severity, String rule, String name, Json at, String message) {
        documents.add(severity, rule, name, at, "'" + name + "' " + message);
    }

    private static void item(
            Documents documents, OpenApiOperations operations, String path, Json item, Json successor) {
        Json before = documents.old(item);
        Json after = documents.now(successor);
        before.members().forEach((method, operation) -> {
            if (!METHODS.contains(method)) {
                return;
            }
            String name = name(method, path);
            if (after.has(method)) {
                operations.compare(name, before, operation, after, after.get(method));
                return;
            }
            boolean told = operation.get("deprecated").isTrue();
            String rule = (successor.isThere() ? "api-removed-" : "api-path-removed-")
                    + (told ? "with-deprecation" : "without-deprecation");
            tell(
                    documents,
                    told ? Severity.INFO : Severity.ERROR,
                    rule,
                    name,
                    operation,
                    told ? "was removed after its deprecation" : "was removed");
        });
    }

    /** What the service calls: its requests are what others read. */
    private static void webhooks(Documents documents, Json old, Json now) {
        OpenApiOperations operations = new OpenApiOperations(documents, Direction.RESPONSE, old, now);
        Json newer = now.get("webhooks");
        old.get("webhooks").members().forEach((webhook, item) -> {
            String name = "webhook " + Texts.shown(webhook);
            if (!newer.has(webhook)) {
                tell(documents, Severity.ERROR, "webhook-removed", name, item, "was removed");
                return;
            }
            Json before = documents.old(item);
            Json after = documents.now(newer.get(webhook));
            before.members().forEach((method, operation) -> {
                if (METHODS.contains(method) && operation.is(Type.OBJECT)) {
                    if (after.has(method)) {
                        operations.compare(name, before, operation, after, after.get(method));
                    } else {
                        tell(
                                documents,
                                Severity.ERROR,
                                "webhook-removed",
                                name + " " + method,
                                operation,
                                "was removed");
                    }
                }
            });
        });
        newer.members().forEach((webhook, item) -> {
            if (!old.get("webhooks").has(webhook)) {
                tell(documents, Severity.INFO, "webhook-added", "webhook " + Texts.shown(webhook), item, "is new");
            }
        });
    }
}
