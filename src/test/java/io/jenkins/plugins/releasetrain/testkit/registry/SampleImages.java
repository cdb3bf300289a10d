package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** Pushes sample images to any registry over plain HTTP calls, independently of the engine's own client. */
public final class SampleImages {
    private static final int RESETS = 2;

    private final URI origin;
    private final Optional<String> authorization;
    private final HttpClient client;

    private SampleImages(URI origin, Optional<String> authorization, HttpClient client) {
        this.origin = origin;
        this.authorization = authorization;
        this.client = client;
    }

    /** @param origin scheme and host, as {@code http://127.0.0.1:5000} */
    public static SampleImages at(URI origin) {
        return new SampleImages(
                origin,
                Optional.empty(),
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
    }

    public SampleImages withBasicAuth(String user, String password) {
        String pair = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return new SampleImages(origin, Optional.of("Basic " + pair), client);
    }

    public SampleImages withToken(String token) {
        return new SampleImages(origin, Optional.of("Bearer " + token), client);
    }

    /** @param tls what to trust */
    public SampleImages withTls(SSLContext tls) {
        return new SampleImages(
                origin,
                authorization,
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(tls)
                        .build());
    }

    /**
     * Pushes an image.
     *
     * @param reference tag or digest
     * @return the manifest's digest
     */
    public String push(String repository, String reference, SampleImage image) {
        SampleImage.Content content = image.content();
        content.blobs().forEach(blob -> pushBlob(repository, blob));
        return pushManifest(repository, reference, content.mediaType(), content.manifest());
    }

    /** Pushes images and an index over them; returns the index's digest. */
    public String pushIndex(String repository, String tag, List<SampleImage> images) {
        images.forEach(image -> push(repository, image.content().digest(), image));
        SampleImage.Content index = SampleImage.index(images);
        return pushManifest(repository, tag, index.mediaType(), index.manifest());
    }

    /** Pushes a blob unless it is there; returns its digest. */
    public String pushBlob(String repository, byte[] content) {
        return pushBlob(repository, content, "sha256");
    }

    /** @param algorithm of its digest: sha256 or sha512 */
    public String pushBlob(String repository, byte[] content, String algorithm) {
        String digest = digest(content, algorithm);
        String blobs = "/v2/" + repository + "/blobs/";
        if (send("HEAD", origin.resolve(blobs + digest), "", new byte[0]).statusCode() == 200) {
            return digest;
        }
        URI begin = origin.resolve(blobs + "uploads/");
        HttpResponse<byte[]> begun = expect(202, send("POST", begin, "", new byte[0]));
        URI upload = begin.resolve(begun.headers().firstValue("Location").orElseThrow());
        URI put = URI.create(upload + (upload.getQuery() == null ? "?" : "&") + "digest="
                + URLEncoder.encode(digest, StandardCharsets.UTF_8));
        expect(201, send("PUT", put, "application/octet-stream", content));
        return digest;
    }

    /** The digest by which a registry knows a content. */
    public static String digest(byte[] content, String algorithm) {
        return Contents.digest(content, algorithm + ":");
    }

    /** Pushes a manifest's exact bytes; returns its digest. */
    public String pushManifest(String repository, String reference, String mediaType, byte[] content) {
        URI uri = origin.resolve("/v2/" + repository + "/manifests/" + reference);
        expect(201, send("PUT", uri, mediaType, content));
        return Contents.digest(content, "sha256:");
    }

    /**
     * Pushes a manifest that says something about another one, as a signature does (OCI image specification 1.1).
     *
     * @param subjectType media type of the subject
     * @return the digest of what was pushed
     */
    public String pushReferrer(String repository, String subject, String subjectType, String text) {
        String layer = pushBlob(repository, text.getBytes(StandardCharsets.UTF_8));
        String config = pushBlob(repository, "{}".getBytes(StandardCharsets.UTF_8));
        byte[] manifest = """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
            "artifactType":"application/vnd.example.signature",\
            "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"%s","size":2},\
            "layers":[{"mediaType":"text/plain","digest":"%s","size":%d}],\
            "subject":{"mediaType":"%s","digest":"%s","size":1}}\
            """.formatted(config, layer, text.length(), subjectType, subject)
                .getBytes(StandardCharsets.UTF_8);
        String digest = Contents.digest(manifest, "sha256:");
        return pushManifest(repository, digest, "application/vnd.oci.image.manifest.v1+json", manifest);
    }

    private HttpResponse<byte[]> send(String method, URI uri, String contentType, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        request.header(Request.TESTKIT, "push");
        authorization.ifPresent(value -> request.header("Authorization", value));
        if (!contentType.isEmpty()) {
            request.header("Content-Type", contentType);
        }
        try {
            return answer(request.build(), RESETS);
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + uri + " failed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(method + " " + uri + " was interrupted", e);
        }
    }

    /** The JDK's server closes what it takes for idle, now and then just when the next request is on its way. */
    private HttpResponse<byte[]> answer(HttpRequest request, int resets) throws IOException, InterruptedException {
        try {
            return client.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            if (resets == 0) {
                throw e;
            }
            return answer(request, resets - 1);
        }
    }

    private static HttpResponse<byte[]> expect(int status, HttpResponse<byte[]> response) {
        if (response.statusCode() != status) {
            throw new IllegalStateException(response.request().method() + " " + response.uri() + " answered "
                    + response.statusCode() + ": " + new String(response.body(), StandardCharsets.UTF_8));
        }
        return response;
    }
}
