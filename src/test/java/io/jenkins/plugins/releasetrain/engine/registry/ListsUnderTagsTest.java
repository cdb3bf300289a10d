package io.jenkins.plugins.releasetrain.engine.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of what refers to an image under a tag, as clients keep them where a registry does not (distribution 1.1). */
class ListsUnderTagsTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final String LIST = Attachments.tag(DIGEST);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FakeTime time = new FakeTime();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);
    private final List<String> notes = new ArrayList<>();

    @RegisterExtension
    private final Opened open = new Opened();

    private static String signature(SampleImages images, String text) {
        String blob = images.pushBlob("shop/cart", text.getBytes(UTF_8));
        images.pushBlob("shop/cart", "{}".getBytes(UTF_8));
        String manifest =
                ("{'schemaVersion':2,'mediaType':'%s','artifactType':'application/vnd.dev.sigstore.bundle.v0.3+json',"
                                + "'config':{'mediaType':'application/vnd.oci.empty.v1+json','digest':'%s','size':2},"
                                + "'layers':[{'mediaType':'text/plain','digest':'%s','size':%d}],"
                                + "'subject':{'mediaType':'%s','digest':'%s','size':1},'annotations':{'said':'%s'}}")
                        .formatted(
                                Manifests.OCI_MANIFEST,
                                SampleImages.digest("{}".getBytes(UTF_8), "sha256"),
                                blob,
                                text.length(),
                                Manifests.OCI_MANIFEST,
                                DIGEST,
                                text)
                        .replace('\'', '"');
        String digest = SampleImages.digest(manifest.getBytes(UTF_8), "sha256");
        return images.pushManifest("shop/cart", digest, Manifests.OCI_MANIFEST, manifest.getBytes(UTF_8));
    }

    /** @param type what it says of each, besides digest and size */
    private static void list(SampleImages images, String repository, String type, List<String> digests) {
        String entries = String.join(
                ",",
                digests.stream()
                        .map(d -> "{'mediaType':'%s','digest':'%s','size':9%s}"
                                .formatted(Manifests.OCI_MANIFEST, d, type))
                        .toList());
        String index = ("{'schemaVersion':2,'mediaType':'%s','manifests':[" + entries + "]}")
                .formatted(Manifests.OCI_INDEX)
                .replace('\'', '"');
        images.pushManifest(repository, LIST, Manifests.OCI_INDEX, index.getBytes(UTF_8));
    }

    private void copy(EmbeddedRegistry source, EmbeddedRegistry target) {
        HttpRegistry from = Opened.client(source, time);
        HttpRegistry to = Opened.client(target, time);
        CopyPlan plan = copier.plan(from, to, List.of(new ImageCopier.Image("shop/cart", DIGEST, "live/cart")));
        copier.carryOut(plan, from, to, new Notes(notes));
    }

    private static JsonNode listed(EmbeddedRegistry registry) throws IOException {
        return JSON.readTree(registry.manifest("live/cart", LIST).orElseThrow()).path("manifests");
    }

    /** cosign#4641: the source's list lacks by what a signature is looked for, or says it wrongly. */
    @ParameterizedTest
    @ValueSource(strings = {"", ",'artifactType':'application/vnd.oci.empty.v1+json'"})
    void aListSaysOfASignatureWhatItSaysItself(String type) throws IOException {
        EmbeddedRegistry source = open.holding(RegistryOptions.DEFAULT.withoutReferrers(), CART);
        SampleImages images = SampleImages.at(source.origin());
        String signature = signature(images, "signed");
        list(images, "shop/cart", type, List.of(signature));
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT.withoutReferrers());

        copy(source, target);

        JsonNode entry = listed(target).path(0);
        assertThat(entry.path("digest").asText()).isEqualTo(signature);
        assertThat(entry.path("artifactType").asText()).isEqualTo("application/vnd.dev.sigstore.bundle.v0.3+json");
        assertThat(entry.path("annotations").path("said").asText()).isEqualTo("signed");
        assertThat(entry.path("size").asInt())
                .isEqualTo(source.manifest("shop/cart", signature).orElseThrow().length);
        assertThat(notes).isEmpty();
    }

    /** terraform-provider-cosign#567: the target's list names what was deleted there, so that the registry takes it no more. */
    @Test
    void aListThatNamesWhatIsGoneIsMended() throws IOException {
        EmbeddedRegistry source = open.holding(RegistryOptions.DEFAULT.withoutReferrers(), CART);
        SampleImages images = SampleImages.at(source.origin());
        String older = signature(images, "older");
        list(images, "shop/cart", "", List.of(older));
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT.withoutReferrers());
        copy(source, target);
        target.loseManifest("live/cart", older);
        String newer = signature(images, "newer");
        list(images, "shop/cart", "", List.of(newer));

        copy(source, target);

        assertThat(notes).isEmpty();
        assertThat(listed(target))
                .singleElement()
                .satisfies(entry -> assertThat(entry.path("digest").asText()).isEqualTo(newer));
    }
}
