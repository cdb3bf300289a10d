package io.jenkins.plugins.releasetrain.engine.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * What pipelines ask, made of what the API answers: {@code release}, {@code state}, {@code version} and {@code digest} of a
 * service, {@code waiting}: how many changes, {@code reason}, {@code notes} as Markdown, and {@code url}; empty where there is none.
 */
public final class ReleaseInfo {
    private static final Set<String> UNDER_WAY = Set.of("MADE", "WAITING");

    private final ObjectMapper json = Json.mapper();
    private final HistoryApi api;
    private final Reader reader;
    private final Collection<String> trains;
    private final String pages;

    /**
     * @param trains names of those that are configured
     * @param pages address of the pages
     */
    public ReleaseInfo(HistoryApi api, Reader reader, Collection<String> trains, String pages) {
        this.api = api;
        this.reader = reader;
        this.trains = trains;
        this.pages = pages;
    }

    /** Whether somebody who waits need not wait any longer. */
    public static boolean isOver(Map<String, ?> info) {
        return !UNDER_WAY.contains(String.valueOf(info.get("state")));
    }

    /**
     * @param kind train, release, service or change
     * @return an object, or an error as the API has them, with names that are known
     */
    public Answer of(String kind, String name) {
        try {
            ObjectNode info =
                    switch (kind) {
                        case "train" -> train(name);
                        case "release" -> release(name);
                        case "service" -> service(name);
                        default -> change(name);
                    };
            return answer(200, info);
        } catch (EngineException e) {
            int status = e.kind() == FailureKind.NOT_FOUND ? 404 : e.kind() == FailureKind.INVALID_INPUT ? 400 : 503;
            return answer(status, json.createObjectNode().put("error", e.getMessage()));
        }
    }

    private ObjectNode info(String kind, String name, String page) {
        return json.createObjectNode()
                .put(kind, name)
                .put("release", kind.equals("release") ? name : "")
                .put("state", "")
                .put("version", "")
                .put("digest", "")
                .put("waiting", 0)
                .put("reason", "")
                .put("notes", "")
                .put("url", pages + page + (kind.equals("train") ? "" : "/" + encoded(name)));
    }

    private ObjectNode train(String name) {
        if (!trains.contains(name)) {
            throw new EngineException(
                    FailureKind.NOT_FOUND, "There is no train '" + name + "'; there are " + String.join(", ", trains));
        }
        ObjectNode info = info("train", name, "now").put("state", "IDLE");
        for (JsonNode now : get("now", "").path("trains")) {
            if (now.path("name").asText().equals(name)
                    && now.path("kind").asText().equals("TRAIN")) {
                info.put("state", now.path("state").asText())
                        .put("reason", now.path("paused").asText())
                        .put(
                                "waiting",
                                now.path("queue").size() + now.path("batch").size());
            }
        }
        JsonNode items = get("history", "limit=20&owner=" + encoded(name)).path("items");
        for (JsonNode item : items) {
            if (item.path("kind").asText().equals("RELEASE")) {
                return info.put("release", item.path("id").asText());
            }
        }
        return info;
    }

    private ObjectNode release(String id) {
        JsonNode release = get("releases/" + encoded(id), "");
        ObjectNode info = info("release", id, "releases")
                .put("state", release.path("state").asText())
                .put("reason", release.path("reason").asText())
                .put("notes", text("releases/" + encoded(id) + "/notes", "format=md"));
        ArrayNode services = info.putArray("services");
        release.path("changed").forEach(d -> services.add(d.path("service").asText()));
        return info;
    }

    private ObjectNode service(String name) {
        JsonNode service = get("services/" + encoded(name), "limit=1");
        if (service.path("production").isNull() && service.at("/history/items").isEmpty()) {
            throw new EngineException(FailureKind.NOT_FOUND, "Nothing is known of a service '" + name + "'" + others());
        }
        return info("service", name, "services")
                .put("release", service.path("release").asText())
                .put("state", service.path("production").isNull() ? "" : "PROMOTED")
                .put("version", service.at("/production/name").asText())
                .put("digest", service.at("/production/digest").asText());
    }

    private String others() {
        StringBuilder names = new StringBuilder();
        get("matrix", "limit=20")
                .path("rows")
                .forEach(row -> names.append(names.isEmpty() ? "; known are " : ", ")
                        .append(row.path("service").asText()));
        return names.toString();
    }

    private ObjectNode change(String id) {
        JsonNode change = get("changes/" + encoded(id), "").path("item");
        return info("change", id, "changes")
                .put("release", releaseOf(id, change))
                .put("state", change.path("state").asText())
                .put("reason", change.path("reason").asText());
    }

    private String releaseOf(String id, JsonNode change) {
        if (!change.path("state").asText().equals("RELEASED")) {
            return "";
        }
        return api.releaseOf(id).orElse("");
    }

    private JsonNode get(String path, String query) {
        try {
            Answer answer = reader.see(api.get(path, query, ""), false, "");
            JsonNode read = json.readTree(answer.body());
            if (answer.status() != 200) {
                FailureKind kind = answer.status() == 404
                        ? FailureKind.NOT_FOUND
                        : answer.status() == 400 ? FailureKind.INVALID_INPUT : FailureKind.UNAVAILABLE;
                throw new EngineException(kind, read.path("error").asText());
            }
            return read;
        } catch (IOException e) {
            throw new IllegalStateException("An answer of our own is not JSON", e);
        }
    }

    private String text(String path, String query) {
        return new String(reader.see(api.get(path, query, ""), false, "").body(), StandardCharsets.UTF_8);
    }

    private Answer answer(int status, JsonNode body) {
        try {
            return new Answer(status, "", json.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An answer cannot be written", e);
        }
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
