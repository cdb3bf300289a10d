package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Access.Answer;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Limits;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities.RetryAfter;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import io.jenkins.plugins.releasetrain.testkit.registry.TokenServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Registries as they were met, each case with its number. */
class RegistryCasesTest {
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

    private RegistrySettings settings(EmbeddedRegistry registry) {
        return RegistrySettings.of(registry.host()).withPlainHttp().withCredentials(() -> Optional.of(ROBOT));
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(settings(registry), connections);
    }

    private static EngineException failure(FailureKind kind, ThrowingCallable action) {
        EngineException e = catchThrowableOfType(EngineException.class, action);
        assertThat(e).isNotNull();
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
        return e;
    }

    private void copy(EmbeddedRegistry source, EmbeddedRegistry target) {
        copier.copy(client(source), "shop/cart", DIGEST, client(target), "live/cart");
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void RG_2_what_is_hidden_from_a_known_account_is_not_there(int status) throws IOException {
        EmbeddedRegistry registry =
                holding(RegistryOptions.DEFAULT.withTokens(tokens()).being(Personalities.hiding(status)));
        HttpRegistry client = client(registry);

        assertThat(client.resolveAll(List.of(new Tag("shop/cart", "1.0"), new Tag("shop/newsvc", "production"))))
                .containsOnlyKeys(new Tag("shop/cart", "1.0"));
        assertThat(client.resolve("shop/newsvc", "production")).isEmpty();
        assertThat(client.tags("shop/newsvc")).isEmpty();
        assertThat(client.manifest("shop/newsvc", "1")).isEmpty();
    }

    @Test
    void RG_2_a_wrong_password_is_told_apart() throws IOException {
        EmbeddedRegistry registry =
                holding(RegistryOptions.DEFAULT.withTokens(tokens()).being(Personalities.hiding(401)));
        HttpRegistry client = new HttpRegistry(
                settings(registry).withCredentials(() -> Optional.of(new Credentials("robot", "old"))), connections);

        failure(FailureKind.UNAUTHENTICATED, () -> client.resolve("shop/cart", "1.0"));
        failure(FailureKind.UNAUTHENTICATED, () -> client.access(""));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 405, 412, 500, 502})
    void RG_3_a_refused_mount_is_an_upload_and_is_not_asked_for_again(int status) throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.being(Personalities.refusingMounts(status)));
        HttpRegistry client = client(registry);

        copier.copy(client, "shop/cart", DIGEST, client, "live/cart");

        assertThat(registry.manifest("live/cart", DIGEST.value())).isPresent();
        assertThat(registry.exchanges().stream()
                        .filter(e -> e.query().getOrDefault("from", List.of()).contains("shop/cart")))
                .hasSize(1);
    }

    @Test
    void RG_3_two_accounts_on_one_host() throws IOException {
        TokenServer ours = tokens();
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.withTokens(ours));
        // The token server knows no account that may read there and push here.
        ours.know(scope -> true);
        registry.failNext(
                99,
                r -> r.parameter("from").map("shop/cart"::equals).orElse(false),
                Failure.status(401, "UNAUTHORIZED", "not yours"));

        copier.copy(client(registry), "shop/cart", DIGEST, client(registry), "live/cart");

        assertThat(registry.manifest("live/cart", DIGEST.value())).isPresent();
    }

    private Reply noReferrers(int variant) throws IOException {
        return switch (variant) {
            case 1 -> {
                EmbeddedRegistry login =
                        open.start(RegistryOptions.DEFAULT.being((request, rest) -> Personalities.page()));
                yield Reply.of(303).header("Location", login.origin() + "/login");
            }
            case 2 -> Personalities.page();
            case 3 -> Reply.json(200, "{}");
            case 4 -> Reply.error(403, "DENIED", "forbidden");
            default -> Reply.error(429, "TOOMANYREQUESTS", "slow down");
        };
    }

    private Digest signedUnderTheTag(EmbeddedRegistry source) {
        SampleImages images = SampleImages.at(source.origin());
        Digest signature =
                new Digest(images.pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, "signed"));
        String list =
                "{\"schemaVersion\":2,\"mediaType\":\"" + Manifests.OCI_INDEX + "\",\"manifests\":[{\"mediaType\":\""
                        + Manifests.OCI_MANIFEST + "\",\"digest\":\"" + signature + "\",\"size\":9}]}";
        images.pushManifest(
                "shop/cart", Attachments.tag(DIGEST), Manifests.OCI_INDEX, list.getBytes(StandardCharsets.UTF_8));
        return signature;
    }

    @ParameterizedTest
    @CsvSource({
        "1, true",
        "2, true",
        "3, true",
        "4, true",
        "5, true",
        "1, false",
        "2, false",
        "3, false",
        "4, false",
        "5, false"
    })
    void RG_4_whatever_a_registry_without_referrers_says_the_tag_is_looked_at(int variant, boolean atSource)
            throws IOException {
        RegistryOptions without = RegistryOptions.DEFAULT
                .withoutReferrers()
                .being(Personalities.answeringReferrersWith(noReferrers(variant)));
        EmbeddedRegistry source = holding(atSource ? without : RegistryOptions.DEFAULT.withoutReferrers());
        EmbeddedRegistry target = open.start(atSource ? RegistryOptions.DEFAULT.withoutReferrers() : without);

        copy(source, target);
        assertThat(target.tags("live/cart")).isEmpty();
        Digest signature = signedUnderTheTag(source);
        copy(source, target);

        assertThat(target.manifest("live/cart", signature.value())).isPresent();
        assertThat(new String(
                        target.manifest("live/cart", Attachments.tag(DIGEST)).orElseThrow()))
                .contains(signature.value());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void RG_5_an_image_that_is_answered_for_its_own_list_has_no_referrers(boolean targetRefuses) throws IOException {
        EmbeddedRegistry source = open.start(RegistryOptions.DEFAULT
                .withoutReferrers()
                .withTagsPerPage(1)
                .being(Personalities.takingDigestTagsForDigests()));
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT
                .withoutReferrers()
                .being(Oddities.refusing(
                        targetRefuses ? 99 : 0, 400, "TAG_INVALID", r -> r.is("PUT", "/manifests/sha256-"))));
        SampleImages images = SampleImages.at(source.origin());
        images.push("shop/cart", "0.9", SampleImage.of("cart", "0.9"));
        Digest index = new Digest(images.pushIndex("shop/cart", "1", List.of(CART, CART.architecture("arm64"))));

        copier.copy(client(source), "shop/cart", index, client(target), "live/cart");

        assertThat(target.manifest("live/cart", index.value())).isPresent();
        assertThat(target.tags("live/cart")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "https://registry.example/v2/, https://REGISTRY.example:443/v2/u1, true",
        "http://registry.example/v2/, http://registry.example:80/v2/u1, true",
        "https://registry.example/v2/, http://registry.example/v2/u1, false",
        "https://registry.example:444/v2/, https://registry.example/v2/u1, false",
        "https://registry.example/v2/, https://other.example/v2/u1, false"
    })
    void RG_6_a_schemes_own_port_may_be_written_or_not(URI one, URI other, boolean same) {
        assertThat(Call.sameOrigin(one, other)).isEqualTo(same);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void RG_8_a_signature_of_an_older_type_goes_along(boolean onlyIfAccepted) throws IOException {
        EmbeddedRegistry source = holding(RegistryOptions.DEFAULT);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        SampleImages images = SampleImages.at(source.origin());
        String blob = images.pushBlob("shop/cart", "a signature".getBytes(StandardCharsets.UTF_8));
        byte[] artifact = """
            {"mediaType":"%s","artifactType":"application/vnd.example.signature",\
            "blobs":[{"mediaType":"application/jose+json","digest":"%s","size":11}],\
            "subject":{"mediaType":"%s","digest":"%s","size":1}}\
            """.formatted(Manifests.ARTIFACT, blob, Manifests.OCI_MANIFEST, DIGEST)
                .getBytes(StandardCharsets.UTF_8);
        String signature = images.pushManifest("shop/cart", "signature", Manifests.ARTIFACT, artifact);
        if (onlyIfAccepted) {
            source.failNext(
                    99,
                    r -> r.path().endsWith(signature)
                            && !r.header("Accept").orElse("").contains(Manifests.ARTIFACT),
                    Failure.status(404, "MANIFEST_UNKNOWN", "unknown"));
        }

        copy(source, target);

        assertThat(target.manifest("live/cart", signature)).contains(artifact);
        assertThat(target.blob("live/cart", blob)).isPresent();
    }

    @Test
    void RG_8_what_cannot_be_carried_is_left_with_a_word() throws IOException {
        EmbeddedRegistry source = holding(RegistryOptions.DEFAULT);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        String signature = SampleImages.at(source.origin())
                .pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, "signed");
        target.failNext(99, r -> r.is("PUT", signature), Failure.status(400, "MANIFEST_INVALID", "unknown type"));
        List<String> notes = new ArrayList<>();
        HttpRegistry from = client(source);
        HttpRegistry to = client(target);
        CopyPlan plan = copier.plan(from, to, List.of(new ImageCopier.Image("shop/cart", DIGEST, "live/cart")));

        copier.carryOut(plan, from, to, new Notes(notes));

        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
        assertThat(notes).singleElement().asString().contains(signature).contains("unknown type");
    }

    @Test
    void RG_10_a_tag_whose_manifest_has_others_stays_until_it_is_known_that_only_the_tag_goes() throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.being(Personalities.deletingManifestsWithTags()));
        HttpRegistry client = client(registry);
        client.tag("shop/cart", DIGEST, "production");

        assertThat(client.untag("shop/cart", "production")).isFalse();

        assertThat(registry.tags("shop/cart")).containsOnlyKeys("1.0", "production");
        assertThat(registry.manifest("shop/cart", DIGEST.value())).isPresent();
    }

    @Test
    void RG_10_where_only_the_tag_goes_it_goes() throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT);
        HttpRegistry client = client(registry);
        client.tag("shop/cart", DIGEST, "production");
        SampleImage other = SampleImage.of("cart", "2.0");
        SampleImages.at(registry.origin()).push("shop/cart", "2.0", other);

        assertThat(client.untag("shop/cart", "production")).as("not known yet").isFalse();
        assertThat(client.untag("shop/cart", "2.0")).isTrue();
        assertThat(client.untag("shop/cart", "production")).isTrue();

        assertThat(registry.tags("shop/cart")).containsOnlyKeys("1.0");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 405, 412})
    void B3_a_refused_deletion_is_no_failure(int status) throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.being(Personalities.refusingDeletions(status)));

        assertThat(client(registry).untag("shop/cart", "1.0")).isFalse();
        assertThat(registry.tags("shop/cart")).containsOnlyKeys("1.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker.io", "index.docker.io", "registry-1.docker.io", "registry-1.docker.io:443"})
    void RG_11_docker_hub_has_two_names(String host) {
        RegistrySettings hub = RegistrySettings.of(host);

        assertThat(hub.origin()).hasToString("https://registry-1.docker.io");
        assertThat(hub.name()).isEqualTo("docker.io");
        assertThat(hub.path("cart")).isEqualTo("library/cart");
        assertThat(hub.path("shop/cart")).isEqualTo("shop/cart");
    }

    @Test
    void RG_11_a_web_site_is_no_registry() throws IOException {
        EmbeddedRegistry site = open.start(RegistryOptions.DEFAULT);
        site.failNext(9, r -> true, right -> Personalities.page());

        assertThat(failure(FailureKind.UNSUPPORTED, () -> client(site).access("")))
                .hasMessageContaining("looks like a web site");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void RG_13_the_challenges_own_scope_is_asked_for(boolean refusedByTheTokenServer) throws IOException {
        TokenServer tokens = tokens();
        if (refusedByTheTokenServer) {
            tokens.know(scope -> scope.contains("inner-key/"));
        }
        EmbeddedRegistry registry =
                holding(RegistryOptions.DEFAULT.withTokens(tokens).withScopePrefix("inner-key/"));
        HttpRegistry client = client(registry);

        assertThat(client.resolve("shop/cart", "1.0")).isPresent();
        int asked = tokens.requests().size();
        assertThat(client.resolve("shop/cart", "1.0")).isPresent();

        assertThat(tokens.requests()).as("the token is kept").hasSize(asked);
    }

    @Test
    void RG_15_what_an_account_may_do_is_told_apart_from_who_it_is() throws IOException {
        EmbeddedRegistry registry =
                holding(RegistryOptions.DEFAULT.withTokens(tokens()).being(Personalities.hiding(403)));
        HttpRegistry client = client(registry);

        assertThat(client.access("").answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(client.access("shop/cart").answer()).isEqualTo(Answer.SEEN);
        assertThat(client.access("release-train/probe").answer()).isEqualTo(Answer.REFUSED_OR_ABSENT);
    }

    @Test
    void RG_18_referrers_on_later_pages_go_along() throws IOException {
        EmbeddedRegistry source = holding(RegistryOptions.DEFAULT.withReferrersPerPage(2));
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        SampleImages images = SampleImages.at(source.origin());
        List<String> said = IntStream.range(0, 5)
                .mapToObj(i -> images.pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, "said " + i))
                .toList();

        copy(source, target);

        assertThat(said).allMatch(digest -> target.manifest("live/cart", digest).isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SECONDS", "DATE", "NOTHING", "ZERO"})
    void B6_every_tag_is_found_where_twenty_requests_a_second_are_served(String told) throws IOException {
        RetryAfter says = Map.of(
                        "SECONDS", RetryAfter.SECONDS,
                        "DATE", RetryAfter.DATE,
                        "NOTHING", RetryAfter.NOTHING,
                        "ZERO", RetryAfter.ZERO)
                .get(told);
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT.being(Personalities.serving(20, time, says)));
        Limits one = new Limits(
                1,
                1 << 20,
                Duration.ofSeconds(9),
                Duration.ofSeconds(9),
                5,
                Duration.ofMillis(500),
                Duration.ofMinutes(2));
        HttpRegistry client = new HttpRegistry(settings(registry).withLimits(one), connections);
        for (int i = 0; i < 400; i++) {
            SampleImages.at(registry.origin())
                    .pushManifest(
                            "shop/cart",
                            "v" + i,
                            CART.mediaType(),
                            CART.content().manifest());
        }
        List<Tag> tags = IntStream.range(0, 400)
                .mapToObj(i -> new Tag("shop/cart", "v" + i))
                .toList();
        Instant begin = time.instant();

        assertThat(client.resolveAll(tags)).hasSize(400);

        assertThat(Duration.between(begin, time.instant())).isLessThan(Duration.ofMillis(20_000 * 13 / 10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https://registry.example",
                "registry.example/path",
                "my registry",
                "dev_registry:5000",
                "host:99999",
                "host:0",
                "host:",
                "registry.example.",
                "registry.example.:5000",
                "user@host",
                "host?x",
                "host#x"
            })
    void B14_hosts_that_are_none_are_named(String host) {
        assertThat(failure(FailureKind.INVALID_INPUT, () -> RegistrySettings.of(host)))
                .hasMessageContaining("'" + host + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "registry.example:5000", "127.0.0.1:5000", "[::1]:5000", "REGISTRY.example"})
    void hosts_are_taken_as_they_are(String host) {
        assertThat(RegistrySettings.of(host).name()).isEqualTo(host);
    }
}
