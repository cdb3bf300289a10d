package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** One operation of both versions: parameters, body, responses, security. */
final class OpenApiOperations {
    private final Documents documents;
    private final Direction direction;
    private final Json oldRoot;
    private final Json newRoot;

    /** @param direction of what callers send: REQUEST; of webhooks, which the service sends, RESPONSE */
    OpenApiOperations(Documents documents, Direction direction, Json oldRoot, Json newRoot) {
        this.documents = documents;
        this.direction = direction;
        this.oldRoot = oldRoot;
        this.newRoot = newRoot;
    }

    void compare(String name, Json oldItem, Json old, Json nowItem, Json now) {
        Json before = documents.old(old);
        Json after = documents.now(now);
        documents.schemas().budget().in(after.file());
        if (hasOwnOrSameSecurity(before)
                && documents.isUnchanged(before, after)
                && documents.isUnchanged(oldItem.get("parameters"), nowItem.get("parameters"))) {
            return;
        }
        parameters(name, parameters(oldItem, before, true), parameters(nowItem, after, false));
        body(name, before, after);
        responses(name, before.get("responses"), after.get("responses"));
        security(name, before, after);
    }

    private boolean hasOwnOrSameSecurity(Json operation) {
        return operation.has("security") || documents.isUnchanged(oldRoot.get("security"), newRoot.get("security"));
    }

    /** By place and name; those of a path by their order, since their names do not matter. */
    private Map<String, Json> parameters(Json item, Json operation, boolean older) {
        Map<String, Json> byName = new LinkedHashMap<>();
        Map<String, Json> inPath = new LinkedHashMap<>();
        for (Json owner : new Json[] {item, operation}) {
            for (Json written : owner.get("parameters").items()) {
                Json parameter = older ? documents.old(written) : documents.now(written);
                String in = parameter.get("in").text();
                String name = parameter.get("name").text();
                if (in.equals("path")) {
                    // What an operation says of one replaces what its path says.
                    inPath.put(name, parameter);
                } else {
                    byName.put(in + " " + (in.equals("header") ? name.toLowerCase(Locale.ROOT) : name), parameter);
                }
            }
        }
        int order = 0;
        for (Json parameter : inPath.values()) {
            byName.put("path " + order++, parameter);
        }
        return byName;
    }

    private void parameters(String operation, Map<String, Json> before, Map<String, Json> after) {
        before.forEach((key, old) -> {
            Json now = after.get(key);
            String location = operation + " " + Texts.shown(key);
            if (now != null) {
                parameter(location, old, now);
            } else if (!key.startsWith("path ")) {
                documents.add(
                        Severity.WARN,
                        "request-parameter-removed",
                        location,
                        old,
                        "The parameter was removed, and is ignored or refused");
            }
        });
        after.forEach((key, now) -> {
            if (!before.containsKey(key) && !key.startsWith("path ")) {
                boolean required = now.get("required").isTrue();
                documents.add(
                        required ? Severity.ERROR : Severity.INFO,
                        required ? "new-required-request-parameter" : "new-optional-request-parameter",
                        operation + " " + Texts.shown(key),
                        now,
                        "The parameter is new" + (required ? " and required" : ""));
            }
        });
    }

    private void parameter(String location, Json old, Json now) {
        boolean was = old.get("required").isTrue();
        boolean is = now.get("required").isTrue();
        if (was != is) {
            documents.add(
                    is ? Severity.ERROR : Severity.INFO,
                    "request-parameter-became-" + (is ? "required" : "optional"),
                    location,
                    now,
                    is ? "The parameter is required, which it was not" : "The parameter is not required any more");
        }
        for (String how : new String[] {"style", "explode", "allowReserved"}) {
            if (!documents.schemas().same(old.get(how), now.get(how))) {
                documents.add(
                        Severity.WARN,
                        "request-parameter-serialization-changed",
                        location,
                        now,
                        "'" + how + "' changed: the parameter is written in another way");
            }
        }
        documents.schemas().compare(schema(old), schema(now), new Place(direction, Place.PARAMETER, location));
    }

    private static Json schema(Json parameter) {
        return parameter.has("schema")
                ? parameter.get("schema")
                : parameter.get("content").members().values().stream()
                        .findFirst()
                        .map(m -> m.get("schema"))
                        .orElse(Json.MISSING);
    }

    private void body(String operation, Json before, Json after) {
        Json old = documents.old(before.get("requestBody"));
        Json now = documents.now(after.get("requestBody"));
        boolean was = old.get("required").isTrue();
        boolean is = now.get("required").isTrue();
        String location = operation + " body";
        if (!old.isThere()) {
            if (now.isThere()) {
                documents.add(
                        is ? Severity.ERROR : Severity.INFO,
                        "request-body-added-" + (is ? "required" : "optional"),
                        location,
                        now,
                        "There is a body, which there was not");
            }
            return;
        }
        if (!now.isThere()) {
            documents.add(Severity.ERROR, "request-body-removed", location, old, "The body was removed");
            return;
        }
        if (was != is) {
            documents.add(
                    is ? Severity.ERROR : Severity.INFO,
                    "request-body-became-" + (is ? "required" : "optional"),
                    location,
                    now,
                    is ? "The body is required, which it was not" : "The body is not required any more");
        }
        content(location, old, now, direction, "request-body-media-type-");
    }

    private void responses(String operation, Json before, Json after) {
        before.members().forEach((status, old) -> {
            String location = operation + " " + Texts.shown(status);
            boolean success = status.startsWith("2");
            if (!after.has(status)) {
                documents.add(
                        success ? Severity.ERROR : Severity.INFO,
                        "response-" + (success ? "" : "non-") + "success-status-removed",
                        location,
                        old,
                        "The response was removed");
                return;
            }
            Json oldResponse = documents.old(old);
            Json response = documents.now(after.get(status));
            content(location, oldResponse, response, direction.reversed(), "response-media-type-");
            headers(location, oldResponse.get("headers"), response.get("headers"));
        });
        after.members().forEach((status, now) -> {
            if (!before.has(status)) {
                documents.add(
                        Severity.INFO,
                        "response-" + (status.startsWith("2") ? "" : "non-") + "success-status-added",
                        operation + " " + Texts.shown(status),
                        now,
                        "The response is new");
            }
        });
    }

    private void content(String location, Json old, Json now, Direction flow, String rule) {
        Json after = now.get("content");
        old.get("content").members().forEach((type, media) -> {
            String place = location + " " + Texts.shown(type);
            if (after.has(type)) {
                documents
                        .schemas()
                        .compare(
                                media.get("schema"), after.get(type).get("schema"), new Place(flow, Place.BODY, place));
            } else {
                documents.add(Severity.ERROR, rule + "removed", place, media, "The media type was removed");
            }
        });
        after.members().forEach((type, media) -> {
            if (!old.get("content").has(type)) {
                documents.add(
                        Severity.INFO,
                        rule + "added",
                        location + " " + Texts.shown(type),
                        media,
                        "The media type is new");
            }
        });
    }

    private void headers(String location, Json before, Json after) {
        before.members().forEach((name, written) -> {
            Json old = documents.old(written);
            Json now = documents.now(after.get(name));
            boolean was = old.get("required").isTrue();
            String place = location + " header " + Texts.shown(name);
            if (!now.isThere()) {
                documents.add(
                        was ? Severity.ERROR : Severity.WARN,
                        (was ? "required" : "optional") + "-response-header-removed",
                        place,
                        written,
                        "The header was removed");
                return;
            }
            if (was && !now.get("required").isTrue()) {
                documents.add(
                        Severity.ERROR,
                        "response-header-became-optional",
                        place,
                        now,
                        "The header is not always there any more");
            }
            documents.schemas().compare(schema(old), schema(now), new Place(direction.reversed(), Place.HEADER, place));
        });
        after.members().forEach((name, now) -> {
            if (!before.has(name)) {
                documents.add(
                        Severity.INFO,
                        "response-header-added",
                        location + " header " + Texts.shown(name),
                        now,
                        "The header is new");
            }
        });
    }

    /** Who was let in without credentials is not any more; whatever else changes is told. */
    private void security(String operation, Json before, Json after) {
        Json old = before.has("security") ? before.get("security") : oldRoot.get("security");
        Json now = after.has("security") ? after.get("security") : newRoot.get("security");
        if (documents.schemas().same(old, now)) {
            return;
        }
        boolean open = isOpen(old);
        boolean closes = open && !isOpen(now);
        documents.add(
                closes ? Severity.WARN : Severity.INFO,
                open ? "api-security-added" : isOpen(now) ? "api-security-removed" : "api-security-changed",
                operation + " security",
                now.isThere() ? now : after,
                closes ? "Credentials are demanded, which they were not" : "The demanded credentials changed");
    }

    private static boolean isOpen(Json security) {
        return security.items().isEmpty()
                || security.items().stream().anyMatch(s -> s.members().isEmpty());
    }
}
