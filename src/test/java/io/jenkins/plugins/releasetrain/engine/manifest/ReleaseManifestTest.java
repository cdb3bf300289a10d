package io.jenkins.plugins.releasetrain.engine.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.manifest.ReleaseManifest.Format;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class ReleaseManifestTest {
    private static final Digest CART = Digest.sha256("cart");
    private static final ImageSet SET = ImageSet.of(Map.of(
            "cart", new PinnedImage("shop/cart", CART, "1.4"),
            "pay", new PinnedImage("shop/pay", Digest.sha256("pay"), "")));
    private static final ReleaseManifest MANIFEST = new ReleaseManifest(made(SET.digest()), SET, "prod.example");

    private static Event.ReleaseMade made(Digest set) {
        return new Event.ReleaseMade(
                "shop-17",
                "shop",
                17,
                Event.Kind.MONO,
                set,
                "shop-16",
                "",
                new TreeMap<>(),
                List.of(),
                "t-9",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void I1_everyFormatNamesEveryServiceByDigest() {
        for (Format format : Format.values()) {
            assertThat(MANIFEST.as(format))
                    .as(format.name())
                    .contains(CART.value(), Digest.sha256("pay").value(), "prod.example");
        }
    }

    @Test
    void composeFileHoldsOneReferencePerService() {
        Map<String, Map<String, Map<String, String>>> root = new Yaml().load(MANIFEST.as(Format.COMPOSE));
        assertThat(root.get("services").get("cart")).containsEntry("image", "prod.example/shop/cart@" + CART);
    }

    @Test
    void helmValuesHoldTheParts() {
        Map<String, Map<String, Map<String, Map<String, String>>>> root = new Yaml().load(MANIFEST.as(Format.HELM));
        assertThat(root.get("services").get("cart").get("image"))
                .containsEntry("repository", "shop/cart")
                .containsEntry("tag", "1.4")
                .containsEntry("digest", CART.value());
    }

    @Test
    void kustomizationReplacesByRepository() {
        Map<String, List<Map<String, String>>> root = new Yaml().load(MANIFEST.as(Format.KUSTOMIZE));
        assertThat(root.get("images"))
                .contains(Map.of("name", "prod.example/shop/cart", "digest", CART.value()))
                .hasSize(2);
    }

    @Test
    void I2_manifestOfAnotherSetIsRefused() {
        assertThatThrownBy(() -> new ReleaseManifest(made(Digest.sha256("other")), SET, "prod.example"))
                .hasMessageContaining("shop-17");
        assertThatThrownBy(() -> Format.of("toml")).hasMessageContaining("toml").hasMessageContaining("kustomize");
    }

    @Test
    void releaseIsAnArtifactUnderItsId() throws IOException {
        try (EmbeddedRegistry embedded = EmbeddedRegistry.start()) {
            HttpRegistry registry = new HttpRegistry(
                    RegistrySettings.of(embedded.host()).withPlainHttp(), Clock.systemUTC(), Sleeper.real());
            ReleaseArtifact artifact = new ReleaseArtifact(new Artifacts(registry), "shop/releases");
            Digest digest = artifact.publish(MANIFEST).orElseThrow().digest();
            assertThat(artifact.publish(MANIFEST).orElseThrow().digest())
                    .as("again")
                    .isEqualTo(digest);
            Registry.Manifest stored =
                    registry.manifest("shop/releases", "shop-17").orElseThrow();
            assertThat(stored.descriptor().digest()).isEqualTo(digest);
            JsonNode root = new ObjectMapper().readTree(stored.content());
            assertThat(root.get("artifactType").asText()).isEqualTo(ReleaseArtifact.ARTIFACT_TYPE);
            assertThat(root.get("config").get("digest").asText())
                    .as("of the empty descriptor in the image specification")
                    .isEqualTo("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
            Digest layer = new Digest(root.get("layers").get(0).get("digest").asText());
            assertThat(new String(registry.blob("shop/releases", layer), StandardCharsets.UTF_8))
                    .isEqualTo(MANIFEST.as(Format.JSON));
        }
    }

    @Test
    void CAT_1_kustomizeRefusesTwoImagesOfOneRepository() {
        ImageSet shared = ImageSet.of(Map.of(
                "cart", new PinnedImage("acme/demo", CART, "cart"),
                "pay", new PinnedImage("acme/demo", Digest.sha256("pay"), "pay")));
        ReleaseManifest manifest = new ReleaseManifest(made(shared.digest()), shared, "prod.example");
        assertThatThrownBy(() -> manifest.as(Format.KUSTOMIZE))
                .hasMessageContaining("cart and pay share the repository acme/demo");
        assertThat(manifest.as(Format.HELM))
                .contains(CART.value(), Digest.sha256("pay").value());
        ImageSet same = ImageSet.of(
                Map.of("cart", new PinnedImage("acme/demo", CART, ""), "pay", new PinnedImage("acme/demo", CART, "")));
        assertThat(new ReleaseManifest(made(same.digest()), same, "prod.example").as(Format.KUSTOMIZE))
                .containsOnlyOnce("prod.example/acme/demo");
    }
}
