package io.jenkins.plugins.releasetrain.testkit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That the fake does what the distribution specification says, seen by plain HTTP calls. */
class EmbeddedRegistryTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final String HELLO_DIGEST =
            "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    private final HttpClient client = HttpClient.newHttpClient();
    private EmbeddedRegistry registry;

    @BeforeEach
    void start() throws IOException {
        registry = EmbeddedRegistry.start();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private HttpResponse<String> send(String method, String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(registry.origin().resolve(path))
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        return send(method, path, new byte[0]);
    }

    private String begin() throws IOException, InterruptedException {
        HttpResponse<String> response = send("POST", "/v2/shop/cart/blobs/uploads/");
        assertThat(response.statusCode()).isEqualTo(202);
        return response.headers().firstValue("Location").orElseThrow();
    }

    @Test
    void answers_the_ping_and_nothing_unknown() throws Exception {
        assertThat(send("GET", "/v2/").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/v1/").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/v2/shop/cart/tags/list").statusCode()).isEqualTo(404);
    }

    @Test
    void takes_a_blob_in_one_piece_or_in_chunks() throws Exception {
        String one = begin();
        assertThat(send("PUT", one + "?digest=" + HELLO_DIGEST, HELLO).statusCode())
                .isEqualTo(201);
        String two = begin();
        assertThat(send("PATCH", two, "hel".getBytes(StandardCharsets.UTF_8), "Content-Range", "0-2")
                        .statusCode())
                .isEqualTo(202);
        assertThat(send("PATCH", two, "lo".getBytes(StandardCharsets.UTF_8), "Content-Range", "9-10")
                        .statusCode())
                .isEqualTo(416);
        assertThat(send("PATCH", two, "lo".getBytes(StandardCharsets.UTF_8), "Content-Range", "3-4")
                        .statusCode())
                .isEqualTo(202);
        assertThat(send("PUT", two + "?digest=" + HELLO_DIGEST).statusCode()).isEqualTo(201);

        assertThat(registry.blob("shop/cart", HELLO_DIGEST)).contains(HELLO);
        assertThat(registry.openUploads()).isZero();
    }

    @Test
    void refuses_a_blob_with_another_digest() throws Exception {
        HttpResponse<String> response =
                send("PUT", begin() + "?digest=" + HELLO_DIGEST, "other".getBytes(StandardCharsets.UTF_8));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("DIGEST_INVALID");
        assertThat(registry.blob("shop/cart", HELLO_DIGEST)).isEmpty();
    }

    @Test
    void gives_blobs_whole_and_in_part() throws Exception {
        SampleImages.at(registry.origin()).pushBlob("shop/cart", HELLO);
        String path = "/v2/shop/cart/blobs/" + HELLO_DIGEST;

        assertThat(send("GET", path).body()).isEqualTo("hello");
        HttpResponse<String> part = send("GET", path, new byte[0], "Range", "bytes=1-3");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo("ell");
        assertThat(part.headers().firstValue("Content-Range")).contains("bytes 1-3/5");
        assertThat(send("GET", path, new byte[0], "Range", "bytes=9-").statusCode())
                .isEqualTo(416);
        assertThat(send("HEAD", path).headers().firstValue("Content-Length")).contains("5");
        assertThat(send("GET", "/v2/shop/pay/blobs/" + HELLO_DIGEST).statusCode())
                .as("a blob belongs to the repositories that it was pushed or mounted to")
                .isEqualTo(404);
    }

    @Test
    void mounts_from_another_repository_or_begins_an_upload() throws Exception {
        SampleImages.at(registry.origin()).pushBlob("shop/cart", HELLO);
        String mount = "/v2/shop/pay/blobs/uploads/?mount=" + HELLO_DIGEST + "&from=";

        assertThat(send("POST", mount + "shop/unknown").statusCode()).isEqualTo(202);
        assertThat(send("POST", mount + "shop/cart").statusCode()).isEqualTo(201);
        assertThat(registry.blob("shop/pay", HELLO_DIGEST)).isPresent();
    }

    @Test
    void wants_what_a_manifest_refers_to() throws Exception {
        SampleImage image = SampleImage.of("cart", "1.0");
        byte[] manifest = image.content().manifest();

        HttpResponse<String> response =
                send("PUT", "/v2/shop/cart/manifests/1.0", manifest, "Content-Type", image.mediaType());

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("MANIFEST_BLOB_UNKNOWN");
        SampleImages images = SampleImages.at(registry.origin());
        assertThat(images.push("shop/cart", "1.0", image))
                .isEqualTo(image.content().digest());
        assertThat(registry.tags("shop/cart"))
                .containsEntry("1.0", image.content().digest());
        assertThatThrownBy(() -> images.pushManifest("shop/cart", HELLO_DIGEST, image.mediaType(), manifest))
                .hasMessageContaining("DIGEST_INVALID");
    }

    @Test
    void deletes_tags_and_manifests() throws Exception {
        SampleImages images = SampleImages.at(registry.origin());
        String digest = images.push("shop/cart", "1.0", SampleImage.of("cart", "1.0"));
        images.push("shop/cart", "1.1", SampleImage.of("cart", "1.0"));

        assertThat(send("DELETE", "/v2/shop/cart/manifests/1.0").statusCode()).isEqualTo(202);
        assertThat(registry.tags("shop/cart")).containsOnlyKeys("1.1");
        assertThat(send("DELETE", "/v2/shop/cart/manifests/" + digest).statusCode())
                .isEqualTo(202);
        assertThat(registry.tags("shop/cart")).isEmpty();
        assertThat(send("GET", "/v2/shop/cart/manifests/" + digest).statusCode())
                .isEqualTo(404);
    }

    @Test
    void pages_its_tags() throws Exception {
        SampleImages images = SampleImages.at(registry.origin());
        for (String tag : List.of("c", "a", "b")) {
            images.push("shop/cart", tag, SampleImage.of("cart", "1.0"));
        }

        HttpResponse<String> first = send("GET", "/v2/shop/cart/tags/list?n=2");

        assertThat(first.body()).contains("[\"a\",\"b\"]");
        String link = first.headers().firstValue("Link").orElseThrow();
        HttpResponse<String> second = send("GET", link.substring(1, link.indexOf('>')));
        assertThat(second.body()).contains("[\"c\"]");
        assertThat(second.headers().firstValue("Link")).isEmpty();
    }

    @Test
    void lists_referrers() throws Exception {
        SampleImages images = SampleImages.at(registry.origin());
        SampleImage image = SampleImage.of("cart", "1.0");
        String subject = images.push("shop/cart", "1.0", image);
        String signature = images.pushReferrer("shop/cart", subject, image.mediaType(), "signed");

        assertThat(send("GET", "/v2/shop/cart/referrers/" + subject).body())
                .contains(signature, "application/vnd.example.signature");
        assertThat(send("GET", "/v2/shop/cart/referrers/" + signature).body()).contains("\"manifests\":[]");
    }

    @Test
    void fails_as_often_as_it_is_told_and_remembers_what_it_answered() throws Exception {
        registry.failNext(2, r -> r.is("GET", "/v2/"), Failure.tooManyRequests("3"));
        registry.failNext(1, r -> r.is("POST", "/v2/"), Failure.cut(0));

        assertThat(send("GET", "/v2/").headers().firstValue("Retry-After")).contains("3");
        assertThat(send("GET", "/v2/").statusCode()).isEqualTo(429);
        assertThat(send("GET", "/v2/").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> send("POST", "/v2/", HELLO)).isInstanceOf(IOException.class);
        assertThat(registry.exchanges())
                .extracting(EmbeddedRegistry.Exchange::status)
                .containsExactly(429, 429, 200, 0);
    }

    @Test
    void its_images_unpack_and_are_the_same_every_time() throws Exception {
        SampleImage image = SampleImage.of("cart", "1.0").random(7, 1000);

        assertThat(image.content().digest())
                .isEqualTo(
                        SampleImage.of("cart", "1.0").random(7, 1000).content().digest());
        assertThat(image.content().digest())
                .isNotEqualTo(
                        SampleImage.of("cart", "1.1").random(7, 1000).content().digest());
        Process tar = new ProcessBuilder("tar", "-tz").redirectErrorStream(true).start();
        tar.getOutputStream().write(image.content().blobs().get(1));
        tar.getOutputStream().close();
        assertThat(new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("etc/os-release\n");
        assertThat(tar.waitFor()).isZero();
    }
}
