package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Report;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people keep in registries besides plain images. */
class ReportedContentTest {
    private static final String CART = "shop/cart";
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.UTF_8);

    private final FakeTime time = new FakeTime();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);
    private final List<EmbeddedRegistry> open = new ArrayList<>();
    private EmbeddedRegistry source;
    private EmbeddedRegistry target;
    private SampleImages images;

    @BeforeEach
    void start() throws IOException {
        source = start(RegistryOptions.DEFAULT);
        target = start(RegistryOptions.DEFAULT);
        images = SampleImages.at(source.origin());
    }

    private EmbeddedRegistry start(RegistryOptions options) throws IOException {
        EmbeddedRegistry registry = EmbeddedRegistry.start(options);
        open.add(registry);
        return registry;
    }

    @AfterEach
    void close() {
        open.forEach(EmbeddedRegistry::close);
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), time, time);
    }

    private Report copy(String digest) {
        return copier.copy(client(source), CART, new Digest(digest), client(target), CART);
    }

    private static byte[] json(String text, Object... values) {
        return text.replace('\'', '"').formatted(values).getBytes(StandardCharsets.UTF_8);
    }

    private String index(String reference, String childType, String child, String more) {
        byte[] index = json(
                "{'schemaVersion':2,'mediaType':'%s','manifests':[{'mediaType':'%s','digest':'%s','size':%d}]%s}",
                Manifests.OCI_INDEX,
                childType,
                child,
                source.manifest(CART, child).map(m -> m.length).orElse(1),
                more);
        return images.pushManifest(CART, reference, Manifests.OCI_INDEX, index);
    }

    private void assertSame(String digest) {
        assertThat(target.manifest(CART, digest).orElseThrow())
                .isEqualTo(source.manifest(CART, digest).orElseThrow());
    }

    @Test
    void I1_indexOfIndexesComesWhole() {
        SampleImage image = SampleImage.of("cart", "1");
        String inner = index("inner", Manifests.OCI_MANIFEST, images.push(CART, "image", image), "");
        String outer = index("outer", Manifests.OCI_INDEX, inner, ",'artifactType':'application/x'".replace('\'', '"'));
        copy(outer);
        assertSame(outer);
        assertSame(inner);
        assertSame(image.content().digest());
    }

    /** One blob as config and as layer, as ORAS makes artifacts; an index that says something about an image. */
    @Test
    void artifactsWithoutConfigAndIndexesThatReferToAnImageComeToo() {
        String digest = images.push(CART, "1", SampleImage.of("cart", "1"));
        String empty = images.pushBlob(CART, EMPTY);
        byte[] artifact = json(
                "{'schemaVersion':2,'mediaType':'%s','artifactType':'application/x',"
                        + "'config':{'mediaType':'application/vnd.oci.empty.v1+json','digest':'%s','size':2,'data':'e30='},"
                        + "'layers':[{'mediaType':'application/vnd.oci.empty.v1+json','digest':'%s','size':2,'data':'e30='}],"
                        + "'subject':{'mediaType':'%s','digest':'%s','size':7},'annotations':{'a':'b'}}",
                Manifests.OCI_MANIFEST, empty, empty, Manifests.OCI_MANIFEST, digest);
        String said =
                images.pushManifest(CART, SampleImages.digest(artifact, "sha256"), Manifests.OCI_MANIFEST, artifact);
        String about = index(
                "about",
                Manifests.OCI_MANIFEST,
                said,
                new String(
                        json(",'subject':{'mediaType':'%s','digest':'%s','size':7}", Manifests.OCI_MANIFEST, digest)));
        copy(digest);
        assertSame(digest);
        assertSame(said);
        assertSame(about);
    }

    /** A registry may take the empty content from the manifest that brings it, and have no such blob. */
    @Test
    void emptyContentNeedNotBeABlobOfTheSource() {
        String empty = images.pushBlob(CART, EMPTY);
        byte[] artifact = json(
                "{'schemaVersion':2,'mediaType':'%s','artifactType':'application/x',"
                        + "'config':{'mediaType':'application/vnd.oci.empty.v1+json','digest':'%s','size':2,'data':'e30='},"
                        + "'layers':[{'mediaType':'application/vnd.oci.empty.v1+json','digest':'%s','size':2,'data':'e30='}]}",
                Manifests.OCI_MANIFEST, empty, empty);
        String digest = images.pushManifest(CART, "1", Manifests.OCI_MANIFEST, artifact);
        source.loseBlob(CART, empty);
        copy(digest);
        assertSame(digest);
        assertThat(target.blob(CART, empty)).hasValue(EMPTY);
    }

    @Test
    void I1_digestsMayBeOfTheOtherKind() {
        byte[] layer = "a layer".getBytes(StandardCharsets.UTF_8);
        String config = images.pushBlob(CART, EMPTY, "sha512");
        byte[] manifest = json(
                "{'schemaVersion':2,'mediaType':'%s','config':{'mediaType':'a/b','digest':'%s','size':2},"
                        + "'layers':[{'mediaType':'a/b','digest':'%s','size':7}]}",
                Manifests.OCI_MANIFEST, config, images.pushBlob(CART, layer, "sha512"));
        String digest = SampleImages.digest(manifest, "sha512");
        images.pushManifest(CART, digest, Manifests.OCI_MANIFEST, manifest);
        images.pushReferrer(CART, digest, Manifests.OCI_MANIFEST, "signature");
        assertThat(copy(digest).copiedBlobs()).isGreaterThanOrEqualTo(2);
        assertSame(digest);
        assertThat(client(target).referrers(CART, new Digest(digest))).hasSize(1);
    }

    /** A platform that was deleted is named; nothing is there that is half of it. */
    @Test
    void indexThatLacksAPlatformIsRefusedByTheDigestThatIsMissing() {
        String child = images.push(CART, "image", SampleImage.of("cart", "1"));
        String index = index("index", Manifests.OCI_MANIFEST, child, "");
        source.failNext(99, r -> r.path().endsWith(child), Failure.status(404, "MANIFEST_UNKNOWN", "gone"));
        EngineException e = catchThrowableOfType(EngineException.class, () -> copy(index));
        assertThat(e.kind()).isEqualTo(FailureKind.NOT_FOUND);
        assertThat(e).hasMessageContaining(child).hasMessageContaining(source.host());
        assertThat(target.manifest(CART, index)).isEmpty();
    }

    /** An artifact may be large, of no layer at all, or name one twice. */
    @ParameterizedTest
    @ValueSource(strings = {"", "{L}", "{L},{L}"})
    void layersAreCountedOnce(String layers) {
        String digest = images.pushBlob(CART, "a layer".getBytes(StandardCharsets.UTF_8));
        String layer = "{'mediaType':'a/b','digest':'" + digest + "','size':7}";
        byte[] manifest = json(
                "{'schemaVersion':2,'mediaType':'%s','config':{'mediaType':'a/b','digest':'%s','size':2},'layers':["
                        + layers.replace("{L}", layer) + "]}",
                Manifests.OCI_MANIFEST,
                images.pushBlob(CART, EMPTY));
        String image = images.pushManifest(CART, "1", Manifests.OCI_MANIFEST, manifest);
        assertThat(copy(image).copiedBlobs()).isEqualTo(layers.isEmpty() ? 1 : 2);
        assertSame(image);
    }

    /** The longest tag of the specification, and Cosign's of its digest beside it. */
    @Test
    void longestTagsAreTags() {
        String tag = "v".repeat(128);
        Digest digest = new Digest(images.push(CART, tag, SampleImage.of("cart", "1")));
        assertThat(client(source).resolve(CART, tag)).isPresent();
        assertThat(client(source).tags(CART)).contains(tag);
        client(source).tag(CART, digest, "V" + "_".repeat(127));
        assertThatThrownBy(() -> client(source).resolve(CART, tag + "v"))
                .hasMessageContaining("Not a valid tag: '" + tag + "v'");
    }

    /** Not sent, as no registry takes it: the name is told before any request. */
    @ParameterizedTest
    @ValueSource(
            strings = {"Shop/cart", "shop/Cart", "shop//cart", "/shop", "shop/", "shop/cart-", "shop/_cart", "shöp"})
    void repositoriesThatAreNoneAreNamedBeforeAnyRequest(String repository) {
        source.forgetExchanges();
        assertThatThrownBy(() -> client(source).resolve(repository, "1"))
                .hasMessageContaining("Not a valid repository: '" + repository + "'");
        assertThat(source.exchanges()).isEmpty();
    }

    /** RG-2 (c): Cosign's tag is hidden at the target as it is not there yet; so the signature is carried. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void RG_2_signatureFollowsWhereItsTagIsHidden(int status) throws IOException {
        String digest = images.push(CART, "1", SampleImage.of("cart", "1"));
        String tag = digest.replace(':', '-') + ".sig";
        String signature = images.push(CART, tag, SampleImage.of("signature", "1"));
        target = start(RegistryOptions.DEFAULT.being(Personalities.hiding(status)));
        copy(digest);
        assertThat(target.tags(CART)).containsEntry(tag, signature);
    }

    /** A list under the tag that names itself, and a referrer that says it refers to itself, end. */
    @Test
    void referrersThatGoRoundInCirclesEnd() throws IOException {
        EmbeddedRegistry old = start(RegistryOptions.DEFAULT.withoutReferrers());
        SampleImages pushed = SampleImages.at(old.origin());
        String digest = pushed.push(CART, "1", SampleImage.of("cart", "1"));
        String referrer = pushed.pushReferrer(CART, digest, Manifests.OCI_MANIFEST, "signature");
        String second = pushed.pushReferrer(CART, referrer, Manifests.OCI_MANIFEST, "of the signature");
        for (String subject : List.of(digest, referrer, second)) {
            byte[] list = json(
                    "{'schemaVersion':2,'mediaType':'%s','manifests':[{'mediaType':'%s','digest':'%s','size':1},"
                            + "{'mediaType':'%s','digest':'%s','size':1},{'mediaType':'%s','digest':'%s','size':1}]}",
                    Manifests.OCI_INDEX,
                    Manifests.OCI_MANIFEST,
                    referrer,
                    Manifests.OCI_MANIFEST,
                    second,
                    Manifests.OCI_MANIFEST,
                    digest);
            pushed.pushManifest(CART, subject.replace(':', '-'), Manifests.OCI_INDEX, list);
        }
        copier.copy(client(old), CART, new Digest(digest), client(target), CART);
        assertThat(client(target).referrers(CART, new Digest(digest)))
                .extracting(r -> r.digest().value())
                .containsExactly(referrer);
        assertThat(client(target).referrers(CART, new Digest(referrer)))
                .extracting(r -> r.digest().value())
                .containsExactly(second);
    }
}
