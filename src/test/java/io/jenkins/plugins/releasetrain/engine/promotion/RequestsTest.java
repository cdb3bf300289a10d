package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.CopyProgress;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a set takes of both registries, which have no referrers API, as most; referrers on. */
class RequestsTest {
    private static final int SET = 40;
    private static final int BLOBS = 4;
    private static final int SAMPLE = 8;
    /** Tags that a HEAD denies before any HEAD told of something: asked for by GET as well. */
    private static final int DOUBTS = 4;

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-28T08:00:00Z"));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, threads);
    private final Store store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final Promoter promoter = new Promoter(store, copier, threads, clock, event -> {}, "here");
    private final List<Promoter.Item> items = new ArrayList<>();
    private EmbeddedRegistry dev;
    private EmbeddedRegistry production;
    private HttpRegistry from;
    private HttpRegistry to;

    @BeforeEach
    void start() throws IOException {
        dev = EmbeddedRegistry.start(RegistryOptions.DEFAULT.withoutReferrers());
        production = EmbeddedRegistry.start(RegistryOptions.DEFAULT.withoutReferrers());
        from = client(dev);
        to = client(production);
        for (int i = 0; i < SET; i++) {
            SampleImage image =
                    SampleImage.empty().random(3 * i, 99).random(3 * i + 1, 99).random(3 * i + 2, 99);
            String digest = SampleImages.at(dev.origin()).push("dev/s" + i, "1", image);
            items.add(new Promoter.Item("dev/s" + i, "shop/s" + i, new Digest(digest), "1", false));
        }
        forget();
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), clock, clock::advance);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        store.close();
        dev.close();
        production.close();
    }

    private void forget() {
        dev.forgetExchanges();
        production.forgetExchanges();
    }

    private int requests() {
        return dev.exchanges().size() + production.exchanges().size();
    }

    private void promote(String id) {
        promote(id, items);
    }

    private void promote(String id, List<Promoter.Item> some) {
        Promoter.Result result = promoter.promote(new Promoter.Request(id, "", from, to, some, Map.of()));
        assertThat(result.promoted()).as(result.reason()).isTrue();
        for (Promoter.Item item : some) {
            assertThat(production.tags(item.targetRepository()))
                    .containsEntry(item.tag(), item.digest().value());
        }
    }

    /**
     * Of each image: its tag, the list at the source, its manifest, three for each blob, its manifest put, its tag again, the
     * new tag. Once: the digests of the first images, the referrers API, whether lists
     * of tags say anything, what a HEAD denied first, and what is learned from the first blob.
     */
    @Test
    void aNewSetTakesNoMoreThanEighteenRequestsAnImage() {
        promote("p1");

        assertThat(requests()).isLessThanOrEqualTo(SET * (6 + 3 * BLOBS) + SAMPLE + DOUBTS + 4);
        forget();
        promote("p2");
        assertThat(requests()).as("unchanged").isLessThanOrEqualTo(2 * SET);
    }

    /** What a tag points to before it moves is kept; a controller that put it itself has it at hand. */
    @Test
    void aFormerImageIsReadOnceByAnotherControllerOnly() {
        List<Promoter.Item> first = moving(0);
        List<Promoter.Item> second = moving(1);
        promote("p1", first);
        forget();
        promote("p2", second);
        assertThat(readAtProduction(first)).isZero();
        forget();
        to = client(production);
        promote("p3", first);
        assertThat(readAtProduction(second)).isEqualTo(SET);
    }

    private List<Promoter.Item> moving(int version) {
        List<Promoter.Item> moving = new ArrayList<>();
        for (int i = 0; i < SET; i++) {
            SampleImage image = SampleImage.of("s" + i, "1." + version);
            String digest = SampleImages.at(dev.origin()).push("dev/s" + i, "1." + version, image);
            moving.add(new Promoter.Item("dev/s" + i, "shop/s" + i, new Digest(digest), "production", true));
        }
        return moving;
    }

    private long readAtProduction(List<Promoter.Item> images) {
        return production.exchanges().stream()
                .filter(e -> e.method().equals("GET")
                        && images.stream()
                                .anyMatch(i -> e.path().endsWith(i.digest().value())))
                .count();
    }

    /** Content that came early is found by its digest alone. */
    @Test
    void aSetWhoseContentCameEarlyIsAskedForByItsDigests() {
        bring(items);
        forget();
        promote("p1");

        assertThat(requests()).isLessThanOrEqualTo(5 * SET + DOUBTS);
        assertThat(production.exchanges()).noneMatch(e -> e.path().contains("/uploads/"));
    }

    /** Where the first images are new and others are not, the blobs tell. */
    @Test
    void aSetOfWhichAPartCameEarlyIsPromotedAsWell() {
        bring(items.subList(SET / 2, SET));
        long stored = production.exchanges().stream()
                .filter(e -> e.method().equals("PUT") && e.path().contains("/uploads/"))
                .count();
        assertThat(stored).isEqualTo(BLOBS * SET / 2);
        promote("p1");

        assertThat(production.exchanges())
                .filteredOn(e -> e.method().equals("PUT") && e.path().contains("/uploads/"))
                .hasSize(BLOBS * SET);
    }

    private void bring(List<Promoter.Item> some) {
        List<Image> content = some.stream()
                .map(i -> new Image(i.sourceRepository(), i.digest(), i.targetRepository()))
                .toList();
        // By somebody else: nothing is remembered of it here.
        HttpImageCopier other = new HttpImageCopier(CopySettings.DEFAULT, threads);
        other.carryOut(other.plan(from, to, content), from, to, CopyProgress.NONE);
    }
}
