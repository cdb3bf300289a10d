package io.jenkins.plugins.releasetrain.engine.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.fakes.FakeRegistry;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.Accounts;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.LocalAuthority;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.TokenServer;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Registries that are rented, and what stands before others. */
class CloudRegistriesTest {
    private static final int MEGABYTE = 1 << 20;
    private static final SampleImage CART =
            SampleImage.empty().random(1, 5 * MEGABYTE).file("app", "cart");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final Credentials ROBOT = new Credentials("robot", "open sesame");

    private final FakeTime time = new FakeTime();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);

    @RegisterExtension
    private final Opened open = new Opened();

    private final AtomicReference<Credentials> configured = new AtomicReference<>(ROBOT);

    private EmbeddedRegistry start(Personality personality) throws IOException {
        return open.start(RegistryOptions.DEFAULT.being(personality));
    }

    private EmbeddedRegistry holding(RegistryOptions options) throws IOException {
        return open.holding(options, CART);
    }

    private TokenServer tokens() throws IOException {
        TokenServer tokens = TokenServer.start(ROBOT.user(), ROBOT.password());
        open.add(tokens);
        return tokens;
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return Opened.client(registry, time, () -> Optional.of(configured.get()));
    }

    private void copyTo(EmbeddedRegistry target) throws IOException {
        copyTo(target, client(target));
    }

    private void copyTo(EmbeddedRegistry target, HttpRegistry client) throws IOException {
        copier.copy(client(holding(RegistryOptions.DEFAULT)), "shop/cart", DIGEST, client, "live/cart");
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    private static EngineException failure(FailureKind kind, ThrowingCallable action) {
        EngineException e = catchThrowableOfType(EngineException.class, action);
        assertThat(e).isNotNull();
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
        return e;
    }

    /** GitLab, GHCR: it is the token server that does not tell what is not there from what is somebody else's. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void RG_2_whatNoTokenIsGivenForIsNotThere(int status) throws IOException {
        TokenServer tokens = tokens();
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.withTokens(tokens));
        tokens.deny(status, scope -> scope.contains("shop/newsvc"));
        HttpRegistry client = client(registry);

        assertThat(client.resolveAll(List.of(new Tag("shop/newsvc", "production"), new Tag("shop/cart", "1.0"))))
                .containsOnlyKeys(new Tag("shop/cart", "1.0"));
        assertThat(client.resolve("shop/newsvc", "production")).isEmpty();
        assertThat(client.manifest("shop/newsvc", "1")).isEmpty();
        assertThat(client.tags("shop/newsvc")).isEmpty();
        assertThat(client.access("shop/newsvc").answer()).isEqualTo(Registry.Access.Answer.REFUSED_OR_ABSENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void RG_2_whoGetsNoTokenAtAllIsNotKnown(int status) throws IOException {
        TokenServer tokens = tokens();
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.withTokens(tokens));
        tokens.deny(status, scope -> true);
        configured.set(new Credentials(ROBOT.user(), "wrong"));

        EngineException e =
                failure(FailureKind.UNAUTHENTICATED, () -> client(registry).resolve("shop/cart", "1.0"));
        assertThat(e).hasMessageContaining("token");
    }

    /** Where something is changed, its refusal is a refusal, in the token server's words. */
    @Test
    void whatMayNotBePushedIsNamedByTheTokenServer() throws IOException {
        TokenServer tokens = tokens();
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.withTokens(tokens));
        tokens.deny(403, scope -> scope.contains("push"));

        EngineException e = failure(FailureKind.FORBIDDEN, () -> copyTo(registry));
        assertThat(e).hasMessageContaining("DENIED").hasMessageContaining("live/cart");
    }

    /** GHCR, GitLab: nothing may be read of a repository that the first push makes. */
    @Test
    void aRepositoryIsMadeWhereNoTokenIsGivenToReadIt() throws IOException {
        TokenServer tokens = tokens();
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.withTokens(tokens));
        tokens.deny(403, scope -> scope.matches("repository:live/cart:pull") && !registry.hasRepository("live/cart"));
        copyTo(registry);
    }

    /** A store that is full answers 507; trying again does not help, and nobody's right is missing. */
    @Test
    void aFullStoreIsToldAndNotTriedAgain() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT);
        registry.failNext(99, Oddities::isChange, Failure.status(507, "INSUFFICIENT_STORAGE", "out of space"));

        EngineException e = failure(FailureKind.FORBIDDEN, () -> copyTo(registry));
        assertThat(e).hasMessageContaining("507").hasMessageContaining("make room");
        assertThat(time.sleeps()).isEmpty();
    }

    /** Quay, Artifactory: HEAD as for clients that read schema 1 only, GET as asked for. */
    @Test
    void I1_whatHeadSaysOfAnotherTypeIsReadFromTheManifest() throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.being(Clouds.convertingHeads()));
        assertThat(client(registry).resolve("shop/cart", "1.0").orElseThrow().digest())
                .isEqualTo(DIGEST);
        assertThat(client(registry).resolve("shop/cart", DIGEST.value())).isPresent();
        copyTo(start(Clouds.convertingHeads()));
    }

    /** nginx, {@code proxy_set_header Host $host}: the port is lost. */
    @Test
    void RG_6_aLocationThatLostItsPortIsOurs() throws IOException {
        copyTo(start(Personalities.withLocationsAt(URI.create("http://127.0.0.1"))));
        copyTo(start(Personalities.withLocationsAt(URI.create("http://127.0.0.1:80"))));
    }

    /** What is far away by our clock may be near by theirs. */
    @Test
    void B6_aDateIsMeantByTheClockOfWhoSaysIt() throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.being(Clouds.throttlingByItsOwnClock(1, 30)));
        assertThat(client(registry).resolve("shop/cart", "1.0")).isPresent();
        assertThat(time.sleeps())
                .singleElement()
                .satisfies(wait -> assertThat(wait.toSeconds()).isBetween(20L, 31L));
    }

    /** A proxy ends requests after a minute, and keeps nothing: what does not pass as a whole goes in parts. */
    @Test
    void RG_1_whatIsCutEachTimeGoesInParts() throws IOException {
        EmbeddedRegistry target = start(Clouds.cuttingBodiesAfter(2 * MEGABYTE));
        copyTo(target);
        assertThat(target.openUploadsAtLast()).isZero();
    }

    /** One that breaks now and then and takes no parts gets it as a whole. */
    @Test
    void RG_1_whoTakesNoPartsGetsTheWholeAgain() throws IOException {
        copyTo(start(Clouds.takingWholeBlobsOnly(3, 2 * MEGABYTE)));
    }

    /** ECR: the password of twelve hours ends between two requests of one upload. */
    @Test
    void aPasswordThatEndsInMidUploadIsLookedUpAgain() throws IOException {
        AtomicReference<String> password = new AtomicReference<>(ROBOT.password());
        RegistryOptions options = RegistryOptions.DEFAULT
                .being(Oddities.followedBy(1, r -> r.is("POST", "/blobs/uploads/"), () -> {
                    password.set("another");
                    configured.set(new Credentials(ROBOT.user(), "another"));
                }))
                .being(Accounts.expiring(ROBOT.user(), password::get));
        copyTo(open.start(options));
    }

    /** ECR, GAR, Hub: the store of the blobs takes nobody who says who he is. */
    @Test
    void I9_blobsComeFromAStoreThatKnowsNoCredentials() throws IOException {
        TokenServer tokens = tokens();
        EmbeddedRegistry source =
                holding(RegistryOptions.DEFAULT.withTokens(tokens).being(Clouds.keepingBlobsInAStore()));
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        copier.copy(client(source), "shop/cart", DIGEST, client(target), "live/cart");
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    /** A proxy that says no lengths: what refers to an image names its size all the same. */
    @Test
    void whatIsAttachedNamesTheSizeOfItsImage() throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.being(Fronts.withoutLengths()));
        Digest attached = new Artifacts(client(registry))
                .attach("shop/cart", DIGEST, new Artifacts.Attachment("application/x", List.of(), Map.of()));
        assertThat(new String(registry.manifest("shop/cart", attached.value()).orElseThrow(), UTF_8))
                .contains("\"size\":" + CART.content().manifest().length);
    }

    /** Docker writes the library in full. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "cart:1",
                "docker.io/cart:1",
                "docker.io/library/cart:1",
                "index.docker.io/library/cart:1",
                "registry-1.docker.io/library/cart:1"
            })
    void RG_11_officialImagesHaveTwoNames(String image) {
        FakeRegistry hub = new FakeRegistry("docker.io");
        Digest digest = hub.push("cart", "1", "cart");
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, "cart", "");
        Service cart = new Service("cart", "cart", "cart", "production", workload, "cart", new TreeSet<>());
        Registries registries = new Registries(hub, hub);

        assertThat(registries.candidate(cart, registries.pin(cart, image))).hasToString("docker.io/cart@" + digest);
        failure(FailureKind.INVALID_INPUT, () -> registries.pin(cart, "hub.example/library/cart:1"));
        failure(FailureKind.INVALID_INPUT, () -> registries.pin(cart, "docker.io/library/pay:1"));
    }

    /** A host is one host however it is written. */
    @ParameterizedTest
    @CsvSource({
        "[::1]:5000, [::1]:5000/shop/cart:1",
        "[2001:db8::7], [2001:db8::7]/shop/cart:1",
        "Registry.Example, registry.example/shop/cart:1",
        "registry.example, REGISTRY.example:443/shop/cart:1",
        "registry.example:443, registry.example/shop/cart:1"
    })
    void hostsAreTheSameHoweverTheyAreWritten(String host, String image) {
        RegistrySettings.checkHost(host);
        FakeRegistry dev = new FakeRegistry(host);
        Digest digest = dev.push("shop/cart", "1", "cart");
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, "cart", "");
        Service cart = new Service("cart", "shop/cart", "shop/cart", "production", workload, "cart", new TreeSet<>());
        Registries registries = new Registries(dev, dev);
        assertThat(registries.candidate(cart, registries.pin(cart, image))).hasToString(host + "/shop/cart@" + digest);
    }

    /** Hub's tokens are for the name in full, too. */
    @Test
    void RG_11_tokensAreForTheNameInFull() {
        List<String> asked = new ArrayList<>();
        TokenRequests requests = new TokenRequests(RegistrySettings.of("docker.io"), time, call -> {
            asked.add(call.uri().getQuery());
            throw EngineException.invalid("asked");
        });
        Challenge challenge = Challenge.parse(List.of("Bearer realm=\"https://auth.docker.io/token\",service=\"hub\""))
                .get(0);
        Call call = Call.of("read", "GET", URI.create("https://registry-1.docker.io/v2/"), Scope.pull("cart"));
        failure(FailureKind.INVALID_INPUT, () -> requests.fetch(challenge, call, false));
        assertThat(asked).containsExactly("service=hub&scope=repository:library/cart:pull");
    }

    /** A token server that moved within its host is followed; nobody is told the password elsewhere. */
    @Test
    void I9_aTokenServerThatMovedIsFollowedOnItsOwnHostOnly() throws IOException {
        TokenServer tokens = tokens();
        TokenServer other = tokens();
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.withTokens(tokens));
        tokens.moveTo("/token/v2");
        assertThat(client(registry).resolve("shop/cart", "1.0")).isPresent();

        tokens.moveTo(other.realm());
        assertThat(catchThrowableOfType(
                        EngineException.class, () -> client(registry).resolve("shop/cart", "1.0")))
                .isNotNull();
        assertThat(other.requests()).isEmpty();
    }

    /** buildah#4788, distribution#970: it names itself as only its own network knows it, where nobody listens for us. */
    @Test
    void RG_6_aLocationThatLeadsNowhereIsOurs() throws IOException {
        copyTo(start(Personalities.withLocationsAt(URI.create("http://127.0.0.1:1"))));
        copyTo(start(Personalities.withLocationsAt(URI.create("http://registry.invalid:5000"))));
    }

    /** distribution#479: behind a proxy that has the TLS; a step down is not taken. */
    @Test
    void I9_aLocationWithoutTlsAtAnotherNameIsOurs() throws Exception {
        LocalAuthority authority = LocalAuthority.create();
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT
                .withTls(authority.context())
                .being(Personalities.withLocationsAt(URI.create("http://registry.invalid:5000"))));
        RegistrySettings settings = RegistrySettings.of(target.host()).withTrustedCertificates(authority.pem());

        copyTo(target, new HttpRegistry(settings, time, time));
    }

    /** Proxies answer HEAD of a blob otherwise than GET, in many ways; a push that was not needed does no harm. */
    @ParameterizedTest
    @ValueSource(ints = {400, 406, 410, 415, 422})
    void whateverIsSaidOfAHeadTheBlobIsPushed(int status) throws IOException {
        copyTo(start(Clouds.answering(Reply.of(status), r -> r.is("HEAD", "/blobs/"))));
    }
}
