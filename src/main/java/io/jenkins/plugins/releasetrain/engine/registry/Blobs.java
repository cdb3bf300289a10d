package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A registry's blobs (distribution specification 1.1, "Pulling blobs", "Pushing blobs", "Mounting a blob"). */
final class Blobs {
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-.*");
    private static final int NO_CONTENT = 204;
    private static final long KEPT_BYTES = 8 << 20;

    private final Transport transport;
    private final Uploads uploads;
    private final Recent recent = new Recent(KEPT_BYTES);

    Blobs(Transport transport, Abilities abilities) {
        this.transport = transport;
        this.uploads = new Uploads(transport, abilities, this);
    }

    Uploads uploads() {
        return uploads;
    }

    /**
     * Whether a repository that will be pushed to holds a blob (HEAD). One of another length is a part that a broken upload
     * left; some registries tell of it as if it were all.
     */
    boolean exists(String repository, Descriptor blob) {
        return exists(blob.digest(), blob.size(), Scope.push(repository));
    }

    /** The same of any length. */
    boolean exists(String repository, Digest digest) {
        return exists(digest, -1, Scope.push(repository));
    }

    /** The same of a repository that is read from. */
    boolean holds(String repository, Descriptor blob) {
        return exists(blob.digest(), blob.size(), Scope.pull(repository));
    }

    /** @param size negative for any */
    private boolean exists(Digest digest, long size, Scope scope) {
        String repository = scope.repository();
        Call call = Call.of("look for blob " + name(repository, digest), "HEAD", uri(repository, digest), scope);
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
                        "read blob " + name(repository, digest), "GET", uri(repository, digest), Scope.pull(repository))
                .fromCaches();
        HttpResponse<byte[]> response = transport.document(call);
        if (!isSuccess(response)) {
            throw transport.failure(call, response);
        }
        HttpRegistry.requireDigest(call, digest, response.body());
        return response.body();
    }

    /** The same, and keeps it for whoever opens it soon. */
    byte[] keep(String repository, Digest digest) {
        byte[] content = read(repository, digest);
        recent.add(new Manifest(new Descriptor("", digest, content.length), content));
        return content;
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
            return Optional.of(uploads.location(call, response));
        } catch (EngineException e) {
            return Optional.empty();
        }
    }

    /** A blob's content from an offset on, for the caller to close. */
    InputStream open(String repository, Descriptor blob, long offset) {
        Optional<Manifest> kept =
                recent.find(blob.digest()).filter(k -> k.content().length == blob.size() && offset <= blob.size());
        if (kept.isPresent()) {
            byte[] content = kept.get().content();
            return new ByteArrayInputStream(content, (int) offset, content.length - (int) offset);
        }
        Call call = Call.of(
                        "read blob " + name(repository, blob.digest()),
                        "GET",
                        uri(repository, blob.digest()),
                        Scope.pull(repository))
                .fromCaches();
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
            throw transport.sender().broken(call, e);
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

    static boolean isSuccess(HttpResponse<?> response) {
        return response.statusCode() / 100 == 2;
    }

    private URI uri(String repository, Digest digest) {
        return transport.uri("/v2/" + transport.settings().path(repository) + "/blobs/" + digest);
    }

    static String name(String repository, Digest digest) {
        return repository + "@" + digest;
    }

    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
