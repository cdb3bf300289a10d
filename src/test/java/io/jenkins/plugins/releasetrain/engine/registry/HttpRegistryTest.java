package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Limits;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpRegistryTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());

    private final FakeTime time = new FakeTime();

    @RegisterExtension
    private final Opened open = new Opened();

    private EmbeddedRegistry registry(RegistryOptions options) throws IOException {
        EmbeddedRegistry registry = open.start(options);
        SampleImages.at(registry.origin()).push("shop/cart", "1.0", CART);
        registry.forgetExchanges();
        return registry;
    }

    private EmbeddedRegistry registry() throws IOException {
        return registry(RegistryOptions.DEFAULT);
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(
                RegistrySettings.of(registry.host()).withPlainHttp(), new RegistryConnections(time, time, () -> 0));
    }

    private HttpRegistry client(EmbeddedRegistry registry, Limits limits) {
        return new HttpRegistry(
                RegistrySettings.of(registry.host()).withPlainHttp().withLimits(limits), time, time);
    }

    private static Limits attempts(int attempts) {
        return limits(1 << 20, attempts);
    }

    /** One request at a time. */
    private static Limits limits(int documentBytes, int attempts) {
        Duration wait = Duration.ofSeconds(30);
        return new Limits(1, documentBytes, wait, wait, attempts, Duration.ofSeconds(1), Duration.ofMinutes(2));
    }

    private static EngineException failure(FailureKind kind, ThrowingCallable action) {
        EngineException e = catchThrowableOfType(EngineException.class, action);
        assertThat(e).isNotNull();
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
        return e;
    }

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_INPUT, refuses",
        "401, UNAUTHENTICATED, Check the credentials",
        "403, FORBIDDEN, the right to repository:shop/cart:pull",
        "404, NOT_FOUND, Check the name",
        "413, TOO_LARGE, limits the size",
        "418, UNSUPPORTED, does not support",
        "500, UNAVAILABLE, may succeed later",
        "503, UNAVAILABLE, may succeed later"
    })
    void says_what_failed_where_why_and_what_to_do(int status, FailureKind kind, String advice) throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(99, r -> true, Failure.status(status, "CODE", "own words"));

        assertThat(failure(kind, () -> client(registry).blob("shop/cart", DIGEST)))
                .hasMessageStartingWith("Cannot read blob shop/cart@" + DIGEST + " at " + registry.host()
                        + ": GET /v2/shop/cart/blobs/" + DIGEST + " answered " + status + " (CODE: own words). ")
                .hasMessageContaining(advice);
    }

    @Test
    void quotes_a_registrys_words_in_one_bounded_line() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(
                1,
                r -> true,
                right -> Reply.of(400).body(("<html>\r\n" + "x".repeat(5000)).getBytes(StandardCharsets.UTF_8)));

        EngineException e =
                failure(FailureKind.INVALID_INPUT, () -> client(registry).manifest("shop/cart", "1.0"));

        assertThat(e.getMessage()).contains("<html> xxx").doesNotContain("\n").hasSizeLessThan(600);
    }

    @Test
    void obeys_retry_after_for_every_request_to_that_host() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(1, r -> true, Failure.tooManyRequests("7"));
        HttpRegistry client = client(registry);

        assertThat(client.resolve("shop/cart", "1.0")).isPresent();
        client.resolve("shop/cart", "1.0");

        assertThat(time.sleeps()).containsExactly(Duration.ofSeconds(7));
    }

    @Test
    void one_requests_429_holds_back_the_others() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(1, r -> true, Failure.tooManyRequests("7"));
        HttpRegistry client = client(registry, attempts(1));

        failure(FailureKind.RATE_LIMITED, () -> client.resolve("shop/cart", "1.0"));
        assertThat(time.sleeps()).isEmpty();
        time.pass(Duration.ofSeconds(3));
        client.tags("shop/cart");

        assertThat(time.sleeps()).containsExactly(Duration.ofSeconds(4));
    }

    @Test
    void understands_retry_after_as_a_date() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(1, r -> true, Failure.tooManyRequests("Thu, 01 Jan 2026 00:00:09 GMT"));

        assertThat(client(registry).resolve("shop/cart", "1.0")).isPresent();

        assertThat(time.sleeps()).containsExactly(Duration.ofSeconds(9));
    }

    @Test
    void does_not_wait_longer_than_the_limit() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(1, r -> true, Failure.tooManyRequests("3600"));

        assertThat(failure(FailureKind.RATE_LIMITED, () -> client(registry).resolve("shop/cart", "1.0")))
                .hasMessageContaining("3600 s")
                .hasMessageContaining("120 s");
        assertThat(time.sleeps()).isEmpty();
    }

    @Test
    void gives_up_after_the_last_attempt() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(99, r -> true, Failure.tooManyRequests("1"));

        failure(FailureKind.RATE_LIMITED, () -> client(registry).resolve("shop/cart", "1.0"));

        assertThat(registry.exchanges()).hasSize(5);
    }

    @Test
    void tries_again_after_5xx_and_broken_connections_with_growing_waits() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(1, r -> true, Failure.status(502, "UNKNOWN", ""));
        registry.failNext(1, r -> true, Failure.status(500, "UNKNOWN", ""));
        registry.failNext(1, r -> true, Failure.cut(10));

        assertThat(client(registry).manifest("shop/cart", "1.0")).isPresent();

        assertThat(time.sleeps()).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @CsvSource({"403", "404", "400"})
    void does_not_try_again_what_cannot_help(int status) throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(1, r -> true, Failure.status(status, "NO", "no"));

        assertThat(catchThrowableOfType(
                        EngineException.class, () -> client(registry).blob("shop/cart", DIGEST)))
                .isNotNull();

        assertThat(registry.exchanges()).hasSize(1);
    }

    @Test
    void says_that_a_registry_cannot_be_reached() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        HttpRegistry client =
                new HttpRegistry(RegistrySettings.of("127.0.0.1:" + port).withPlainHttp(), time, time);

        assertThat(failure(FailureKind.UNAVAILABLE, () -> client.resolve("shop/cart", "1.0")))
                .hasMessageContaining("127.0.0.1:" + port)
                .hasMessageContaining("could not connect");
        assertThat(time.sleeps()).hasSize(4);
    }

    @Test
    void says_that_a_silent_registry_gave_no_answer() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Limits limits =
                    new Limits(1, 1024, Duration.ofSeconds(5), Duration.ofMillis(100), 1, Duration.ZERO, Duration.ZERO);
            HttpRegistry client = new HttpRegistry(
                    RegistrySettings.of("127.0.0.1:" + silent.getLocalPort())
                            .withPlainHttp()
                            .withLimits(limits),
                    time,
                    time);

            failure(FailureKind.TIMEOUT, () -> client.resolve("shop/cart", "1.0"));
            failure(FailureKind.TIMEOUT, () -> client.manifest("shop/cart", "1.0"));
        }
    }

    @Test
    void says_that_a_registry_without_tls_needs_the_opt_in() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> answerPlainly(plain));
            server.start();
            HttpRegistry client =
                    new HttpRegistry(RegistrySettings.of("127.0.0.1:" + plain.getLocalPort()), time, time);

            assertThat(failure(FailureKind.TLS, () -> client.resolve("shop/cart", "1.0")))
                    .hasMessageContaining("plain HTTP, opt in");
            plain.close();
            server.join();
        }
    }

    /** As Go's servers answer what is not HTTP; read to the end, or a reset may overtake the answer. */
    private static void answerPlainly(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                client.getOutputStream().write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                client.shutdownOutput();
                client.getInputStream().readAllBytes();
            } catch (IOException e) {
                // The client went away, which is for the test to judge; or the server was closed, which ends the loop.
            }
        }
    }

    @Test
    void I1_refuses_a_manifest_whose_content_is_another() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(2, r -> r.is("GET", "/manifests/"), Failure.wrongContent());

        assertThat(failure(FailureKind.DIGEST_MISMATCH, () -> client(registry).manifest("shop/cart", DIGEST.value())))
                .hasMessageContaining(DIGEST.value());
        failure(FailureKind.DIGEST_MISMATCH, () -> client(registry).manifest("shop/cart", "1.0"));
    }

    @Test
    void I1_refuses_a_blob_whose_content_is_another() throws IOException {
        EmbeddedRegistry registry = registry();
        HttpRegistry client = client(registry);
        Descriptor config = Manifests.read(client.manifest("shop/cart", "1.0").orElseThrow())
                .blobs()
                .get(0);
        registry.failNext(1, r -> r.is("GET", "/blobs/"), Failure.wrongContent());

        failure(FailureKind.DIGEST_MISMATCH, () -> client.blob("shop/cart", config.digest()));
    }

    @Test
    void I1_refuses_a_digest_that_was_not_asked_for() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(
                1,
                r -> true,
                right -> right.header(
                        "Docker-Content-Digest", Digest.sha256("other").value()));

        failure(FailureKind.DIGEST_MISMATCH, () -> client(registry).resolve("shop/cart", DIGEST.value()));
    }

    @Test
    void I1_refuses_a_tag_that_the_registry_set_to_something_else() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(
                1,
                r -> r.method().equals("PUT"),
                right -> Reply.of(201)
                        .header("Docker-Content-Digest", Digest.sha256("other").value()));

        failure(FailureKind.DIGEST_MISMATCH, () -> client(registry).tag("shop/cart", DIGEST, "stable"));
    }

    @Test
    void computes_the_digest_where_the_registry_does_not_say_it() throws IOException {
        EmbeddedRegistry registry = registry(RegistryOptions.DEFAULT.withoutDigestHeaders());

        assertThat(client(registry).resolve("shop/cart", "1.0"))
                .contains(new Descriptor(
                        Manifests.OCI_MANIFEST, DIGEST, CART.content().manifest().length));
        client(registry).tag("shop/cart", DIGEST, "stable");

        assertThat(registry.tags("shop/cart")).containsEntry("stable", DIGEST.value());
    }

    @ParameterizedTest
    @CsvSource({"application/vnd.docker.distribution.manifest.v1+prettyjws", "text/html"})
    void names_a_media_type_that_is_no_image(String type) throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(3, r -> true, right -> right.header("Content-Type", type));

        assertThat(failure(
                        FailureKind.UNSUPPORTED,
                        () -> client(registry)
                                .resolve("shop/cart", "1.0")
                                .orElseThrow()
                                .requireReadable("cart")))
                .hasMessageContaining("'" + type + "'");
        failure(FailureKind.UNSUPPORTED, () -> client(registry).manifest("shop/cart", "1.0"));
    }

    @Test
    void does_not_read_a_manifest_above_the_limit() throws IOException {
        EmbeddedRegistry registry = registry();
        HttpRegistry client = client(registry, limits(100, 1));

        failure(FailureKind.TOO_LARGE, () -> client.manifest("shop/cart", "1.0"));
    }

    @Test
    void follows_the_pages_of_a_list_of_tags() throws IOException {
        EmbeddedRegistry registry = registry(RegistryOptions.DEFAULT.withTagsPerPage(2));
        HttpRegistry client = client(registry);
        for (String tag : List.of("a", "b", "c", "d")) {
            client.tag("shop/cart", DIGEST, tag);
        }
        registry.forgetExchanges();

        assertThat(client.tags("shop/cart")).containsExactly("1.0", "a", "b", "c", "d");
        assertThat(registry.exchanges()).hasSize(3);
    }

    @Test
    void says_where_a_tag_cannot_be_taken_away() throws IOException {
        EmbeddedRegistry without = registry(RegistryOptions.DEFAULT.withoutTagDeletion());
        EmbeddedRegistry with = registry();

        assertThat(client(without).untag("shop/cart", "1.0")).isFalse();
        assertThat(without.tags("shop/cart")).containsKey("1.0");
        assertThat(client(with).untag("shop/cart", "1.0")).isTrue();
        assertThat(with.tags("shop/cart")).doesNotContainKey("1.0");
        assertThat(client(with).untag("shop/cart", "1.0")).as("it is away").isTrue();
    }

    @Test
    void resolves_no_more_at_once_than_allowed_and_stops_at_the_first_failure() throws IOException {
        EmbeddedRegistry registry = registry();
        registry.failNext(1, r -> true, Failure.status(418, "TEAPOT", "no"));
        HttpRegistry client = client(registry, attempts(1));
        List<Tag> tags = List.of(new Tag("shop/cart", "1.0"), new Tag("shop/cart", "1.1"), new Tag("shop/pay", "1.0"));

        failure(FailureKind.UNSUPPORTED, () -> client.resolveAll(tags));
        assertThat(registry.exchanges()).hasSize(1);
        assertThat(client.resolveAll(tags)).containsOnlyKeys(tags.get(0));
    }

    @Test
    void asks_once_for_a_tag_that_is_wanted_twice() throws IOException {
        EmbeddedRegistry registry = registry();
        Tag tag = new Tag("shop/cart", "1.0");

        assertThat(client(registry).resolveAll(List.of(tag, tag))).hasSize(1);
        assertThat(registry.exchanges()).hasSize(1);
    }

    @Test
    void refuses_malformed_names_before_any_request() throws IOException {
        EmbeddedRegistry registry = registry();
        HttpRegistry client = client(registry);

        failure(FailureKind.INVALID_INPUT, () -> client.resolve("shop/../cart", "1.0"));
        failure(FailureKind.INVALID_INPUT, () -> client.resolve("shop/cart", "1.0?x"));
        failure(FailureKind.INVALID_INPUT, () -> client.tags("Shop"));
        failure(FailureKind.INVALID_INPUT, () -> client.untag("shop/cart", DIGEST.value()));
        failure(FailureKind.INVALID_INPUT, () -> RegistrySettings.of("https://registry.example"));
        assertThat(registry.exchanges()).isEmpty();
    }
}
