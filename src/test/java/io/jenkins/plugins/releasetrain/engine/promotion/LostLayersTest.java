package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A registry that holds a manifest still and has lost what it refers to (distribution#3045: collected during a push; I6). */
class LostLayersTest {
    private static final String REPOSITORY = "shop/s0";

    private static String lose(HttpWorld world, SampleImage image) {
        SampleImage.Content content = image.content();
        // The last one is this image's own.
        String layer = content.digest(content.blobs().get(content.blobs().size() - 1));
        world.production.loseBlob(REPOSITORY, layer);
        return layer;
    }

    /** It was there by its digest, so that nothing seemed to be missing; its tag is refused. */
    @Test
    void contentOfWhichALayerIsLostIsBroughtAgain() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            SampleImage second = SampleImage.of("s0", "2");
            SampleImages.at(world.production.origin())
                    .push(REPOSITORY, second.content().digest(), second);
            String layer = lose(world, second);

            assertThat(world.oneByOne().promote(world.request("p1")).promoted()).isTrue();
            assertThat(world.tags()).isEqualTo(world.promoted());
            assertThat(world.production.blob(REPOSITORY, layer)).isPresent();
        }
    }

    /** The same of an index whose platform is lost. */
    @Test
    void indexOfWhichAPlatformIsLostIsBroughtAgain() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            List<SampleImage> platforms =
                    List.of(SampleImage.of("s0", "3"), SampleImage.of("s0", "3").architecture("arm64"));
            String index = SampleImages.at(world.dev.origin()).pushIndex("dev/s0", "3", platforms);
            SampleImages.at(world.production.origin()).pushIndex(REPOSITORY, "other", platforms);
            String layer = lose(world, platforms.get(0));

            Promoter.Request usual = world.request("p1");
            Promoter.Request request = new Promoter.Request(
                    "p1",
                    "",
                    usual.source(),
                    usual.target(),
                    List.of(new Promoter.Item("dev/s0", REPOSITORY, new Digest(index), "production", true)),
                    usual.expected());
            world.production.failNext(
                    1, r -> r.is("PUT", "/manifests/production"), Failure.status(404, "MANIFEST_UNKNOWN", "unknown"));
            assertThat(world.oneByOne().promote(request).promoted()).isTrue();
            assertThat(world.production.blob(REPOSITORY, layer)).isPresent();
        }
    }

    /** What production ran comes back whole, where it was promoted from. */
    @Test
    void I6_formerOfWhichALayerIsLostIsBroughtAgain() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            SampleImage first = SampleImage.of("s0", "1");
            SampleImages.at(world.dev.origin()).push("dev/s0", "1", first);
            String layer = lose(world, first);
            world.production.failNext(
                    1, r -> r.is("PUT", "/v2/shop/s1/manifests/production"), Failure.status(403, "DENIED", "no"));

            assertThat(world.oneByOne().promote(world.request("p1")))
                    .returns(false, Promoter.Result::promoted)
                    .returns(true, Promoter.Result::ended);
            assertThat(world.tags()).isEqualTo(world.before);
            assertThat(world.production.blob(REPOSITORY, layer)).isPresent();
        }
    }
}
