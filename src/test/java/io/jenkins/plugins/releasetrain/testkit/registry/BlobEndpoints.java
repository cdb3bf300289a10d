package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Blobs: HEAD, GET with Range, DELETE, mount, and uploads by POST, PATCH and PUT. */
final class BlobEndpoints {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

    private final Contents contents;
    private final RegistryOptions options;
    private final BiPredicate<Request, String> mayPull;

    /** @param mayPull whether the request's account may read that other repository */
    BlobEndpoints(Contents contents, RegistryOptions options, BiPredicate<Request, String> mayPull) {
        this.contents = contents;
        this.options = options;
        this.mayPull = mayPull;
    }

    Reply blob(Request request, String repository, String digest) {
        Optional<byte[]> content = contents.blob(repository, digest);
        if (content.isEmpty()) {
            return Reply.error(404, "BLOB_UNKNOWN", "blob unknown to registry");
        }
        return switch (request.method()) {
            case "HEAD" -> found(content.get(), digest);
            case "GET" ->
                options.blobsAt().isEmpty()
                        ? ranged(request, content.get(), digest)
                        : Reply.of(307).header("Location", options.blobsAt().get() + request.path());
            case "DELETE" -> {
                contents.deleteBlob(repository, digest);
                yield Reply.of(202);
            }
            default -> notAllowed();
        };
    }

    private static Reply found(byte[] content, String digest) {
        return Reply.of(200)
                .body(content)
                .header("Docker-Content-Digest", digest)
                .header("Accept-Ranges", "bytes")
                .header("Content-Type", "application/octet-stream");
    }

    private static Reply ranged(Request request, byte[] content, String digest) {
        Matcher range = RANGE.matcher(request.header("Range").orElse(""));
        if (!range.matches()) {
            return found(content, digest);
        }
        int from = Integer.parseInt(range.group(1));
        int to = range.group(2).isEmpty()
                ? content.length - 1
                : Math.min(content.length - 1, Integer.parseInt(range.group(2)));
        if (from > to) {
            return Reply.error(416, "RANGE_INVALID", "the blob has " + content.length + " bytes");
        }
        Reply part = found(Arrays.copyOfRange(content, from, to + 1), digest);
        return new Reply(206, part.headers(), part.body(), -1)
                .header("Content-Range", "bytes " + from + "-" + to + "/" + content.length);
    }

    Reply begin(Request request, String repository, String none) {
        if (!request.method().equals("POST")) {
            return notAllowed();
        }
        Optional<String> mount = request.parameter("mount");
        Optional<String> from = request.parameter("from");
        if (options.mounts() && mount.isPresent() && from.isPresent() && mayPull.test(request, from.get())) {
            Optional<byte[]> content = contents.blob(from.get(), mount.get());
            if (content.isPresent()) {
                return commit(repository, mount.get(), content.get());
            }
        }
        Optional<String> single = request.parameter("digest");
        if (single.isPresent()) {
            return commit(repository, single.get(), request.body());
        }
        return accepted(repository, contents.beginUpload(), 0);
    }

    Reply upload(Request request, String repository, String id) {
        Optional<ByteArrayOutputStream> upload = contents.upload(id);
        if (upload.isEmpty()) {
            return Reply.error(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown to registry");
        }
        ByteArrayOutputStream content = upload.get();
        switch (request.method()) {
            case "GET":
                return new Reply(204, accepted(repository, id, content.size()).headers(), Reply.NOTHING, -1);
            case "DELETE":
                contents.endUpload(id);
                return Reply.of(204);
            case "PATCH", "PUT":
                return append(request, repository, id, content);
            default:
                return notAllowed();
        }
    }

    private Reply append(Request request, String repository, String id, ByteArrayOutputStream content) {
        Optional<String> range = request.header("Content-Range");
        if (range.isPresent() && !range.get().startsWith(content.size() + "-")) {
            return Reply.error(416, "BLOB_UPLOAD_INVALID", "the upload has " + content.size() + " bytes");
        }
        content.writeBytes(request.body());
        if (request.method().equals("PATCH")) {
            return accepted(repository, id, content.size());
        }
        contents.endUpload(id);
        return commit(repository, request.parameter("digest").orElse(""), content.toByteArray());
    }

    private Reply commit(String repository, String digest, byte[] content) {
        if (!Contents.digest(content, digest).equals(digest)) {
            return Reply.error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        }
        contents.putBlob(repository, digest, content);
        return Reply.of(201)
                .header("Location", "/v2/" + repository + "/blobs/" + digest)
                .header("Docker-Content-Digest", digest);
    }

    private static Reply accepted(String repository, String id, int size) {
        return Reply.of(202)
                .header("Location", "/v2/" + repository + "/blobs/uploads/" + id)
                .header("Docker-Upload-UUID", id)
                .header("Range", "0-" + Math.max(0, size - 1));
    }

    private static Reply notAllowed() {
        return Reply.error(405, "UNSUPPORTED", "the operation is unsupported");
    }
}
