package io.jenkins.plugins.releasetrain.testkit.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.HttpUrl;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * fabric8's CRUD dispatcher, corrected where it differs from a real API server and it matters to a client that relies on
 * it: a JSON patch that does not apply is 422 (the mock hangs on a failing test and invents missing parents), nothing is
 * created in a missing namespace, and lists are paged by limit and continue.
 */
final class ApiDispatcher extends KubernetesCrudDispatcher {
    private static final Pattern NAMESPACED = Pattern.compile("/apis?/(?:[^/]+/)?[^/]+/namespaces/([^/?]+)/.+");
    private static final Pattern OBJECT =
            Pattern.compile("(/apis?/(?:[^/]+/)?[^/]+/namespaces/[^/]+/[^/?]+/[^/?]+)(?:/status|/scale)?(?:\\?.*)?");

    private final ObjectMapper mapper = Serialization.jsonMapper();
    private final AtomicInteger failures = new AtomicInteger();

    void failNext(int requests) {
        failures.set(requests);
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        if (failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            return status(503, "ServiceUnavailable", "the server is currently unable to handle the request");
        }
        return super.dispatch(request);
    }

    @Override
    public MockResponse handleCreate(RecordedRequest request) {
        Matcher namespaced = NAMESPACED.matcher(request.getPath());
        if (namespaced.matches()
                && super.handleGet("/api/v1/namespaces/" + namespaced.group(1)).code() == 404) {
            return status(404, "NotFound", "namespaces \"" + namespaced.group(1) + "\" not found");
        }
        return super.handleCreate(request);
    }

    @Override
    public synchronized MockResponse handlePatch(RecordedRequest request) {
        Matcher object = OBJECT.matcher(request.getPath());
        String type = request.getHeader("Content-Type");
        if (object.matches() && type != null && type.startsWith("application/json-patch+json")) {
            MockResponse current = super.handleGet(object.group(1));
            if (current.code() == 404) {
                return status(404, "NotFound", object.group(1) + " not found");
            }
            byte[] patch = request.getUtf8Body().getBytes(UTF_8);
            try {
                JsonPatch.apply(parse(new String(patch, UTF_8)), parse(current.getBody().readUtf8()));
                // An update may come in between; the mock then applies to what the update left.
                return super.handlePatch(again(request, patch));
            } catch (JsonPatchException e) {
                return status(422, "Invalid", "the server rejected our request due to an error: " + e.getMessage());
            }
        }
        return super.handlePatch(request);
    }

    @Override
    public MockResponse handleGet(String path) {
        HttpUrl url = HttpUrl.parse("http://localhost" + path);
        String limit = url == null ? null : url.queryParameter("limit");
        if (limit == null || path.contains("watch=true")) {
            return super.handleGet(path);
        }
        String from = url.queryParameter("continue");
        MockResponse all = super.handleGet(
                path.replaceAll("(?<=[?&])(limit|continue)=[^&]*&?", "").replaceAll("[?&]$", ""));
        return all.code() == 200 ? page(all, from == null ? 0 : Integer.parseInt(from), Integer.parseInt(limit)) : all;
    }

    /** A body can be read once. */
    private static RecordedRequest again(RecordedRequest request, byte[] body) {
        return new RecordedRequest(
                request.getHttpVersion(),
                request.method(),
                request.getPath(),
                request.getHeaders(),
                new Buffer().write(body));
    }

    private MockResponse page(MockResponse all, int from, int limit) {
        String body = all.getBody().readUtf8();
        JsonNode list = parse(body);
        if (!(list.get("items") instanceof ArrayNode items) || limit <= 0) {
            return all.setBody(body);
        }
        ArrayNode page = mapper.createArrayNode();
        for (int i = from; i < Math.min(items.size(), from + limit); i++) {
            page.add(items.get(i));
        }
        ObjectNode metadata = (ObjectNode) list.get("metadata");
        if (from + limit < items.size()) {
            metadata.put("continue", String.valueOf(from + limit));
        }
        ((ObjectNode) list).set("items", page);
        return new MockResponse().setResponseCode(200).setBody(list.toString());
    }

    private JsonNode parse(String json) {
        try {
            return mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static MockResponse status(int code, String reason, String message) {
        return new MockResponse()
                .setResponseCode(code)
                .setBody(Serialization.asJson(new StatusBuilder()
                        .withStatus("Failure")
                        .withCode(code)
                        .withReason(reason)
                        .withMessage(message)
                        .build()));
    }
}
