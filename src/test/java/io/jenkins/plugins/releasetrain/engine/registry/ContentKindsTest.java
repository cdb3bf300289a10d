package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Content of every kind is carried byte for byte, whatever its types mean; only its number is bounded. */
class ContentKindsTest {
    private static final String CART = "shop/cart";

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

    private void assertCopied(String digest) {
        copier.copy(client(source), CART, new Digest(digest), client(target), CART);
        assertSame(digest);
    }

    private void assertSame(String digest) {
        assertThat(target.manifest(CART, digest).orElseThrow())
                .isEqualTo(source.manifest(CART, digest).orElseThrow());
    }

    private static byte[] json(String text, Object... values) {
        return text.replace('\'', '"').formatted(values).getBytes(StandardCharsets.UTF_8);
    }

    /** zstd, estargz, encrypted layers, Helm charts, WebAssembly, models, and what nobody has heard of. */
    @ParameterizedTest
    @CsvSource({
        "application/vnd.oci.image.config.v1+json, application/vnd.oci.image.layer.v1.tar+zstd",
        "application/vnd.oci.image.config.v1+json, application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
        "application/vnd.docker.container.image.v1+json, application/vnd.docker.image.rootfs.diff.tar.zstd",
        "application/vnd.cncf.helm.config.v1+json, application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        "application/vnd.wasm.config.v0+json, application/wasm",
        "application/vnd.docker.ai.model.config.v0.1+json, application/vnd.docker.ai.gguf.v3",
        "application/vnd.oci.empty.v1+json, text/x-nobody-knows",
        "x/y, ''"
    })
    void I1_layersOfEveryKindAreCarriedAsTheyAre(String config, String layer) {
        byte[] blob = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 1, 2};
        byte[] manifest = json(
                "{ 'schemaVersion':2,'mediaType':'%s','artifactType':'a/b','config':{'mediaType':'%s','digest':'%s',"
                        + "'size':2,'data':'e30='},'layers':[{'mediaType':'%s','digest':'%s','size':7,"
                        + "'annotations':{'containerd.io/snapshot/stargz/toc.digest':'sha256:0'}}],'other':[1e3,null]}\n",
                Manifests.OCI_MANIFEST,
                config,
                images.pushBlob(CART, "{}".getBytes(StandardCharsets.UTF_8)),
                layer,
                images.pushBlob(CART, blob));
        String digest = images.pushManifest(CART, "1", Manifests.OCI_MANIFEST, manifest);
        assertCopied(digest);
        assertThat(target.blob(CART, SampleImages.digest(blob, "sha256"))).contains(blob);
    }

    /** buildx puts what it says of a platform beside it, as a platform that is unknown. */
    @Test
    void I1_attestationsInAnIndexComeToo() {
        String platform = images.push(CART, "platform", SampleImage.of("cart", "1"));
        byte[] attestation = json(
                "{'schemaVersion':2,'mediaType':'%s','config':{'mediaType':'application/vnd.oci.image.config.v1+json',"
                        + "'digest':'%s','size':2},'layers':[{'mediaType':'application/vnd.in-toto+json','digest':'%s',"
                        + "'size':4,'annotations':{'in-toto.io/predicate-type':'https://slsa.dev/provenance/v0.2'}}]}",
                Manifests.OCI_MANIFEST,
                images.pushBlob(CART, "{}".getBytes(StandardCharsets.UTF_8)),
                images.pushBlob(CART, "slsa".getBytes(StandardCharsets.UTF_8)));
        String said = images.pushManifest(
                CART, SampleImages.digest(attestation, "sha256"), Manifests.OCI_MANIFEST, attestation);
        byte[] index = json(
                "{'schemaVersion':2,'mediaType':'%1$s','manifests':[{'mediaType':'%2$s','digest':'%3$s','size':1,"
                        + "'platform':{'architecture':'amd64','os':'linux'}},{'mediaType':'%2$s','digest':'%4$s','size':1,"
                        + "'platform':{'architecture':'unknown','os':'unknown'},'annotations':{"
                        + "'vnd.docker.reference.type':'attestation-manifest','vnd.docker.reference.digest':'%3$s'}}]}",
                Manifests.OCI_INDEX, Manifests.OCI_MANIFEST, platform, said);
        assertCopied(images.pushManifest(CART, "1", Manifests.OCI_INDEX, index));
        assertSame(platform);
        assertSame(said);
    }

    /** Whoever pushes to the development registry decides about it, so it is bounded, before each part is asked for. */
    @Test
    void B17_anIndexOfTooManyManifestsIsRefusedUnread() throws IOException {
        String children = IntStream.range(0, 2_001)
                .mapToObj(i -> "{'mediaType':'" + Manifests.OCI_MANIFEST + "','size':9,'digest':'"
                        + Digest.sha256("child " + i) + "'}")
                .collect(Collectors.joining(","))
                .replace('\'', '"');
        byte[] index = json("{'schemaVersion':2,'mediaType':'%s','manifests':[%s]}", Manifests.OCI_INDEX, children);
        Digest digest = Digest.sha256(index);
        EmbeddedRegistry huge = start(RegistryOptions.DEFAULT.being(Clouds.answering(
                Reply.of(200).body(index).header("Content-Type", Manifests.OCI_INDEX),
                r -> r.path().endsWith("/manifests/" + digest))));

        EngineException e = catchThrowableOfType(
                EngineException.class, () -> copier.copy(client(huge), CART, digest, client(target), CART));

        assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.TOO_LARGE);
        assertThat(e).hasMessageContaining(digest.value()).hasMessageContaining("2000");
        assertThat(huge.exchanges()).hasSizeLessThan(5);
        assertThat(target.exchanges()).hasSizeLessThan(5);
    }

    /** The bound is one image's: a set may have any number of them. */
    @Test
    void B17_aSetOfManyManifestsIsPlannedWhole() throws IOException {
        SampleImage.Content cart = SampleImage.of("cart", "1").content();
        String text = new String(cart.manifest(), StandardCharsets.UTF_8);
        Map<String, byte[]> manifests = new HashMap<>();
        List<Image> set = new ArrayList<>();
        for (int i = 0; i < 2_010; i++) {
            byte[] manifest = (text + " ".repeat(i)).getBytes(StandardCharsets.UTF_8);
            Digest digest = Digest.sha256(manifest);
            manifests.put("/v2/" + CART + "/manifests/" + digest, manifest);
            set.add(new Image(CART, digest, CART));
        }
        EmbeddedRegistry large =
                start(RegistryOptions.DEFAULT.being((request, rest) -> manifests.containsKey(request.path())
                        ? Reply.of(200).body(manifests.get(request.path())).header("Content-Type", cart.mediaType())
                        : rest.answer(request)));

        CopyPlan plan = new HttpImageCopier(CopySettings.DEFAULT.withoutReferrers(), Runnable::run)
                .plan(client(large), client(target), set);

        assertThat(plan.manifests()).isEqualTo(2_010);
        assertThat(plan.blobs()).hasSize(cart.blobs().size());
    }
}
