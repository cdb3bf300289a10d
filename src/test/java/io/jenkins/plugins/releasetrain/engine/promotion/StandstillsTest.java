package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Limits;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.Request;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Promotions between registries that stand still, are slow, break off or give something else. */
class StandstillsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int LARGE = 4 << 20;
    private static final SampleImage IMAGE =
            SampleImage.empty().random(7, LARGE).file("app", "cart");
    private static final Digest DIGEST = new Digest(IMAGE.content().digest());
    private static final int SMALL = 100;

    private final CountDownLatch over = new CountDownLatch(1);
    private HttpWorld world;

    private void start(RegistryOptions options) throws Exception {
        world = new HttpWorld(options);
        SampleImages.at(world.dev.origin()).push("dev/cart", "1", IMAGE);
    }

    @AfterEach
    void stop() {
        over.countDown();
        world.close();
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        Limits limits = new Limits(8, 16 << 20, PATIENCE, PATIENCE, 2, Duration.ofMillis(1), Duration.ofSeconds(9));
        RegistrySettings settings = RegistrySettings.of(registry.host()).withPlainHttp();
        return new HttpRegistry(settings.withLimits(limits), world.clock, world.clock::advance);
    }

    private Promoter.Result promote() {
        List<Promoter.Item> items = List.of(
                new Promoter.Item("dev/cart", "shop/cart", DIGEST, "1", false),
                new Promoter.Item("dev/cart", "shop/cart", DIGEST, "production", true));
        return world.promoter()
                .promote(new Promoter.Request("p1", "", client(world.dev), client(world.production), items, Map.of()));
    }

    private void assertPromoted() {
        assertThat(promote().promoted()).isTrue();
        assertThat(world.production.tags("shop/cart"))
                .isEqualTo(Map.of("1", DIGEST.value(), "production", DIGEST.value()));
        assertThat(world.production.manifest("shop/cart", "1"))
                .contains(IMAGE.content().manifest());
        IMAGE.content()
                .blobs()
                .forEach(blob -> assertThat(world.production.blob(
                                "shop/cart", IMAGE.content().digest(blob)))
                        .contains(blob));
    }

    /** Does nothing and says nothing until it is over. */
    private Personality silent(Predicate<Request> when) {
        return (request, rest) -> {
            if (when.test(request) && over.getCount() > 0) {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return Reply.of(500);
            }
            return rest.answer(request);
        };
    }

    private static Predicate<Request> is(String method, String part) {
        return request -> request.is(method, part);
    }

    /** Of the source: it is read on where it stopped, and the upload goes on meanwhile. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("passing")
    void I6_sourceThatStumblesOnceIsReadOn(String name, String part, Failures failure) throws Exception {
        start(RegistryOptions.DEFAULT);
        world.dev.failNext(1, is("GET", part), failure.of(over));
        assertPromoted();
    }

    interface Failures {
        Failure of(CountDownLatch over);
    }

    static Stream<Arguments> passing() {
        Failures stalledLate = over -> Failure.stalled(LARGE / 2, over);
        Failures stalledAtOnce = over -> Failure.stalled(SMALL, over);
        Failures cutLate = over -> Failure.cut(LARGE / 2);
        Failures cutAtOnce = over -> Failure.cut(0);
        Failures fault = over -> Failure.status(500, "UNKNOWN", "no");
        return Stream.of(
                arguments("a blob stands still", "/blobs/", stalledLate),
                arguments("a blob stands still at once", "/blobs/", stalledAtOnce),
                arguments("a blob breaks off", "/blobs/", cutLate),
                arguments("a blob is not answered", "/blobs/", cutAtOnce),
                arguments("a blob fails", "/blobs/", fault),
                arguments("a manifest breaks off", "/manifests/", (Failures) o -> Failure.cut(SMALL)),
                arguments("a manifest fails", "/manifests/", fault));
    }

    /** What stands still is given up by name; nothing has moved, and the next try ends well. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("standing")
    void I6_whatStandsStillIsGivenUpAndResumed(String name, boolean source, String method, String part)
            throws Exception {
        start(RegistryOptions.DEFAULT.being(
                source ? (request, rest) -> rest.answer(request) : silent(is(method, part))));
        EmbeddedRegistry registry = source ? world.dev : world.production;
        if (source) {
            registry.failNext(2, is(method, part), Failure.stalled(1, over));
        }

        EngineException e = catchThrowableOfType(EngineException.class, this::promote);

        assertThat(e.kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(e).hasMessageContaining(registry.host()).hasMessageContaining("no progress");
        assertThat(world.production.tags("shop/cart")).isEmpty();
        over.countDown();
        assertPromoted();
    }

    static Stream<Arguments> standing() {
        return Stream.of(
                arguments("the source's manifest", true, "GET", "/manifests/"),
                arguments("the beginning of an upload", false, "POST", "/blobs/uploads/"),
                arguments("an upload", false, "PUT", "/blobs/uploads/"),
                arguments("a manifest that is put", false, "PUT", "/manifests/sha256:"),
                arguments("a tag", false, "PUT", "/manifests/1"));
    }

    /** RG-1: it takes longer than the patience, and moves. */
    @Test
    void RG_1_slowRegistryGetsAllOfIt() throws Exception {
        start(RegistryOptions.DEFAULT.being(
                Personalities.readingSlowly(LARGE / 8, () -> pause(PATIENCE.dividedBy(4)))));
        assertPromoted();
    }

    /** RG-1: it stores longer than an answer may take. */
    @Test
    void RG_1_registryThatStoresForLongIsWaitedFor() throws Exception {
        start(RegistryOptions.DEFAULT.being((request, rest) -> {
            if (request.is("PUT", "/blobs/uploads/") && request.body().length == LARGE) {
                pause(PATIENCE.multipliedBy(2));
            }
            return rest.answer(request);
        }));
        assertPromoted();
    }

    /** What differs from its digest is committed nowhere, however often it is tried; no tag moves. */
    @Test
    void I1_contentThatDiffersIsPromotedNeverAndTold() throws Exception {
        start(RegistryOptions.DEFAULT);
        world.dev.failNext(99, is("GET", "/blobs/"), Failure.wrongContent());

        EngineException e = catchThrowableOfType(EngineException.class, this::promote);

        assertThat(e.kind()).isEqualTo(FailureKind.DIGEST_MISMATCH);
        assertThat(world.production.tags("shop/cart")).isEmpty();
        IMAGE.content()
                .blobs()
                .forEach(blob -> assertThat(world.production.blob(
                                "shop/cart", IMAGE.content().digest(blob)))
                        .isEmpty());
        assertThat(world.promoter().hasEnded("p1")).isTrue();
    }

    /** What a slow line or a slow disk takes; the registry is what waits here, not the test. */
    private static void pause(Duration time) {
        try {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
