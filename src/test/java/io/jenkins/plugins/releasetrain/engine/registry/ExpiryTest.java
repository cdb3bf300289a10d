package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Images of dev that are labelled to be deleted: Quay deletes them in production as well, which is told and no reason to refuse. */
class ExpiryTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0").label("quay.expires-after", "2w");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final List<ImageCopier.Image> IMAGES =
            List.of(new ImageCopier.Image("shop/cart", DIGEST, "live/cart"));

    private final FakeTime time = new FakeTime();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);

    @RegisterExtension
    private final Opened open = new Opened();

    @Test
    void whatQuayWillDeleteIsToldInPlanAndLog() throws IOException {
        EmbeddedRegistry source = open.holding(RegistryOptions.DEFAULT, CART);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        HttpRegistry from = Opened.client(source, time);
        HttpRegistry to = Opened.client(target, time);
        CopyPlan plan = copier.plan(from, to, IMAGES);
        assertThat(plan.notes())
                .singleElement()
                .asString()
                .contains("live/cart@" + DIGEST.abbreviated() + " (2w)", "quay.expires-after", target.host());

        List<String> told = new ArrayList<>();
        copier.carryOut(plan, from, to, new Notes(told));
        assertThat(told).isEqualTo(plan.notes());
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
        assertThat(source.exchanges().stream()
                        .filter(x -> x.method().equals("GET") && x.path().contains("/blobs/")))
                .as("each blob is read once")
                .hasSize(CART.content().blobs().size());

        // Content that came early is there by now.
        assertThat(copier.plan(from, to, IMAGES).notes()).isEqualTo(plan.notes());
    }

    @Test
    void manyAreToldAtOnce() throws IOException {
        EmbeddedRegistry source = open.start(RegistryOptions.DEFAULT);
        SampleImages images = SampleImages.at(source.origin());
        List<ImageCopier.Image> all = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            SampleImage image = SampleImage.of("s" + i, "1").label("quay.expires-after", "3d");
            all.add(new ImageCopier.Image(
                    "shop/cart", new Digest(images.push("shop/cart", "v" + i, image)), "live/s" + i));
        }
        CopyPlan plan =
                copier.plan(Opened.client(source, time), Opened.client(open.start(RegistryOptions.DEFAULT), time), all);
        assertThat(plan.notes()).singleElement().asString().contains("live/s0", "and 2 more");
    }

    /** Telling never decides (I11). */
    @Test
    void I11_whatCannotBeReadIsNotToldAndStopsNothing() throws IOException {
        EmbeddedRegistry source = open.holding(RegistryOptions.DEFAULT, CART);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        source.failNext(1, r -> r.is("GET", "/blobs/"), Failure.status(404, "BLOB_UNKNOWN", "not now"));
        copier.copy(Opened.client(source, time), "shop/cart", DIGEST, Opened.client(target, time), "live/cart");
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }
}
