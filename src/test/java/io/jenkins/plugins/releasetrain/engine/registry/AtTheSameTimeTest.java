package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever does not need another's answer is asked at the same time: a single image waits for few requests in a row. */
class AtTheSameTimeTest {
    private static final SampleImage CART =
            SampleImage.of("cart", "1.0").random(1, 9_000).random(2, 9_000);
    private static final Digest DIGEST = new Digest(CART.content().digest());

    private final FakeTime time = new FakeTime();
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, threads);
    private final AtomicInteger metNobody = new AtomicInteger();
    private EmbeddedRegistry source;
    private EmbeddedRegistry target;

    @BeforeEach
    void start() throws IOException {
        source = EmbeddedRegistry.start(RegistryOptions.DEFAULT);
        target = EmbeddedRegistry.start(RegistryOptions.DEFAULT);
        SampleImages.at(source.origin()).push("shop/cart", "1.0", CART);
    }

    @AfterEach
    void stop() {
        source.close();
        target.close();
        threads.shutdownNow();
    }

    /** Requests that are answered only when so many of their kind are there. */
    private void meeting(EmbeddedRegistry registry, CountDownLatch all, String method, String path) {
        registry.failNext(
                99,
                r -> {
                    if (r.is(method, path)) {
                        all.countDown();
                        try {
                            if (!all.await(10, TimeUnit.SECONDS)) {
                                metNobody.incrementAndGet();
                            }
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                    return false;
                },
                right -> right);
    }

    private void copy() {
        copier.copy(client(source), "shop/cart", DIGEST, client(target), "shop/cart");
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), time, time);
    }

    @Test
    void the_source_is_asked_what_is_said_of_an_image_while_the_target_is_asked_for_it() {
        CountDownLatch both = new CountDownLatch(2);
        meeting(target, both, "HEAD", "/manifests/");
        meeting(source, both, "GET", "/tags/list");

        copy();

        assertThat(metNobody).hasValue(0);
        assertThat(target.manifest("shop/cart", DIGEST.value())).isPresent();
    }

    @Test
    void blobs_of_one_image_are_looked_for_at_once() {
        CountDownLatch all = new CountDownLatch(CART.content().blobs().size());
        meeting(target, all, "HEAD", "/blobs/");

        copy();

        assertThat(metNobody).hasValue(0);
    }

    @Test
    void what_is_said_is_asked_for_once() {
        copy();

        // And another one an hour, whether lists say anything.
        assertThat(source.exchanges().stream()
                        .filter(e -> e.path().contains("/tags/list"))
                        .filter(e -> !e.query().equals(Map.of("n", List.of("1")))))
                .hasSize(1);
        assertThat(source.exchanges().stream().filter(e -> e.path().contains("/referrers/" + DIGEST)))
                .hasSize(1);
    }
}
