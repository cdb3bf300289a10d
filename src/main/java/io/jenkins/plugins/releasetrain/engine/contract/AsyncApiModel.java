package io.jenkins.plugins.releasetrain.engine.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What both major versions of AsyncAPI say, in one shape.
 *
 * @param channels by address
 * @param operations by address and action ({@code send}, {@code receive}); a 2.x "publish" is what the service receives
 */
record AsyncApiModel(Map<String, Channel> channels, Map<String, Json> operations) {
    /** @param messages by name */
    record Channel(Json at, Map<String, Json> messages) {}

    static AsyncApiModel read(Json document, UnaryOperator<Json> resolve) {
        AsyncApiModel model = new AsyncApiModel(new LinkedHashMap<>(), new LinkedHashMap<>());
        if (document.get("asyncapi").text().startsWith("2.")) {
            model.version2(document, resolve);
        } else {
            model.version3(document, resolve);
        }
        return model;
    }

    private void version2(Json document, UnaryOperator<Json> resolve) {
        document.get("channels").members().forEach((address, written) -> {
            Json channel = resolve.apply(written);
            Map<String, Json> messages = new LinkedHashMap<>();
            for (String word : List.of("publish", "subscribe")) {
                Json operation = channel.get(word);
                if (!operation.isThere()) {
                    continue;
                }
                operations.put(address + (word.equals("publish") ? " receive" : " send"), operation);
                Json message = operation.get("message");
                List<Json> all = message.has("oneOf") ? message.get("oneOf").items() : List.of(message);
                for (Json each : all) {
                    message(
                            messages,
                            name(each, resolve, all.size() == 1 ? word : word + messages.size()),
                            each,
                            resolve);
                }
            }
            channels.put(address, new Channel(written, messages));
        });
    }

    private static void message(Map<String, Json> messages, String name, Json written, UnaryOperator<Json> resolve) {
        if (written.isThere()) {
            messages.putIfAbsent(name, resolve.apply(written));
        }
    }

    private static String name(Json written, UnaryOperator<Json> resolve, String otherwise) {
        Json message = resolve.apply(written);
        for (String key : List.of("messageId", "name")) {
            if (!message.get(key).text().isEmpty()) {
                return message.get(key).text();
            }
        }
        String ref = written.get("$ref").text();
        return ref.isEmpty() ? otherwise : ref.substring(ref.lastIndexOf('/') + 1);
    }

    private void version3(Json document, UnaryOperator<Json> resolve) {
        document.get("channels").members().forEach((id, written) -> {
            Json channel = resolve.apply(written);
            Map<String, Json> messages = new LinkedHashMap<>();
            channel.get("messages").members().forEach((key, message) -> message(messages, key, message, resolve));
            channels.put(address(id, channel), new Channel(written, messages));
        });
        document.get("operations").members().forEach((id, written) -> {
            Json operation = resolve.apply(written);
            Json channel = resolve.apply(operation.get("channel"));
            String ref = operation.get("channel").get("$ref").text();
            String address = address(ref.substring(ref.lastIndexOf('/') + 1), channel);
            operations.putIfAbsent(address + " " + operation.get("action").text(), written);
        });
    }

    private static String address(String id, Json channel) {
        String address = channel.get("address").text();
        return address.isEmpty() ? id : address;
    }
}
