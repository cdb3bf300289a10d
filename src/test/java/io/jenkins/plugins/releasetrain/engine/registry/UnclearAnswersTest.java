package io.jenkins.plugins.releasetrain.engine.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.LocalAuthority;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import io.jenkins.plugins.releasetrain.testkit.registry.TokenServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of what stands beside a registry: they say nothing of what it holds, and pass. */
class UnclearAnswersTest {
    private static final int FOR_EVER = Integer.MAX_VALUE;
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final List<Tag> TAGS = List.of(new Tag("shop/cart", "1.0"));
    private static final Credentials ROBOT = new Credentials("robot", "open sesame");

    private final FakeTime time = new FakeTime();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);

    @RegisterExtension
    private final Opened open = new Opened();

    private static Reply front(int status, String text, String type) {
        return Reply.of(status).body(text.getBytes(UTF_8)).header("Content-Type", type);
    }

    private static EngineException failure(ThrowingCallable action) {
        EngineException e = catchThrowableOfType(EngineException.class, action);
        assertThat(e).isNotNull();
        return e;
    }

    /** The registry has it and sends readers to its store, which has lost it, or is another one for a while (GitLab's, Pulp's). */
    @Test
    void I7_whatAStoreLacksIsNotAbsent() throws IOException {
        EmbeddedRegistry store = open.start(RegistryOptions.DEFAULT);
        store.failNext(
                FOR_EVER, r -> true, right -> front(404, "<Error><Code>NoSuchKey</Code></Error>", "application/xml"));
        EmbeddedRegistry registry = open.holding(
                RegistryOptions.DEFAULT.being(Fronts.sendingReadersTo(
                        store.origin().resolve("/bucket"), r -> r.path().contains("/manifests/"))),
                CART);
        HttpRegistry client = Opened.client(registry, time);

        assertThat(failure(() -> client.resolveAll(TAGS)).kind()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(failure(() -> client.manifest("shop/cart", "1.0")).kind()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(failure(() -> client.resolve("shop/cart", DIGEST.value())).kind())
                .isEqualTo(FailureKind.UNAVAILABLE);
    }

    /** Another registry that readers are sent to tells what is there (registry.k8s.io). */
    @Test
    void whatAnotherRegistryLacksIsAbsent() throws IOException {
        EmbeddedRegistry other = open.start(RegistryOptions.DEFAULT);
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.being(
                (request, rest) -> request.path().contains("/manifests/")
                        ? Reply.of(307).header("Location", other.origin() + request.path())
                        : rest.answer(request)));
        assertThat(Opened.client(registry, time).resolveAll(TAGS)).isEmpty();
    }

    /** A firewall for the web, whose rule a path or a number of requests meets. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void I7_whatAFirewallRefusesIsNotAbsent(int status) throws IOException {
        EmbeddedRegistry registry = open.holding(RegistryOptions.DEFAULT, CART);
        registry.failNext(
                FOR_EVER,
                r -> r.path().startsWith("/v2/shop/"),
                right -> front(status, "<html><h1>Sorry, you have been blocked</h1></html>", "text/html"));
        HttpRegistry client = Opened.client(registry, time);

        assertThat(failure(() -> client.resolveAll(TAGS))).hasMessageContaining(String.valueOf(status));
        assertThat(failure(() -> client.resolve("shop/cart", "1.0"))).hasMessageContaining("web page");
        failure(() -> client.manifest("shop/cart", "1.0"));
        failure(() -> client.tags("shop/cart"));
    }

    static Stream<Arguments> fronts() {
        return Stream.of(
                arguments("an ingress without a backend", front(404, "default backend - 404", "text/plain")),
                arguments("nginx", front(404, "<html><h1>404 Not Found</h1></html>", "text/html")),
                arguments("maintenance", front(200, "<html>Back soon</html>", "text/html; charset=utf-8")),
                arguments("nothing", front(200, "", "application/json")),
                arguments("a method that it does not know", front(405, "<html>405</html>", "text/html")));
    }

    /** It passes, and nothing is lost by it. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("fronts")
    void I6_aTokenServerThatIsAwayPasses(String name, Reply front) throws IOException {
        TokenServer tokens = open.add(TokenServer.start(ROBOT.user(), ROBOT.password()));
        EmbeddedRegistry registry = open.holding(RegistryOptions.DEFAULT.withTokens(tokens), CART);
        HttpRegistry client = Opened.client(registry, time, () -> Optional.of(ROBOT));
        tokens.standBefore(Optional.of(front));

        EngineException e = failure(() -> client.tag("shop/cart", DIGEST, "1.1"));
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(e).hasMessageContaining("token");
        assertThat(failure(() -> client.resolveAll(TAGS)).kind()).isEqualTo(FailureKind.UNAVAILABLE);

        tokens.standBefore(Optional.empty());
        client.tag("shop/cart", DIGEST, "1.1");
    }

    /** distribution#973, ECR Public: 403 of a token that is not good any more, whatever its server said. */
    @Test
    void I7_whatATokenThatEndedDoesNotSeeIsNotAbsent() throws IOException {
        TokenServer tokens = open.add(TokenServer.start(ROBOT.user(), ROBOT.password()));
        EmbeddedRegistry registry = open.holding(
                RegistryOptions.DEFAULT
                        .being((request, rest) -> {
                            Reply right = rest.answer(request);
                            boolean ended = right.status() == 401
                                    && request.header("Authorization").isPresent();
                            return ended ? Reply.error(403, "DENIED", "Your authorization token has expired.") : right;
                        })
                        .withTokens(tokens),
                CART);
        HttpRegistry client = Opened.client(registry, time, () -> Optional.of(ROBOT));
        assertThat(client.resolveAll(TAGS)).hasSize(1);
        client.access("");
        for (int times = 0; times < 2; times++) {
            tokens.revokeAll();
            time.pass(Duration.ofSeconds(60));
            assertThat(client.resolveAll(TAGS)).hasSize(1);
        }
        EmbeddedRegistry source = open.holding(RegistryOptions.DEFAULT, SampleImage.of("cart", "2.0"));
        Digest second = new Digest(SampleImage.of("cart", "2.0").content().digest());
        tokens.revokeAll();
        time.pass(Duration.ofSeconds(60));
        copier.copy(Opened.client(source, time), "shop/cart", second, client, "shop/cart");
        assertThat(registry.manifest("shop/cart", second.value())).isPresent();
    }

    /** A right that is lacking is lacking with each token: nobody is asked for one each time. */
    @Test
    void whatIsForbiddenIsNotAskedWithAnotherTokenEachTime() throws IOException {
        TokenServer tokens = open.add(TokenServer.start(ROBOT.user(), ROBOT.password()));
        EmbeddedRegistry registry = open.holding(
                RegistryOptions.DEFAULT.being(Personalities.hiding(403)).withTokens(tokens), CART);
        HttpRegistry client = Opened.client(registry, time, () -> Optional.of(ROBOT));
        client.resolve("shop/cart", "none");
        int first = tokens.requests().size();
        for (int times = 0; times < 5; times++) {
            assertThat(client.resolve("shop/cart", "none")).isEmpty();
        }
        assertThat(tokens.requests()).hasSize(first);
    }

    /** What is no list shows no repository. */
    @Test
    void aRepositoryIsNotSeenInAPage() throws IOException {
        EmbeddedRegistry registry = open.holding(RegistryOptions.DEFAULT, CART);
        registry.failNext(1, r -> r.path().endsWith("/tags/list"), right -> Personalities.page());
        assertThat(failure(() -> Opened.client(registry, time).access("shop/cart")))
                .hasMessageContaining("web page");
        assertThat(Opened.client(registry, time).access("shop/cart").answer()).isEqualTo(Registry.Access.Answer.SEEN);
    }

    /** A portal that calls everything a success. */
    @Test
    void whatAPortalTakesIsNotTaken() throws IOException {
        EmbeddedRegistry registry = open.holding(RegistryOptions.DEFAULT, CART);
        HttpRegistry client = Opened.client(registry, time);
        registry.failNext(1, Oddities::isManifestPut, right -> Personalities.page());

        EngineException e = failure(() -> client.tag("shop/cart", DIGEST, "1.1"));
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.UNAVAILABLE);
    }

    /** distribution#3139: the store does not take what the registry signed; nobody's right at the registry is missing. */
    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404})
    void whatAStoreRefusesIsNotTheAccounts(int status) throws IOException {
        EmbeddedRegistry store = open.start(RegistryOptions.DEFAULT);
        store.failNext(FOR_EVER, r -> true, right -> front(status, "<Error/>", "application/xml"));
        EmbeddedRegistry source = open.holding(
                RegistryOptions.DEFAULT.being(Fronts.sendingReadersTo(
                        store.origin().resolve("/bucket"), r -> r.path().contains("/blobs/"))),
                CART);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);

        EngineException e = failure(() -> copier.copy(
                Opened.client(source, time), "shop/cart", DIGEST, Opened.client(target, time), "live/cart"));
        assertThat(e)
                .hasMessageContaining(store.host())
                .hasMessageContaining("store behind")
                .hasMessageNotContaining("configured account")
                .hasMessageNotContaining("credentials");
        assertThat(e.kind()).isEqualTo(status == 404 ? FailureKind.NOT_FOUND : FailureKind.UNAVAILABLE);
    }

    /** A policy of the target refuses the manifest: its content is there, and is not sent again. */
    @Test
    void whatIsRefusedIsNotSentAgain() throws IOException {
        EmbeddedRegistry source = open.holding(RegistryOptions.DEFAULT, CART);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        target.failNext(FOR_EVER, Oddities::isManifestPut, Failure.status(400, "MANIFEST_INVALID", "not signed"));

        EngineException e = failure(() -> copier.copy(
                Opened.client(source, time), "shop/cart", DIGEST, Opened.client(target, time), "live/cart"));
        assertThat(e).hasMessageContaining("not signed");
        long blobs = CART.content().blobs().size();
        assertThat(target.exchanges().stream()
                        .filter(x -> x.method().equals("PUT") && x.path().contains("/uploads/")))
                .hasSize((int) blobs);
        assertThat(source.exchanges().stream()
                        .filter(x -> x.method().equals("GET") && x.path().contains("/blobs/")))
                .hasSize((int) blobs);
    }

    /** What it says without a word for it is lost, and is brought. */
    @Test
    void whatIsRefusedForWantOfALayerIsBrought() throws IOException {
        EmbeddedRegistry source = open.holding(RegistryOptions.DEFAULT, CART);
        String layer = CART.content().digest(CART.content().blobs().get(1));
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT.being((request, rest) -> {
            Reply right = rest.answer(request);
            return Oddities.isManifestPut(request) && right.status() == 400
                    ? Reply.error(400, "MANIFEST_INVALID", "manifest invalid")
                    : right;
        }));
        target.failNext(1, Oddities::isManifestPut, right -> {
            target.loseBlob("live/cart", layer);
            return Reply.error(400, "MANIFEST_INVALID", "manifest invalid");
        });
        copier.copy(Opened.client(source, time), "shop/cart", DIGEST, Opened.client(target, time), "live/cart");
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "System is currently read-only. Pulls will succeed but all write operations are currently suspended.",
                "Pushes to the registry are currently disabled. Please contact the administrator for more information.",
                "The system is in read only mode.",
                "You cannot perform write operations on a read-only instance"
            })
    void whatTakesNoChangesForNowTakesThemLater(String words) throws IOException {
        EmbeddedRegistry registry = open.holding(RegistryOptions.DEFAULT, CART);
        registry.failNext(1, Oddities::isManifestPut, Failure.status(405, "DENIED", words));
        EngineException e = failure(() -> Opened.client(registry, time).tag("shop/cart", DIGEST, "1.1"));
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.UNAVAILABLE);
    }

    /** A link of the inner network, name and path and no TLS: of it only the query counts. */
    @Test
    void aLinkOfTheInnerNetworkIsOurs() throws Exception {
        LocalAuthority authority = LocalAuthority.create();
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT
                .withTls(authority.context())
                .withTagsPerPage(1)
                .being(Oddities.linking(
                        link -> link.replace("</v2/", "<http://inner.example:8081/artifactory/api/docker/local/v2/"))));
        SampleImages images = SampleImages.at(registry.origin()).withTls(authority.context());
        List.of("1.0", "1.1").forEach(tag -> images.push("shop/cart", tag, CART));
        RegistrySettings settings = RegistrySettings.of(registry.host()).withTrustedCertificates(authority.pem());

        assertThat(new HttpRegistry(settings, time, time).tags("shop/cart")).containsExactly("1.0", "1.1");
    }

    /** Whoever asked for one quick try is not kept for as long as a host asked others to leave it alone. */
    @Test
    void whoIsInAHurryDoesNotWaitForAHostThatIsClosed() throws IOException {
        EmbeddedRegistry registry = open.holding(RegistryOptions.DEFAULT, CART);
        RegistryConnections shared = new RegistryConnections(time, duration -> {
            time.sleep(duration);
            throw new InterruptedException("somebody goes away, and the host stays closed");
        });
        registry.failNext(1, r -> true, Failure.tooManyRequests("100"));
        RegistrySettings settings = RegistrySettings.of(registry.host()).withPlainHttp();
        catchThrowableOfType(
                EngineException.class, () -> new HttpRegistry(settings, shared).resolve("shop/cart", "1.0"));
        assertThat(Thread.interrupted()).isTrue();
        time.pass(Duration.ofSeconds(-100));

        RegistrySettings.Limits hurry = RegistrySettings.Limits.DEFAULT.forOneTry(Duration.ofSeconds(5));
        EngineException e = failure(() -> new HttpRegistry(settings.withLimits(hurry), shared).access(""));
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(e).hasMessageContaining("left alone");
        assertThat(time.sleeps()).hasSize(1);
    }
}
