package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Report;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry.Exchange;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpImageCopierTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0").random(1, 400_000);
    private static final Digest DIGEST = new Digest(CART.content().digest());

    private final FakeTime time = new FakeTime();
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT.withoutReferrers(), threads);
    private final List<EmbeddedRegistry> open = new ArrayList<>();
    private EmbeddedRegistry source;
    private EmbeddedRegistry target;
    private HttpRegistry from;
    private HttpRegistry to;

    @BeforeEach
    void start() throws IOException {
        source = start(RegistryOptions.DEFAULT);
        target = start(RegistryOptions.DEFAULT);
        from = client(source);
        to = client(target);
        SampleImages.at(source.origin()).push("shop/cart", "1.0", CART);
    }

    @AfterEach
    void stop() {
        open.forEach(EmbeddedRegistry::close);
        threads.shutdownNow();
    }

    private EmbeddedRegistry start(RegistryOptions options) throws IOException {
        EmbeddedRegistry registry = EmbeddedRegistry.start(options);
        open.add(registry);
        return registry;
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), time, time);
    }

    private Report copy() {
        return copier.copy(from, "shop/cart", DIGEST, to, "shop/cart");
    }

    private static EngineException failure(FailureKind kind, ThrowingCallable action) {
        EngineException e = catchThrowableOfType(EngineException.class, action);
        assertThat(e).isNotNull();
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
        return e;
    }

    /** Uploads begun; a mount of a blob from its own repository asks whether it is there, and begins one if not. */
    private static long uploads(EmbeddedRegistry registry) {
        return registry.exchanges().stream()
                .filter(e -> e.method().equals("POST") && e.status() == 202)
                .count();
    }

    private static long count(EmbeddedRegistry registry, String method, String pathPart) {
        return registry.exchanges().stream()
                .filter(e -> e.method().equals(method) && e.path().contains(pathPart))
                .count();
    }

    private void assertCopied() {
        assertThat(target.manifest("shop/cart", DIGEST.value()))
                .contains(CART.content().manifest());
    }

    @Test
    void the_manifest_comes_after_everything_that_it_refers_to() {
        copy();

        List<String> puts = target.exchanges().stream()
                .filter(e -> e.method().equals("PUT"))
                .map(Exchange::path)
                .toList();
        assertThat(puts).hasSize(5);
        assertThat(puts.get(4)).endsWith("/manifests/" + DIGEST);
        assertThat(target.openUploadsAtLast()).isZero();
    }

    @Test
    void asks_no_more_than_it_needs() {
        copy();

        assertThat(source.exchanges().stream().filter(e -> e.method().equals("GET")))
                .as("the manifest and four blobs")
                .hasSize(5);
        assertThat(target.exchanges())
                .as("manifest HEAD and PUT, for each of four blobs HEAD, POST and PUT, once a question about mounts")
                .hasSize(2 + 4 * 3 + 1);
    }

    @Test
    void asks_less_once_it_knows_that_the_registry_mounts_from_itself() {
        copy();
        SampleImage other = SampleImage.of("cart", "2.0").random(2, 9_000);
        Digest digest = new Digest(SampleImages.at(source.origin()).push("shop/cart", "2.0", other));
        target.forgetExchanges();

        Report report = copier.copy(from, "shop/cart", digest, to, "shop/cart");

        assertThat(target.exchanges())
                .as("manifest HEAD and PUT, for each blob that is new POST and PUT")
                .hasSize(2 + 2 * report.copiedBlobs());
    }

    @Test
    void I1_content_that_differs_is_never_committed() {
        source.failNext(99, r -> r.is("GET", "/blobs/"), Failure.wrongContent());

        assertThat(failure(FailureKind.DIGEST_MISMATCH, this::copy))
                .hasMessageContaining("Nothing of it was committed");

        assertThat(target.manifest("shop/cart", DIGEST.value())).isEmpty();
        assertThat(count(target, "PUT", "")).as("no upload was completed").isZero();
    }

    @Test
    void I1_content_that_is_longer_than_described_is_never_committed() {
        source.failNext(99, r -> r.is("GET", "/blobs/"), right -> {
            byte[] longer = Arrays.copyOf(right.body(), right.body().length + 1);
            return right.body(longer);
        });

        failure(FailureKind.DIGEST_MISMATCH, this::copy);

        assertThat(count(target, "PUT", "")).isZero();
    }

    @Test
    void goes_on_where_the_source_cut_the_connection() {
        source.failNext(1, r -> r.is("GET", "/blobs/") && r.header("Range").isEmpty(), Failure.cut(200));

        Report report = copy();

        assertThat(report.copiedBlobs()).isEqualTo(4);
        assertCopied();
    }

    @Test
    void a_large_blob_is_not_sent_again_from_its_beginning() {
        String large = CART.content().digest(CART.content().blobs().get(3));
        source.failNext(1, r -> r.path().endsWith(large), Failure.cut(300_000));
        AtomicReference<String> range = new AtomicReference<>("");
        source.failNext(1, r -> r.path().endsWith(large) && r.header("Range").isPresent(), right -> {
            range.set(right.headers().get("Content-Range"));
            return right;
        });

        copy();

        assertCopied();
        // What the client had received but not given yet when the connection broke is asked for again.
        assertThat(Integer.parseInt(range.get().split("[ -]")[1])).isBetween(65_536, 300_000);
        assertThat(uploads(target)).as("one upload a blob").isEqualTo(4);
    }

    @Test
    void skips_to_the_place_where_the_source_knows_no_ranges() {
        String large = CART.content().digest(CART.content().blobs().get(3));
        byte[] whole = CART.content().blobs().get(3);
        source.failNext(1, r -> r.path().endsWith(large), Failure.cut(300_000));
        source.failNext(
                1, r -> r.header("Range").isPresent(), right -> Reply.of(200).body(whole));

        copy();

        assertCopied();
    }

    @Test
    void begins_an_upload_again_when_the_target_breaks_it() {
        target.failNext(1, r -> r.is("PUT", "/uploads/"), Failure.cut(0));
        target.failNext(1, r -> r.is("PUT", "/uploads/"), Failure.unavailable());

        assertThat(copy().copiedBlobs()).isEqualTo(4);

        assertCopied();
        assertThat(time.sleeps()).isNotEmpty();
    }

    @Test
    void gives_up_a_source_that_always_breaks_and_says_so() {
        source.failNext(999, r -> r.is("GET", "/blobs/"), Failure.cut(100));

        assertThat(failure(FailureKind.UNAVAILABLE, this::copy)).hasMessageContaining("source registry's health");
        assertThat(target.manifest("shop/cart", DIGEST.value())).isEmpty();
    }

    @Test
    void waits_as_the_target_asks() {
        target.failNext(1, r -> r.is("POST", "/uploads/"), Failure.tooManyRequests("5"));

        copy();

        assertCopied();
        assertThat(time.sleeps()).isNotEmpty().allMatch(d -> d.toSeconds() <= 5);
    }

    @Test
    void copies_nothing_of_an_image_above_the_limit() {
        HttpImageCopier limited = new HttpImageCopier(CopySettings.DEFAULT.withImageBytes(100_000), threads);

        assertThat(failure(FailureKind.TOO_LARGE, () -> limited.copy(from, "shop/cart", DIGEST, to, "shop/cart")))
                .hasMessageContaining("the limit is 100000")
                .hasMessageContaining("Nothing was copied");
        assertThat(target.exchanges()).extracting(Exchange::method).containsOnly("HEAD");
    }

    @Test
    void says_what_the_source_does_not_hold() {
        Digest absent = Digest.sha256("absent");

        assertThat(failure(FailureKind.NOT_FOUND, () -> copier.copy(from, "shop/cart", absent, to, "shop/cart")))
                .hasMessageContaining(source.host() + "/shop/cart@" + absent);
        failure(FailureKind.INVALID_INPUT, () -> copier.copy(from, "Shop", DIGEST, to, "shop/cart"));
    }

    @Test
    void finishes_what_an_earlier_copy_left() {
        target.failNext(1, r -> r.is("PUT", "/manifests/"), Failure.status(403, "DENIED", "no"));
        failure(FailureKind.FORBIDDEN, this::copy);
        target.forgetExchanges();

        Report report =
                new HttpImageCopier(CopySettings.DEFAULT, threads).copy(from, "shop/cart", DIGEST, to, "shop/cart");

        assertThat(report).isEqualTo(new Report(0, 0, 4, 1, 0));
        assertThat(uploads(target)).as("the blobs are there").isZero();
    }

    @Test
    void looks_again_when_the_target_lost_a_blob_that_was_seen() {
        copy();
        SampleImage second = CART.file("more", "more");
        Digest digest = new Digest(SampleImages.at(source.origin()).push("shop/cart", "1.1", second));
        String lost = CART.content().digest(CART.content().blobs().get(1));
        target.loseBlob("shop/cart", lost);

        copier.copy(from, "shop/cart", digest, to, "shop/cart");

        assertThat(target.blob("shop/cart", lost)).isPresent();
        assertThat(target.manifest("shop/cart", digest.value())).isPresent();
    }

    @Test
    void streams_where_the_target_mounts_nothing() throws IOException {
        EmbeddedRegistry plain = start(RegistryOptions.DEFAULT.withoutMounts());
        SampleImages.at(plain.origin()).push("shop/cart", "1.0", CART);
        HttpRegistry client = client(plain);

        Report report = copier.copy(client, "shop/cart", DIGEST, client, "live/cart");

        assertThat(report.copiedBlobs()).isEqualTo(4);
        assertThat(plain.manifest("live/cart", DIGEST.value())).isPresent();
        assertThat(plain.openUploads())
                .as("the upload that a refused mount began is the one that is used")
                .isZero();
    }

    @Test
    void copies_at_once_send_a_common_blob_only_once() throws Exception {
        SampleImages images = SampleImages.at(source.origin());
        List<Callable<Report>> copies = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String repository = "shop/service-" + i;
            Digest digest = new Digest(images.push(repository, "1.0", CART.label("number", "" + i)));
            copies.add(() -> copier.copy(from, repository, digest, to, repository));
        }
        source.forgetExchanges();

        Report sum = Report.NOTHING;
        for (Future<Report> copy : threads.invokeAll(copies)) {
            sum = sum.plus(copy.get());
        }

        assertThat(sum.copiedBlobs()).as("3 common layers, 6 configs").isEqualTo(3 + 6);
        assertThat(sum.mountedBlobs()).isEqualTo(5 * 3);
        assertThat(count(source, "GET", "/blobs/")).isEqualTo(9);
    }

    @Test
    void never_transfers_more_blobs_at_once_than_allowed() throws Exception {
        SampleImage image = SampleImage.empty();
        for (int i = 0; i < 8; i++) {
            image = image.random(i, 1000);
        }
        Digest digest = new Digest(SampleImages.at(source.origin()).push("shop/pay", "1.0", image));
        // What a registry can do is learned by one blob that goes alone.
        copy();
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch two = new CountDownLatch(2);
        target.failNext(
                99,
                r -> {
                    if (r.is("PUT", "/uploads/")) {
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                        two.countDown();
                        await(two);
                        now.decrementAndGet();
                    }
                    return false;
                },
                right -> right);

        new HttpImageCopier(CopySettings.DEFAULT.withTransfersPerHost(2), threads)
                .copy(from, "shop/pay", digest, to, "shop/pay");

        assertThat(most).hasValue(2);
    }

    @Test
    void works_alone_when_the_executor_lends_no_thread() {
        List<Runnable> neverRun = new ArrayList<>();

        new HttpImageCopier(CopySettings.DEFAULT, neverRun::add).copy(from, "shop/cart", DIGEST, to, "shop/cart");

        assertCopied();
        assertThat(neverRun).as("one to plan, three for four blobs").hasSize(1 + 3);
    }

    @Test
    void ends_soon_when_interrupted_and_can_be_repeated() throws Exception {
        CountDownLatch under = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        target.failNext(
                99,
                r -> {
                    if (r.is("PUT", "/uploads/")) {
                        under.countDown();
                        await(release);
                    }
                    return false;
                },
                right -> right);
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        AtomicBoolean flagKept = new AtomicBoolean();
        Thread copying = new Thread(() -> {
            outcome.set(catchThrowableOfType(EngineException.class, this::copy));
            flagKept.set(Thread.currentThread().isInterrupted());
        });
        copying.start();
        await(under);

        copying.interrupt();
        copying.join(TimeUnit.SECONDS.toMillis(60));

        assertThat(copying.isAlive()).isFalse();
        assertThat(outcome.get()).hasMessageContaining("interrupted");
        assertThat(flagKept).isTrue();
        assertThat(target.manifest("shop/cart", DIGEST.value())).isEmpty();
        release.countDown();
        copy();
        assertCopied();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void leaves_layers_that_may_not_be_distributed_where_they_are() {
        SampleImages images = SampleImages.at(source.origin());
        String config = images.pushBlob("shop/win", "{}".getBytes(StandardCharsets.UTF_8));
        byte[] manifest = ("{\"schemaVersion\":2,\"mediaType\":\"" + Manifests.DOCKER_MANIFEST
                        + "\",\"config\":{\"digest\":\"" + config + "\",\"size\":2},\"layers\":[{\"mediaType\":"
                        + "\"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\",\"size\":9,\"digest\":\""
                        + Digest.sha256("foreign") + "\",\"urls\":[\"https://layers.example/1\"]}]}")
                .getBytes(StandardCharsets.UTF_8);
        Digest digest = new Digest(images.pushManifest("shop/win", "1.0", Manifests.DOCKER_MANIFEST, manifest));

        Report report = copier.copy(from, "shop/win", digest, to, "shop/win");

        assertThat(report.copiedBlobs()).isEqualTo(1);
        assertThat(target.manifest("shop/win", digest.value())).contains(manifest);
    }
}
