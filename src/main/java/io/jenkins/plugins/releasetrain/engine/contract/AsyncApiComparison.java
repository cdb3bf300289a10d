package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.Map;

/** Two versions of one AsyncAPI document. */
final class AsyncApiComparison {
    private final Documents documents;

    AsyncApiComparison(Documents documents) {
        this.documents = documents;
    }

    void compare(AsyncApiModel older, AsyncApiModel newer) {
        older.channels().forEach((address, old) -> {
            AsyncApiModel.Channel now = newer.channels().get(address);
            String location = Texts.shown(address);
            if (now == null) {
                documents.add(Severity.ERROR, "channel-removed", location, old.at(), "The channel was removed");
            } else {
                messages(location, old.messages(), now.messages());
            }
        });
        added(older.channels(), newer.channels());
        older.operations().forEach((name, old) -> {
            String address = name.substring(0, name.lastIndexOf(' '));
            if (!newer.operations().containsKey(name) && newer.channels().containsKey(address)) {
                documents.add(
                        Severity.ERROR,
                        "operation-removed",
                        Texts.shown(name),
                        old,
                        "The service does not do that any more");
            }
        });
        newer.operations().forEach((name, now) -> {
            if (!older.operations().containsKey(name)) {
                documents.add(Severity.INFO, "operation-added", Texts.shown(name), now, "The operation is new");
            }
        });
    }

    private void added(Map<String, AsyncApiModel.Channel> older, Map<String, AsyncApiModel.Channel> newer) {
        newer.forEach((address, now) -> {
            if (!older.containsKey(address)) {
                documents.add(Severity.INFO, "channel-added", Texts.shown(address), now.at(), "The channel is new");
            }
        });
    }

    private void messages(String channel, Map<String, Json> before, Map<String, Json> after) {
        before.forEach((name, old) -> {
            String location = channel + " " + Texts.shown(name);
            // The only one is the same, whatever it is called.
            Json now = before.size() == 1 && after.size() == 1
                    ? after.values().iterator().next()
                    : after.get(name);
            if (now == null) {
                documents.add(Severity.ERROR, "message-removed", location, old, "The message was removed");
            } else {
                message(location, old, now);
            }
        });
        after.forEach((name, now) -> {
            if (!before.containsKey(name) && !(before.size() == 1 && after.size() == 1)) {
                documents.add(
                        before.isEmpty() ? Severity.INFO : Severity.WARN,
                        "message-added",
                        channel + " " + Texts.shown(name),
                        now,
                        "The message is new, and who reads the channel may not know it");
            }
        });
    }

    private void message(String location, Json old, Json now) {
        if (documents.isUnchanged(old, now)) {
            return;
        }
        String type = contentType(old);
        if (!type.equals(contentType(now))) {
            documents.add(
                    Severity.ERROR,
                    "message-content-type-changed",
                    location,
                    now,
                    "The content type of the message changed");
        }
        Json before = documents.old(old.get("payload"));
        Json after = documents.now(now.get("payload"));
        if (isForeign(old, before) || isForeign(now, after)) {
            if (!documents.schemas().same(before, after)) {
                documents.add(
                        Severity.WARN,
                        "message-payload-not-compared",
                        location,
                        now,
                        "The payload changed, and is in a language of its own: publish its schema as a contract too");
            }
        } else {
            documents.schemas().compareBothWays(schema(before, old), schema(after, now), location + " payload");
        }
        documents.schemas().compareBothWays(old.get("headers"), now.get("headers"), location + " headers");
    }

    private static String contentType(Json message) {
        return message.get("contentType").text();
    }

    /** In AsyncAPI 3 the format may stand around the schema. */
    private static boolean isForeign(Json message, Json payload) {
        String format = payload.has("schemaFormat")
                ? payload.get("schemaFormat").text()
                : message.get("schemaFormat").text();
        return !format.isEmpty()
                && !format.startsWith("application/vnd.aai.asyncapi")
                && !format.startsWith("application/schema+");
    }

    private static Json schema(Json payload, Json message) {
        return payload.has("schemaFormat") ? payload.get("schema") : message.get("payload");
    }
}
