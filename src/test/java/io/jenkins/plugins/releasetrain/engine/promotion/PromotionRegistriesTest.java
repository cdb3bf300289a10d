package io.jenkins.plugins.releasetrain.engine.promotion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Limits;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Promotions to production registries that hide, limit or hold on to what they have. */
class PromotionRegistriesTest {
    private HttpWorld world;

    private HttpWorld world(Personality... personalities) throws Exception {
        RegistryOptions options = RegistryOptions.DEFAULT;
        for (Personality personality : personalities) {
            options = options.being(personality);
        }
        world = new HttpWorld(options);
        return world;
    }

    @AfterEach
    void close() {
        if (world != null) {
            world.close();
        }
    }

    private EngineException refused() {
        EngineException e = catchThrowableOfType(
                EngineException.class, () -> world.promoter().promote(world.request("p1")));
        assertThat(e).isNotNull();
        assertThat(world.tags()).isEqualTo(world.before);
        return e;
    }

    /** A scanner's policy hides what production runs: overwritten unseen, it would be lost, and not put back. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void I7_productionTagThatIsHiddenIsNotTakenForAbsent(int status) throws Exception {
        world(Personalities.blockingTag("production", status));

        EngineException e = refused();

        assertThat(e.kind()).isEqualTo(FailureKind.FORBIDDEN);
        assertThat(e).hasMessageContaining("the tag is listed").hasMessageContaining("production");
        assertThat(world.promoter().sweep(open -> Optional.of(world.to))).isEmpty();
    }

    /** It may push and may read nothing, not even what was just pushed. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void I7_whereNothingCanBeReadNothingIsOverwritten(int status) throws Exception {
        world(Personalities.takingOnly(status));

        Promoter promoter = world.promoter();
        EngineException e = catchThrowableOfType(EngineException.class, () -> promoter.promote(world.request("p1")));

        assertThat(world.tags()).isEqualTo(world.before);
        assertThat(e.kind()).isEqualTo(FailureKind.FORBIDDEN);
        assertThat(e).hasMessageContaining("cannot be compared");
    }

    /** Harbor: what points somewhere stays there. What was new cannot be taken away either, and is named. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I6_immutableTagIsRefusedWithAReasonAndTheRestUndone(boolean deletes) throws Exception {
        world(
                Personalities.withImmutableTags(),
                deletes ? Personalities.refusingDeletions(412) : (request, rest) -> rest.answer(request));

        Promoter.Result result = world.promoter().promote(world.request("p1"));

        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).contains("412", "immutable", "production");
        assertThat(world.tags()).containsAllEntriesOf(world.before);
        if (deletes) {
            assertThat(result.reason()).contains("shop/s0:2", "shop/s1:2");
        } else {
            assertThat(world.tags()).isEqualTo(world.before);
        }
    }

    /** harbor#23638: a policy blocks what production runs by a status of its own; 451 is said of what a law forbids. */
    @ParameterizedTest
    @ValueSource(ints = {412, 451})
    void I7_productionTagThatAPolicyBlocksIsNotOverwritten(int status) throws Exception {
        world(Personalities.blockingTag("production", status));

        assertThat(refused()).hasMessageContaining("production").hasMessageContaining(String.valueOf(status));
    }

    /** What nobody copies any more production may run still: it is replaced, and put back as it was. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I6_imageOfSchemaOneIsReplacedAndPutBack(boolean refused) throws Exception {
        byte[] old =
                "{\"schemaVersion\":1,\"name\":\"shop/s0\",\"signatures\":[{\"signature\":\"abc\"}]}".getBytes(UTF_8);
        Digest was = new Digest(Clouds.schemaOneDigest(old));
        world(Clouds.holdingSchemaOne("shop/s0/manifests/production", old));
        if (refused) {
            world.production.failNext(
                    1, r -> r.is("PUT", "/shop/s1/manifests/production"), Failure.status(403, "DENIED", "no"));
        }

        Promoter.Result result = world.oneByOne().promote(world.request("p1"));

        assertThat(result.promoted()).isEqualTo(!refused);
        assertThat(world.to.resolve("shop/s0", "production"))
                .map(Registry.Descriptor::digest)
                .contains(refused ? was : HttpWorld.second(0));
    }

    @Test
    void I6_newTagsAreSetWhereTagsAreImmutable() throws Exception {
        world(Personalities.withImmutableTags());
        Promoter.Request all = world.request("p1");
        Promoter.Request versions = new Promoter.Request(
                "p1",
                "",
                all.source(),
                all.target(),
                all.items().stream().filter(i -> !i.mayMove()).toList(),
                all.expected());

        assertThat(world.promoter().promote(versions).promoted()).isTrue();
        // The same again finds it as it is.
        Promoter.Request again = new Promoter.Request(
                "p2", "", versions.source(), versions.target(), versions.items(), versions.expected());
        assertThat(world.promoter().promote(again).promoted()).isTrue();
    }

    @Test
    void I8_imageAboveTheConfiguredSizeIsRefusedByName() throws Exception {
        world();
        Limits usual = Limits.DEFAULT;
        HttpRegistry small = new HttpRegistry(
                RegistrySettings.of(world.production.host())
                        .withPlainHttp()
                        .withLimits(new Limits(
                                usual.concurrentRequests(),
                                usual.documentBytes(),
                                usual.connectTimeout(),
                                usual.requestTimeout(),
                                usual.attempts(),
                                Duration.ofMillis(1),
                                usual.longestWait(),
                                usual.transfers(),
                                10)),
                world.clock,
                world.clock::advance);

        EngineException e = catchThrowableOfType(
                EngineException.class, () -> world.promoter().promote(world.request("p1", small)));

        assertThat(e.kind()).isEqualTo(FailureKind.TOO_LARGE);
        assertThat(e).hasMessageContaining("dev/s").hasMessageContaining("the limit is 10");
        assertThat(world.tags()).isEqualTo(world.before);
        assertThat(world.promoter().hasEnded("p1")).isTrue();
        assertThat(world.production.exchanges()).extracting(x -> x.method()).isSubsetOf("HEAD", "GET");
        assertThat(world.promoter().promote(world.request("p2")).promoted()).isTrue();
    }

    static List<List<Personality>> ways() {
        return List.of(
                List.of(Personalities.limitingBodies(1000), Personalities.forgettingUploads(2, 404)),
                List.of(Personalities.redirectingChanges()),
                List.of(Personalities.zipping()),
                List.of(Personalities.callingManifests("application/json")),
                List.of(Personalities.namingOtherDigests()),
                List.of(Personalities.repeatingPages()),
                List.of(Personalities.showingLate(2)),
                // RG-4
                List.of(Personalities.answeringReferrersWith(Personalities.page())),
                List.of(Personalities.answeringReferrersWith(Reply.error(403, "DENIED", "forbidden"))),
                List.of(Personalities.answeringReferrersWith(Reply.error(429, "TOOMANYREQUESTS", "slow down"))),
                List.of(Personalities.hiding(401), Personalities.forgettingUploads(3, 416)),
                List.of(Personalities.failingEvery(7, Failure.cut(0))),
                List.of(Personalities.failingEvery(5, Failure.unavailable())));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void I6_promotesToRegistriesWithWaysOfTheirOwn(List<Personality> personalities) throws Exception {
        world(personalities.toArray(Personality[]::new));

        Promoter.Result result = resumed();

        assertThat(result.promoted()).as(result.reason()).isTrue();
        assertThat(world.tags()).isEqualTo(world.promoted());
    }

    /** As whoever asks for it does: what is retryable is tried again. */
    private Promoter.Result resumed() {
        for (int tries = 1; ; tries++) {
            try {
                return world.promoter().promote(world.request("p1"));
            } catch (EngineException e) {
                if (!e.kind().retryable() || tries == 5) {
                    throw e;
                }
            }
        }
    }

    /** Whoever reads what production runs sees it before and after, and never a mixture, whatever is refused. */
    @ParameterizedTest
    @CsvSource({"401", "403", "404", "409", "412", "413", "500"})
    void I6_uploadThatIsRefusedMovesNoTag(int status) throws Exception {
        world((request, rest) ->
                request.is("POST", "/uploads/") ? Reply.error(status, "DENIED", "no") : rest.answer(request));

        EngineException e = refused();

        assertThat(e).hasMessageContaining(world.production.host());
    }

    /** What a cache saw before is not what production holds. */
    @Test
    void I7_whatACacheBeforeTheRegistryKeptIsNotAskedFor() throws Exception {
        world(Fronts.caching());
        assertThat(world.to.resolve("shop/s0", "production")).isPresent();
        Digest others = new Digest(SampleImages.at(world.production.origin())
                .push("shop/s0", "production", SampleImage.of("s0", "of another")));

        assertThat(world.to.resolve("shop/s0", "production"))
                .map(Registry.Descriptor::digest)
                .contains(others);
        Promoter.Result result = world.promoter().promote(world.request("p1"));

        assertThat(result.moves())
                .filteredOn(move -> move.targetRepository().equals("shop/s0") && move.mayMove())
                .singleElement()
                .satisfies(move -> assertThat(move.former()).contains(others));
        assertThat(world.tags()).isEqualTo(world.promoted());
    }
}
