package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeRegistry;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Latecomers;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EarlyContentTest {
    private final FakeShop shop = new FakeShop(2, Map.of());
    private final List<Digest> copied = new ArrayList<>();
    private ImageCopier copier = (source, sourceRepository, digest, target, targetRepository) -> {
        copied.add(digest);
        return FakeRegistry.copier().copy(source, sourceRepository, digest, target, targetRepository);
    };

    @AfterEach
    void close() {
        shop.close();
    }

    private Consumer<Event> following() {
        return new EarlyContent(shop.store, (s, r, d, t, tr) -> copier.copy(s, r, d, t, tr), Runnable::run)
                .following(shop.registries(), () -> shop.catalog);
    }

    private void queued(String id, String service, boolean promote) {
        PinnedImage image = new PinnedImage("prod/" + service, shop.build(service, "2"), "2");
        shop.store.append(
                "train/shop",
                shop.store.version("train/shop"),
                shop.clock.instant(),
                List.of(new Event.ChangeQueued(new Change(
                        id, new TreeMap<>(Map.of(service, image)), Origin.UNKNOWN, shop.clock.instant(), 0, promote))));
    }

    private static Event.TrialStarted trial(boolean testRelease, String... changes) {
        return new Event.TrialStarted(
                "t1", "b1", Digest.sha256("set"), List.of(changes), "", "staging", "c", 1, testRelease);
    }

    @Test
    void contentOfWhatATrialTriesIsCopiedWithoutAnyTag() {
        queued("1", "s0", true);
        queued("2", "s1", false);
        Map<?, ?> tags = shop.production.allTags();

        following().accept(trial(false, "1", "2", "unknown"));

        assertThat(copied).containsExactly(FakeShop.digest("s0", "2"));
        assertThat(shop.production.resolve("prod/s0", FakeShop.digest("s0", "2").value()))
                .isPresent();
        assertThat(shop.production.allTags()).isEqualTo(tags);
    }

    @Test
    void testReleasesAreNeverPromotedSoNothingOfThemIsCopied() {
        queued("1", "s0", true);
        following().accept(trial(true, "1"));
        assertThat(copied).isEmpty();
    }

    @Test
    void contentOfALaneIsCopiedOnceItIsInstalled() {
        PinnedImage image = new PinnedImage("prod/s1", shop.build("s1", "2"), "2");
        Consumer<Event> following = following();
        following.accept(new Event.LaneQueued("l1", "cd", "", new TreeMap<>(Map.of("s1", image)), Origin.UNKNOWN));
        assertThat(copied).isEmpty();
        following.accept(new Event.LaneInstalled("l1", Digest.sha256("set"), List.of(), List.of(), 1));
        assertThat(copied).containsExactly(image.digest());
    }

    @Test
    void I11_failureOfAnEarlyCopyIsNobodysTrouble() {
        queued("1", "s0", true);
        queued("2", "s1", true);
        ImageCopier good = copier;
        copier = (source, sourceRepository, digest, target, targetRepository) -> {
            if (sourceRepository.equals("dev/s0")) {
                throw new IllegalStateException("unexpected");
            }
            return good.copy(source, sourceRepository, digest, target, targetRepository);
        };
        Consumer<Event> following = following();
        following.accept(trial(false, "1", "2"));
        assertThat(copied).containsExactly(FakeShop.digest("s1", "2"));
        following.accept(new Event.TrialEnded("t1", Digest.sha256("set"), "", Verdict.FAILED, "", 1));
    }

    @Test
    void whatIsCancelledIsInterruptedAndTheNextOneIsNot() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        List<String> interrupted = new ArrayList<>();
        EarlyContent early = new EarlyContent(
                shop.store,
                (source, sourceRepository, digest, target, targetRepository) -> {
                    if (sourceRepository.equals("dev/s0")) {
                        begun.countDown();
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                            interrupted.add(sourceRepository);
                        }
                    } else {
                        interrupted.add(
                                sourceRepository + Thread.currentThread().isInterrupted());
                    }
                    return ImageCopier.Report.NOTHING;
                },
                Runnable::run);
        Thread worker = new Thread(() -> early.copy(
                "t1", shop.registries(), List.of(new Image("dev/s0", FakeShop.digest("s0", "2"), "prod/s0"))));
        worker.start();
        begun.await();
        early.copy("t1", shop.registries(), List.of(new Image("dev/s2", FakeShop.digest("s1", "2"), "prod/s1")));
        early.copy("t2", shop.registries(), List.of(new Image("dev/s1", FakeShop.digest("s1", "2"), "prod/s1")));
        early.cancel("t1");
        worker.join();
        assertThat(interrupted).containsExactly("dev/s0", "dev/s1false");
    }

    @Test
    void promotionAfterEarlyContentIsTagsOnly() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            Promoter promoter = world.oneByOne();
            early(world, promoter);
            assertThat(world.tags()).isEqualTo(world.before);
            world.production.forgetExchanges();

            assertThat(promoter.promote(world.request("p1")).promoted()).isTrue();

            assertThat(world.tags()).isEqualTo(world.promoted());
            assertThat(world.production.exchanges())
                    .extracting(EmbeddedRegistry.Exchange::method)
                    .doesNotContain("POST", "PATCH");
        }
    }

    /** What the registry collects between the early copy and the promotion is copied again. */
    @Test
    void contentThatWasCollectedMeanwhileIsCopiedAgain() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            Promoter promoter = world.oneByOne();
            early(world, promoter);
            String digest = HttpWorld.second(0).value();
            world.production.failNext(
                    1,
                    r -> r.path().endsWith("/manifests/" + digest) && r.method().equals("HEAD"),
                    Failure.status(404, "MANIFEST_UNKNOWN", "collected"));
            world.production.forgetExchanges();
            assertThat(promoter.promote(world.request("p1")).promoted()).isTrue();
            assertThat(world.production.exchanges())
                    .anyMatch(e -> e.method().equals("PUT") && e.path().endsWith("/manifests/" + digest));
            assertThat(world.tags()).isEqualTo(world.promoted());
        }
    }

    /** Harbor: what came early may not be read before it is scanned; that keeps nobody from giving it its tags. */
    @Test
    void contentThatIsNotScannedYetIsPromoted() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT.being(Latecomers.blockingUnscanned()))) {
            early(world, world.oneByOne());
            HttpRegistry later = world.client(world.production);
            Promoter.Result result = world.oneByOne().promote(world.request("p1", later));
            assertThat(result.promoted()).as(result.reason()).isTrue();
            assertThat(world.tags()).isEqualTo(world.promoted());
        }
    }

    private static void early(HttpWorld world, Promoter promoter) {
        promoter.early()
                .copy(
                        "t1",
                        new Registries(world.from, world.to),
                        List.of(
                                new Image("dev/s0", HttpWorld.second(0), "shop/s0", Optional.empty()),
                                new Image("dev/s1", HttpWorld.second(1), "shop/s1", Optional.empty())));
    }
}
