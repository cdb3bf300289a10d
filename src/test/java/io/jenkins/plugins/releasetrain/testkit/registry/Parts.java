package io.jenkins.plugins.releasetrain.testkit.registry;

import com.sun.net.httpserver.Headers;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Ways in which registries take uploads in parts. */
public final class Parts {
    private Parts() {}

    private static Request of(Request request, byte[] body) {
        Headers headers = new Headers();
        headers.putAll(request.headers());
        headers.remove("Content-Range");
        return new Request(request.method(), request.path(), request.query(), headers, body, true);
    }

    /** Keeps no more than this of a part, and says so; it does not look where the next one begins. */
    public static Personality keepingOnly(int bytes) {
        return (request, rest) -> request.is("PATCH", "/blobs/uploads/") && request.body().length > bytes
                ? rest.answer(of(request, Arrays.copyOf(request.body(), bytes)))
                : rest.answer(of(request, request.body()));
    }

    /** Keeps all, and says how much there was in the last part only (Aliyun: regclient#627; zot: regclient#961). */
    public static Personality countingTheLastOnly() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            return request.is("PATCH", "/blobs/uploads/")
                    ? right.header("Range", "0-" + (request.body().length - 1))
                    : right;
        };
    }

    /** Says yes to the second part and to those that follow, and keeps nothing of them (ECR: containers-roadmap#2831). */
    public static Personality keepingTheFirstOnly() {
        Map<String, Integer> kept = new ConcurrentHashMap<>();
        return (request, rest) -> {
            if (!request.is("PATCH", "/blobs/uploads/")) {
                return rest.answer(of(request, request.body()));
            }
            Integer first = kept.putIfAbsent(request.path(), request.body().length);
            return first == null
                    ? rest.answer(request)
                    : Reply.of(201).header("Location", request.path()).header("Range", "0-" + (first - 1));
        };
    }
}
