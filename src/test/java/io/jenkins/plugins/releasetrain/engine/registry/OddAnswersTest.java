package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Parts;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that mean something else than they say at first, as users of other tools reported them. */
class OddAnswersTest {
    private static final int MEGABYTE = 1 << 20;
    private static final SampleImage CART =
            SampleImage.empty().random(1, 5 * MEGABYTE).file("app", "cart");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final SampleImage PAY = SampleImage.of("pay", "1.0");
    private static final Digest PAY_DIGEST = new Digest(PAY.content().digest());

    private static final Pattern REFERRERS = Pattern.compile("/v2/(.+)/referrers/(.+)");

    private final FakeTime time = new FakeTime();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);

    @RegisterExtension
    private final Opened open = new Opened();

    private EmbeddedRegistry holding(RegistryOptions options) throws IOException {
        EmbeddedRegistry registry = open.start(options);
        SampleImages.at(registry.origin()).push("shop/cart", "1.0", CART);
        return registry;
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), time, time);
    }

    private void assertCopied(RegistryOptions source, RegistryOptions target) throws IOException {
        EmbeddedRegistry to = open.start(target);
        copier.copy(client(holding(source)), "shop/cart", DIGEST, client(to), "live/cart");
        assertThat(to.manifest("live/cart", DIGEST.value()))
                .hasValue(CART.content().manifest());
        assertThat(to.openUploadsAtLast()).isZero();
    }

    /** RFC 9110 section 8.3.1: types are the same in whatever case. */
    @Test
    void typesAreTheSameInWhateverCase() throws IOException {
        Personality shouting = (request, rest) -> {
            Reply right = rest.answer(request);
            String type = right.headers().getOrDefault("Content-Type", "");
            return type.isEmpty()
                    ? right
                    : right.header("Content-Type", type.toUpperCase(Locale.ROOT) + ";charset=UTF-8");
        };
        RegistryOptions options = RegistryOptions.DEFAULT.being(shouting);
        EmbeddedRegistry source = holding(options);
        assertThat(client(source).resolve("shop/cart", "1.0").orElseThrow().isReadable())
                .isTrue();
        SampleImages.at(source.origin()).pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, "signature");
        EmbeddedRegistry target = open.start(options);
        copier.copy(client(source), "shop/cart", DIGEST, client(target), "live/cart");
        assertThat(client(target).referrers("live/cart", DIGEST)).hasSize(1);
    }

    /** A layer with addresses of its own that was pushed all the same, so that no node needs the internet (moby#34216). */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLayerThatMayBeElsewhereComesWhereTheSourceHasIt(boolean pushed) throws IOException {
        EmbeddedRegistry source = open.start(RegistryOptions.DEFAULT);
        SampleImages images = SampleImages.at(source.origin());
        byte[] windows = "windows".getBytes(StandardCharsets.UTF_8);
        String layer = SampleImages.digest(windows, "sha256");
        if (pushed) {
            images.pushBlob("shop/cart", windows);
        }
        String config = images.pushBlob("shop/cart", "{}".getBytes(StandardCharsets.UTF_8));
        String manifest = ("{'schemaVersion':2,'mediaType':'%s','config':{'mediaType':'a/b','digest':'%s','size':2},"
                        + "'layers':[{'mediaType':'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',"
                        + "'digest':'%s','size':7,'urls':['https://layers.example/1']}]}")
                .formatted(Manifests.DOCKER_MANIFEST, config, layer)
                .replace('\'', '"');
        Digest digest = new Digest(images.pushManifest(
                "shop/cart", "1", Manifests.DOCKER_MANIFEST, manifest.getBytes(StandardCharsets.UTF_8)));
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);

        copier.copy(client(source), "shop/cart", digest, client(target), "live/cart");

        assertThat(target.manifest("live/cart", digest.value())).isPresent();
        assertThat(target.blob("live/cart", layer).isPresent()).isEqualTo(pushed);
    }

    /** Of parts a registry may keep less than it was sent, and count them in its own way. */
    static Stream<Personality> parts() {
        return Stream.of(Parts.keepingOnly(300 << 10), Parts.countingTheLastOnly(), Parts.keepingOnly(MEGABYTE - 1));
    }

    @ParameterizedTest
    @MethodSource("parts")
    void I1_whatIsKeptOfPartsIsNotWhatWasSent(Personality keeping) throws IOException {
        assertCopied(
                RegistryOptions.DEFAULT,
                RegistryOptions.DEFAULT
                        .being(Personalities.limitingBodies(MEGABYTE))
                        .being(keeping));
    }

    /** A registry that loses parts gets the whole, where parts were a guess only (a line that was cut twice). */
    @Test
    void aRegistryThatLosesPartsGetsTheWhole() throws IOException {
        assertCopied(
                RegistryOptions.DEFAULT,
                RegistryOptions.DEFAULT
                        .being(Personalities.breakingUploadsAfter(2 * MEGABYTE, 3, false))
                        .being(Parts.keepingTheFirstOnly()));
    }

    /** Where nothing larger passes it ends, and says why. */
    @Test
    void aRegistryThatLosesPartsAndTakesNoWholeIsNamed() throws IOException {
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT
                .being(Personalities.limitingBodies(MEGABYTE))
                .being(Parts.keepingTheFirstOnly()));
        EngineException e = catchThrowableOfType(
                EngineException.class,
                () -> copier.copy(
                        client(holding(RegistryOptions.DEFAULT)), "shop/cart", DIGEST, client(target), "live/cart"));
        assertThat(e).hasMessageContaining("keeps nothing");
        assertThat(target.openUploadsAtLast()).isZero();
    }

    /** An answer that was lost, and the same said again. */
    @ParameterizedTest
    @ValueSource(ints = {400, 403, 405, 409, 412})
    void aManifestThatIsThereAlreadyIsThere(int status) throws IOException {
        assertCopied(RegistryOptions.DEFAULT, RegistryOptions.DEFAULT.being(Oddities.losingAnswersOfManifests(status)));
    }

    /** ECR, Harbor, GitLab: the content is well, it is the tag that may not move. */
    @ParameterizedTest
    @CsvSource({
        "400, TAG_INVALID, The image tag 'stable' already exists and cannot be overwritten, CONFLICT",
        "412, PRECONDITION, configured as immutable, CONFLICT",
        "403, DENIED, the tag matches a rule for immutable tags, FORBIDDEN"
    })
    void aTagThatMayNotMoveSaysSo(int status, String code, String words, FailureKind kind) throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT);
        registry.failNext(1, Oddities::isManifestPut, Failure.status(status, code, words));
        assertThatThrownBy(() -> client(registry).tag("shop/cart", DIGEST, "stable"))
                .hasMessageContaining(words)
                .hasMessageContaining("exempt this one from its rule for immutable tags")
                .extracting(e -> ((EngineException) e).kind())
                .isEqualTo(kind);
    }

    /** Go writes an empty list so. */
    @Test
    void anEmptyListOfReferrersMayBeNull() throws IOException {
        EmbeddedRegistry source = two(RegistryOptions.DEFAULT.being((request, rest) -> {
            Reply right = rest.answer(request);
            String body = new String(right.body(), StandardCharsets.UTF_8);
            return request.path().contains("/referrers/")
                    ? right.body(body.replace("\"manifests\":[]", "\"manifests\":null")
                            .getBytes(StandardCharsets.UTF_8))
                    : right;
        }));
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        plan(source, target, true);
        assertThat(client(target).referrers("live/pay", PAY_DIGEST)).hasSize(1);
    }

    /** What one image's list is refused with says nothing of the others', and is told where it may hide something. */
    @ParameterizedTest
    @CsvSource({"404, false", "401, true", "403, true", "400, true", "429, true"})
    void aListThatIsRefusedOfOneImageIsCarriedOfTheOthers(int status, boolean told) throws IOException {
        AtomicBoolean over = new AtomicBoolean();
        EmbeddedRegistry source = two(RegistryOptions.DEFAULT.being(
                (request, rest) -> !over.get() && request.path().endsWith("/referrers/" + DIGEST)
                        ? Reply.error(status, "DENIED", "no")
                        : rest.answer(request)));
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        HttpRegistry from = client(source);
        assertThat(from.referrers("shop/pay", PAY_DIGEST)).hasSize(1);

        CopyPlan plan = copier.plan(from, client(target), images());
        copier.carryOut(plan, from, client(target), CopyProgress.NONE);
        assertThat(client(target).referrers("live/pay", PAY_DIGEST)).hasSize(1);
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
        assertThat(plan.notes()).hasSize(told ? 1 : 0).allMatch(word -> word.contains("shop/cart"));

        over.set(true);
        EmbeddedRegistry another = open.start(RegistryOptions.DEFAULT);
        assertThat(copier.plan(from, client(another), images()).notes())
                .as("by now it is known")
                .isEmpty();
    }

    /** Quay (PROJQUAY-7523), Harbor, ORAS' draft: of what is not there nothing is listed, in an error; it is, once it is there. */
    @ParameterizedTest
    @CsvSource({"404, MANIFEST_UNKNOWN", "400, MANIFEST_UNKNOWN", "404, NAME_UNKNOWN", "404, NOT_FOUND"})
    void aTargetThatListsWhatItHoldsNeedsNoListUnderATag(int status, String code) throws IOException {
        EmbeddedRegistry source = two(RegistryOptions.DEFAULT);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT.being((request, rest) -> {
            Matcher list = REFERRERS.matcher(request.path());
            return list.matches() && rest.digest(list.group(1), list.group(2)).isEmpty()
                    ? Reply.error(status, code, "not here")
                    : rest.answer(request);
        }));
        plan(source, target, true);
        assertThat(target.tags("live/pay")).isEmpty();
        assertThat(client(target).referrers("live/pay", PAY_DIGEST)).hasSize(1);
    }

    /** ECR has a right of its own for it: what is signed would come without a word to where signatures are wanted. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aListThatTheAccountMayNotReadIsToldOnce(int status) throws IOException {
        EmbeddedRegistry source = two(
                RegistryOptions.DEFAULT.being((request, rest) -> request.path().contains("/referrers/")
                        ? Reply.error(status, "DENIED", "not authorized to list referrers")
                        : rest.answer(request)));
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        CopyPlan plan = copier.plan(client(source), client(target), images());
        assertThat(plan.notes())
                .singleElement()
                .asString()
                .contains(source.host(), "only as far as tags list it", "not authorized to list referrers");
    }

    /** One without anything, and one that is signed. */
    private EmbeddedRegistry two(RegistryOptions options) throws IOException {
        EmbeddedRegistry source = holding(options);
        SampleImages images = SampleImages.at(source.origin());
        images.push("shop/pay", "1.0", PAY);
        images.pushReferrer("shop/pay", PAY_DIGEST.value(), Manifests.OCI_MANIFEST, "signature");
        return source;
    }

    private static List<Image> images() {
        return List.of(
                new Image("shop/cart", DIGEST, "live/cart", Optional.empty()),
                new Image("shop/pay", PAY_DIGEST, "live/pay", Optional.empty()));
    }

    private void plan(EmbeddedRegistry source, EmbeddedRegistry target, boolean carriedOut) {
        HttpRegistry from = client(source);
        CopyPlan plan = copier.plan(from, client(target), images());
        if (carriedOut) {
            copier.carryOut(plan, from, client(target), CopyProgress.NONE);
        }
    }

    /** A cache that goes on after a name as asked, and lists what was pulled through it only: "1.0" is not, and comes before. */
    @Test
    void aCacheWhoseListsBeginWhereAskedIsAskedByName() throws IOException {
        EmbeddedRegistry source =
                open.start(RegistryOptions.DEFAULT.withoutReferrers().being(Fronts.listingWhatWasPulled()));
        SampleImages images = SampleImages.at(source.origin());
        List.of("0.9", "1.0").forEach(tag -> images.push("shop/cart", tag, CART));
        String signature = Attachments.tag(DIGEST) + ".sig";
        images.push("shop/cart", signature, SampleImage.of("signature", "1"));
        HttpRegistry from = client(source);
        from.manifest("shop/cart", "0.9");
        from.resolve("shop/cart", "1.0");
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);

        copier.copy(from, "shop/cart", DIGEST, client(target), "live/cart");

        assertThat(target.tags("live/cart")).containsKey(signature);
    }

    /** What a registry repeats of what failed behind it (caches, object stores) may hold addresses that are signed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Get 'https://store.example/blobs/data?X-Amz-Signature=s3cret&verify=1': dial tcp: i/o timeout",
                "Get https://store.example/a?token=s3cret: EOF",
                "cannot reach https://robot:s3cret@store.example/v2/",
                "bad header Authorization: Bearer s3cret from store.example",
                "bad header authorization: basic czNjcmV0s3cret= from store.example",
                "store.example refuses token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzM2NyZXQifQ.s3cret",
            })
    void I9_wordsOfARegistryAreCleanedOfWhatIsSigned(String words) throws IOException {
        EmbeddedRegistry registry = holding(RegistryOptions.DEFAULT);
        registry.failNext(1, Oddities::isManifestPut, Failure.status(400, "UNKNOWN", words));
        EngineException e = catchThrowableOfType(
                EngineException.class, () -> client(registry).tag("shop/cart", DIGEST, "stable"));
        assertThat(e).hasMessageContaining("store.example").hasMessageNotContaining("s3cret");
    }

    /** A token server may repeat the form that it was sent. */
    @ParameterizedTest
    @ValueSource(strings = {"grant_type=password&password=open+sesame%2F%C3%A4", "password 'open%20sesame%2F%C3%A4'"})
    void I9_aPasswordThatIsRepeatedAsItWasSentIsInNoMessage(String words) throws IOException {
        Credentials robot = new Credentials("robot", "open sesame/ä");
        Personality repeating = Clouds.answering(Reply.error(400, "DENIED", words), r -> true);
        EmbeddedRegistry server = open.start(RegistryOptions.DEFAULT.being(repeating));
        EmbeddedRegistry guarded =
                open.start(RegistryOptions.DEFAULT.being(Clouds.givingTokensItself(server.origin() + "/v2/token")));
        HttpRegistry client = new HttpRegistry(
                RegistrySettings.of(guarded.host()).withPlainHttp().withCredentials(() -> Optional.of(robot)),
                time,
                time);
        EngineException e = catchThrowableOfType(EngineException.class, () -> client.tag("shop/cart", DIGEST, "1"));
        assertThat(e).hasMessageContaining("password").hasMessageNotContaining("sesame");
    }
}
