package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.testkit.registry.BrokenLine;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that are kept for the next request and lead nowhere by then, of which nobody was told. */
class SilentLinesTest {
    private static final int TAGS = 12;
    private static final RegistrySettings.Limits LIMITS = new RegistrySettings.Limits(
            8, 1 << 20, Duration.ofSeconds(5), Duration.ofSeconds(4), 2, Duration.ofMillis(10), Duration.ofSeconds(10));

    private final FakeTime time = new FakeTime();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private EmbeddedRegistry registry;
    private BrokenLine line;
    private HttpRegistry client;
    private String digest;

    @BeforeEach
    void start() throws IOException {
        registry = EmbeddedRegistry.start(RegistryOptions.DEFAULT);
        line = new BrokenLine(registry.host(), 0, false);
        client = new HttpRegistry(
                RegistrySettings.of(line.host()).withPlainHttp().withLimits(LIMITS), time, time);
        SampleImages images = SampleImages.at(registry.origin());
        for (int i = 0; i < TAGS; i++) {
            digest = images.push("shop/cart", "t" + i, SampleImage.of("cart", "1.0"));
        }
        // Several connections are kept then.
        client.resolveAll(tags());
    }

    private static List<Tag> tags() {
        return IntStream.range(0, TAGS)
                .mapToObj(i -> new Tag("shop/cart", "t" + i))
                .toList();
    }

    @AfterEach
    void stop() throws IOException {
        threads.shutdownNow();
        line.close();
        registry.close();
    }

    @Test
    void whatIsAskedIsAskedAgainByAnotherConnection() {
        line.silence();
        assertThat(client.resolve("shop/cart", "t0")).isPresent();
        line.silence();
        assertThat(client.manifest("shop/cart", "t0")).isPresent();
        line.silence();
        assertThat(client.resolveAll(tags())).hasSize(TAGS);
    }

    @Test
    void whatIsPutIsPutAgainByAnotherConnection() {
        Registry.Manifest manifest = client.manifest("shop/cart", "t0").orElseThrow();
        line.silence();
        client.tag("shop/cart", manifest.descriptor().digest(), "next");
        assertThat(registry.tags("shop/cart")).containsEntry("next", digest);
    }

    @Test
    void blobsAreUploadedByAnotherConnection() {
        line.silence();
        new HttpImageCopier(CopySettings.DEFAULT, threads)
                .copy(client, "shop/cart", new Digest(digest), client, "live/cart");
        assertThat(registry.manifest("live/cart", digest)).isPresent();
    }
}
