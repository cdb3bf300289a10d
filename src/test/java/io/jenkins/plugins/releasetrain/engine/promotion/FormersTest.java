package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import io.jenkins.plugins.releasetrain.engine.store.EventCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FormersTest {
    private static final int MANY = 20;

    private static Manifest manifest(byte[] content) {
        return new Manifest(
                new Descriptor("application/vnd.oci.image.manifest.v1+json", Digest.sha256(content), content.length),
                content);
    }

    /** With layers of its own and those of a base image that all have. */
    private static Manifest image(int number, int shared, int own) {
        StringBuilder layers = new StringBuilder();
        for (int i = 0; i < shared + own; i++) {
            Digest digest = Digest.sha256(new byte[] {(byte) (i < shared ? 0 : number), (byte) i});
            layers.append(i == 0 ? "" : ",")
                    .append("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"")
                    .append(digest)
                    .append("\",\"size\":")
                    .append(1_000_000 + 7919 * i)
                    .append('}');
        }
        return manifest(("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":"
                        + "{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\""
                        + Digest.sha256(new byte[] {(byte) number}) + "\",\"size\":7023},\"layers\":[" + layers + "]}")
                .getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void I1_bytesComeBackAsTheyWere() {
        byte[] odd = new byte[256];
        for (int i = 0; i < odd.length; i++) {
            odd[i] = (byte) i;
        }
        List<List<Manifest>> wholes = List.of(
                List.of(manifest(odd), manifest("ä\n\u2028\"".getBytes(StandardCharsets.UTF_8))),
                List.of(image(1, 2, 3)));
        List<List<Manifest>> back = Formers.unpacked(Formers.packed(wholes).orElseThrow());
        assertThat(back).usingRecursiveComparison().isEqualTo(wholes);
    }

    @Test
    void nothingIsKeptAsNothing() {
        assertThat(Formers.packed(List.of())).isEmpty();
        assertThat(Formers.packed(List.of(List.of(), List.of()))).isEmpty();
        Event nothing = new Event.TagsMoving("p-1", List.of("shop/cart:1"), Optional.empty());
        assertThat(new EventCodec().write(nothing)).isEqualTo("{\"promotion\":\"p-1\",\"tags\":[\"shop/cart:1\"]}");
    }

    /** Whoever pushes decides how large a manifest is. */
    @Test
    void whatIsTooMuchForOneEventIsLeft() {
        byte[] large = new byte[3 << 20];
        new Random(1).nextBytes(large);
        byte[] other = large.clone();
        other[0]++;
        List<List<Manifest>> wholes =
                List.of(List.of(manifest(large)), List.of(manifest(other)), List.of(image(1, 1, 1)));
        assertThat(Formers.unpacked(Formers.packed(wholes).orElseThrow()))
                .extracting(whole -> whole.get(0).descriptor().digest())
                .containsExactly(
                        manifest(large).descriptor().digest(),
                        image(1, 1, 1).descriptor().digest());
    }

    /** A usual manifest has 1 to 3 kB; of twenty services with a common base each takes less than that in the store. */
    @Test
    void whatIsCommonIsKeptOnce() {
        List<List<Manifest>> wholes = new ArrayList<>();
        for (int i = 1; i <= MANY; i++) {
            wholes.add(List.of(image(i, 5, 3)));
        }
        int bytes = wholes.get(0).get(0).content().length;
        int alone = Formers.packed(wholes.subList(0, 1)).orElseThrow().length();
        int together = Formers.packed(wholes).orElseThrow().length() / MANY;
        assertThat(alone).as("alone, of " + bytes).isLessThan(bytes);
        assertThat(together).as("among " + MANY).isLessThan(bytes / 2);
    }
}
