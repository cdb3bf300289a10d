package io.jenkins.plugins.releasetrain.engine.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where uploads are to go on, by a registry that does not know how it is reached. */
class UploadAddressesTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final Credentials ROBOT = new Credentials("robot", "open sesame");

    private final FakeTime time = new FakeTime();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);

    @RegisterExtension
    private final Opened open = new Opened();

    private HttpRegistry client(EmbeddedRegistry registry) {
        return Opened.client(registry, time, () -> Optional.of(ROBOT));
    }

    private EmbeddedRegistry copied(RegistryOptions options) throws IOException {
        EmbeddedRegistry source = open.holding(RegistryOptions.DEFAULT, CART);
        EmbeddedRegistry target = open.start(options);
        copier.copy(client(source), "shop/cart", DIGEST, client(target), "live/cart");
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
        return target;
    }

    static Stream<Arguments> names() throws IOException {
        return Stream.of(
                arguments("a path of its own network", "/artifactory/api/docker/local/v2/"),
                arguments("a repository's key", "/v2/local/"),
                arguments("both", "/artifactory/api/docker/v2/local/"),
                arguments(
                        "a host of its own network",
                        "http://127.0.0.1:" + closed() + "/artifactory/api/docker/local/v2/"));
    }

    private static int closed() throws IOException {
        try (ServerSocket nobody = new ServerSocket(0)) {
            return nobody.getLocalPort();
        }
    }

    /** Artifactory and Nexus behind a proxy that changes paths, and not those of Locations. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void anUploadGoesOnWhereItWasBegun(String name, String prefix) throws IOException {
        Personality inner = (request, rest) -> {
            if (request.path().startsWith("/artifactory")) {
                return Reply.of(404)
                        .body("<html>Not found</html>".getBytes(UTF_8))
                        .header("Content-Type", "text/html");
            }
            if (request.path().startsWith("/v2/local/")) {
                return Reply.error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
            }
            Reply right = rest.answer(request);
            String location = right.headers().getOrDefault("Location", "");
            return location.contains("/uploads/")
                    ? right.header("Location", location.replaceFirst("^/v2/", prefix))
                    : right;
        };
        EmbeddedRegistry target = copied(RegistryOptions.DEFAULT.being(inner));
        assertThat(target.openUploadsAtLast()).isZero();
        assertThat(target.exchanges().stream().filter(e -> e.method().equals("PUT") && e.status() == 404))
                .as("it is learned")
                .hasSizeLessThanOrEqualTo(1);
    }

    /** Harbor, distribution with http.host: reached by an inner name, and naming itself as others reach it. */
    @Test
    void I9_anotherNameThatWantsALoginIsTheRegistryItself() throws IOException {
        AtomicBoolean leaked = new AtomicBoolean();
        Personality outer = (request, rest) -> {
            String host = request.header("Host").orElse("");
            if (host.startsWith("localhost") && request.header("Authorization").isPresent()) {
                leaked.set(true);
            }
            Reply right = rest.answer(request);
            String location = right.headers().getOrDefault("Location", "");
            return location.startsWith("/")
                    ? right.header("Location", "http://" + host.replaceFirst("[^:]+", "localhost") + location)
                    : right;
        };
        EmbeddedRegistry target = copied(
                RegistryOptions.DEFAULT.withBasicAuth("robot", "open sesame").being(outer));
        assertThat(target.openUploadsAtLast()).isZero();
        assertThat(leaked).as("who we are is nobody else's business").isFalse();
    }

    /** An upload that is forgotten at an address which is right. */
    @Test
    void anAddressOfItsOwnThatForgotOneUploadIsBelievedAgain() throws IOException {
        AtomicBoolean forgot = new AtomicBoolean();
        Personality own = (request, rest) -> {
            if (request.path().startsWith("/v2/local/")) {
                boolean forgets = request.method().equals("PUT") && forgot.compareAndSet(false, true);
                return forgets
                        ? Reply.error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
                        : rest.answer(request.at(request.path().replaceFirst("local/", "")));
            }
            if (request.path().contains("/blobs/uploads/") && !request.method().equals("POST")) {
                return Reply.error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
            }
            Reply right = rest.answer(request);
            String location = right.headers().getOrDefault("Location", "");
            return right.header("Location", location.replaceFirst("^/v2/", "/v2/local/"));
        };
        copied(RegistryOptions.DEFAULT.being(own));
    }

    /** AWS' load balancers and CloudFront, in their strict ways, lighttpd, firewalls: what Java 17 sends is refused (JDK-8283544). */
    @Test
    void whatJava17SendsWithEachQuestionIsNamedWhereItIsRefused() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.being((request, rest) -> Fronts.reads(request)
                        && request.header("Content-Length").isPresent()
                ? Reply.of(400).body("<html>Bad Request</html>".getBytes(UTF_8)).header("Content-Type", "text/html")
                : rest.answer(request)));
        SampleImages.at(registry.origin()).push("shop/cart", "1.0", CART);
        if (Runtime.version().feature() >= 19) {
            assertThat(client(registry).resolve("shop/cart", "1.0")).isPresent();
        } else {
            assertThatThrownBy(() -> client(registry).resolve("shop/cart", "1.0"))
                    .hasMessageContaining("400")
                    .hasMessageContaining("Java 21");
        }
    }
}
