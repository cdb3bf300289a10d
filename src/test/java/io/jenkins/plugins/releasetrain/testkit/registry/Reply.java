package io.jenkins.plugins.releasetrain.testkit.registry;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * An answer.
 *
 * @param breakAfter body bytes after which the connection is cut; negative for never
 * @param breakWhen what is waited for before it is cut
 */
public record Reply(
        int status, Map<String, String> headers, byte[] body, int breakAfter, Optional<CountDownLatch> breakWhen) {
    static final byte[] NOTHING = {};

    Reply(int status, Map<String, String> headers, byte[] body, int breakAfter) {
        this(status, headers, body, breakAfter, Optional.empty());
    }

    public static Reply of(int status) {
        return new Reply(status, Map.of(), NOTHING, -1);
    }

    public static Reply json(int status, String json) {
        return of(status).body(json.getBytes(StandardCharsets.UTF_8)).header("Content-Type", "application/json");
    }

    /** An error as in the distribution specification, "Error Codes". */
    public static Reply error(int status, String code, String message) {
        return json(status, "{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}]}");
    }

    public Reply header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body, breakAfter);
    }

    public Reply without(String name) {
        Map<String, String> fewer = new LinkedHashMap<>(headers);
        fewer.remove(name);
        return new Reply(status, fewer, body, breakAfter);
    }

    public Reply body(byte[] content) {
        return new Reply(status, headers, content, breakAfter);
    }

    public Reply breakingAfter(int bytes) {
        return new Reply(status, headers, body, bytes);
    }

    Reply breakingWhen(CountDownLatch over) {
        return new Reply(status, headers, body, breakAfter, Optional.of(over));
    }
}
