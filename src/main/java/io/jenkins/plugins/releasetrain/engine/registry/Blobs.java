package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A registry's blobs (distribution specification 1.1, "Pulling blobs", "Pushing blobs", "Mounting a blob"). */
final class Blobs {
    private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-(\\d+)");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-.*");
    private static final int MOST_REDIRECTS = 5;
    private static final int NO_CONTENT = 204;
    private static final String CONTENT_TYPE = "application/octet-stream";

    private final Transport transport;
    private final Abilities abilities;

    Blobs(Transport transport, Abilities abilities) {
        this.transport = transport;
        this.abilities = abilities;
    }

    /**
     * Whether a repository that will be pushed to holds a blob (HEAD). One of another length is a part that a broken upload
     * left; some registries tell of it as if it were all.
     */
    boolean exists(String repository, Descriptor blob) {
        return exists(repository, blob.digest(), blob.size());
    }

    /** @param size negative for any */
    private boolean exists(String repository, Digest digest, long size) {
        Call call = Call.of(
                "look for blob " + name(repository, digest), "HEAD", uri(repository, digest), Scope.push(repository));
        HttpResponse<Void> response = transport.head(call);
        if (!Call.sameOrigin(call.uri(), response.uri())) {
            // A signed address may be good for GET only.
            return response.statusCode() == 200;
        }
        int status = response.statusCode();
        return switch (status) {
            case 200 -> !HttpRegistry.isPage(response) && (size < 0 || !isPart(response, size));
            case 401, 403 -> {
                // Said of a repository that does not exist yet; whether we may push shows when it is pushed.
                if (transport.letsIn()) {
                    yield false;
                }
                throw transport.failure(call, response);
            }
            case 408, 429 -> throw transport.failure(call, response);
            default -> {
                // Some proxies refuse every HEAD, in one way or another, or send it elsewhere, and some stores fail at
                // what they do not hold; a push that was not needed does no harm, and tells a registry that is down.
                yield false;
            }
        };
    }

    /** Behind some proxies an answer to HEAD has no length, or one of nothing. */
    private static boolean isPart(HttpResponse<?> response, long size) {
        long length = response.headers().firstValueAsLong("Content-Length").orElse(0);
        return length > 0 && length < size;
    }

    /** A small blob, proven to have its digest. */
    byte[] read(String repository, Digest digest) {
        Call call = Call.of(
                "read blob " + name(repository, digest), "GET", uri(repository, digest), Scope.pull(repository));
        HttpResponse<byte[]> response = transport.document(call);
        if (!isSuccess(response)) {
            throw transport.failure(call, response);
        }
        HttpRegistry.requireDigest(call, digest, response.body());
        return response.body();
    }

    /**
     * How a mount ended.
     *
     * @param mounted whether the repository holds the blob now
     * @param upload where the upload goes on that the registry began instead, if it did
     * @param refused whether it refused, so that the next blob from there need not be tried
     */
    record Mount(boolean mounted, Optional<URI> upload, boolean refused) {
        private static final Mount DONE = new Mount(true, Optional.empty(), false);
        private static final Mount LOST = new Mount(false, Optional.empty(), false);
        private static final Mount REFUSED = new Mount(false, Optional.empty(), true);
    }

    /**
     * Asks the registry to take a blob from another of its repositories. It is an alternative to an upload, never a
     * condition, so no answer of any kind is a failure.
     */
    Mount mount(String repository, Digest digest, String from) {
        URI uri = transport.uri(
                "/v2/" + transport.settings().path(repository) + "/blobs/uploads/?mount=" + encoded(digest.value())
                        + "&from=" + encoded(transport.settings().path(from)));
        String action = "mount blob " + digest + " from " + from + " into " + repository;
        Call call = repository.equals(from)
                ? Call.of(action, "POST", uri, Scope.push(repository)).once()
                : Call.of(action, "POST", uri, Scope.push(repository), Scope.pull(from))
                        .once();
        try {
            HttpResponse<byte[]> response = transport.document(call);
            return switch (response.statusCode()) {
                case 201 -> Mount.DONE;
                case 202 -> new Mount(false, upload(call, response), false);
                default -> Mount.REFUSED;
            };
        } catch (EngineException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            // A connection that broke refuses nothing.
            return e.kind().retryable() ? Mount.LOST : Mount.REFUSED;
        }
    }

    private Optional<URI> upload(Call call, HttpResponse<?> response) {
        try {
            return Optional.of(location(call, response));
        } catch (EngineException e) {
            return Optional.empty();
        }
    }

    /** Begins an upload and says where it goes on. */
    URI begin(String repository, Digest digest) {
        Call call = Call.of(
                "begin the upload of blob " + name(repository, digest),
                "POST",
                transport.uri("/v2/" + transport.settings().path(repository) + "/blobs/uploads/"),
                Scope.push(repository));
        HttpResponse<byte[]> response = transport.document(call);
        if (!isSuccess(response)) {
            throw transport.failure(call, response);
        }
        return location(call, response);
    }

    /** A blob's content from an offset on, for the caller to close. */
    InputStream open(String repository, Descriptor blob, long offset) {
        Call call = Call.of(
                "read blob " + name(repository, blob.digest()),
                "GET",
                uri(repository, blob.digest()),
                Scope.pull(repository));
        HttpResponse<InputStream> response = opened(call.header("Accept-Encoding", "identity"), blob, offset);
        boolean given = isSuccess(response) && response.statusCode() != NO_CONTENT;
        if (given && isOther(response, blob.size(), offset)) {
            Sender.release(response);
            HttpRegistry.requireNoPage(call, response);
        }
        if (!given) {
            throw transport.failure(call, response);
        }
        long begins = response.statusCode() == 206 ? begins(response, offset) : 0;
        try {
            if (begins > offset) {
                throw new IOException("It began at byte " + begins + " instead of " + offset);
            }
            response.body().skipNBytes(offset - begins);
            return response.body();
        } catch (IOException e) {
            Sender.release(response);
            throw Failures.io(call, e);
        }
    }

    /** An address of a store is signed for some minutes, and a cache before the registry may keep it for longer. */
    private HttpResponse<InputStream> opened(Call call, Descriptor blob, long offset) {
        Attempts attempts = transport.sender().attempts(call.action());
        HttpResponse<InputStream> response = part(call, blob, offset);
        while ((response.statusCode() == 403 || response.statusCode() == 400)
                && !Call.sameOrigin(call.uri(), response.uri())
                && attempts.again()) {
            Sender.release(response);
            response = part(call, blob, offset);
        }
        while (total(response).filter(bytes -> bytes < blob.size()).isPresent()) {
            Sender.release(response);
            if (!attempts.again()) {
                throw Failures.of(
                        FailureKind.DIGEST_MISMATCH,
                        call,
                        "gave a blob of " + total(response).orElseThrow()
                                + " bytes, of which the image says that it has " + blob.size()
                                + ". It is damaged there; push the image again.");
            }
            response = part(call, blob, offset);
        }
        return response;
    }

    /** How long a blob is as a registry says; empty where it does not, as where it compresses or gives an error. */
    private static Optional<Long> total(HttpResponse<?> response) {
        if (response.headers().firstValue("Content-Encoding").isPresent() || HttpRegistry.isPage(response)) {
            return Optional.empty();
        }
        Optional<String> length =
                switch (response.statusCode()) {
                    case 200 -> response.headers().firstValue("Content-Length");
                    case 206 ->
                        response.headers()
                                .firstValue("Content-Range")
                                .map(range -> range.substring(range.lastIndexOf('/') + 1)
                                        .trim());
                    default -> Optional.empty();
                };
        return length.filter(LENGTH.asMatchPredicate()).map(Long::valueOf);
    }

    /** A part that ends somewhere is understood by more registries; where none is given, all of it is read again. */
    private HttpResponse<InputStream> part(Call call, Descriptor blob, long offset) {
        if (offset == 0) {
            return transport.stream(call);
        }
        HttpResponse<InputStream> response =
                transport.stream(call.header("Range", "bytes=" + offset + "-" + (blob.size() - 1)));
        if (response.statusCode() != 416 && response.statusCode() != 400) {
            return response;
        }
        Sender.release(response);
        return transport.stream(call);
    }

    /** A page that is not the blob by its length; a blob may be one, too. */
    private static boolean isOther(HttpResponse<?> response, long size, long offset) {
        long length = response.headers().firstValueAsLong("Content-Length").orElse(size);
        return HttpRegistry.isPage(response) && length != size && length != size - offset;
    }

    /** Where a part of a blob really begins, which need not be what was asked for. */
    private static long begins(HttpResponse<?> response, long asked) {
        Matcher range = CONTENT_RANGE.matcher(
                response.headers().firstValue("Content-Range").orElse(""));
        return range.matches() ? Long.parseLong(range.group(1)) : asked;
    }

    /**
     * Sends a part of the content that is not the last one (PATCH).
     *
     * @return where the upload goes on
     */
    URI patch(String repository, Descriptor blob, URI upload, VerifyingStream content, long length) {
        Call call = Call.of(
                "upload a part of blob " + name(repository, blob.digest()), "PATCH", upload, Scope.push(repository));
        HttpResponse<byte[]> response = send(call, content, length);
        if (!isSuccess(response)) {
            throw transport.failure(call, response);
        }
        return response.headers()
                .firstValue("Location")
                .map(location -> transport.target(call, location))
                .orElse(upload);
    }

    /** Sends so much of the content; again from the same place where it is to go elsewhere. */
    private HttpResponse<byte[]> send(Call to, VerifyingStream content, long length) {
        long from = content.position();
        URI uri = to.uri();
        for (int redirects = 0; ; redirects++) {
            BlobPublisher publisher = new BlobPublisher(content, length);
            Call call = to.to(uri)
                    .header("Content-Type", CONTENT_TYPE)
                    .body(body(content, publisher, length))
                    .once();
            if (from > 0 || from + length < content.size()) {
                call = call.header("Content-Range", from + "-" + (from + length - 1));
            }
            HttpResponse<byte[]> response;
            try {
                response = transport.upload(call, content);
            } catch (EngineException e) {
                throw publisher.failure() instanceof EngineException cause ? cause : e;
            } finally {
                transport.sender().countSent(Math.max(0, content.position() - from));
            }
            Optional<URI> elsewhere = transport.redirect(call, response);
            if (elsewhere.isEmpty() || redirects == MOST_REDIRECTS) {
                return response;
            }
            uri = elsewhere.get();
            content.restart(from);
        }
    }

    /** Puts what is left of the content to an upload that was begun; the registry has the blob when this returns. */
    void put(String repository, Descriptor blob, URI upload, VerifyingStream content) {
        URI uri = URI.create(upload + (upload.getRawQuery() == null ? "?" : "&") + "digest="
                + encoded(blob.digest().value()));
        Call call = Call.of("upload blob " + name(repository, blob.digest()), "PUT", uri, Scope.push(repository));
        HttpResponse<byte[]> response = send(call, content, content.left());
        if (!isSuccess(response)) {
            throw transport.failure(call, response);
        }
        if (!content.finished()) {
            throw Failures.of(FailureKind.UNAVAILABLE, call, "was accepted before it was sent completely.");
        }
        // Any success will do, but only the one of the specification says that the blob is stored.
        if (response.statusCode() != 201 && !exists(repository, blob.digest(), -1)) {
            throw Failures.of(
                    FailureKind.UNAVAILABLE,
                    call,
                    "answered " + response.statusCode() + ", but the blob is not there.");
        }
    }

    /**
     * What an upload that broke has so far.
     *
     * @param upload where it goes on
     * @param bytes that are stored of it
     */
    record Stored(URI upload, long bytes) {}

    /** @return empty where the registry does not know, so that the upload has to begin again */
    Optional<Stored> stored(String repository, Descriptor blob, URI upload) {
        Call call = Call.of(
                        "ask how far the upload is of blob " + name(repository, blob.digest()),
                        "GET",
                        upload,
                        Scope.push(repository))
                .once();
        try {
            HttpResponse<byte[]> response = transport.document(call);
            Matcher range = RANGE.matcher(response.headers().firstValue("Range").orElse(""));
            if (response.statusCode() != 204 || !range.matches()) {
                return Optional.empty();
            }
            // A range names its last byte, so "0-0" is one byte, or none: not worth going on from.
            long bytes = Long.parseLong(range.group(1)) + 1;
            URI next = response.headers()
                    .firstValue("Location")
                    .map(location -> transport.target(call, location))
                    .orElse(upload);
            return bytes > 1 && bytes <= blob.size() ? Optional.of(new Stored(next, bytes)) : Optional.empty();
        } catch (EngineException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Lets the registry forget an upload that will not go on; it collects it one day if it does not hear of it. */
    void cancel(String repository, URI upload) {
        transport.tell(Call.of("cancel an upload to " + repository, "DELETE", upload, Scope.push(repository))
                .once());
    }

    /** A publisher cannot be empty; where nothing is left to send, the whole is proven all the same. */
    private static BodyPublisher body(VerifyingStream content, BlobPublisher publisher, long length) {
        if (length > 0) {
            return BodyPublishers.fromPublisher(publisher, length);
        }
        content.next(content.turn(), 0);
        return BodyPublishers.noBody();
    }

    static boolean isSuccess(HttpResponse<?> response) {
        return response.statusCode() / 100 == 2;
    }

    private URI location(Call call, HttpResponse<?> response) {
        String location = response.headers().firstValue("Location").orElse("");
        if (location.isEmpty()) {
            HttpRegistry.requireNoPage(call, response);
            throw Failures.of(FailureKind.UNSUPPORTED, call, "was answered without a Location to upload to.");
        }
        response.headers()
                .firstValue("OCI-Chunk-Min-Length")
                .filter(least -> LENGTH.matcher(least).matches())
                .ifPresent(least -> abilities.wantsParts(Long.parseLong(least)));
        return transport.target(call, location);
    }

    private URI uri(String repository, Digest digest) {
        return transport.uri("/v2/" + transport.settings().path(repository) + "/blobs/" + digest);
    }

    private static String name(String repository, Digest digest) {
        return repository + "@" + digest;
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
