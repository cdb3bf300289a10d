package io.jenkins.plugins.releasetrain.testkit.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesAttributesExtractor;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.Headers;
import io.fabric8.mockwebserver.http.HttpUrl;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * fabric8's CRUD dispatcher, corrected where it differs from a real API server and it matters to a client that relies on
 * it: a JSON patch that does not apply is 422 (the mock hangs on a failing test and invents missing parents), nothing is
 * created in a missing namespace, and lists are paged by limit and continue.
 */
final class ApiDispatcher extends KubernetesCrudDispatcher {
    private static final Pattern NAMESPACED = Pattern.compile("/apis?/(?:[^/]+/)?[^/]+/namespaces/([^/?]+)/.+");
    private static final Pattern OBJECT =
            Pattern.compile("(/apis?/(?:[^/]+/)?[^/]+/namespaces/[^/]+/[^/?]+/[^/?]+)(?:/status|/scale)?(?:\\?.*)?");

    private final ObjectMapper mapper = new ObjectMapper();
    private final KubernetesSerialization serialization = new KubernetesSerialization();
    /** The mock looks every single object up by going through all of them. */
    private final SortedMap<String, AttributeSet> keys = new TreeMap<>();

    private final AtomicInteger failures = new AtomicInteger();
    private volatile String accepted;

    void failNext(int requests) {
        failures.set(requests);
    }

    /** @throws IllegalArgumentException with what a client would have got, where it is not created */
    void create(HasMetadata resource) {
        String root = resource.getApiVersion().contains("/") ? "/apis/" : "/api/";
        String path = root + resource.getApiVersion() + "/namespaces/"
                + resource.getMetadata().getNamespace() + "/" + resource.getPlural();
        MockResponse response = handleCreate(new RecordedRequest(
                "HTTP/1.1",
                HttpMethod.POST,
                path,
                Headers.builder().build(),
                new Buffer().write(serialization.asJson(resource).getBytes(UTF_8))));
        if (response.code() != 201) {
            throw new IllegalArgumentException(response.getBody().readUtf8());
        }
    }

    /** Only requests with this bearer token are answered; null: all. */
    void accept(String bearer) {
        accepted = bearer;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        if (accepted != null && !("Bearer " + accepted).equals(request.getHeader("Authorization"))) {
            return status(401, "Unauthorized", "Unauthorized");
        }
        if (failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            return status(503, "ServiceUnavailable", "the server is currently unable to handle the request");
        }
        return super.dispatch(request);
    }

    @Override
    public Map.Entry<AttributeSet, String> findResource(AttributeSet attributes) {
        AttributeSet key;
        String resource;
        synchronized (keys) {
            key = keys.get(nameOf(attributes));
            resource = key == null ? null : map.get(key);
        }
        return resource == null ? null : Map.entry(key, resource);
    }

    @Override
    public void processEvent(
            String path,
            AttributeSet pathAttributes,
            AttributeSet oldAttributes,
            GenericKubernetesResource resource,
            String newState) {
        // The mock takes a changed object out before it puts it back.
        synchronized (keys) {
            super.processEvent(path, pathAttributes, oldAttributes, resource, newState);
            if (oldAttributes != null) {
                keys.remove(nameOf(oldAttributes));
            }
            if (newState != null) {
                AttributeSet stored = getAttributeExtractor().fromResource(newState);
                AttributeSet key = stored.containsKey(KubernetesAttributesExtractor.PLURAL)
                        ? stored
                        : AttributeSet.merge(pathAttributes, stored);
                keys.put(nameOf(key), key);
            }
        }
    }

    private static String nameOf(AttributeSet attributes) {
        return Stream.of("api", "version", "plural", "namespace", "name")
                .map(attributes::getAttribute)
                .map(String::valueOf)
                .collect(Collectors.joining("/"));
    }

    @Override
    public MockResponse handleCreate(RecordedRequest request) {
        Matcher namespaced = NAMESPACED.matcher(request.getPath());
        if (namespaced.matches()
                && handleGet("/api/v1/namespaces/" + namespaced.group(1)).code() == 404) {
            return status(404, "NotFound", "namespaces \"" + namespaced.group(1) + "\" not found");
        }
        return super.handleCreate(request);
    }

    @Override
    public synchronized MockResponse handlePatch(RecordedRequest request) {
        Matcher object = OBJECT.matcher(request.getPath());
        String type = request.getHeader("Content-Type");
        if (object.matches() && type != null && type.startsWith("application/json-patch+json")) {
            MockResponse current = handleGet(object.group(1));
            if (current.code() == 404) {
                return status(404, "NotFound", object.group(1) + " not found");
            }
            byte[] patch = request.getUtf8Body().getBytes(UTF_8);
            try {
                JsonPatch.apply(
                        parse(new String(patch, UTF_8)), parse(current.getBody().readUtf8()));
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
        if (!path.contains("?") && getKey(path).containsKey(KubernetesAttributesExtractor.NAME)) {
            Map.Entry<AttributeSet, String> found = findResource(getKey(path));
            return found == null
                    ? status(404, "NotFound", path + " not found")
                    : new MockResponse().setResponseCode(200).setBody(found.getValue());
        }
        HttpUrl url = HttpUrl.parse("http://localhost" + path);
        String limit = url == null ? null : url.queryParameter("limit");
        if (limit == null || path.contains("watch=true")) {
            return super.handleGet(path);
        }
        String from = url.queryParameter("continue");
        AttributeSet query =
                getKey(path.replaceAll("(?<=[?&])(limit|continue)=[^&]*&?", "").replaceAll("[?&]$", ""));
        return page(query, from == null ? 0 : Integer.parseInt(from), Integer.parseInt(limit));
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

    private MockResponse page(AttributeSet query, int from, int limit) {
        List<String> items;
        synchronized (keys) {
            items = keys.values().stream()
                    .filter(key -> key.matches(query))
                    .map(map::get)
                    .toList();
        }
        int to = Math.min(items.size(), from + limit);
        String next = to < items.size() ? ",\"continue\":\"" + to + "\"" : "";
        return new MockResponse()
                .setResponseCode(200)
                .setBody("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"1\"" + next
                        + "},\"items\":[" + String.join(",", items.subList(from, to)) + "]}");
    }

    private JsonNode parse(String json) {
        try {
            return mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private MockResponse status(int code, String reason, String message) {
        return new MockResponse()
                .setResponseCode(code)
                .setBody(serialization.asJson(new StatusBuilder()
                        .withStatus("Failure")
                        .withCode(code)
                        .withReason(reason)
                        .withMessage(message)
                        .build()));
    }
}
