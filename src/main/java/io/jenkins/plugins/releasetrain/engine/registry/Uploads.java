package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Uploads of blobs (distribution specification 1.1, "Pushing a blob monolithically", "Pushing a blob in chunks"). */
final class Uploads {
    private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-(\\d{1,18})");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");
    private static final Set<Integer> MISLED = Set.of(401, 403, 404, 405);
    private static final int MOST_REDIRECTS = 5;
    private static final String CONTENT_TYPE = "application/octet-stream";

    private final Transport transport;
    private final Abilities abilities;
    private final Blobs blobs;

    Uploads(Transport transport, Abilities abilities, Blobs blobs) {
        this.transport = transport;
        this.abilities = abilities;
        this.blobs = blobs;
    }

    /** Begins an upload and says where it goes on. */
    URI begin(String repository, Digest digest) {
        Call call = Call.of(
                "begin the upload of blob " + Blobs.name(repository, digest),
                "POST",
                begun(repository),
                Scope.push(repository));
        HttpResponse<byte[]> response = transport.document(call);
        if (!Blobs.isSuccess(response)) {
            throw transport.failure(call, response);
        }
        return location(call, response);
    }

    /**
     * Sends a part of the content that is not the last one (PATCH).
     *
     * @return what the registry says that it has by now, as far as it says it; some count in their own way
     */
    Stored patch(String repository, Descriptor blob, URI upload, VerifyingStream content, long length) {
        Call call = Call.of(
                "upload a part of blob " + Blobs.name(repository, blob.digest()),
                "PATCH",
                upload,
                Scope.push(repository));
        HttpResponse<byte[]> response = send(call, content, length);
        if (!Blobs.isSuccess(response)) {
            throw transport.failure(call, response);
        }
        URI next = response.headers()
                .firstValue("Location")
                .map(location -> named(call, location))
                .orElse(upload);
        return new Stored(next, bytes(response).orElse(content.position()));
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
                if (publisher.failure() instanceof EngineException cause) {
                    throw cause;
                }
                throw Failures.isUnreachable(e) && isMisled(call) ? misled(call, "could not be sent") : e;
            } finally {
                transport.sender().countSent(Math.max(0, content.position() - from));
            }
            Optional<URI> elsewhere = transport.redirect(call, response);
            if (elsewhere.isEmpty() || redirects == MOST_REDIRECTS) {
                return answered(call, response);
            }
            uri = elsewhere.get();
            content.restart(from);
        }
    }

    /** Puts what is left of the content to an upload that was begun; the registry has the blob when this returns. */
    void put(String repository, Descriptor blob, URI upload, VerifyingStream content) {
        URI uri = URI.create(upload + (upload.getRawQuery() == null ? "?" : "&") + "digest="
                + Blobs.encoded(blob.digest().value()));
        Call call = Call.of("upload blob " + Blobs.name(repository, blob.digest()), "PUT", uri, Scope.push(repository));
        HttpResponse<byte[]> response = send(call, content, content.left());
        if (!Blobs.isSuccess(response)) {
            throw transport.failure(call, response);
        }
        if (!content.finished()) {
            throw Failures.of(FailureKind.UNAVAILABLE, call, "was accepted before it was sent completely.");
        }
        // Any success will do, but only the one of the specification says that the blob is stored.
        if (response.statusCode() != 201 && !blobs.exists(repository, blob.digest())) {
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
                        "ask how far the upload is of blob " + Blobs.name(repository, blob.digest()),
                        "GET",
                        reached(repository, upload),
                        Scope.push(repository))
                .once();
        try {
            HttpResponse<byte[]> response = transport.document(call);
            Optional<Long> bytes = bytes(response);
            if (response.statusCode() != 204 || bytes.isEmpty()) {
                return Optional.empty();
            }
            URI next = response.headers()
                    .firstValue("Location")
                    .map(location -> named(call, location))
                    .orElse(call.uri());
            return bytes.filter(b -> b <= blob.size()).map(b -> new Stored(next, b));
        } catch (EngineException e) {
            return Optional.empty();
        }
    }

    /** A range names its last byte, so "0-0" is one byte, or none: not worth going on from. */
    private static Optional<Long> bytes(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Range")
                .map(RANGE::matcher)
                .filter(Matcher::matches)
                .map(range -> Long.parseLong(range.group(1)) + 1)
                .filter(bytes -> bytes > 1);
    }

    /** Lets the registry forget an upload that will not go on; it collects it one day if it does not hear of it. */
    void cancel(String repository, URI upload) {
        URI at = reached(repository, upload);
        transport.tell(Call.of("cancel an upload to " + repository, "DELETE", at, Scope.push(repository))
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

    URI location(Call call, HttpResponse<?> response) {
        String location = response.headers().firstValue("Location").orElse("");
        if (location.isEmpty()) {
            HttpRegistry.requireNoPage(call, response);
            throw Failures.of(FailureKind.UNSUPPORTED, call, "was answered without a Location to upload to.");
        }
        response.headers()
                .firstValue("OCI-Chunk-Min-Length")
                .filter(least -> LENGTH.matcher(least).matches())
                .ifPresent(least -> abilities.wantsParts(Long.parseLong(least)));
        return named(call, location);
    }

    private URI named(Call call, String location) {
        String beside = Locations.beside(call.uri(), location);
        if (abilities.uploadsBeside()) {
            return transport.target(call, beside);
        }
        try {
            return transport.target(call, location);
        } catch (EngineException e) {
            if (beside.equals(location)) {
                throw e;
            }
            return transport.target(call, beside);
        }
    }

    /**
     * A registry that does not know how it is reached names addresses that lead nowhere, or to another of its names where nobody
     * knows us. From then on uploads go on beside where they were begun, until they are not known there.
     */
    private HttpResponse<byte[]> answered(Call call, HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (MISLED.contains(status) && isMisled(call)) {
            throw misled(call, "answered " + status);
        }
        if (status == 404) {
            abilities.uploadsBeside(false);
        }
        return response;
    }

    private boolean isMisled(Call call) {
        URI begun = begun(call.scopes().get(0).repository());
        boolean own =
                Call.sameOrigin(begun, call.uri()) && call.uri().getRawPath().startsWith(begun.getRawPath());
        return !own && Locations.isUpload(call.uri());
    }

    /** An upload that was named where nobody finds it. */
    private URI reached(String repository, URI upload) {
        URI begun = begun(repository);
        return abilities.uploadsBeside() ? begun.resolve(Locations.beside(begun, upload.toString())) : upload;
    }

    private URI begun(String repository) {
        return transport.uri("/v2/" + transport.settings().path(repository) + "/blobs/uploads/");
    }

    private EngineException misled(Call call, String what) {
        abilities.uploadsBeside(true);
        return Failures.of(
                FailureKind.UNAVAILABLE,
                call,
                what + ": registry " + transport.settings().host()
                        + " named this address, which is none of its own from"
                        + " here. Let the proxy before it pass on its name (X-Forwarded-Host, X-Forwarded-Proto,"
                        + " X-JFrog-Override-Base-Url), or let it answer with relative Locations.");
    }
}
