package io.jenkins.plugins.releasetrain.testkit.registry;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** More ways of real registries, and of what stands before them; each with who was seen to have it. */
public final class Oddities {
    private Oddities() {}

    private static boolean reads(Request request) {
        return request.method().equals("GET") || request.method().equals("HEAD");
    }

    private static boolean isTag(Request request) {
        return request.path().matches(".*/manifests/[^:/]+");
    }

    /** The blob is there, by somebody else who was quicker, so the upload is refused (Nexus, "cannot be updated"). */
    public static Personality overtakingUploads(int status) {
        Set<String> once = ConcurrentHashMap.newKeySet();
        return (request, rest) -> {
            Reply right = rest.answer(request);
            boolean stored = request.is("PUT", "/blobs/uploads/") && right.status() == 201;
            return stored && once.add(request.parameter("digest").orElse(""))
                    ? Reply.error(status, "BLOB_UPLOAD_INVALID", "blob cannot be updated")
                    : right;
        };
    }

    /** The answer to the first PUT of a manifest is lost; said again it is refused, as it is there (ECR). */
    public static Personality losingAnswersOfManifests(int status) {
        Set<String> done = ConcurrentHashMap.newKeySet();
        return (request, rest) -> {
            if (!isManifestPut(request) || isTag(request)) {
                return rest.answer(request);
            }
            return done.add(request.path())
                    ? rest.answer(request).breakingAfter(0)
                    : Reply.error(status, "MANIFEST_INVALID", "the image exists already");
        };
    }

    /** The answer to the first change of a tag is lost; said again it is refused, as tags are immutable (ECR, Harbor). */
    public static Personality losingAnswersOfImmutableTags(int status) {
        Set<String> done = ConcurrentHashMap.newKeySet();
        return (request, rest) -> {
            if (!request.method().equals("PUT") || !isTag(request)) {
                return rest.answer(request);
            }
            return done.add(request.path())
                    ? rest.answer(request).breakingAfter(0)
                    : Reply.error(status, "TAG_INVALID", "the tag exists and cannot be overwritten");
        };
    }

    /** What a tag pointed to is gone once it moves, unless another tag has it: a tag is a folder (Artifactory). */
    public static Personality losingUntagged() {
        return (request, rest) -> {
            int at = request.path().indexOf("/manifests/");
            if (!request.method().equals("PUT") || !isTag(request)) {
                return rest.answer(request);
            }
            String repository = request.path().substring("/v2/".length(), at);
            String former = rest.digest(repository, request.path().substring(at + "/manifests/".length()));
            Reply right = rest.answer(request);
            boolean named = rest.tags(repository).stream()
                    .anyMatch(tag -> rest.digest(repository, tag).equals(former));
            if (!former.isEmpty() && !named) {
                rest.deleteManifest(repository, former);
            }
            return right;
        };
    }

    /** Content that is not there is told by an error (Harbor over some object stores). */
    public static Personality failingAtAbsentContent(int status) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            boolean absent = right.status() == 404
                    && request.method().equals("HEAD")
                    && request.path().matches(".*/(blobs|manifests)/sha256:.*");
            return absent ? Reply.error(status, "UNKNOWN", "unknown error") : right;
        };
    }

    /** HEAD of a manifest is answered as if nothing were there (Nexus behind some proxies: diun#1614; 403 of others). */
    public static Personality denyingHeads(int status) {
        return (request, rest) -> request.is("HEAD", "/manifests/")
                ? Reply.error(status, "MANIFEST_UNKNOWN", "manifest unknown")
                : rest.answer(request);
    }

    /** HEAD of a manifest is not known of, and leads to a page (Nexus 3.2). */
    public static Personality pagingAtHeads() {
        return (request, rest) -> request.is("HEAD", "/manifests/")
                ? Reply.of(404)
                        .body("<html><h1>Not here</h1></html>".getBytes(StandardCharsets.UTF_8))
                        .header("Content-Type", "text/html")
                : rest.answer(request);
    }

    /** Locations relative to what was asked (RFC 9110 section 10.2.2), or with a query of their own (ACR). */
    public static Personality locating(String prefix, String query) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            String location = right.headers().getOrDefault("Location", "");
            int uploads = location.indexOf("/blobs/uploads/");
            if (uploads < 0 || !request.method().equals("POST")) {
                return right;
            }
            String id = location.substring(uploads + "/blobs/uploads/".length());
            return right.header("Location", (prefix.isEmpty() ? location : prefix + id) + query);
        };
    }

    /** Takes a header away from what it says of manifests. */
    public static Personality without(String header) {
        return (request, rest) ->
                request.path().contains("/manifests/") ? rest.answer(request).without(header) : rest.answer(request);
    }

    /** Says a header of manifests otherwise. */
    public static Personality saying(String header, String value) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            boolean about = reads(request) && request.path().contains("/manifests/") && right.status() == 200;
            return about ? right.header(header, value) : right;
        };
    }

    /** Adds parameters to media types (some proxies). */
    public static Personality addingCharsets() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            String type = right.headers().getOrDefault("Content-Type", "");
            return type.isEmpty() ? right : right.header("Content-Type", type + "; charset=utf-8");
        };
    }

    /** Ends the connection after each answer (HTTP/1.0 proxies). */
    public static Personality closingConnections() {
        return (request, rest) -> rest.answer(request).header("Connection", "close");
    }

    /** Says {@code "tags": null} of a repository without tags (CNCF distribution). */
    public static Personality listingNull() {
        return (request, rest) -> request.path().endsWith("/tags/list")
                ? Reply.json(200, "{\"name\":\"some\",\"tags\":null}")
                : rest.answer(request);
    }

    /** A page instead of an error of the specification (nginx, load balancers). */
    public static Personality tellingErrorsByPages() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            return right.status() < 400
                    ? right
                    : Reply.of(right.status())
                            .body("<html><h1>Not here</h1></html>".getBytes(StandardCharsets.UTF_8))
                            .header("Content-Type", "text/html");
        };
    }

    /** Answers so, so many times, where a predicate holds. */
    public static Personality refusing(int times, int status, String code, Predicate<Request> when) {
        AtomicInteger left = new AtomicInteger(times);
        return (request, rest) -> when.test(request) && left.getAndDecrement() > 0
                ? Reply.error(status, code, "not now")
                : rest.answer(request);
    }

    /** Takes no part of an upload, but the last, that is smaller, and says so when it is begun (distribution 1.1). */
    public static Personality wantingParts(long least) {
        return (request, rest) -> {
            if (request.is("PATCH", "/blobs/uploads/") && request.body().length < least) {
                return Reply.error(416, "BLOB_UPLOAD_INVALID", "the part is too small");
            }
            Reply right = rest.answer(request);
            return request.is("POST", "/blobs/uploads/")
                    ? right.header("OCI-Chunk-Min-Length", String.valueOf(least))
                    : right;
        };
    }

    /** Right after a request, so many times, somebody else does something. */
    public static Personality followedBy(int times, Predicate<Request> when, Runnable others) {
        AtomicInteger left = new AtomicInteger(times);
        return (request, rest) -> {
            Reply right = rest.answer(request);
            if (when.test(request) && left.getAndDecrement() > 0) {
                others.run();
            }
            return right;
        };
    }

    /** Words the links to its next pages otherwise (RFC 8288 section 3). */
    public static Personality linking(UnaryOperator<String> words) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            String link = right.headers().getOrDefault("Link", "");
            return link.isEmpty() ? right : right.header("Link", words.apply(link));
        };
    }

    public static boolean isUpload(Request request) {
        return request.is("PUT", "/blobs/uploads/") || request.is("PATCH", "/blobs/uploads/");
    }

    public static boolean isChange(Request request) {
        return !reads(request);
    }

    public static boolean isManifestPut(Request request) {
        return request.is("PUT", "/manifests/");
    }
}
