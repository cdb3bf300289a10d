package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.fakes.FakeRegistry;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.ClientCertificate;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.LocalAuthority;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import io.jenkins.plugins.releasetrain.testkit.registry.TokenServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Accounts, rights and names of registries as they are. */
class RegistryAccountsTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final Credentials ROBOT = new Credentials("robot", "open sesame");

    private final FakeTime time = new FakeTime();
    private final RegistryConnections connections = new RegistryConnections(time, time, () -> 0);
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);

    @RegisterExtension
    private final Opened open = new Opened();

    private EmbeddedRegistry holding(RegistryOptions options) throws IOException {
        EmbeddedRegistry registry = open.start(options);
        SampleImages.at(registry.origin()).push("shop/cart", "1.0", CART);
        return registry;
    }

    private TokenServer tokens() throws IOException {
        TokenServer tokens = TokenServer.start(ROBOT.user(), ROBOT.password());
        open.add(tokens);
        return tokens;
    }

    private HttpRegistry client(EmbeddedRegistry registry, Credentials credentials) {
        return new HttpRegistry(
                RegistrySettings.of(registry.host()).withPlainHttp().withCredentials(() -> Optional.of(credentials)),
                connections);
    }

    private static EngineException failure(FailureKind kind, ThrowingCallable action) {
        EngineException e = catchThrowableOfType(EngineException.class, action);
        assertThat(e).isNotNull();
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
        return e;
    }

    @ParameterizedTest
    @CsvSource({
        "repository:a:pull, repository:a:pull, true",
        "'repository:a:pull,push', repository:a:pull, true",
        "repository:a:*, 'repository:a:pull,push,delete', true",
        "repository:a:pull, 'repository:a:pull,push', false",
        "'repository:a:pull,push', repository:b:pull, false",
        "repository:host:5000/a:pull, repository:host:5000/a:pull, true"
    })
    void a_scope_covers_what_is_less(String held, String wanted, boolean covers) {
        assertThat(Scope.parse(held).orElseThrow().covers(Scope.parse(wanted).orElseThrow()))
                .isEqualTo(covers);
    }

    @Test
    void one_token_does_for_what_it_covers() throws IOException {
        TokenServer tokens = tokens();
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.withTokens(tokens));
        HttpRegistry client = client(registry, ROBOT);
        client.tag("shop/cart", DIGEST, "2.0");
        int asked = tokens.requests().size();

        client.resolve("shop/cart", "1.0");
        client.manifest("shop/cart", "1.0");
        client.tag("shop/cart", DIGEST, "3.0");

        assertThat(tokens.requests()).hasSize(asked);
    }

    @Test
    void an_account_that_may_only_read_reads_where_others_push() throws IOException {
        TokenServer tokens = tokens();
        tokens.know(scope -> !scope.contains("push"));
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.withTokens(tokens));
        SampleImages.at(registry.origin()).push("shop/pay", "1.0", CART);
        HttpRegistry client = new HttpRegistry(
                RegistrySettings.of(registry.host())
                        .withPlainHttp()
                        .withPush()
                        .withCredentials(() -> Optional.of(ROBOT)),
                connections);

        assertThat(client.resolve("shop/cart", "1.0")).isPresent();
        assertThat(client.resolve("shop/pay", "1.0")).isPresent();
    }

    @Test
    void an_identity_token_is_exchanged() throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.withTokens(tokens()));

        client(registry, new Credentials("<token>", ROBOT.password())).tag("shop/cart", DIGEST, "2.0");

        assertThat(registry.tags("shop/cart")).containsKey("2.0");
        assertThat(failure(
                        FailureKind.UNAUTHENTICATED,
                        () -> client(registry, new Credentials("<token>", "another"))
                                .tag("shop/cart", DIGEST, "3.0")))
                .hasMessageNotContaining("another");
    }

    @Test
    void a_password_that_is_rotated_in_mid_promotion_is_looked_up_again() throws IOException {
        TokenServer tokens = tokens();
        EmbeddedRegistry source = holding(RegistryOptions.DEFAULT);
        EmbeddedRegistry target = holding(RegistryOptions.DEFAULT.withTokens(tokens));
        AtomicReference<Credentials> now = new AtomicReference<>(ROBOT);
        HttpRegistry to = new HttpRegistry(
                RegistrySettings.of(target.host()).withPlainHttp().withCredentials(() -> Optional.of(now.get())),
                connections);
        copier.copy(client(source, ROBOT), "shop/cart", DIGEST, to, "live/cart");
        tokens.rotate("robot", "new");
        tokens.revokeAll();
        now.set(new Credentials("robot", "new"));

        to.tag("live/cart", DIGEST, "1.0");

        assertThat(target.tags("live/cart")).containsKey("1.0");
    }

    @Test
    void quay_knows_no_right_to_delete() throws IOException {
        TokenServer tokens = tokens();
        tokens.know(scope -> !scope.contains("delete"));
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.withTokens(tokens));

        assertThat(client(registry, ROBOT).untag("shop/cart", "1.0")).isTrue();
        assertThat(registry.tags("shop/cart")).isEmpty();
    }

    @Test
    void I9_a_token_with_a_line_break_is_in_no_message() throws IOException {
        TokenServer tokens = TokenServer.start(ROBOT.user(), ROBOT.password(), grant -> "s3cret\\nX-Evil: 1");
        open.add(tokens);
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.withTokens(tokens));

        assertThat(failure(
                        FailureKind.UNSUPPORTED, () -> client(registry, ROBOT).resolve("shop/cart", "1.0")))
                .hasMessageContaining("without a usable token")
                .hasMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://169.254.169.254/latest", "http://[fe80::1]/token", "ftp://auth.example/token", ":"})
    void a_realm_leads_to_no_address_of_this_machine_only(String realm) throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.being((request, rest) ->
                Reply.of(401).header("WWW-Authenticate", "Bearer realm=\"" + realm + "\",service=\"x\"")));

        failure(FailureKind.UNSUPPORTED, () -> client(registry, ROBOT).resolve("shop/cart", "1.0"));
    }

    @Test
    void a_client_certificate_is_shown_to_whoever_asks_for_one() throws Exception {
        LocalAuthority authority = LocalAuthority.create();
        EmbeddedRegistry registry =
                open.start(RegistryOptions.DEFAULT.withTls(authority.context()).withClientCertificates());
        RegistrySettings settings = RegistrySettings.of(registry.host()).withTrustedCertificates(authority.pem());
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "own", authority.key(), "pass".toCharArray(), new X509Certificate[] {authority.certificate()});

        assertThat(new HttpRegistry(settings.withClientCertificate(new ClientCertificate(store, "pass")), connections)
                        .resolve("shop/cart", "1.0"))
                .isEmpty();
        assertThat(catchThrowableOfType(
                        EngineException.class,
                        () -> new HttpRegistry(settings, connections).resolve("shop/cart", "1.0")))
                .isNotNull();
        assertThat(failure(
                        FailureKind.INVALID_INPUT,
                        () -> new HttpRegistry(
                                settings.withClientCertificate(new ClientCertificate(store, "wr0ng")),
                                new RegistryConnections(time, time))))
                .hasMessageNotContaining("wr0ng");
    }

    @Test
    void B18_a_cosign_tag_that_gained_a_signature_is_brought_up_to_date() throws IOException {
        EmbeddedRegistry source = holding(RegistryOptions.DEFAULT);
        EmbeddedRegistry target = EmbeddedRegistry.start(RegistryOptions.DEFAULT);
        open.add(target);
        SampleImages images = SampleImages.at(source.origin());
        String tag = Attachments.tag(DIGEST) + ".sig";
        SampleImage once = SampleImage.empty().file("first", "signature");
        images.push("shop/cart", tag, once);
        copier.copy(client(source, ROBOT), "shop/cart", DIGEST, client(target, ROBOT), "live/cart");
        String twice = images.push("shop/cart", tag, once.file("second", "signature"));

        copier.copy(client(source, ROBOT), "shop/cart", DIGEST, client(target, ROBOT), "live/cart");

        assertThat(target.tags("live/cart")).containsEntry(tag, twice);
    }

    @Test
    void B18_a_platforms_signature_follows_when_the_index_is_there_already() throws IOException {
        EmbeddedRegistry source = holding(RegistryOptions.DEFAULT);
        EmbeddedRegistry target = EmbeddedRegistry.start(RegistryOptions.DEFAULT);
        open.add(target);
        SampleImages images = SampleImages.at(source.origin());
        Digest index = new Digest(images.pushIndex("shop/cart", "1", List.of(CART, CART.architecture("arm64"))));
        copier.copy(client(source, ROBOT), "shop/cart", index, client(target, ROBOT), "live/cart");
        String signature = images.pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, "signed later");

        copier.copy(client(source, ROBOT), "shop/cart", index, client(target, ROBOT), "live/cart");

        assertThat(target.manifest("live/cart", signature)).isPresent();
    }

    @Test
    void RG_12_images_of_a_cluster_have_the_name_that_it_knows() throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT);
        HttpRegistry dev = new HttpRegistry(
                RegistrySettings.of(registry.host()).withPlainHttp().withClusterHost("kind-registry:5000"),
                connections);
        Registries registries = new Registries(dev, dev);
        Service cart = new Service(
                "cart",
                "shop/cart",
                "shop/cart",
                "production",
                new Workload(Workload.Kind.DEPLOYMENT, "cart", ""),
                "cart",
                new TreeSet<>());

        for (String image : List.of(
                "1.0", "shop/cart:1.0", "kind-registry:5000/shop/cart:1.0", registry.host() + "/shop/cart:1.0")) {
            PinnedImage pinned = registries.pin(cart, image);
            assertThat(registries.candidate(cart, pinned)).hasToString("kind-registry:5000/shop/cart@" + DIGEST);
        }
        failure(FailureKind.INVALID_INPUT, () -> registries.pin(cart, "other.example/shop/cart:1.0"));
    }

    /** Docker Hub by the name of its images, that of its API, and none. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "shop/cart:1",
                "docker.io/shop/cart:1",
                "index.docker.io/shop/cart:1",
                "registry-1.docker.io/shop/cart:1",
                "registry-1.docker.io:443/shop/cart:1"
            })
    void RG_11_images_of_docker_hub_have_the_name_that_is_usual(String image) {
        FakeRegistry hub = new FakeRegistry("docker.io");
        Digest digest = hub.push("shop/cart", "1", "cart");
        Registries registries = new Registries(hub, hub);
        Service cart = new Service(
                "cart",
                "shop/cart",
                "shop/cart",
                "production",
                new Workload(Workload.Kind.DEPLOYMENT, "cart", ""),
                "cart",
                new TreeSet<>());

        assertThat(registries.candidate(cart, registries.pin(cart, image)))
                .hasToString("docker.io/shop/cart@" + digest);
        failure(FailureKind.INVALID_INPUT, () -> registries.pin(cart, "hub.example/shop/cart:1"));
    }

    @Test
    void B21_a_release_is_published_after_a_break_and_never_over_another() throws IOException {
        EmbeddedRegistry registry =
                EmbeddedRegistry.start(RegistryOptions.DEFAULT.being(Personalities.breakingUploadsAfter(1, 1, false)));
        open.add(registry);
        Artifacts artifacts = new Artifacts(client(registry, ROBOT));
        Artifacts.Document first = document("first");

        Digest published = artifacts.push("releases/shop", "1", first);

        assertThat(artifacts.push("releases/shop", "1", first)).isEqualTo(published);
        failure(FailureKind.CONFLICT, () -> artifacts.push("releases/shop", "1", document("other")));
        assertThat(registry.tags("releases/shop")).containsEntry("1", published.value());
    }

    private static Artifacts.Document document(String text) {
        return new Artifacts.Document(
                "application/vnd.example.release", "text/plain", text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    @Test
    void B24_nobody_stays_interrupted_whom_nobody_interrupted() {
        Crew<Integer> crew = new Crew<>(Set.of(1, 2), number -> {
            throw EngineException.invalid("no");
        });

        assertThat(catchThrowableOfType(EngineException.class, () -> crew.run(Crew.threads("crew"), 2)))
                .isNotNull();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void B27_registries_of_a_process_share_their_connections() {
        RegistrySettings one = RegistrySettings.of("one.example");

        assertThat(connections.clients(one)).isSameAs(connections.clients(RegistrySettings.of("other.example")));
        assertThat(connections.gate(one.origin(), 1))
                .isSameAs(
                        connections.gate(RegistrySettings.of("ONE.example:443").origin(), 9));
    }
}
