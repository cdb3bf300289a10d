package io.jenkins.plugins.releasetrain.engine.promotion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Undo where what a tag pointed to before is lost, hidden, or not taken again (I6). */
class LostFormersTest {
    private static final String FIRST = "/v2/shop/s0/manifests/production";
    private static final String LAST = "/v2/shop/s1/manifests/production";
    private static final RegistryOptions LOSING = RegistryOptions.DEFAULT.being(Oddities.losingUntagged());

    private static void refuseTheLastTag(HttpWorld world) {
        world.production.failNext(1, r -> r.is("PUT", LAST), Failure.status(403, "DENIED", "no"));
    }

    /** Artifactory, as seen: a tag's folder holds one manifest. */
    @Test
    void I6_formerThatIsLostOnceItsTagMovedIsPutBackAsItWasKept() throws Exception {
        try (HttpWorld world = new HttpWorld(LOSING)) {
            refuseTheLastTag(world);
            Promoter.Result result = world.oneByOne().promote(world.request("p1"));
            assertThat(result).returns(false, Promoter.Result::promoted).returns(true, Promoter.Result::ended);
            assertThat(world.tags()).isEqualTo(world.before);
        }
    }

    /** The process dies when production's first tag has moved; whoever undoes it is another one. */
    private static void assertUndoneAfterADeath(HttpWorld world, Runnable collection) {
        Map<String, String> before = world.tags();
        assertThatThrownBy(() -> world.oneByOne().promote(world.request("p1", world.dying(2, true))))
                .isInstanceOf(CrashingStore.Crash.class);
        assertThat(world.tags())
                .containsEntry("shop/s0:production", HttpWorld.second(0).value());
        collection.run();
        Promoter.Result result = world.promoter().abandon("p1", "its build is gone", world.client(world.production));
        assertThat(result).returns(true, Promoter.Result::ended).returns(false, Promoter.Result::promoted);
        assertThat(world.tags()).isEqualTo(before);
    }

    @Test
    void I6_formerThatIsLostWithItsTagIsPutBackAfterARestart() throws Exception {
        try (HttpWorld world = new HttpWorld(LOSING)) {
            assertUndoneAfterADeath(world, () -> {});
        }
    }

    /** Quay, zot, policies of ECR and GAR: what has no tag is collected, some by the age of its push, so at once or later. */
    @Test
    void I6_formerThatIsCollectedMeanwhileIsPutBackAfterARestart() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            assertUndoneAfterADeath(world, () -> world.production.collectUntagged("shop/s0"));
        }
    }

    /** With an index go its platforms; the registry takes it without them, and what is put back is whole. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I6_indexThatIsCollectedMeanwhileIsPutBackWhole(boolean believing) throws Exception {
        RegistryOptions options = believing ? RegistryOptions.DEFAULT.withSparseIndexes() : RegistryOptions.DEFAULT;
        SampleImage amd = SampleImage.of("s0", "0");
        SampleImage arm = SampleImage.of("s0", "0").architecture("arm64");
        try (HttpWorld world = new HttpWorld(options)) {
            String index =
                    SampleImages.at(world.production.origin()).pushIndex("shop/s0", "production", List.of(amd, arm));
            assertUndoneAfterADeath(world, () -> world.production.collectUntagged("shop/s0"));
            assertThat(world.production.tags("shop/s0")).containsEntry("production", index);
            assertThat(world.production.manifest("shop/s0", amd.content().digest()))
                    .isPresent();
            assertThat(world.production.manifest("shop/s0", arm.content().digest()))
                    .isPresent();
        }
    }

    /** What cannot be read keeps nobody from replacing it. */
    @Test
    void aFormerThatTheRegistryFailsToGiveIsReplacedAllTheSame() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            String former = world.before.get("shop/s0:production");
            world.production.failNext(
                    999, r -> r.is("GET", former), Failure.status(500, "UNKNOWN", "its store is damaged"));
            assertThat(world.promoter().promote(world.request("p1")).promoted()).isTrue();
            assertThat(world.tags()).isEqualTo(world.promoted());
        }
    }

    /** Whoever undoes it is another process, and what the former image was made of is lost as well. */
    private HttpRegistry halfUndone(HttpWorld world) {
        refuseTheLastTag(world);
        // The new one, and then not the former one again.
        AtomicBoolean moved = new AtomicBoolean();
        AtomicBoolean well = new AtomicBoolean();
        world.production.failNext(
                99,
                r -> r.is("PUT", FIRST) && !well.get() && !moved.compareAndSet(false, true),
                Failure.status(500, "UNKNOWN", "no"));
        assertThatThrownBy(() -> world.oneByOne().promote(world.request("p1"))).hasMessageContaining("is being undone");
        well.set(true);
        SampleImage.Content former = SampleImage.of("s0", "1").content();
        world.production.loseBlob("shop/s0", former.digest(former.blobs().get(0)));
        return world.client(world.production);
    }

    @Test
    void I6_formerThatIsLostIsBroughtFromWhereItWasPromoted() throws Exception {
        try (HttpWorld world = new HttpWorld(LOSING)) {
            for (int i = 0; i < HttpWorld.SERVICES; i++) {
                SampleImages.at(world.dev.origin()).push("dev/s" + i, "1", SampleImage.of("s" + i, "1"));
            }
            HttpRegistry later = halfUndone(world);
            assertThat(world.oneByOne().promote(world.request("p1", later)).ended())
                    .isTrue();
            assertThat(world.tags()).isEqualTo(world.before);
        }
    }

    @Test
    void I6_formerThatIsLostForGoodIsNamedAndKeepsNobodyWaiting() throws Exception {
        try (HttpWorld world = new HttpWorld(LOSING)) {
            HttpRegistry later = halfUndone(world);
            Promoter promoter = world.oneByOne();
            assertThat(promoter.abandon("p1", "", later)).returns(false, Promoter.Result::ended);
            promoter.sweep(open -> Optional.<Registry>of(later));
            assertThat(promoter.abandon("p1", "", later))
                    .returns(true, Promoter.Result::ended)
                    .satisfies(r -> assertThat(r.reason())
                            .contains("stays moved, as its former image is lost: shop/s0:production"));
            Map<String, String> rest = new TreeMap<>(world.before);
            rest.put("shop/s0:production", HttpWorld.second(0).value());
            assertThat(world.tags()).isEqualTo(rest);

            world.clock.advance(Duration.ofMinutes(11));
            assertThat(promoter.sweep(open -> Optional.<Registry>of(later))).isEmpty();
            assertThat(world.tags()).as("production's tag is not removed").isEqualTo(rest);
            assertThat(promoter.promote(world.request("p2", later)).promoted()).isTrue();
        }
    }

    /** The right to read is taken away in the middle: nobody can tell what the tag points to. */
    @Test
    void I6_tagThatIsHiddenByNowIsNotTakenForSomebodyElses() throws Exception {
        AtomicBoolean hiding = new AtomicBoolean();
        Personality taken = (request, rest) -> {
            boolean refused = !request.isOurs() && request.is("PUT", LAST) && hiding.compareAndSet(false, true);
            boolean hidden =
                    hiding.get() && Fronts.reads(request) && request.path().startsWith("/v2/shop/s0/");
            return refused || hidden ? Reply.error(403, "DENIED", "no") : rest.answer(request);
        };
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT.being(taken))) {
            assertThatThrownBy(() -> world.oneByOne().promote(world.request("p1")))
                    .hasMessageContaining("could not be put back yet: shop/s0:");
            hiding.set(false);
            assertThat(world.oneByOne().sweep(open -> Optional.<Registry>of(world.to)))
                    .isEmpty();
            assertThat(world.tags()).isEqualTo(world.before);
        }
    }

    /** docker-registry 2.8 and others hold what they take from nobody any more. */
    @Test
    void I6_imageOfSchemaOneThatIsNotTakenAgainIsNamedAndKeepsNobodyWaiting() throws Exception {
        byte[] old =
                "{\"schemaVersion\":1,\"name\":\"shop/s0\",\"signatures\":[{\"signature\":\"abc\"}]}".getBytes(UTF_8);
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT
                .being(Oddities.refusing(
                        Integer.MAX_VALUE,
                        400,
                        "MANIFEST_INVALID",
                        r -> r.is("PUT", FIRST)
                                && r.header("Content-Type").orElse("").contains("prettyjws")))
                .being(Clouds.holdingSchemaOne("shop/s0/manifests/production", old)))) {
            refuseTheLastTag(world);
            Promoter promoter = world.oneByOne();
            assertThatThrownBy(() -> promoter.promote(world.request("p1"))).hasMessageContaining("is being undone");
            assertThat(promoter.promote(world.request("p1")))
                    .returns(true, Promoter.Result::ended)
                    .satisfies(r -> assertThat(r.reason()).contains("lost: shop/s0:production"));
            assertThat(promoter.promote(world.request("p2")).promoted()).isTrue();
        }
    }
}
