package io.jenkins.plugins.releasetrain.testkit.registry;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request as it came.
 *
 * @param path without the query
 * @param query decoded values by name
 * @param complete whether all of the body came
 */
public record Request(
        String method, String path, Map<String, List<String>> query, Headers headers, byte[] body, boolean complete) {
    /** Marks what a test pushes by itself: personalities keep out of it. */
    static final String TESTKIT = "X-Testkit";

    private static final int CHUNK = 16 << 10;

    /** Told of a body that is read. */
    interface Reading {
        /** @throws IOException to stop there */
        void at(Request begun, long bytes) throws IOException;
    }

    static Request read(HttpExchange exchange) throws IOException {
        return read(exchange, (begun, bytes) -> {});
    }

    /** Not complete where the client went away, or where it was told to stop. */
    static Request read(HttpExchange exchange, Reading reading) throws IOException {
        Headers headers = exchange.getRequestHeaders();
        Request begun = new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                query(exchange.getRequestURI().getRawQuery()),
                headers,
                new byte[0],
                false);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean stopped = false;
        try {
            byte[] chunk = exchange.getRequestBody().readNBytes(CHUNK);
            while (chunk.length > 0) {
                body.writeBytes(chunk);
                reading.at(begun, body.size());
                chunk = exchange.getRequestBody().readNBytes(CHUNK);
            }
        } catch (IOException e) {
            stopped = true;
        }
        String length = headers.getFirst("Content-Length");
        boolean whole = !stopped && (length == null || Long.parseLong(length) == body.size());
        return new Request(begun.method, begun.path, begun.query, headers, body.toByteArray(), whole);
    }

    /** The same for another path. */
    public Request at(String other) {
        return new Request(method, other, query, headers, body, complete);
    }

    /** The same of somebody whose account is known already. */
    Request letIn() {
        Headers other = new Headers();
        other.putAll(headers);
        other.remove("Authorization");
        other.set(TESTKIT, "let in");
        return new Request(method, path, query, other, body, complete);
    }

    /** The same of somebody who does not say who he is. */
    Request ofNobody() {
        Headers other = new Headers();
        other.putAll(headers);
        other.remove("Authorization");
        return new Request(method, path, query, other, body, complete);
    }

    public boolean isOurs() {
        return headers.containsKey(TESTKIT);
    }

    static Map<String, List<String>> query(String raw) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            query.computeIfAbsent(decoded(name), n -> new ArrayList<>()).add(decoded(value));
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    public Optional<String> parameter(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst();
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.getFirst(name));
    }

    public boolean is(String wantedMethod, String pathPart) {
        return method.equals(wantedMethod) && path.contains(pathPart);
    }
}
