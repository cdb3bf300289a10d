package io.jenkins.plugins.releasetrain.engine.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Blocker;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.progress.Live.Bytes;
import io.jenkins.plugins.releasetrain.engine.progress.Live.Rollouts;
import io.jenkins.plugins.releasetrain.engine.registry.CopyProgress;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LiveTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0").random(1, 400_000);
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final Digest OTHER = Digest.sha256("other");

    private final ManualClock clock = new ManualClock();
    private final Live live = new Live(clock);

    @Test
    void shouldTellTheRolloutsOfEachEnvironmentAndWhatOneWaitsFor() {
        Progress staging = live.in("staging", Set.of("cart", "pay", "mail"));
        staging.ready(1, 3);
        clock.advance(Duration.ofSeconds(5));
        staging.waitingFor(new Blocker("pay", "pay-7", "ImagePullBackOff", "back-off", Fault.UNKNOWN));
        live.in("cd", Set.of("cart")).ready(2, 2);

        assertThat(live.rollouts("staging"))
                .contains(new Rollouts(1, 3, "pay: ImagePullBackOff in pod pay-7 (back-off)", clock.instant()));
        assertThat(live.rollouts("cd")).contains(new Rollouts(2, 2, "", clock.instant()));
        assertThat(live.rollouts("other")).isEmpty();
        assertThat(live.rollouts("staging", Set.of("mail", "pay", "cart"))).isEqualTo(live.rollouts("staging"));
        assertThat(live.rollouts("staging", Set.of("cart"))).isEmpty();
        staging.ready(3, 3);
        assertThat(live.rollouts("staging")).map(Rollouts::waitingFor).contains("");
    }

    @Test
    void shouldTellSinceWhenTestsAreSoAndWhySomebodyWaits() {
        Instant first = clock.instant();
        live.tested("t1", 5, 1, 2);
        live.waits("shop", "staging", "held by cd");
        live.waits("shop", "", "no answer");
        clock.advance(Duration.ofSeconds(5));
        live.tested("t1", 5, 1, 2);
        live.waits("shop", "staging", "held by cd");

        assertThat(live.tests("t1")).contains(new Live.Tests(5, 1, 2, first));
        assertThat(live.tests("t2")).isEmpty();
        assertThat(live.waits("shop"))
                .containsExactly(new Live.Wait("", "no answer", first), new Live.Wait("staging", "held by cd", first));
        live.tested("t1", 6, 1, 2);
        assertThat(live.tests("t1")).contains(new Live.Tests(6, 1, 2, clock.instant()));
        live.waits("shop", "staging", "");
        live.waits("shop", "", "");
        assertThat(live.waits("shop")).isEmpty();
    }

    @Test
    void shouldAddUpTheCopiesOfImages() {
        live.planned(DIGEST, 100);
        live.copied(DIGEST, 30);
        live.planned(OTHER, 50);
        live.copied(OTHER, 80);

        assertThat(live.copies(List.of(DIGEST))).contains(new Bytes(30, 100));
        assertThat(live.copies(List.of(DIGEST, OTHER, DIGEST))).contains(new Bytes(80, 150));
        assertThat(live.copies(List.of(Digest.sha256("never")))).isEmpty();
    }

    @Test
    void shouldFollowARealCopyWhoseUploadBreaks() throws IOException {
        try (EmbeddedRegistry source = EmbeddedRegistry.start();
                EmbeddedRegistry target = EmbeddedRegistry.start()) {
            SampleImages.at(source.origin()).push("shop/cart", "1.0", CART);
            target.failNext(1, r -> r.is("PUT", "/uploads/"), Failure.unavailable());
            List<Bytes> told = new ArrayList<>();
            CopyProgress watched = new CopyProgress() {
                @Override
                public void planned(Digest image, long bytes) {
                    live.planned(image, bytes);
                }

                @Override
                public void copied(Digest image, long bytes) {
                    live.copied(image, bytes);
                    told.add(live.copies(List.of(image)).orElseThrow());
                }
            };
            new HttpImageCopier(CopySettings.DEFAULT, Runnable::run, watched)
                    .copy(client(source), "shop/cart", DIGEST, client(target), "shop/cart");

            Bytes end = live.copies(List.of(DIGEST)).orElseThrow();
            assertThat(end.total()).isGreaterThan(400_000);
            assertThat(end.copied()).isEqualTo(end.total());
            assertThat(told).anySatisfy(b -> assertThat(b.copied()).isBetween(1L, 400_000L));
        }
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(
                RegistrySettings.of(registry.host()).withPlainHttp(), clock, duration -> clock.advance(duration));
    }
}
