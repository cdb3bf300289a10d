package io.jenkins.plugins.releasetrain.testkit.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.server.mock.KubernetesAttributesExtractor;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.mockwebserver.crud.Attribute;
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
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * fabric8's CRUD dispatcher, corrected where it differs from a real API server and it matters to a client that relies on
 * it: a JSON patch that does not apply is 422 (the mock hangs on a failing test and invents missing parents), nothing is
 * created in a missing namespace, lists are paged by limit and continue, a Job's template cannot be changed, dry runs create
 * nothing, and watches begin at a version ({@link WatchJournal}). {@link ApiAccess} refuses what it is told to.
 */
final class ApiDispatcher extends KubernetesCrudDispatcher {
    private static final Pattern NAMESPACED = Pattern.compile("/apis?/(?:[^/]+/)?[^/]+/namespaces/([^/?]+)/.+");
    private static final Pattern PLURAL =
            Pattern.compile("/apis?/(?:[^/]+\\.[^/]+/|apps/|batch/)?[^/]+/(?:namespaces/[^/]+/)?([^/?]+).*");
    private static final Pattern OBJECT =
            Pattern.compile("(/apis?/(?:[^/]+/)?[^/]+/namespaces/[^/]+/[^/?]+/[^/?]+)(?:/status|/scale)?(?:\\?.*)?");

    private final ObjectMapper mapper = new ObjectMapper();
    private final KubernetesSerialization serialization = new KubernetesSerialization();
    /** The mock looks every single object up by going through all of them. */
    private final SortedMap<String, AttributeSet> keys = new TreeMap<>();

    private final WatchJournal journal = new WatchJournal();
    private final ApiAccess access = new ApiAccess();

    WatchJournal journal() {
        return journal;
    }

    ApiAccess access() {
        return access;
    }

    /** @throws IllegalArgumentException with what a client would have got, where it is not created */
    void create(HasMetadata resource) {
        check(handleCreate(recorded(HttpMethod.POST, collection(resource), resource)), 201);
    }

    /** @throws IllegalArgumentException with what a client would have got, where it is not updated */
    void update(HasMetadata resource, String subresource) {
        String path = collection(resource) + "/" + resource.getMetadata().getName() + subresource;
        check(handleUpdate(recorded(HttpMethod.PUT, path, resource)), 200);
    }

    private static String collection(HasMetadata resource) {
        return (resource.getApiVersion().contains("/") ? "/apis/" : "/api/") + resource.getApiVersion() + "/namespaces/"
                + resource.getMetadata().getNamespace() + "/" + resource.getPlural();
    }

    private RecordedRequest recorded(HttpMethod method, String path, HasMetadata resource) {
        return new RecordedRequest(
                "HTTP/1.1",
                method,
                path,
                Headers.builder().build(),
                new Buffer().write(serialization.asJson(resource).getBytes(UTF_8)));
    }

    private static void check(MockResponse response, int expected) {
        if (response.code() != expected) {
            throw new IllegalArgumentException(response.getBody().readUtf8());
        }
    }

    /** As restored from a backup: all versions are lower than before. */
    void restart() {
        synchronized (keys) {
            long version = 0;
            for (AttributeSet key : keys.values()) {
                map.put(key, withVersion(map.get(key), ++version));
            }
            journal.restart(version);
        }
    }

    private String withVersion(String json, long version) {
        ObjectNode object = (ObjectNode) parse(json);
        object.withObject("/metadata").put("resourceVersion", "" + version);
        return object.toString();
    }

    @Override
    public long requestResourceVersion() {
        return journal.next();
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        Matcher plural = PLURAL.matcher(request.getPath());
        Optional<MockResponse> refused = access.answer(request, plural.matches() ? plural.group(1) : "");
        if (refused.isPresent()) {
            return refused.get();
        }
        return isOfAnother(request)
                ? ApiAccess.status(409, "Conflict", "the object has been modified; precondition failed")
                : super.dispatch(request);
    }

    /** Whether something is to be deleted as it was, and is another by now (DeleteOptions, preconditions). */
    private boolean isOfAnother(RecordedRequest request) {
        if (request.method() != HttpMethod.DELETE) {
            return false;
        }
        Map.Entry<AttributeSet, String> found = findResource(getKey(request.getPath()));
        String body = request.getUtf8Body();
        String asked = body == null || body.isEmpty()
                ? ""
                : parse(body).path("preconditions").path("resourceVersion").asText();
        return found != null
                && !asked.isEmpty()
                && !asked.equals(parse(found.getValue())
                        .path("metadata")
                        .path("resourceVersion")
                        .asText());
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
            String before = oldAttributes == null ? null : map.get(oldAttributes);
            super.processEvent(path, pathAttributes, oldAttributes, resource, newState);
            AttributeSet after = null;
            if (oldAttributes != null) {
                keys.remove(nameOf(oldAttributes));
            }
            if (newState != null) {
                AttributeSet stored = getAttributeExtractor().fromResource(newState);
                AttributeSet key = stored.containsKey(KubernetesAttributesExtractor.PLURAL)
                        ? stored
                        : AttributeSet.merge(pathAttributes, stored);
                keys.put(nameOf(key), key);
                after = key;
            }
            if (newState != null) {
                journal.add(oldAttributes, after, newState);
            } else if (before != null) {
                journal.add(oldAttributes, null, withVersion(before, journal.next()));
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
            return ApiAccess.status(404, "NotFound", "namespaces \"" + namespaced.group(1) + "\" not found");
        }
        if (request.getPath().contains("dryRun=All")) {
            return new MockResponse().setResponseCode(201).setBody(request.getUtf8Body());
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
                return ApiAccess.status(404, "NotFound", object.group(1) + " not found");
            }
            byte[] patch = request.getUtf8Body().getBytes(UTF_8);
            if (object.group(1).contains("/jobs/") && new String(patch, UTF_8).contains("\"/spec/template/")) {
                return ApiAccess.status(422, "Invalid", "Job.batch is invalid: spec.template: field is immutable");
            }
            try {
                JsonPatch.apply(
                        parse(new String(patch, UTF_8)), parse(current.getBody().readUtf8()));
                if (request.getPath().contains("dryRun=All")) {
                    return handleGet(object.group(1));
                }
                // An update may come in between; the mock then applies to what the update left.
                return super.handlePatch(again(request, patch));
            } catch (JsonPatchException e) {
                return ApiAccess.status(
                        422, "Invalid", "the server rejected our request due to an error: " + e.getMessage());
            }
        }
        return super.handlePatch(request);
    }

    @Override
    public MockResponse handleGet(String path) {
        if (!path.contains("?") && getKey(path).containsKey(KubernetesAttributesExtractor.NAME)) {
            Map.Entry<AttributeSet, String> found = findResource(getKey(path));
            return found == null
                    ? ApiAccess.status(404, "NotFound", path + " not found")
                    : new MockResponse().setResponseCode(200).setBody(found.getValue());
        }
        HttpUrl url = HttpUrl.parse("http://localhost" + path);
        if ("true".equals(url.queryParameter("watch"))) {
            return handleWatch(path);
        }
        if (!getKey(path).containsKey(KubernetesAttributesExtractor.PLURAL) || !path.contains("/namespaces/")) {
            return super.handleGet(path);
        }
        String limit = url.queryParameter("limit");
        String from = url.queryParameter("continue");
        return page(
                query(path),
                from == null ? 0 : Integer.parseInt(from),
                limit == null ? Integer.MAX_VALUE : Integer.parseInt(limit));
    }

    /** Without what is not about the objects; field selectors are left to clients. */
    private AttributeSet query(String path) {
        String ignored =
                "(limit|continue|watch|resourceVersion|resourceVersionMatch|allowWatchBookmarks|timeoutSeconds)";
        return getKey(path.replaceAll("(?<=[?&])" + ignored + "=[^&]*&?", "")
                .replaceAll("(?<=[?&])fieldSelector=(reason|type)[^&]*&?", "")
                .replaceAll("[?&]$", ""));
    }

    @Override
    public MockResponse handleWatch(String path) {
        HttpUrl url = HttpUrl.parse("http://localhost" + path);
        String since = url.queryParameter("resourceVersion");
        String kind = url.encodedPath().substring(url.encodedPath().lastIndexOf('/') + 1);
        String api = url.encodedPath().replaceAll("^/apis?/|/namespaces/.*", "");
        AttributeSet query = query(path);
        String named = url.queryParameter("fieldSelector");
        if (named != null && named.startsWith("metadata.name=")) {
            query = query.add(new Attribute("name", named.substring("metadata.name=".length())));
        }
        return new MockResponse()
                .withWebSocketUpgrade(journal.watch(query, api, kind, since == null ? -1 : Long.parseLong(since)));
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
        int to = (int) Math.min(items.size(), (long) from + limit);
        String next = to < items.size() ? ",\"continue\":\"" + to + "\"" : "";
        return new MockResponse()
                .setResponseCode(200)
                .setBody("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\""
                        + journal.version() + "\"" + next + "},\"items\":[" + String.join(",", items.subList(from, to))
                        + "]}");
    }

    private JsonNode parse(String json) {
        try {
            return mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
