package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Report;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferrerCopyTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final String TYPE = Manifests.OCI_MANIFEST;

    private final ImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);
    private final List<EmbeddedRegistry> open = new ArrayList<>();
    private EmbeddedRegistry source;
    private EmbeddedRegistry target;
    private Digest image;

    private void start(boolean sourceLists, boolean targetLists) throws IOException {
        source = start(sourceLists);
        target = start(targetLists);
        image = new Digest(images().push("shop/cart", "1.0", CART));
    }

    private EmbeddedRegistry start(boolean lists) throws IOException {
        EmbeddedRegistry registry =
                EmbeddedRegistry.start(lists ? RegistryOptions.DEFAULT : RegistryOptions.DEFAULT.withoutReferrers());
        open.add(registry);
        return registry;
    }

    @AfterEach
    void stop() {
        open.forEach(EmbeddedRegistry::close);
    }

    private SampleImages images() {
        return SampleImages.at(source.origin());
    }

    private static HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), Clock.systemUTC(), d -> {});
    }

    private Report copy() {
        return copier.copy(client(source), "shop/cart", image, client(target), "live/cart");
    }

    private Digest signed(Digest subject, String text) {
        Digest signature = new Digest(images().pushReferrer("shop/cart", subject.value(), TYPE, text));
        if (client(source).listings().referrers("shop/cart", subject).isEmpty()) {
            Map<Digest, JsonNode> now = Attachments.tagged(client(source), "shop/cart", subject);
            String descriptor = "{\"mediaType\":\"" + TYPE + "\",\"digest\":\"" + signature + "\",\"size\":9}";
            String others =
                    String.join("", now.values().stream().map(d -> "," + d).toList());
            images().pushManifest(
                            "shop/cart",
                            Attachments.tag(subject),
                            Manifests.OCI_INDEX,
                            ("{\"schemaVersion\":2,\"manifests\":[" + descriptor + others + "]}")
                                    .getBytes(StandardCharsets.UTF_8));
        }
        return signature;
    }

    private List<Digest> found(Digest subject) {
        HttpRegistry live = client(target);
        return List.copyOf(live.listings()
                .referrers("live/cart", subject)
                .orElseGet(() -> Attachments.tagged(live, "live/cart", subject))
                .keySet());
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void signatures_go_along_whoever_lists_them(boolean sourceLists, boolean targetLists) throws IOException {
        start(sourceLists, targetLists);
        Digest signature = signed(image, "signature");
        Digest bill = signed(image, "bill of materials");
        Digest signatureOfBill = signed(bill, "signature of the bill");

        copy();

        assertThat(found(image)).containsExactlyInAnyOrder(signature, bill);
        assertThat(found(bill)).containsExactly(signatureOfBill);
        assertThat(target.manifest("live/cart", signature.value()))
                .contains(source.manifest("shop/cart", signature.value()).orElseThrow());
        assertThat(copy()).isEqualTo(Report.NOTHING);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void a_signature_that_was_made_later_follows(boolean targetLists) throws IOException {
        start(true, targetLists);
        Digest first = signed(image, "first");
        copy();
        Digest second = signed(image, "second");

        copy();

        assertThat(found(image)).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void what_was_signed_at_the_target_stays() throws IOException {
        start(true, false);
        copy();
        SampleImages there = SampleImages.at(target.origin());
        Digest own = new Digest(there.pushReferrer("live/cart", image.value(), TYPE, "own"));
        there.pushManifest(
                "live/cart",
                Attachments.tag(image),
                Manifests.OCI_INDEX,
                ("""
                {"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":9}]}\
                """.formatted(TYPE, own)).getBytes(StandardCharsets.UTF_8));
        String ownTag = there.push("live/cart", Attachments.tag(image) + ".sig", SampleImage.of("own", "signature"));
        images().push("shop/cart", Attachments.tag(image) + ".sig", SampleImage.of("another", "signature"));
        Digest signature = signed(image, "signature");

        copy();

        assertThat(found(image)).containsExactlyInAnyOrder(own, signature);
        assertThat(target.tags("live/cart")).containsEntry(Attachments.tag(image) + ".sig", ownTag);
    }

    /** Clients that keep the list know nothing of each other: what one adds the next one's list lacks. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void a_list_that_somebody_else_overwrites_at_the_same_time_is_written_again(int times) throws IOException {
        start(true, false);
        String tag = Attachments.tag(image);
        AtomicReference<byte[]> list = new AtomicReference<>();
        AtomicReference<SampleImages> others = new AtomicReference<>();
        target = EmbeddedRegistry.start(RegistryOptions.DEFAULT
                .withoutReferrers()
                .being(Oddities.followedBy(
                        times,
                        r -> r.is("PUT", "/manifests/" + tag) && !Arrays.equals(r.body(), list.get()),
                        () -> others.get().pushManifest("live/cart", tag, Manifests.OCI_INDEX, list.get()))));
        open.add(target);
        others.set(SampleImages.at(target.origin()));
        Digest own = new Digest(others.get().pushReferrer("live/cart", image.value(), TYPE, "of somebody else"));
        list.set(("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" + TYPE + "\",\"digest\":\"" + own
                        + "\",\"size\":9}]}")
                .getBytes(StandardCharsets.UTF_8));
        Digest signature = signed(image, "signature");

        copy();

        assertThat(found(image)).containsExactlyInAnyOrder(own, signature);
    }

    @Test
    void the_tags_of_cosign_go_along() throws IOException {
        start(true, true);
        String signature =
                images().push("shop/cart", Attachments.tag(image) + ".sig", SampleImage.of("cart", "signature"));

        copy();

        assertThat(target.tags("live/cart")).containsOnlyKeys(Attachments.tag(image) + ".sig");
        assertThat(target.tags("live/cart")).containsValue(signature);
    }

    @Test
    void a_list_that_names_what_is_gone_does_no_harm() throws IOException {
        start(false, true);
        Digest signature = signed(image, "signature");
        client(source)
                .transport()
                .document(Call.of(
                        "delete",
                        "DELETE",
                        client(source).transport().uri("/v2/shop/cart/manifests/" + signature),
                        Scope.push("shop/cart")));

        copy();

        assertThat(found(image)).isEmpty();
        assertThat(target.manifest("live/cart", image.value())).isPresent();
    }
}
