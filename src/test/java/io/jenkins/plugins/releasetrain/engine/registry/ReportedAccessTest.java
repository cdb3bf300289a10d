package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
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
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import io.jenkins.plugins.releasetrain.testkit.registry.TokenServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways in which registries let accounts in, as users of other tools reported them. */
class ReportedAccessTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final Credentials ROBOT = new Credentials("robot$shop", "open sesame");

    private final FakeTime time = new FakeTime();

    @RegisterExtension
    private final Opened open = new Opened();

    private final AtomicReference<Credentials> configured = new AtomicReference<>(ROBOT);

    private EmbeddedRegistry start(RegistryOptions options) throws IOException {
        EmbeddedRegistry registry = open.start(options);
        SampleImages.at(registry.origin()).push("shop/cart", "1.0", CART);
        registry.forgetExchanges();
        return registry;
    }

    private TokenServer tokens() throws IOException {
        TokenServer tokens = TokenServer.start(ROBOT.user(), ROBOT.password());
        open.add(tokens);
        return tokens;
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(
                RegistrySettings.of(registry.host())
                        .withPlainHttp()
                        .withPush()
                        .withCredentials(() -> Optional.ofNullable(configured.get())),
                time,
                time);
    }

    private void assertUsable(EmbeddedRegistry registry) throws IOException {
        assertUsable(registry, client(registry));
    }

    private void assertUsable(EmbeddedRegistry registry, HttpRegistry client) {
        assertThat(client.resolve("shop/cart", "1.0")).isPresent();
        client.tag("shop/cart", DIGEST, "stable");
        assertThat(registry.tags("shop/cart")).containsEntry("stable", DIGEST.value());
    }

    private static EngineException failure(ThrowingCallable action) {
        EngineException e = catchThrowableOfType(EngineException.class, action);
        assertThat(e).isNotNull();
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain(ROBOT.password());
        return e;
    }

    /** hub-feedback#2530: the challenge comes the first time only. */
    @Test
    void refusalWithoutAChallengeMeansTheOneBefore() throws IOException {
        TokenServer tokens = tokens();
        EmbeddedRegistry registry =
                start(RegistryOptions.DEFAULT.being(Accounts.challengingOnce()).withTokens(tokens));
        HttpRegistry client = client(registry);
        assertUsable(registry, client);
        tokens.revokeAll();
        assertUsable(registry, client);
    }

    /** RFC 6750 section 3: the second time it says what is wrong, and not where tokens are. */
    @Test
    void refusalThatNamesNoTokenServerMeansTheOneBefore() throws IOException {
        TokenServer tokens = tokens();
        EmbeddedRegistry registry = start(
                RegistryOptions.DEFAULT.being(Accounts.namingTheRealmOnce()).withTokens(tokens));
        HttpRegistry client = client(registry);
        assertUsable(registry, client);
        tokens.revokeAll();
        assertUsable(registry, client);
    }

    /** hub-feedback#647, keppel#409: by the registry's clock a token that was given just now is not good yet. */
    @Test
    void aTokenThatIsTooYoungIsGoodALittleLater() throws IOException {
        EmbeddedRegistry registry = start(RegistryOptions.DEFAULT
                .being(Accounts.behindTheTokenServer(Duration.ofSeconds(3), time))
                .withTokens(tokens()));

        assertUsable(registry);
    }

    @Test
    void aTokenThatIsNotGoodForLongIsRefused() throws IOException {
        EmbeddedRegistry registry = start(RegistryOptions.DEFAULT
                .being(Accounts.behindTheTokenServer(Duration.ofHours(1), time))
                .withTokens(tokens()));

        assertThat(failure(() -> client(registry).resolve("shop/cart", "1.0")).kind())
                .isEqualTo(FailureKind.UNAUTHENTICATED);
        assertThat(time.sleeps().stream().mapToLong(Duration::toSeconds).sum()).isLessThan(60);
    }

    /** Behind a proxy that has the TLS, a registry that gives tokens itself names itself without. */
    @Test
    void I9_aRealmWithoutTlsAtTheRegistryItselfIsAskedWithTls() throws Exception {
        LocalAuthority authority = LocalAuthority.create();
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT
                .withTls(authority.context())
                .being(Clouds.givingTokensItself("http://127.0.0.1/token")));
        RegistrySettings settings = RegistrySettings.of(registry.host())
                .withTrustedCertificates(authority.pem())
                .withCredentials(() -> Optional.of(ROBOT));

        assertThat(new HttpRegistry(settings, time, time).resolve("shop/cart", "1.0"))
                .isEmpty();
        assertThat(registry.exchanges()).anyMatch(e -> e.path().equals("/token"));
    }

    /** The token server has limits, too. */
    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void aTokenServerThatLimitsIsAskedAgain(int status) throws IOException {
        TokenServer tokens = tokens();
        AtomicInteger left = new AtomicInteger(2);
        tokens.deny(status, scope -> left.getAndDecrement() > 0);

        assertUsable(start(RegistryOptions.DEFAULT.withTokens(tokens)));
    }

    /** harbor#17930: to whoever shows a token that has expired it names Basic alone. */
    @Test
    void refusalOfATokenMayAskForThePassword() throws IOException {
        TokenServer tokens = tokens();
        EmbeddedRegistry registry = start(RegistryOptions.DEFAULT
                .being(Accounts.takingBasicBesides(ROBOT.user(), ROBOT.password(), true))
                .withTokens(tokens));
        HttpRegistry client = client(registry);
        assertUsable(registry, client);
        tokens.revokeAll();
        assertUsable(registry, client);
    }

    /** ggcr#1075 and others: several challenges, in one header or more, in any order. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Negotiate, Basic realm=\"a\"",
                "Negotiate YIIB==, NTLM, basic realm=\"Sonatype Nexus Repository Manager\"",
                "BASIC realm=\"a, Bearer b\", Digest qop=\"auth,auth-int\"",
                "Basic realm=\"a\", Bearer realm=\"http://127.0.0.1:1/none\",service=\"a\"",
                "Bearer error=\"invalid_token\", Basic realm=\"a\"",
                "Bearer realm=\"\",service=\"\",scope=\"\",Basic realm=\"a\"",
                "Basic realm=Sonatype Nexus",
                "Negotiate YIIB/abc+d==, Basic realm=\"a\"",
                "NTLM TlRMTVNTUAAC/AAA=,Basic realm=\"a\"",
                "Negotiate oYG2MIGz, Basic realm=\"a\"",
                "Digest realm=\"a/b\", nonce=\"x,y\", algorithm=SHA-256, Basic realm=\"a\"",
                "Custom a:b; c/d, Basic realm=\"a\"",
                "Custom \"no name\", Basic realm=\"a\"",
            })
    void oneChallengeOfSeveralIsEnough(String challenge) throws IOException {
        EmbeddedRegistry registry =
                start(RegistryOptions.DEFAULT.being(Accounts.wantingBasic(ROBOT.user(), ROBOT.password(), challenge)));
        assertUsable(registry);
    }

    /** acr#166 and others: the token server has the form of OAuth2 only. */
    @ParameterizedTest
    @ValueSource(ints = {404, 405, 501})
    void tokenServerMayTakeFormsOnly(int status) throws IOException {
        TokenServer tokens = tokens();
        tokens.takeFormsOnly(status);
        EmbeddedRegistry registry = start(RegistryOptions.DEFAULT.withTokens(tokens));
        assertUsable(registry);
        assertThat(tokens.requests()).filteredOn(r -> r.method().equals("GET")).hasSize(1);

        configured.set(new Credentials(ROBOT.user(), "wrong"));
        tokens.revokeAll();
        assertThat(failure(() -> client(registry).resolve("shop/cart", "1.0")).kind())
                .isEqualTo(FailureKind.UNAUTHENTICATED);
    }

    /** watchtower#1895, spinnaker#3772: a challenge without a service. */
    @ParameterizedTest
    @CsvSource({"0", "-1", "'\"300\"'", "9223372036854775807", "1e400", "null"})
    void lifetimesOfTokensAreTakenAsTheyAreMeant(String lifetime) throws IOException {
        TokenServer tokens = tokens();
        tokens.tellLifetime(lifetime);
        EmbeddedRegistry registry =
                start(RegistryOptions.DEFAULT.being(Accounts.namingNoService()).withTokens(tokens));
        assertUsable(registry);
    }

    /** OAuth2's name of it, an empty one beside, no lifetime, and what else is told with it (B29). */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"access_token\":\"%s\",\"expires_in\":300}",
                "{\"token\":\"\",\"access_token\":\"%s\"}",
                "{\"token\":null,\"access_token\":\"%s\",\"expires_in\":null}",
                "{\"token\":\"%s\"}",
                "{\"token\":\"%s\",\"access_token\":\"%s\",\"scope\":\"\",\"issued_at\":\"2026-01-01T00:00:00Z\","
                        + "\"refresh_token\":\"other\"}"
            })
    void tokensAreTakenByEitherName(String answer) throws IOException {
        TokenServer tokens = tokens();
        tokens.tellTokensAs(answer);
        assertUsable(start(RegistryOptions.DEFAULT.withTokens(tokens)));
    }

    /** deis/builder#426: Amazon's says 403 of what has expired; the store of credentials has others by then. */
    @Test
    void expiredCredentialsAreLookedUpAgainWhateverSaysSo() throws IOException {
        AtomicReference<String> password = new AtomicReference<>(ROBOT.password());
        EmbeddedRegistry registry =
                start(RegistryOptions.DEFAULT.being(Accounts.expiring(ROBOT.user(), password::get)));
        HttpRegistry client = client(registry);
        assertUsable(registry, client);
        password.set("another");
        configured.set(new Credentials(ROBOT.user(), "another"));
        assertUsable(registry, client);
    }

    /** The same, and nobody has others: production is not empty because of it (I7). */
    @Test
    void I7_whatExpiredCredentialsDoNotSeeIsNotAbsent() throws IOException {
        AtomicReference<String> password = new AtomicReference<>(ROBOT.password());
        EmbeddedRegistry registry =
                start(RegistryOptions.DEFAULT.being(Accounts.expiring(ROBOT.user(), password::get)));
        HttpRegistry client = client(registry);
        assertThat(client.resolve("shop/hidden", "1.0")).isEmpty();
        password.set("another");

        EngineException e = failure(() -> client.resolve("shop/cart", "1.0"));
        assertThat(e).hasMessageContaining("Your Authorization Token has expired");
        List<Tag> all =
                IntStream.range(0, 50).mapToObj(i -> new Tag("shop/s" + i, "1")).toList();
        assertThat(failure(() -> client.resolveAll(all)).kind()).isEqualTo(FailureKind.FORBIDDEN);
    }

    /** A registry that hides what is not there is asked whether it knows us once for many. */
    @Test
    void whetherAnAccountIsKnownIsAskedOnceForMany() throws IOException {
        EmbeddedRegistry registry = start(RegistryOptions.DEFAULT.being(Personalities.hiding(403)));
        List<Tag> all = IntStream.range(0, 200)
                .mapToObj(i -> new Tag("shop/s" + i, "1"))
                .toList();
        assertThat(client(registry).resolveAll(all)).isEmpty();
        assertThat(registry.exchanges())
                .filteredOn(e -> e.path().equals("/v2/"))
                .hasSizeLessThan(20);
    }

    /** A page says nothing of an account, whatever its status. */
    @Test
    void I7_portalThatAnswersForARegistryKnowsNobody() throws IOException {
        EmbeddedRegistry registry = start(RegistryOptions.DEFAULT
                .being(Fronts.paging(99, r -> r.path().equals("/v2/")))
                .being(Oddities.refusing(99, 403, "DENIED", r -> r.path().contains("/manifests/"))));
        assertThat(failure(() -> client(registry).resolve("shop/cart", "1.0")).kind())
                .isEqualTo(FailureKind.FORBIDDEN);
    }

    /** moby#50065, pulp_container#579: addresses of the store are signed for GET; they refuse who says who he is. */
    @Test
    void addressesThatAreSignedForGetAreNotAskedOtherwise() throws IOException {
        EmbeddedRegistry store = start(RegistryOptions.DEFAULT.being(Fronts.signedForGet()));
        EmbeddedRegistry registry = start(RegistryOptions.DEFAULT
                .being(Accounts.wantingBasic(ROBOT.user(), ROBOT.password(), "Basic realm=\"a\""))
                .being(Fronts.sendingReadersTo(store.origin(), r -> r.path().matches(".*/(manifests|blobs)/.*"))));
        assertThat(client(registry).resolve("shop/cart", "1.0").orElseThrow().digest())
                .isEqualTo(DIGEST);

        EmbeddedRegistry target = start(RegistryOptions.DEFAULT);
        new HttpImageCopier(CopySettings.DEFAULT, Runnable::run)
                .copy(client(registry), "shop/cart", DIGEST, client(target), "shop/other");
        assertThat(target.manifest("shop/other", DIGEST.value())).isPresent();
    }

    /** harbor#17390: the status is that of a missing right, and no right is missing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "adding 1.3 MiB of storage resource, which when updated to current usage of 235.9 MiB will exceed the"
                        + " configured upper limit of 100.0 MiB.",
                "Quota has been exceeded on namespace",
            })
    void quotaIsNoMissingRight(String words) throws IOException {
        EmbeddedRegistry registry = start(RegistryOptions.DEFAULT);
        registry.failNext(1, Oddities::isManifestPut, Failure.status(403, "DENIED", words));
        assertThat(failure(() -> client(registry).tag("shop/cart", DIGEST, "stable")))
                .hasMessageContaining("raise its quota")
                .hasMessageNotContaining("Give the configured account");
    }
}
