package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A registry spoken to by the OCI distribution specification 1.1 over HTTP/1.1: no daemon, no disk, no shell. Thread
 * safe; make one per registry, so that its tokens, its connections and the pauses that it asks for are shared.
 */
public final class HttpRegistry implements Registry {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;[^,]*rel=\"?next\"?");
    private static final int TAGS_PER_PAGE = 1000;
    private static final int MOST_PAGES = 10_000;

    private final Transport transport;
    private final Blobs blobs;

    /** @param sleeper waits before a request is sent again, and while the registry asks to be left alone */
    public HttpRegistry(RegistrySettings settings, Clock clock, Sleeper sleeper) {
        transport = new Transport(settings, clock, sleeper);
        blobs = new Blobs(transport);
    }

    @Override
    public String host() {
        return transport.settings().host();
    }

    @Override
    public Optional<Descriptor> resolve(String repository, String reference) {
        return resolve(repository, reference, Call.pull(repository));
    }

    Optional<Descriptor> resolve(String repository, String reference, String scopes) {
        Call call =
                manifestCall("resolve", "HEAD", repository, reference, scopes).acceptingManifests();
        HttpResponse<Void> response = transport.head(call);
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        if (response.statusCode() != 200) {
            throw transport.failure(call, response);
        }
        Optional<String> digest = response.headers().firstValue("Docker-Content-Digest");
        if (digest.isEmpty() || !Digest.isDigest(digest.get())) {
            return manifest(repository, reference).map(Manifest::descriptor);
        }
        Descriptor found = new Descriptor(
                mediaType(call, response),
                new Digest(digest.get()),
                response.headers().firstValueAsLong("Content-Length").orElse(0));
        if (Digest.isDigest(reference) && !reference.equals(found.digest().value())) {
            throw Failures.of(FailureKind.DIGEST_MISMATCH, call, "answered with digest " + found.digest() + ".");
        }
        return Optional.of(found);
    }

    @Override
    public Map<Tag, Descriptor> resolveAll(Collection<Tag> tags) {
        return new Workers(transport.settings().limits().concurrentRequests(), "resolve-" + host())
                .map(tags, tag -> resolve(tag.repository(), tag.tag()));
    }

    @Override
    public List<String> tags(String repository) {
        List<String> tags = new ArrayList<>();
        URI page = transport.uri("/v2/" + ImageReference.checkRepository(repository) + "/tags/list?n=" + TAGS_PER_PAGE);
        for (int pages = 0; pages < MOST_PAGES; pages++) {
            Call call = Call.of("list the tags of " + repository, "GET", page, Call.pull(repository));
            HttpResponse<byte[]> response = transport.document(call);
            if (response.statusCode() == 404) {
                return List.copyOf(tags);
            }
            if (response.statusCode() != 200) {
                throw transport.failure(call, response);
            }
            json(call, response).path("tags").forEach(tag -> tags.add(tag.asText()));
            Matcher next = NEXT.matcher(response.headers().firstValue("Link").orElse(""));
            if (!next.find()) {
                return List.copyOf(tags);
            }
            page = transport.target(call, next.group(1));
        }
        throw EngineException.invalid("The tags of " + repository + " at " + host() + " do not end after " + MOST_PAGES
                + " pages; check the registry.");
    }

    @Override
    public Optional<Manifest> manifest(String repository, String reference) {
        Call call = manifestCall("read manifest", "GET", repository, reference, Call.pull(repository))
                .acceptingManifests();
        HttpResponse<byte[]> response = transport.document(call);
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        if (response.statusCode() != 200) {
            throw transport.failure(call, response);
        }
        String type = mediaType(call, response);
        Optional<String> claimed = Digest.isDigest(reference)
                ? Optional.of(reference)
                : response.headers().firstValue("Docker-Content-Digest").filter(Digest::isDigest);
        byte[] content = response.body();
        Digest digest = claimed.map(Digest::new).orElseGet(() -> Digest.sha256(content));
        requireDigest(call, digest, content);
        return Optional.of(new Manifest(new Descriptor(type, digest, content.length), content));
    }

    @Override
    public byte[] blob(String repository, Digest digest) {
        return blobs.read(ImageReference.checkRepository(repository), digest);
    }

    @Override
    public void tag(String repository, Digest digest, String tag) {
        ImageReference.checkTag(tag);
        Manifest manifest = manifest(repository, digest.value())
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "Cannot tag " + repository + ":" + tag + " at registry " + host() + ": the repository does not"
                                + " hold " + digest + ". Copy the image there first."));
        putManifest(repository, tag, manifest);
    }

    @Override
    public boolean untag(String repository, String tag) {
        ImageReference.checkTag(tag);
        Call call =
                manifestCall("remove tag", "DELETE", repository, tag, "repository:" + repository + ":pull,push,delete");
        HttpResponse<byte[]> response = transport.document(call);
        return switch (response.statusCode()) {
            case 200, 202, 204 -> true;
            // Tells a tag that is not there from a registry without this request.
            case 404 -> resolve(repository, tag).isEmpty();
            case 400, 405, 501 -> false;
            default -> throw transport.failure(call, response);
        };
    }

    @Override
    public Traffic traffic() {
        return transport.traffic();
    }

    /** The index of what refers to a manifest; empty where the registry does not have the referrers API. */
    Optional<byte[]> referrers(String repository, Digest subject) {
        URI uri = transport.uri("/v2/" + repository + "/referrers/" + subject);
        Call call = Call.of("list what refers to " + repository + "@" + subject, "GET", uri, Call.pull(repository))
                .header("Accept", Manifests.OCI_INDEX);
        HttpResponse<byte[]> response = transport.document(call);
        return switch (response.statusCode()) {
            case 200 -> Optional.of(response.body());
            case 400, 404, 405, 501 -> Optional.empty();
            default -> throw transport.failure(call, response);
        };
    }

    Blobs blobs() {
        return blobs;
    }

    Transport transport() {
        return transport;
    }

    /**
     * Puts a manifest's exact bytes under a tag or its digest, and proves what the registry made of it.
     *
     * @return the registry's answer headers
     */
    HttpResponse<byte[]> putManifest(String repository, String reference, Manifest manifest) {
        Descriptor descriptor = manifest.descriptor();
        Call call = manifestCall("push manifest", "PUT", repository, reference, Call.push(repository))
                .header("Content-Type", descriptor.mediaType())
                .body(BodyPublishers.ofByteArray(manifest.content()));
        HttpResponse<byte[]> response = transport.document(call);
        if (response.statusCode() != 201) {
            throw transport.failure(call, response);
        }
        String stored = response.headers()
                .firstValue("Docker-Content-Digest")
                .or(() -> resolve(repository, reference, Call.push(repository))
                        .map(d -> d.digest().value()))
                .orElse("nothing");
        if (!stored.equals(descriptor.digest().value())) {
            throw Failures.of(
                    FailureKind.DIGEST_MISMATCH,
                    call,
                    "stored " + stored + " instead of " + descriptor.digest() + ". Check the registry.");
        }
        return response;
    }

    static void requireDigest(Call call, Digest digest, byte[] content) {
        String found = digest.algorithm() + ":"
                + HexFormat.of().formatHex(digest.newDigester().digest(content));
        if (!found.equals(digest.value())) {
            throw Failures.of(
                    FailureKind.DIGEST_MISMATCH,
                    call,
                    "answered with content of digest " + found + " instead of " + digest
                            + ". The registry or a proxy before it gives wrong content.");
        }
    }

    private Call manifestCall(String verb, String method, String repository, String reference, String scopes) {
        ImageReference.checkRepository(repository);
        boolean digest = Digest.isDigest(reference);
        if (!digest) {
            ImageReference.checkTag(reference);
        }
        URI uri = transport.uri("/v2/" + repository + "/manifests/" + reference);
        return Call.of(verb + " " + repository + (digest ? "@" : ":") + reference, method, uri, scopes);
    }

    private static String mediaType(Call call, HttpResponse<?> response) {
        String header = response.headers().firstValue("Content-Type").orElse("");
        int parameters = header.indexOf(';');
        String type = (parameters < 0 ? header : header.substring(0, parameters)).trim();
        if (!Manifests.isKnown(type)) {
            throw Failures.of(
                    FailureKind.UNSUPPORTED,
                    call,
                    "answered with media type '" + type + "', which is no OCI or Docker schema 2 manifest or index."
                            + " Build the image again with a current builder.");
        }
        return type;
    }

    private static JsonNode json(Call call, HttpResponse<byte[]> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw Failures.of(FailureKind.UNSUPPORTED, call, "answered something that is not JSON.");
        }
    }
}
