package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {
    private static final String HEX = "a".repeat(64);
    private static final String BLOB = "{\"digest\":\"sha256:" + HEX + "\",\"size\":7}";

    private static Manifest manifest(String type, String json) {
        byte[] content = json.getBytes(StandardCharsets.UTF_8);
        return new Manifest(new Descriptor(type, Digest.sha256(content), content.length), content);
    }

    @Test
    void reads_config_and_layers() {
        Manifest image = manifest(
                Manifests.OCI_MANIFEST, "{\"config\":" + BLOB + ",\"layers\":[" + BLOB + "],\"subject\":" + BLOB + "}");

        Manifests.Content content = Manifests.read(image);

        Descriptor blob = new Descriptor("", new Digest("sha256:" + HEX), 7);
        assertThat(content.blobs()).containsExactly(blob, blob);
        assertThat(content.subject()).contains(blob);
        assertThat(content.manifests()).isEmpty();
    }

    @Test
    void a_restricted_layer_without_urls_is_copied() {
        String layer = BLOB.replace("{", "{\"mediaType\":\"application/vnd.oci.image.layer.nondistributable.v1.tar\",");
        String withUrls = layer.replace("{", "{\"urls\":[\"https://layers.example\"],");

        Manifests.Content content = Manifests.read(manifest(
                Manifests.OCI_MANIFEST, "{\"config\":" + BLOB + ",\"layers\":[" + layer + "," + withUrls + "]}"));

        assertThat(content.blobs()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "not json",
                "{}",
                "{\"config\":{\"digest\":\"sha256:short\",\"size\":1}}",
                "{\"config\":{\"digest\":\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}",
                "{\"config\":{\"digest\":\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"size\":-1}}"
            })
    void says_that_a_manifest_cannot_be_read(String json) {
        assertUnsupported(manifest(Manifests.OCI_MANIFEST, json));
    }

    /** CVE-2021-41190: the same bytes as an image to one reader and as an index to the other. */
    @Test
    void refuses_a_manifest_that_means_two_things() {
        assertUnsupported(manifest(Manifests.OCI_MANIFEST, "{\"config\":" + BLOB + ",\"manifests\":[]}"));
        assertUnsupported(manifest(Manifests.OCI_INDEX, "{\"manifests\":[],\"layers\":[]}"));
        assertUnsupported(manifest(
                Manifests.OCI_MANIFEST,
                "{\"mediaType\":\"" + Manifests.DOCKER_MANIFEST + "\",\"config\":" + BLOB + "}"));
    }

    private static void assertUnsupported(Manifest manifest) {
        assertThatThrownBy(() -> Manifests.read(manifest))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNSUPPORTED))
                .hasMessageContaining(manifest.descriptor().digest().value());
    }
}
