package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry.Exchange;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.LocalAuthority;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import io.jenkins.plugins.releasetrain.testkit.registry.TokenServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who we are to a registry, and who else must not learn it. */
class RegistryAccessTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final Credentials BUILDER = new Credentials("builder", "open sesame");
    private static final String ENCODED =
            Base64.getEncoder().encodeToString("builder:open sesame".getBytes(StandardCharsets.UTF_8));

    private final FakeTime time = new FakeTime();

    @RegisterExtension
    private final Opened open = new Opened();

    private EmbeddedRegistry withBasicAuth() throws IOException {
        EmbeddedRegistry registry =
                open.start(RegistryOptions.DEFAULT.withBasicAuth(BUILDER.user(), BUILDER.password()));
        SampleImages.at(registry.origin())
                .withBasicAuth(BUILDER.user(), BUILDER.password())
                .push("shop/cart", "1.0", CART);
        registry.forgetExchanges();
        return registry;
    }

    private TokenServer tokenServer() throws IOException {
        TokenServer tokens = TokenServer.start(BUILDER.user(), BUILDER.password());
        open.add(tokens);
        return tokens;
    }

    private HttpRegistry client(EmbeddedRegistry registry, Credentials credentials) {
        return new HttpRegistry(
                RegistrySettings.of(registry.host())
                        .withPlainHttp()
                        .withCredentials(() -> Optional.ofNullable(credentials)),
                time,
                time);
    }

    /** An image in a registry with tokens, put there by the engine itself. */
    private EmbeddedRegistry withTokens(TokenServer tokens) throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.withTokens(tokens));
        EmbeddedRegistry source = open.start(RegistryOptions.DEFAULT);
        SampleImages.at(source.origin()).push("shop/cart", "1.0", CART);
        HttpRegistry target = client(registry, BUILDER);
        new HttpImageCopier(CopySettings.DEFAULT, Runnable::run)
                .copy(client(source, null), "shop/cart", DIGEST, target, "shop/cart");
        target.tag("shop/cart", DIGEST, "1.0");
        registry.forgetExchanges();
        return registry;
    }

    private static EngineException failure(FailureKind kind, ThrowingCallable action) {
        EngineException e = catchThrowableOfType(EngineException.class, action);
        assertThat(e).isNotNull();
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
        assertNoSecret(e);
        return e;
    }

    private static void assertNoSecret(Throwable e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain(BUILDER.password(), ENCODED);
    }

    @Test
    void shows_credentials_only_when_asked() throws IOException {
        EmbeddedRegistry registry = withBasicAuth();
        HttpRegistry client = client(registry, BUILDER);

        client.resolve("shop/cart", "1.0");
        client.resolve("shop/cart", "1.0");

        assertThat(registry.exchanges())
                .extracting(Exchange::authorization, Exchange::status)
                .containsExactly(tuple("", 401), tuple("Basic", 200), tuple("Basic", 200));
    }

    @Test
    void I9_a_refused_password_is_in_no_message() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.withBasicAuth("builder", "another"));

        assertThat(failure(
                        FailureKind.UNAUTHENTICATED,
                        () -> client(registry, BUILDER).resolve("shop/cart", "1.0")))
                .hasMessageContaining("Check the credentials");
        failure(FailureKind.UNAUTHENTICATED, () -> client(registry, null).resolve("shop/cart", "1.0"));
    }

    @Test
    void I9_a_password_that_the_registry_repeats_is_in_no_message() throws IOException {
        EmbeddedRegistry registry = withBasicAuth();
        HttpRegistry client = client(registry, BUILDER);
        client.resolve("shop/cart", "1.0");
        registry.failNext(
                2, r -> true, right -> Reply.error(403, "DENIED", "not with " + BUILDER.password() + " or " + ENCODED));

        assertThat(failure(FailureKind.FORBIDDEN, () -> client.manifest("shop/cart", "1.0")))
                .hasMessageContaining("not with *** or ***");
    }

    @Test
    void I9_credentials_do_not_print_their_password() {
        assertThat(BUILDER).hasToString("builder:***");
        assertThat(RegistrySettings.of("registry.example").withCredentials(() -> Optional.of(BUILDER)))
                .asString()
                .doesNotContain(BUILDER.password());
    }

    @Test
    void asks_again_when_the_password_has_changed() throws IOException {
        EmbeddedRegistry registry = withBasicAuth();
        AtomicReference<Credentials> current = new AtomicReference<>(new Credentials("builder", "old"));
        HttpRegistry client = new HttpRegistry(
                RegistrySettings.of(registry.host()).withPlainHttp().withCredentials(() -> Optional.of(current.get())),
                time,
                time);

        failure(FailureKind.UNAUTHENTICATED, () -> client.resolve("shop/cart", "1.0"));
        current.set(BUILDER);

        assertThat(client.resolve("shop/cart", "1.0")).isPresent();
    }

    @Test
    void gets_one_token_for_many_requests_of_a_scope() throws IOException {
        TokenServer tokens = tokenServer();
        EmbeddedRegistry registry = withTokens(tokens);
        HttpRegistry client = client(registry, null);
        int before = tokens.requests().size();
        List<Tag> tags = IntStream.range(0, 30)
                .mapToObj(i -> new Tag("shop/cart", "v" + i))
                .toList();

        client.resolve("shop/cart", "1.0");
        client.resolveAll(tags);

        assertThat(tokens.requests()).hasSize(before + 1);
        assertThat(tokens.requests().get(before).query())
                .containsEntry("scope", List.of("repository:shop/cart:pull"))
                .containsEntry("service", List.of("embedded"));
    }

    @Test
    void renews_a_token_before_it_expires() throws IOException {
        TokenServer tokens = tokenServer();
        EmbeddedRegistry registry = withTokens(tokens);
        HttpRegistry client = client(registry, null);
        client.resolve("shop/cart", "1.0");
        int before = tokens.requests().size();

        time.pass(Duration.ofSeconds(269));
        client.resolve("shop/cart", "1.0");
        assertThat(tokens.requests()).hasSize(before);
        time.pass(Duration.ofSeconds(2));
        client.resolve("shop/cart", "1.0");

        assertThat(tokens.requests()).hasSize(before + 1);
    }

    @Test
    void gets_a_new_token_when_the_old_one_is_refused() throws IOException {
        TokenServer tokens = tokenServer();
        EmbeddedRegistry registry = withTokens(tokens);
        HttpRegistry client = client(registry, null);
        client.resolve("shop/cart", "1.0");

        tokens.revokeAll();

        assertThat(client.resolve("shop/cart", "1.0")).isPresent();
    }

    @Test
    void goes_on_when_a_token_expires_while_a_blob_is_sent() throws IOException {
        TokenServer tokens = tokenServer();
        EmbeddedRegistry source = open.start(RegistryOptions.DEFAULT);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT.withTokens(tokens));
        SampleImages.at(source.origin()).push("shop/cart", "1.0", CART);
        source.failNext(1, r -> r.is("GET", "/blobs/"), right -> {
            tokens.revokeAll();
            return right;
        });

        new HttpImageCopier(CopySettings.DEFAULT, Runnable::run)
                .copy(client(source, null), "shop/cart", DIGEST, client(target, BUILDER), "shop/cart");

        assertThat(target.manifest("shop/cart", DIGEST.value())).isPresent();
    }

    @Test
    void a_known_account_without_the_right_is_forbidden_not_unknown() throws IOException {
        TokenServer tokens = tokenServer();
        EmbeddedRegistry registry = withTokens(tokens);

        assertThat(failure(FailureKind.FORBIDDEN, () -> client(registry, null).tag("shop/cart", DIGEST, "2.0")))
                .hasMessageContaining("the right to repository:shop/cart:pull,push");
    }

    @Test
    void I9_a_token_server_that_refuses_is_named_without_the_password() throws IOException {
        TokenServer tokens = TokenServer.start("builder", "another");
        open.add(tokens);
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.withTokens(tokens));

        assertThat(failure(
                        FailureKind.UNAUTHENTICATED,
                        () -> client(registry, BUILDER).resolve("shop/cart", "1.0")))
                .hasMessageContaining("get a token for repository:shop/cart:pull of registry " + registry.host())
                .hasMessageContaining("/token");
    }

    @Test
    void I9_credentials_go_to_no_token_server_without_tls_unless_opted_in() throws Exception {
        TokenServer tokens = tokenServer();
        LocalAuthority authority = LocalAuthority.create();
        EmbeddedRegistry registry =
                open.start(RegistryOptions.DEFAULT.withTokens(tokens).withTls(authority.context()));
        RegistrySettings settings = RegistrySettings.of(registry.host())
                .withTrustedCertificates(authority.pem())
                .withCredentials(() -> Optional.of(BUILDER));

        assertThat(failure(FailureKind.TLS, () -> new HttpRegistry(settings, time, time).resolve("shop/cart", "1.0")))
                .hasMessageContaining("the token endpoint has no TLS");
        assertThat(tokens.requests()).isEmpty();
    }

    @Test
    void trusts_an_authority_of_its_own_and_no_other() throws Exception {
        LocalAuthority authority = LocalAuthority.create();
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.withTls(authority.context()));
        RegistrySettings settings = RegistrySettings.of(registry.host());

        assertThat(failure(FailureKind.TLS, () -> new HttpRegistry(settings, time, time).resolve("shop/cart", "1.0")))
                .hasMessageContaining("in the TLS handshake")
                .hasMessageContaining("trusted certificates");
        assertThat(new HttpRegistry(settings.withTrustedCertificates(authority.pem()), time, time)
                        .resolve("shop/cart", "1.0"))
                .isEmpty();
        failure(
                FailureKind.INVALID_INPUT,
                () -> new HttpRegistry(settings.withTrustedCertificates("no certificate"), time, time));
    }

    @Test
    void I9_authorization_is_not_forwarded_to_where_a_blob_is_redirected() throws IOException {
        EmbeddedRegistry storage = open.start(RegistryOptions.DEFAULT);
        SampleImages.at(storage.origin()).push("shop/cart", "1.0", CART);
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT
                .withBasicAuth(BUILDER.user(), BUILDER.password())
                .withBlobsAt(storage.origin()));
        SampleImages.at(registry.origin())
                .withBasicAuth(BUILDER.user(), BUILDER.password())
                .push("shop/cart", "1.0", CART);
        storage.forgetExchanges();
        HttpRegistry client = client(registry, BUILDER);
        Digest config = Manifests.read(client.manifest("shop/cart", "1.0").orElseThrow())
                .blobs()
                .get(0)
                .digest();

        assertThat(client.blob("shop/cart", config)).isNotEmpty();

        assertThat(storage.exchanges()).extracting(Exchange::authorization).containsExactly("");
    }

    @Test
    void I9_a_redirect_that_needs_a_login_elsewhere_gets_no_credentials() throws IOException {
        EmbeddedRegistry storage = withBasicAuth();
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.withBlobsAt(storage.origin()));
        SampleImages.at(registry.origin()).push("shop/cart", "1.0", CART);
        HttpRegistry client = client(registry, BUILDER);
        Digest config = Manifests.read(client.manifest("shop/cart", "1.0").orElseThrow())
                .blobs()
                .get(0)
                .digest();

        assertThat(failure(FailureKind.UNAUTHENTICATED, () -> client.blob("shop/cart", config)))
                .hasMessageContaining(storage.host());
        assertThat(storage.exchanges()).extracting(Exchange::authorization).containsExactly("");
    }

    @Test
    void does_not_follow_redirects_for_ever() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT);
        registry.failNext(99, r -> true, right -> Reply.of(307).header("Location", "/v2/shop/cart/manifests/1.0"));

        assertThat(failure(FailureKind.UNAVAILABLE, () -> client(registry, null).resolve("shop/cart", "1.0")))
                .hasMessageContaining("redirected more than 5 times");
    }

    @Test
    void I9_a_signed_redirect_is_in_no_message() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT);
        registry.failNext(1, r -> true, right -> Reply.of(307).header("Location", "/elsewhere?signature=s3cret"));
        registry.failNext(1, r -> true, Failure.status(403, "EXPIRED", "too late"));

        assertThat(failure(FailureKind.FORBIDDEN, () -> client(registry, null).manifest("shop/cart", "1.0")))
                .hasMessageContaining("GET /elsewhere answered 403")
                .hasMessageNotContaining("s3cret");
    }
}
