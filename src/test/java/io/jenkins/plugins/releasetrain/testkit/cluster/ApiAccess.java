package io.jenkins.plugins.releasetrain.testkit.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Who may what, and how often: everybody everything, unless told otherwise. */
final class ApiAccess {
    private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger lists = new AtomicInteger(Integer.MAX_VALUE);
    private final Set<String> denied = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final Map<String, Supplier<MockResponse>> refused = new ConcurrentHashMap<>();
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();
    private volatile String accepted;
    private volatile boolean forgotten;
    private volatile int lingering;

    void failNext(int requests) {
        failures.set(requests);
    }

    /** Only requests with this bearer token are answered; null: all. */
    void accept(String bearer) {
        accepted = bearer;
    }

    void deny(String verb, String plural) {
        denied.add(verb + " " + plural);
    }

    /** Admission: a patch that holds this text is answered so; an empty message lets it in again. */
    void admit(String text, int code, String message) {
        if (message.isEmpty()) {
            refused.remove(text);
        } else {
            refused.put(text, () -> status(code, code == 403 ? "Forbidden" : "InternalError", message));
        }
    }

    /** Admission: so many of these objects that are to be made are answered so. */
    void admitNew(String plural, int times, int code, String message) {
        String reason = code == 409 ? "Conflict" : code == 403 ? "Forbidden" : "InternalError";
        kept.put(plural, new Kept(new AtomicInteger(times), () -> status(code, reason, message)));
    }

    /** What is deleted from now on is in the way of so many that are to be made of its kind, as with a finalizer on it. */
    void lingerAfterDelete(int times) {
        lingering = times;
    }

    private record Kept(AtomicInteger times, Supplier<MockResponse> answer) {}

    void allow(String verb, String plural) {
        denied.remove(verb + " " + plural);
    }

    /** Each list more than these is answered with 429. */
    void limitLists(int more) {
        lists.set(more);
    }

    /** Whether what a list was begun from is forgotten before its next page is asked for. */
    void forgetPages(boolean forget) {
        forgotten = forget;
    }

    /** How often each verb was asked for of each kind, as in {@code list pods}. */
    Map<String, Integer> asked() {
        return asked.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().get()));
    }

    /** What is answered in the place of what was asked for; empty where that is done. */
    Optional<MockResponse> answer(RecordedRequest request, String plural) {
        if (accepted != null && !("Bearer " + accepted).equals(request.getHeader("Authorization"))) {
            return Optional.of(status(401, "Unauthorized", "Unauthorized"));
        }
        if (failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            return Optional.of(
                    status(503, "ServiceUnavailable", "the server is currently unable to handle the request"));
        }
        if (request.getPath().startsWith(REVIEWS)) {
            return Optional.of(review(request.getUtf8Body()));
        }
        String verb = verb(request, plural);
        asked.computeIfAbsent(verb + " " + plural, k -> new AtomicInteger()).incrementAndGet();
        if (denied.contains(verb + " " + plural)) {
            return Optional.of(status(
                    403,
                    "Forbidden",
                    plural + " is forbidden: User \"release-train\" cannot " + verb + " resource \"" + plural + "\""));
        }
        if (forgotten && request.getPath().contains("continue=")) {
            return Optional.of(status(410, "Expired", "The provided continue parameter is too old"));
        }
        if (verb.equals("patch")) {
            String body = new String(request.getBody().getBytes(), StandardCharsets.UTF_8);
            Optional<MockResponse> no = refused.entrySet().stream()
                    .filter(e -> body.contains(e.getKey()))
                    .map(e -> e.getValue().get())
                    .findFirst();
            if (no.isPresent()) {
                return no;
            }
        }
        if (verb.equals("delete") && lingering > 0) {
            admitNew(plural, lingering, 409, "object is being deleted: it already exists");
        }
        Kept out = kept.get(plural);
        if (verb.equals("create") && out != null && out.times().getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            return Optional.of(out.answer().get());
        }
        if (verb.equals("list") && lists.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
            return Optional.of(status(
                    429, "TooManyRequests", "the server has received too many requests, please try again later"));
        }
        return Optional.empty();
    }

    private static String verb(RecordedRequest request, String plural) {
        String path = request.getPath().replaceAll("\\?.*", "");
        boolean collection = path.endsWith("/" + plural);
        return switch (request.method().name()) {
            case "GET" -> !collection ? "get" : request.getPath().contains("watch=true") ? "watch" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            default -> "delete";
        };
    }

    private MockResponse review(String body) {
        try {
            JsonNode review = JSON.readTree(body);
            JsonNode asks = review.path("spec").path("resourceAttributes");
            boolean allowed = !denied.contains(
                    asks.path("verb").asText() + " " + asks.path("resource").asText());
            ((com.fasterxml.jackson.databind.node.ObjectNode) review)
                    .putObject("status")
                    .put("allowed", allowed);
            return new MockResponse().setResponseCode(201).setBody(review.toString());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static MockResponse status(int code, String reason, String message) {
        return new MockResponse()
                .setResponseCode(code)
                .setBody(SERIALIZATION.asJson(new StatusBuilder()
                        .withStatus("Failure")
                        .withCode(code)
                        .withReason(reason)
                        .withMessage(message)
                        .build()));
    }
}
