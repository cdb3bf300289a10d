package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Report;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Limits;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfers that are slow, stand still, break, or are larger than they should be. */
class RegistryStreamsTest {
    private static final int LARGE = 24 << 20;
    private static final SampleImage CART = SampleImage.empty().random(1, LARGE);
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final List<EmbeddedRegistry> open = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, threads);

    @AfterEach
    void close() {
        open.forEach(EmbeddedRegistry::close);
        threads.shutdownNow();
    }

    private EmbeddedRegistry start(Personality... personalities) throws IOException {
        RegistryOptions options = RegistryOptions.DEFAULT;
        for (Personality personality : personalities) {
            options = options.being(personality);
        }
        EmbeddedRegistry registry = EmbeddedRegistry.start(options);
        open.add(registry);
        return registry;
    }

    private EmbeddedRegistry source() throws IOException {
        EmbeddedRegistry source = start();
        SampleImages.at(source.origin()).push("shop/cart", "1.0", CART);
        return source;
    }

    private static HttpRegistry client(EmbeddedRegistry registry, int attempts) {
        Limits limits = new Limits(
                8, 16 << 20, Duration.ofSeconds(9), PATIENCE, attempts, Duration.ofMillis(1), Duration.ofSeconds(9));
        return new HttpRegistry(
                RegistrySettings.of(registry.host()).withPlainHttp().withLimits(limits),
                new RegistryConnections(Clock.systemUTC(), Sleeper.real(), () -> 0));
    }

    private Report copy(EmbeddedRegistry source, EmbeddedRegistry target, int attempts) {
        return copier.copy(client(source, attempts), "shop/cart", DIGEST, client(target, attempts), "live/cart");
    }

    /** What a slow line or a slow disk takes; the registry is what waits here, not the test. */
    private static void pause(Duration time) {
        try {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void RG_1_an_upload_that_moves_is_never_given_up() throws IOException {
        EmbeddedRegistry target = start(Personalities.readingSlowly(LARGE / 8, () -> pause(PATIENCE.dividedBy(4))));

        Report report = copy(source(), target, 1);

        assertThat(report.copiedBlobs()).isEqualTo(2);
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    /** The machine takes some megabytes of an upload at once, and then nothing until a third of them has left. */
    @Test
    void RG_1_a_slow_line_is_no_standstill() throws IOException {
        EmbeddedRegistry target = start(Personalities.readingSlowly(512 << 10, () -> pause(PATIENCE)));
        EmbeddedRegistry source = start();
        SampleImage cart = SampleImage.empty().random(1, 6 << 20);
        SampleImages.at(source.origin()).push("shop/cart", "1.0", cart);

        Digest digest = new Digest(cart.content().digest());
        copier.copy(client(source, 1), "shop/cart", digest, client(target, 1), "live/cart");

        assertThat(target.manifest("live/cart", digest.value())).isPresent();
    }

    /** Less than what is read at once comes in the time in which something must move. */
    @Test
    void RG_1_a_slow_source_is_no_standstill() throws IOException {
        List<String> ranges = new CopyOnWriteArrayList<>();
        EmbeddedRegistry source = start(
                Personalities.givingSlowly(
                        64 << 10, () -> pause(PATIENCE.multipliedBy(2).dividedBy(3))),
                (request, rest) -> {
                    request.header("Range").ifPresent(ranges::add);
                    return rest.answer(request);
                });
        SampleImage cart = SampleImage.empty().random(1, 400 << 10);
        SampleImages.at(source.origin()).push("shop/cart", "1.0", cart);
        EmbeddedRegistry target = start();

        Digest digest = new Digest(cart.content().digest());
        copier.copy(client(source, 1), "shop/cart", digest, client(target, 1), "live/cart");

        assertThat(target.manifest("live/cart", digest.value())).isPresent();
        assertThat(ranges).as("opened once").isEmpty();
    }

    @Test
    void RG_1_storing_may_take_longer_than_an_answer() throws IOException {
        EmbeddedRegistry target = start((request, rest) -> {
            if (request.is("PUT", "/uploads/") && request.body().length > 1 << 20) {
                pause(PATIENCE.multipliedBy(3).dividedBy(2));
            }
            return rest.answer(request);
        });

        assertThat(copy(source(), target, 1).copiedBlobs()).isEqualTo(2);
    }

    @Test
    void RG_1_an_upload_that_stands_still_is_given_up() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        EmbeddedRegistry target = start(Personalities.readingSlowly(1 << 20, () -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        EmbeddedRegistry source = source();

        EngineException e = catchThrowableOfType(EngineException.class, () -> copy(source, target, 1));
        over.countDown();

        assertThat(e.kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(e).hasMessageContaining("made no progress for 2 s");
    }

    /** A store that lost the end of a blob would be asked for it for ever. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void I1_a_blob_that_is_shorter_than_its_image_says_is_damaged(boolean afterABreak) throws IOException {
        EmbeddedRegistry source = start();
        SampleImages images = SampleImages.at(source.origin());
        String config = images.pushBlob("shop/cart", "{}".getBytes(StandardCharsets.UTF_8));
        String layer = images.pushBlob("shop/cart", new byte[9_000]);
        String manifest =
                "{\"schemaVersion\":2,\"mediaType\":\"" + Manifests.OCI_MANIFEST + "\",\"config\":{\"digest\":\""
                        + config + "\",\"size\":2},\"layers\":[{\"digest\":\"" + layer + "\",\"size\":10000}]}";
        Digest digest = new Digest(images.pushManifest(
                "shop/cart", "1.0", Manifests.OCI_MANIFEST, manifest.getBytes(StandardCharsets.UTF_8)));
        source.failNext(afterABreak ? 1 : 0, r -> r.is("GET", "/blobs/" + layer), Failure.cut(5_000));
        EmbeddedRegistry target = start();

        EngineException e = catchThrowableOfType(
                EngineException.class,
                () -> copier.copy(client(source, 2), "shop/cart", digest, client(target, 2), "live/cart"));

        assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.DIGEST_MISMATCH);
        assertThat(e).hasMessageContaining("9000 bytes").hasMessageContaining("10000");
        assertThat(target.manifest("live/cart", digest.value())).isEmpty();
    }

    @Test
    void an_upload_that_breaks_goes_on_where_the_registry_keeps_it() throws IOException {
        EmbeddedRegistry source = source();
        EmbeddedRegistry target = start(Personalities.breakingUploadsAfter(17 << 20, 1, true));
        List<String> ranges = new CopyOnWriteArrayList<>();
        source.failNext(
                9,
                r -> {
                    r.header("Range").ifPresent(ranges::add);
                    return false;
                },
                right -> right);

        copy(source, target, 3);

        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
        assertThat(ranges)
                .as("read again from the last state of the digest before the break")
                .hasSize(1);
        assertThat(Long.parseLong(ranges.get(0).replaceAll("bytes=|-.*", ""))).isBetween(8L << 20, 17L << 20);
        assertThat(target.exchanges().stream().filter(e -> e.method().equals("POST") && e.status() == 202))
                .as("one upload a blob")
                .hasSize(2);
    }

    @Test
    void an_upload_that_breaks_begins_again_where_the_registry_forgot_it_and_is_cancelled() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        EmbeddedRegistry target = start(Personalities.breakingUploadsAfter(17 << 20, 1, false), (request, rest) -> {
            if (request.method().equals("DELETE")) {
                cancelled.countDown();
            }
            return request.is("GET", "/uploads/")
                    ? Reply.error(404, "BLOB_UPLOAD_UNKNOWN", "gone")
                    : rest.answer(request);
        });

        copy(source(), target, 3);

        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
        assertThat(cancelled.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void B25_an_upload_that_is_given_up_is_cancelled() throws Exception {
        EmbeddedRegistry source = source();
        source.failNext(99, r -> r.is("GET", "/blobs/"), Failure.wrongContent());
        CountDownLatch cancelled = new CountDownLatch(1);
        EmbeddedRegistry target = start((request, rest) -> {
            if (request.method().equals("DELETE")) {
                cancelled.countDown();
            }
            return rest.answer(request);
        });

        EngineException e = catchThrowableOfType(EngineException.class, () -> copy(source, target, 1));

        assertThat(e.kind()).isEqualTo(FailureKind.DIGEST_MISMATCH);
        assertThat(cancelled.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void B29_a_source_that_stands_still_is_read_on_by_range() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        EmbeddedRegistry source = source();
        source.failNext(1, r -> r.is("GET", "/blobs/") && r.header("Range").isEmpty(), Failure.stalled(200_000, over));
        source.failNext(1, r -> r.is("GET", "/blobs/") && r.header("Range").isEmpty(), Failure.stalled(200_000, over));
        EmbeddedRegistry target = start();

        copy(source, target, 2);
        over.countDown();

        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    @Test
    void one_that_lies_about_its_blobs_gets_them() throws IOException {
        EmbeddedRegistry target = start(Personalities.lyingAboutBlobs());

        copy(source(), target, 1);

        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    @Test
    void one_that_resets_gets_them() throws IOException {
        EmbeddedRegistry target = start(Personalities.failingEvery(3, Failure.cut(0)));

        copy(source(), target, 9);

        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    @Test
    void B12_content_that_was_collected_between_content_and_tag_comes_back_with_its_bytes() throws IOException {
        EmbeddedRegistry source = source();
        EmbeddedRegistry target = start();
        HttpRegistry from = client(source, 1);
        HttpRegistry to = client(target, 1);
        copier.copy(from, "shop/cart", DIGEST, to, "live/cart");
        target.collectUntagged("live/cart");
        assertThat(target.manifest("live/cart", DIGEST.value())).isEmpty();

        to.tag("live/cart", DIGEST, "1.0");

        assertThat(target.tags("live/cart")).containsEntry("1.0", DIGEST.value());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void B5_however_many_images_few_threads_are_lent(int times) throws IOException {
        EmbeddedRegistry source = start();
        EmbeddedRegistry target = start();
        List<Image> images = new ArrayList<>();
        for (int i = 0; i < 60 * times; i++) {
            SampleImage image = SampleImage.of("s" + i, "1.0");
            SampleImages.at(source.origin()).push("shop/s" + i, "1.0", image);
            images.add(new Image("shop/s" + i, new Digest(image.content().digest()), "live/s" + i));
        }
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        HttpImageCopier counting = new HttpImageCopier(
                CopySettings.DEFAULT,
                work -> threads.execute(() -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    try {
                        work.run();
                    } finally {
                        now.decrementAndGet();
                    }
                }));
        HttpRegistry from = client(source, 3);
        HttpRegistry to = client(target, 3);

        CopyPlan plan = counting.plan(from, to, images);
        Report report = counting.carryOut(plan, from, to, CopyProgress.NONE);

        assertThat(report.copiedManifests()).isEqualTo(images.size());
        assertThat(plan.missingImages()).isEqualTo(images.size());
        assertThat(most.get()).isLessThanOrEqualTo(32);
        assertThat(counting.plan(from, to, images).missingImages()).isZero();
    }

    @Test
    void B17_indexes_that_nest_too_deep_are_refused() throws IOException {
        EmbeddedRegistry source = start();
        EmbeddedRegistry target = start();
        SampleImages images = SampleImages.at(source.origin());
        String inner = images.push("shop/cart", "1.0", SampleImage.of("cart", "1.0"));
        String type = Manifests.OCI_MANIFEST;
        for (int i = 0; i < 20; i++) {
            String index = "{\"schemaVersion\":2,\"mediaType\":\"" + Manifests.OCI_INDEX
                    + "\",\"manifests\":[{\"mediaType\":\"" + type + "\",\"digest\":\"" + inner + "\",\"size\":1}]}";
            inner = images.pushManifest(
                    "shop/cart", "deep", Manifests.OCI_INDEX, index.getBytes(StandardCharsets.UTF_8));
            type = Manifests.OCI_INDEX;
        }
        Digest deep = new Digest(inner);

        EngineException e = catchThrowableOfType(
                EngineException.class,
                () -> copier.copy(client(source, 1), "shop/cart", deep, client(target, 1), "live/cart"));

        assertThat(e.kind()).isEqualTo(FailureKind.TOO_LARGE);
        assertThat(target.exchanges()).noneMatch(x -> x.method().equals("PUT"));
    }
}
