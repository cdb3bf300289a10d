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

/** A registry's blobs (distribution specification 1.1, "Pulling blobs", "Pushing blobs", "Mounting a blob"). */
final class Blobs {
    private final Transport transport;

    Blobs(Transport transport) {
        this.transport = transport;
    }

    /** Whether a repository that will be pushed to holds a blob (HEAD). */
    boolean exists(String repository, Digest digest) {
        Call call = Call.of(
                "look for blob " + name(repository, digest), "HEAD", uri(repository, digest), Call.push(repository));
        HttpResponse<Void> response = transport.head(call);
        return switch (response.statusCode()) {
            case 200 -> true;
            case 404 -> false;
            default -> throw transport.failure(call, response);
        };
    }

    /** A small blob, proven to have its digest. */
    byte[] read(String repository, Digest digest) {
        Call call =
                Call.of("read blob " + name(repository, digest), "GET", uri(repository, digest), Call.pull(repository));
        HttpResponse<byte[]> response = transport.document(call);
        if (response.statusCode() != 200) {
            throw transport.failure(call, response);
        }
        HttpRegistry.requireDigest(call, digest, response.body());
        return response.body();
    }

    /**
     * Asks the registry to take a blob from another of its repositories.
     *
     * @return empty if it did; else where the upload that it began instead goes on
     */
    Optional<URI> mount(String repository, Digest digest, String from) {
        URI uri = transport.uri(
                "/v2/" + repository + "/blobs/uploads/?mount=" + encoded(digest.value()) + "&from=" + encoded(from));
        Call call = Call.of(
                        "mount blob " + digest + " from " + from + " into " + repository,
                        "POST",
                        uri,
                        Call.push(repository) + " " + Call.pull(from))
                .once();
        HttpResponse<byte[]> response = transport.document(call);
        return switch (response.statusCode()) {
            case 201 -> Optional.empty();
            case 202 -> Optional.of(location(call, response));
            // Some registries refuse what they cannot mount instead of beginning an upload.
            case 400, 404, 405 -> Optional.of(begin(repository, digest));
            default -> throw transport.failure(call, response);
        };
    }

    /** Begins an upload and says where it goes on. */
    URI begin(String repository, Digest digest) {
        Call call = Call.of(
                        "begin the upload of blob " + name(repository, digest),
                        "POST",
                        transport.uri("/v2/" + repository + "/blobs/uploads/"),
                        Call.push(repository))
                .once();
        HttpResponse<byte[]> response = transport.document(call);
        if (response.statusCode() != 202) {
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
                Call.pull(repository));
        HttpResponse<InputStream> response =
                transport.stream(offset == 0 ? call : call.header("Range", "bytes=" + offset + "-"));
        if (response.statusCode() == 206 || response.statusCode() == 200 && offset == 0) {
            return response.body();
        }
        if (response.statusCode() != 200) {
            throw transport.failure(call, response);
        }
        try {
            response.body().skipNBytes(offset);
            return response.body();
        } catch (IOException e) {
            throw Failures.io(call, e);
        }
    }

    /** Puts content to an upload that was begun; the registry has the blob when this returns. */
    void put(String repository, Descriptor blob, URI upload, VerifyingStream content) {
        URI uri = URI.create(upload + (upload.getRawQuery() == null ? "?" : "&") + "digest="
                + encoded(blob.digest().value()));
        BlobPublisher publisher = new BlobPublisher(content);
        Call call = Call.of("upload blob " + name(repository, blob.digest()), "PUT", uri, Call.push(repository))
                .header("Content-Type", "application/octet-stream")
                .body(body(blob, content, publisher))
                .once();
        HttpResponse<byte[]> response;
        try {
            response = transport.upload(call, content::position);
        } catch (EngineException e) {
            throw publisher.failure() instanceof EngineException cause ? cause : e;
        } finally {
            transport.countSent(content.position());
        }
        if (response.statusCode() != 201) {
            throw transport.failure(call, response);
        }
        if (!content.finished()) {
            throw Failures.of(FailureKind.UNAVAILABLE, call, "was accepted before it was sent completely.");
        }
    }

    /** A publisher cannot be empty; the blob without bytes has a digest to verify as well. */
    private static BodyPublisher body(Descriptor blob, VerifyingStream content, BlobPublisher publisher) {
        if (blob.size() > 0) {
            return BodyPublishers.fromPublisher(publisher, blob.size());
        }
        content.next();
        return BodyPublishers.noBody();
    }

    private URI location(Call call, HttpResponse<?> response) {
        String location = response.headers().firstValue("Location").orElse("");
        if (location.isEmpty()) {
            throw Failures.of(FailureKind.UNSUPPORTED, call, "was answered without a Location to upload to.");
        }
        return transport.target(call, location);
    }

    private URI uri(String repository, Digest digest) {
        return transport.uri("/v2/" + repository + "/blobs/" + digest);
    }

    private static String name(String repository, Digest digest) {
        return repository + "@" + digest;
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
