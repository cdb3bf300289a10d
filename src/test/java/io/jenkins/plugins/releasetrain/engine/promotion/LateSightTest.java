package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Latecomers;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Registries that show a little later what was just put, as GHCR and Docker Hub were reported to. */
class LateSightTest {
    private static final String LAST = "/v2/shop/s1/manifests/production";

    static Stream<Personality> late() {
        return Stream.of(
                Latecomers.showingFormerTags(1), Latecomers.showingFormerTags(3), Personalities.showingLate(2));
    }

    /** Undo takes back what it put, though the registry shows still what was there before. */
    @ParameterizedTest
    @MethodSource("late")
    void I6_undoDoesNotTakeWhatIsNotSeenYetForSomebodyElses(Personality personality) throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT.being(personality))) {
            world.production.failNext(1, r -> r.is("PUT", LAST), Failure.status(403, "DENIED", "no"));
            Promoter.Result result = world.oneByOne().promote(world.request("p1"));
            assertThat(result.promoted()).isFalse();
            assertThat(world.tags()).isEqualTo(world.before);
        }
    }

    /** Without a word of the digest, it is looked for until it is seen. */
    @ParameterizedTest
    @MethodSource("late")
    void I1_digestThatIsNotToldIsLookedForUntilItIsSeen(Personality personality) throws Exception {
        try (HttpWorld world =
                new HttpWorld(RegistryOptions.DEFAULT.withoutDigestHeaders().being(personality))) {
            Promoter.Result result = world.oneByOne().promote(world.request("p1"));
            assertThat(result.promoted()).as(result.reason()).isTrue();
            assertThat(world.tags()).isEqualTo(world.promoted());
        }
    }

    /** Right after a promotion the next one is planned by what that one put. */
    @Test
    void I7_nextPromotionIsPlannedByWhatWasJustPut() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT.being(Latecomers.showingFormerTags(2)))) {
            Promoter promoter = world.oneByOne();
            assertThat(promoter.promote(world.request("p1")).promoted()).isTrue();
            world.production.forgetExchanges();
            assertThat(promoter.promote(world.request("p2")).promoted()).isTrue();
            assertThat(world.production.exchanges()).noneMatch(e -> e.method().equals("PUT"));
        }
    }

    /** Whatever is seen for longer is somebody else's. */
    @Test
    void I6_whatSomebodyElseMovedRightAfterStaysHis() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            Promoter promoter = world.oneByOne();
            assertThat(promoter.promote(world.request("p1")).promoted()).isTrue();
            SampleImage theirs = SampleImage.of("s0", "theirs");
            SampleImages.at(world.production.origin()).push("shop/s0", "production", theirs);
            assertThat(world.to
                            .resolve("shop/s0", "production")
                            .orElseThrow()
                            .digest()
                            .value())
                    .isEqualTo(theirs.content().digest());
        }
    }
}
