package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.Request;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One thing that refers to an image is in trouble for ever: the image is promoted whole, and the log names what was left. */
class ReferrerOutagesTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final int FOR_EVER = Integer.MAX_VALUE;

    private final FakeTime time = new FakeTime();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);
    private final List<EmbeddedRegistry> open = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private String ill = "";

    @AfterEach
    void close() {
        open.forEach(EmbeddedRegistry::close);
    }

    private EmbeddedRegistry start(RegistryOptions options) throws IOException {
        EmbeddedRegistry registry = EmbeddedRegistry.start(options);
        open.add(registry);
        return registry;
    }

    private EmbeddedRegistry start(Personality... personalities) throws IOException {
        RegistryOptions options = RegistryOptions.DEFAULT;
        for (Personality personality : personalities) {
            options = options.being(personality);
        }
        return start(options);
    }

    /** An image with an SBOM, and with a signature that is what gets ill. */
    private EmbeddedRegistry source(RegistryOptions options) throws IOException {
        EmbeddedRegistry registry = start(options);
        SampleImages images = SampleImages.at(registry.origin());
        images.push("shop/cart", "1.0", CART);
        images.pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, "sbom");
        ill = images.pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, "signature");
        return registry;
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), time, time);
    }

    private void promote(EmbeddedRegistry source, EmbeddedRegistry target) {
        HttpRegistry from = client(source);
        HttpRegistry to = client(target);
        CopyPlan plan = copier.plan(from, to, List.of(new Image("shop/cart", DIGEST, "live/cart", Optional.empty())));
        copier.carryOut(plan, from, to, new Notes(notes));
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    private Predicate<Request> manifestOfIt() {
        return r -> r.method().equals("GET") && r.path().endsWith("/manifests/" + ill);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 504})
    void referrerThatCannotBeReadIsNamed(int status) throws IOException {
        EmbeddedRegistry source = source(RegistryOptions.DEFAULT.being((q, rest) ->
                Oddities.refusing(FOR_EVER, status, "UNKNOWN", manifestOfIt()).answer(q, rest)));
        EmbeddedRegistry target = start();
        promote(source, target);
        assertThat(client(target).referrers("live/cart", DIGEST)).hasSize(1);
        assertThat(notes).singleElement().asString().contains("is not carried", ill, String.valueOf(status));
    }

    @Test
    void referrerWhoseConnectionBreaksEachTimeIsNamed() throws IOException {
        EmbeddedRegistry source = source(RegistryOptions.DEFAULT);
        source.failNext(FOR_EVER, manifestOfIt()::test, Failure.cut(0));
        EmbeddedRegistry target = start();
        promote(source, target);
        assertThat(notes).singleElement().asString().contains("is not carried", ill);
    }

    @Test
    void referrerWhoseContentCannotBeReadIsNamed() throws IOException {
        EmbeddedRegistry source = source(RegistryOptions.DEFAULT);
        String blob =
                SampleImages.at(source.origin()).pushBlob("shop/cart", "signature".getBytes(StandardCharsets.UTF_8));
        source.failNext(FOR_EVER, r -> r.is("GET", "/blobs/" + blob), Failure.status(500, "UNKNOWN", "disk"));
        EmbeddedRegistry target = start();
        promote(source, target);
        assertThat(client(target).referrers("live/cart", DIGEST)).hasSize(1);
        assertThat(notes).singleElement().asString().contains("is not carried", ill, "500");
    }

    @Test
    void referrerThatTheTargetFailsAtIsNamed() throws IOException {
        EmbeddedRegistry source = source(RegistryOptions.DEFAULT);
        EmbeddedRegistry target = start();
        target.failNext(FOR_EVER, r -> r.is("PUT", "/manifests/" + ill), Failure.status(500, "UNKNOWN", "oops"));
        promote(source, target);
        assertThat(client(target).referrers("live/cart", DIGEST)).hasSize(1);
        assertThat(notes).singleElement().asString().contains("is not carried", ill, "500");
    }

    /** Of Cosign, and the list of a registry without the API. */
    @ParameterizedTest
    @CsvSource({"HEAD, .sig", "GET, ''"})
    void tagOfADigestThatCannotBeReadIsNamed(String method, String suffix) throws IOException {
        String tag = Attachments.tag(DIGEST) + suffix;
        EmbeddedRegistry source = start(RegistryOptions.DEFAULT.withoutReferrers());
        SampleImages images = SampleImages.at(source.origin());
        images.push("shop/cart", "1.0", CART);
        images.push("shop/cart", tag, SampleImage.of("signature", "1"));
        source.failNext(
                FOR_EVER,
                r -> r.method().equals(method) && r.path().endsWith("/manifests/" + tag),
                Failure.status(500, "UNKNOWN", "disk"));
        promote(source, start());
        assertThat(notes).isNotEmpty().allMatch(note -> note.contains("500"));
    }

    /** A registry that is in trouble altogether is waited for, by whoever promotes. */
    @Test
    void registryThatIsInTroubleLeavesNothingOut() throws IOException {
        EmbeddedRegistry source = source(RegistryOptions.DEFAULT);
        source.failNext(FOR_EVER, r -> r.path().contains("/manifests/"), Failure.status(500, "UNKNOWN", "disk"));
        EngineException e = catchThrowableOfType(EngineException.class, () -> promote(source, start()));
        assertThat(e.kind().retryable()).isTrue();
        assertThat(notes).isEmpty();
    }

    /** A login that cannot be reached from here, one that goes round, one without TLS, and none. */
    @ParameterizedTest
    @ValueSource(strings = {"away", "round", "ftp://login.example/", "http://[", ""})
    void RG_4_whoIsSentElsewhereHasNoAnswerThere(String location) throws IOException {
        String to = location;
        if (location.equals("away")) {
            try (ServerSocket nobody = new ServerSocket(0)) {
                to = "http://127.0.0.1:" + nobody.getLocalPort() + "/login";
            }
        }
        String there = to;
        Personality sending = (request, rest) -> request.path().contains("/referrers/")
                ? Reply.of(302).header("Location", there.equals("round") ? request.path() : there)
                : rest.answer(request);
        EmbeddedRegistry source =
                start(RegistryOptions.DEFAULT.withoutReferrers().being(sending));
        SampleImages images = SampleImages.at(source.origin());
        images.push("shop/cart", "1.0", CART);
        String signature = images.pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, "signature");
        String list =
                "{\"schemaVersion\":2,\"mediaType\":\"" + Manifests.OCI_INDEX + "\",\"manifests\":[{\"mediaType\":\""
                        + Manifests.OCI_MANIFEST + "\",\"digest\":\"" + signature + "\",\"size\":1}]}";
        images.pushManifest(
                "shop/cart", Attachments.tag(DIGEST), Manifests.OCI_INDEX, list.getBytes(StandardCharsets.UTF_8));
        EmbeddedRegistry target =
                start(RegistryOptions.DEFAULT.withoutReferrers().being(sending));
        promote(source, target);
        assertThat(target.manifest("live/cart", signature)).isPresent();
        assertThat(notes).isEmpty();
    }
}
