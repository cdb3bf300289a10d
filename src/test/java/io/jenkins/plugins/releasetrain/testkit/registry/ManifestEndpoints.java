package io.jenkins.plugins.releasetrain.testkit.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.testkit.registry.Contents.Stored;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Manifests by tag and digest, tags with pages, referrers. */
final class ManifestEndpoints {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Contents contents;
    private final RegistryOptions options;

    ManifestEndpoints(Contents contents, RegistryOptions options) {
        this.contents = contents;
        this.options = options;
    }

    Reply manifest(Request request, String repository, String reference) {
        return switch (request.method()) {
            case "HEAD", "GET" ->
                contents.manifest(repository, reference)
                        .map(ManifestEndpoints::found)
                        .map(reply -> options.digestHeaders() ? reply : reply.without("Docker-Content-Digest"))
                        .orElseGet(() -> Reply.error(404, "MANIFEST_UNKNOWN", "manifest unknown"));
            case "PUT" -> put(request, repository, reference);
            case "DELETE" -> delete(repository, reference);
            default -> Reply.error(405, "UNSUPPORTED", "the operation is unsupported");
        };
    }

    private static Reply found(Stored manifest) {
        return Reply.of(200)
                .body(manifest.content())
                .header("Content-Type", manifest.mediaType())
                .header("Docker-Content-Digest", manifest.digest());
    }

    private Reply put(Request request, String repository, String reference) {
        boolean byDigest = reference.contains(":");
        String digest = Contents.digest(request.body(), byDigest ? reference : "sha256:");
        if (byDigest && !digest.equals(reference)) {
            return Reply.error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        }
        JsonNode json;
        try {
            json = JSON.readTree(request.body());
        } catch (IOException e) {
            return Reply.error(400, "MANIFEST_INVALID", "manifest is not JSON");
        }
        Optional<String> missing = missing(repository, json);
        if (missing.isPresent()) {
            return Reply.error(400, "MANIFEST_BLOB_UNKNOWN", "unknown to repository: " + missing.get());
        }
        String type =
                request.header("Content-Type").orElse(json.path("mediaType").asText());
        contents.putManifest(repository, new Stored(type, request.body(), digest));
        if (!byDigest) {
            contents.tags(repository).put(reference, digest);
        }
        Reply created = Reply.of(201).header("Location", "/v2/" + repository + "/manifests/" + digest);
        Reply proven = options.digestHeaders() ? created.header("Docker-Content-Digest", digest) : created;
        String subject = json.path("subject").path("digest").asText();
        return options.referrers() && !subject.isEmpty() ? proven.header("OCI-Subject", subject) : proven;
    }

    private Optional<String> missing(String repository, JsonNode manifest) {
        List<String> missing = new ArrayList<>();
        for (JsonNode child : manifest.path("manifests")) {
            String digest = child.path("digest").asText();
            if (!options.sparseIndexes()
                    && contents.manifest(repository, digest).isEmpty()) {
                missing.add(digest);
            }
        }
        List<JsonNode> blobs = new ArrayList<>();
        manifest.path("layers").forEach(blobs::add);
        manifest.path("blobs").forEach(blobs::add);
        if (manifest.has("config")) {
            blobs.add(manifest.path("config"));
        }
        for (JsonNode blob : blobs) {
            String digest = blob.path("digest").asText();
            if (blob.path("urls").isEmpty() && contents.blob(repository, digest).isEmpty()) {
                missing.add(digest);
            }
        }
        return missing.stream().findFirst();
    }

    private Reply delete(String repository, String reference) {
        if (reference.contains(":")) {
            return contents.deleteManifest(repository, reference)
                    ? Reply.of(202)
                    : Reply.error(404, "MANIFEST_UNKNOWN", "manifest unknown");
        }
        if (!options.tagDeletion()) {
            return Reply.error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        }
        return contents.tags(repository).remove(reference) != null
                ? Reply.of(202)
                : Reply.error(404, "MANIFEST_UNKNOWN", "manifest unknown");
    }

    Reply tags(Request request, String repository, String none) {
        if (!contents.hasRepository(repository)) {
            return Reply.error(404, "NAME_UNKNOWN", "repository name not known to registry");
        }
        int page = Math.min(
                options.tagsPerPage(),
                request.parameter("n").map(Integer::parseInt).orElse(Integer.MAX_VALUE));
        List<String> after = List.copyOf(contents.tags(repository)
                .tailMap(request.parameter("last").orElse(""), false)
                .keySet());
        List<String> tags = after.subList(0, Math.min(page, after.size()));
        ObjectNode json = JSON.createObjectNode().put("name", repository);
        tags.forEach(json.putArray("tags")::add);
        Reply reply = Reply.json(200, json.toString());
        if (tags.size() == after.size()) {
            return reply;
        }
        String next = "/v2/" + repository + "/tags/list?n=" + page + "&last=" + tags.get(tags.size() - 1);
        return reply.header("Link", "<" + next + ">; rel=\"next\"");
    }

    Reply referrers(Request request, String repository, String digest) {
        if (!options.referrers()) {
            return Reply.error(404, "UNSUPPORTED", "no such end point");
        }
        ObjectNode index = JSON.createObjectNode()
                .put("schemaVersion", 2)
                .put("mediaType", "application/vnd.oci.image.index.v1+json");
        ArrayNode all = JSON.createArrayNode();
        for (Stored manifest : contents.manifests(repository)) {
            JsonNode json = read(manifest);
            if (json.path("subject").path("digest").asText().equals(digest)) {
                ObjectNode descriptor = all.addObject()
                        .put("mediaType", manifest.mediaType())
                        .put("digest", manifest.digest())
                        .put("size", manifest.content().length);
                String artifact = json.path("artifactType")
                        .asText(json.path("config").path("mediaType").asText());
                descriptor.put("artifactType", artifact);
                if (json.has("annotations")) {
                    descriptor.set("annotations", json.path("annotations"));
                }
            }
        }
        int from = request.parameter("from").map(Integer::parseInt).orElse(0);
        int to = (int) Math.min(all.size(), (long) from + options.referrersPerPage());
        ArrayNode list = index.putArray("manifests");
        for (int i = from; i < to; i++) {
            list.add(all.get(i));
        }
        Reply reply =
                Reply.json(200, index.toString()).header("Content-Type", "application/vnd.oci.image.index.v1+json");
        String next = "/v2/" + repository + "/referrers/" + digest + "?from=" + to;
        return to < all.size() ? reply.header("Link", "<" + next + ">; rel=\"next\"") : reply;
    }

    private static JsonNode read(Stored manifest) {
        try {
            return JSON.readTree(manifest.content());
        } catch (IOException e) {
            throw new IllegalStateException("It was JSON when it was stored", e);
        }
    }
}
