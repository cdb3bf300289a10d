package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Request;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Promotions between registries with real HTTP, and with what registries do to them. */
class PromoterHttpTest {
    private static final String LAST = "/v2/shop/s1/manifests/production";

    private HttpWorld world;

    @BeforeEach
    void start() throws Exception {
        world = new HttpWorld(RegistryOptions.DEFAULT);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private static Predicate<Request> is(String method, String path) {
        return r -> r.method().equals(method) && r.path().endsWith(path);
    }

    private void fail(int times, Predicate<Request> when, int status) {
        world.production.failNext(times, when, Failure.status(status, "DENIED", "no"));
    }

    private Map<String, String> sweep(Promoter promoter) {
        return promoter.sweep(
                open -> Optional.<Registry>of(world.to).filter(r -> r.host().equals(open.target())));
    }

    @Test
    void I6_allOfThemArePromoted() {
        assertThat(world.promoter().promote(world.request("p1")).promoted()).isTrue();
        assertThat(world.tags()).isEqualTo(world.promoted());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I6_killAtEveryAppendIsCompletedOrUndoneByTheNextProcess(boolean durable) throws Exception {
        for (boolean complete : new boolean[] {true, false}) {
            boolean died = true;
            for (int append = 0; died; append++) {
                try (HttpWorld mine = new HttpWorld(RegistryOptions.DEFAULT)) {
                    CrashingStore crashing = new CrashingStore(mine.store, append, durable);
                    died = dies(() -> mine.promoter(crashing.store(), "here").promote(mine.request("p1")));
                    assertEndsWell(mine, complete, "append " + append);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I6_killAtEveryTagIsCompletedOrUndoneByTheNextProcess(boolean done) throws Exception {
        for (boolean complete : new boolean[] {true, false}) {
            for (int tag = 0; tag < 2 * HttpWorld.SERVICES; tag++) {
                try (HttpWorld mine = new HttpWorld(RegistryOptions.DEFAULT)) {
                    Registry dying = mine.dying(tag, done);
                    assertThat(dies(() -> mine.promoter().promote(mine.request("p1", dying))))
                            .isTrue();
                    assertEndsWell(mine, complete, "tag " + tag);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I6_killAtEveryTagOfTheUndoIsUndoneByTheSweep(boolean done) throws Exception {
        boolean died = true;
        for (int tag = 3; died; tag++) {
            try (HttpWorld mine = new HttpWorld(RegistryOptions.DEFAULT)) {
                mine.production.failNext(1, is("PUT", LAST), Failure.status(403, "DENIED", "no"));
                Registry dying = mine.dying(tag, done);
                died = dies(() -> mine.promoter().promote(mine.request("p1", dying)));
                Promoter next = mine.promoter();
                next.abandon("p1", "its build is gone", mine.to);
                assertThat(next.sweep(open -> Optional.of(mine.to))).isEmpty();
                assertThat(mine.tags()).as("tag " + tag).isEqualTo(mine.before);
            }
        }
    }

    private static void assertEndsWell(HttpWorld world, boolean complete, String when) {
        Promoter next = world.promoter();
        if (complete) {
            assertThat(next.promote(world.request("p1")).promoted()).as(when).isTrue();
            assertThat(world.tags()).as(when).isEqualTo(world.promoted());
        } else {
            Promoter.Result result = next.abandon("p1", "its build is gone", world.to);
            assertThat(result.ended()).as(when).isTrue();
            assertThat(world.tags()).as(when).isEqualTo(result.promoted() ? world.promoted() : world.before);
        }
        assertThat(next.sweep(open -> Optional.of(world.to))).isEmpty();
        assertThat(next.promote(world.request("p2")).promoted()).as(when).isTrue();
        assertThat(world.tags()).as(when).isEqualTo(world.promoted());
    }

    private static boolean dies(Runnable work) {
        try {
            work.run();
            return false;
        } catch (CrashingStore.Crash e) {
            return true;
        }
    }

    /** B3: the account may push, and may not delete. */
    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 405, 409, 412, 501})
    void I6_refusedDeleteKeepsNothingElseFromBeingPutBack(int status) {
        fail(1, is("PUT", LAST), 403);
        fail(99, r -> r.method().equals("DELETE"), status);

        Promoter.Result result = world.promoter().promote(world.request("p1"));

        assertThat(result).returns(false, Promoter.Result::promoted).returns(true, Promoter.Result::ended);
        assertThat(result.reason()).endsWith("could not be removed: shop/s0:2, shop/s1:2");
        assertThat(world.tags()).containsAllEntriesOf(world.before);
    }

    @Test
    void I6_whatRefusedToGoGoesWhenTheAccountMay() {
        fail(1, is("PUT", LAST), 403);
        fail(2, r -> r.method().equals("DELETE"), 403);
        Promoter promoter = world.promoter();
        promoter.promote(world.request("p1"));
        assertThat(world.tags()).isNotEqualTo(world.before);

        assertThat(sweep(promoter)).isEmpty();
        assertThat(world.tags()).isEqualTo(world.before);
    }

    /** The password is rotated between two tags, so nothing can be put back either until it is known here. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void I6_accountThatLosesItsRightsBetweenTwoTagsIsNamedAndUndoneLater(int status) {
        AtomicBoolean rotated = new AtomicBoolean();
        AtomicBoolean known = new AtomicBoolean();
        Predicate<Request> changes = r -> r.method().equals("PUT") && r.path().contains("/manifests/")
                || r.method().equals("DELETE");
        fail(
                999,
                r -> {
                    rotated.compareAndSet(false, is("PUT", LAST).test(r));
                    return rotated.get() && !known.get() && changes.test(r);
                },
                status);
        Promoter promoter = world.oneByOne();

        assertThatThrownBy(() -> promoter.promote(world.request("p1")))
                .hasMessageContaining("could not be put back yet: shop/s0:production")
                .extracting(e -> ((EngineException) e).kind().retryable())
                .isEqualTo(true);
        assertThat(sweep(promoter).get("p1")).contains("shop/s0:production");

        known.set(true);
        assertThat(sweep(promoter)).isEmpty();
        assertThat(world.tags()).isEqualTo(world.before);
        assertThat(promoter.promote(world.request("p1")).promoted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503})
    void I6_stormOfFailuresThatPassIsOutlasted(int status) {
        fail(3, r -> r.method().equals("PUT") && r.path().contains("/manifests/production"), status);
        Promoter promoter = world.promoter();
        Promoter.Result result = promoter.promote(world.request("p1"));
        assertThat(result.promoted()).isTrue();
        assertThat(world.tags()).isEqualTo(world.promoted());
    }

    @Test
    void I6_registryThatIsAwayIsResumedWhereItStopped() {
        world.production.failNext(5, is("PUT", LAST), Failure.cut(0));
        Promoter promoter = world.promoter();
        assertThatThrownBy(() -> promoter.promote(world.request("p1")))
                .extracting(e -> ((EngineException) e).kind().retryable())
                .isEqualTo(true);
        long uploads = world.production.exchanges().stream()
                .filter(e -> e.method().equals("POST"))
                .count();
        assertThat(promoter.promote(world.request("p1")).promoted()).isTrue();
        assertThat(world.production.exchanges().stream().filter(e -> e.method().equals("POST")))
                .hasSize((int) uploads);
    }

    @Test
    void I6_tagThatSomebodyMovedBetweenPlanAndTagIsTheirs() {
        SampleImage theirs = SampleImage.of("s1", "theirs");
        Promoter promoter = world.promoter();
        Promoter.Result result = promoter.promote(world.request("p1").unless(() -> {
            SampleImages.at(world.production.origin()).push("shop/s1", "production", theirs);
            return Optional.empty();
        }));
        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).contains("Somebody else moved", "/shop/s1:production");
        assertThat(world.tags())
                .containsEntry("shop/s1:production", theirs.content().digest())
                .containsEntry("shop/s0:production", world.before.get("shop/s0:production"))
                .doesNotContainKey("shop/s0:2");
    }

    /** Registries as they are: all of it is promoted, and one refused tag undoes what can be undone. */
    @ParameterizedTest
    @MethodSource("personalities")
    void I6_promotesAndUndoesAtRegistriesAsTheyAre(RegistryOptions options) throws Exception {
        try (HttpWorld mine = new HttpWorld(options)) {
            mine.production.failNext(1, is("PUT", LAST), Failure.status(403, "DENIED", "no"));
            Promoter promoter = mine.promoter();
            assertThat(promoter.promote(mine.request("p1")).promoted()).isFalse();
            assertThat(mine.tags()).containsAllEntriesOf(mine.before);

            Promoter.Result again = promoter.promote(mine.request("p2"));
            assertThat(again.promoted()).as(again.reason()).isTrue();
            assertThat(mine.tags()).isEqualTo(mine.promoted());
        }
    }

    static List<RegistryOptions> personalities() {
        RegistryOptions usual = RegistryOptions.DEFAULT;
        return List.of(
                usual.withoutReferrers().being(Personalities.refusingMounts(401)),
                usual.withoutReferrers().being(Personalities.takingDigestTagsForDigests()),
                usual.being(Personalities.hiding(401)),
                usual.being(Personalities.hiding(403)),
                usual.being(Personalities.refusingDeletions(403)),
                usual.being(Personalities.refusingDeletions(405)),
                usual.being(Personalities.deletingManifestsWithTags()),
                usual.being(Personalities.succeedingWith(200)),
                usual.being(Personalities.succeedingWith(202)),
                usual.being(Personalities.succeedingWith(204)));
    }

    /** RG-10, over HTTP. */
    @Test
    void RG_10_undoLeavesProductionAsItWasWhereTagsShareAManifest() throws Exception {
        world.close();
        world = new HttpWorld(RegistryOptions.DEFAULT.being(Personalities.deletingManifestsWithTags()));
        String first = world.before.get("shop/s0:production");
        SampleImages.at(world.dev.origin()).push("dev/s0", "1", SampleImage.of("s0", "1"));
        fail(1, is("PUT", "/v2/shop/s1/manifests/2"), 403);
        Promoter.Request request = new Promoter.Request(
                "p1",
                "",
                world.from,
                world.to,
                List.of(
                        new Promoter.Item("dev/s0", "shop/s0", new Digest(first), "1.4.2", false),
                        new Promoter.Item("dev/s1", "shop/s1", HttpWorld.second(1), "2", false)),
                Map.of());
        Promoter.Result result = world.promoter().promote(request);
        assertThat(result.promoted()).isFalse();
        assertThat(world.tags()).containsAllEntriesOf(world.before);
    }

    @Test
    void planTellsWhatIsCopiedAndMovedAndChangesNothing() {
        Promoter.Plan plan = world.promoter().plan(world.request("p1"));

        assertThat(plan.moves()).hasSize(4);
        assertThat(plan.content().missingImages()).isEqualTo(2);
        assertThat(plan.content().bytes()).isPositive();
        assertThat(plan.requests()).isGreaterThan(8);
        assertThat(world.tags()).isEqualTo(world.before);
        assertThat(world.production.exchanges())
                .extracting(EmbeddedRegistry.Exchange::method)
                .isSubsetOf("HEAD", "GET");
        assertThat(world.promoter().isPlanned("p1")).isFalse();

        world.promoter().promote(world.request("p1"));
        Promoter.Plan again = world.promoter().plan(world.request("p2"));
        assertThat(again.content().missingImages()).isZero();
        assertThat(again.content().bytes()).isZero();
    }

    @Test
    void planOfAnImageThatIsNotThereNamesIt() {
        Promoter.Request request = new Promoter.Request(
                "p1",
                "",
                world.from,
                world.to,
                List.of(new Promoter.Item("dev/s0", "shop/s0", Digest.sha256("never"), "9", false)),
                Map.of());
        assertThat(catchThrowableOfType(
                        EngineException.class, () -> world.promoter().plan(request)))
                .hasMessageContaining("dev/s0");
        assertThat(world.tags()).isEqualTo(world.before);
    }

    @Test
    void I9_noSecretIsToldAndEveryMessageNamesTheRegistry() {
        fail(99, r -> r.method().equals("PUT"), 403);
        assertThatThrownBy(() -> world.promoter().promote(world.request("p1")))
                .hasMessageContaining(world.production.host());
        assertThat(world.tags()).isEqualTo(world.before);
    }

    @Test
    void I6_twoPromotersAtOnceEndAsOneOfThem() throws Exception {
        int threads = 4;
        Thread[] all = IntStream.range(0, threads)
                .mapToObj(i -> new Thread(() -> promoteOnceFree(world.promoter(world.store, "c" + i), "p" + i)))
                .toArray(Thread[]::new);
        for (Thread thread : all) {
            thread.start();
        }
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(world.tags()).isEqualTo(world.promoted());
        for (int i = 0; i < threads; i++) {
            assertThat(world.promoter(world.store, "c" + i).hasEnded("p" + i)).isTrue();
        }
    }

    private void promoteOnceFree(Promoter promoter, String id) {
        while (true) {
            try {
                promoter.promote(world.request(id));
                return;
            } catch (EngineException e) {
                if (!e.kind().retryable()) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }
}
