package io.jenkins.plugins.releasetrain.engine.promotion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What stands before a registry does not know of it for a while, and says of everything that it is not there. */
class UnknownRegistryTest {
    private static final int FOR_EVER = Integer.MAX_VALUE;
    private static final List<Tag> TAGS = List.of(new Tag("shop/s0", "production"), new Tag("shop/s1", "production"));

    private final AtomicBoolean away = new AtomicBoolean();

    static Stream<Arguments> fronts() {
        return Stream.of(
                arguments("Traefik while it starts", front("404 page not found\n", "text/plain; charset=utf-8")),
                arguments("nginx", front("<html><h1>404 Not Found</h1></html>", "text/html")),
                arguments("an ingress without a backend", front("default backend - 404", "text/plain")),
                arguments("Envoy", Reply.of(404)));
    }

    private static Reply front(String text, String type) {
        return Reply.of(404).body(text.getBytes(UTF_8)).header("Content-Type", type);
    }

    private void before(EmbeddedRegistry registry, Reply front) {
        registry.failNext(FOR_EVER, r -> away.get(), right -> front);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fronts")
    void I7_productionIsNotEmpty(String name, Reply front) throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            before(world.production, front);
            away.set(true);
            EngineException e = catchThrowableOfType(EngineException.class, () -> world.to.resolveAll(TAGS));
            assertThat(e).isNotNull().hasMessageContaining("does not know of it now");
            assertThat(e.kind().retryable()).isTrue();
            assertThatThrownBy(() -> world.to.tags("shop/s0")).hasMessageContaining("does not know of it now");
            away.set(false);
            assertThat(world.to.resolveAll(TAGS)).containsOnlyKeys(TAGS);
        }
    }

    /** It begins when the last tag is refused: none of the others is taken for somebody else's. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("fronts")
    void I6_whatIsToBeUndoneIsNotSomebodyElses(String name, Reply front) throws Exception {
        RegistryOptions refusing = RegistryOptions.DEFAULT.being((request, rest) -> {
            boolean last = request.is("PUT", "/v2/shop/s1/manifests/production");
            return last && away.compareAndSet(false, true) ? Reply.error(403, "DENIED", "no") : rest.answer(request);
        });
        try (HttpWorld world = new HttpWorld(refusing)) {
            before(world.production, front);
            Promoter promoter = world.oneByOne();
            catchThrowableOfType(EngineException.class, () -> promoter.promote(world.request("p1")));
            assertThat(promoter.abandon("p1", "its build is gone", world.to))
                    .returns(false, Promoter.Result::ended)
                    .satisfies(
                            r -> assertThat(r.reason()).contains("could not be put back yet: ", "shop/s0:production"));
            assertThat(promoter.sweep(open -> Optional.<Registry>of(world.to))).containsOnlyKeys("p1");
            away.set(false);
            promoter.sweep(open -> Optional.<Registry>of(world.to));
            assertThat(promoter.hasEnded("p1")).isTrue();
            assertThat(world.tags()).isEqualTo(world.before);
        }
    }

    /** For a moment only: the base address is there again, and so is what was asked for. */
    @Test
    void I7_whatIsThereAgainIsThere() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            world.production.failNext(2, r -> r.is("HEAD", "/manifests/"), right -> front("", "text/plain"));
            assertThat(world.to.resolveAll(TAGS)).containsOnlyKeys(TAGS);
        }
    }

    /** A registry that never says who answers: what is not there is not there, and that costs nothing once it is known. */
    @Test
    void whatARegistrySaysWithoutAMarkIsLearned() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            world.production.failNext(
                    FOR_EVER,
                    r -> r.path().contains("/manifests/none"),
                    right -> front("manifest unknown", "text/plain"));
            for (int i = 0; i < 3; i++) {
                assertThat(world.to.resolve("shop/s0", "none" + i)).isEmpty();
            }
            world.production.forgetExchanges();
            assertThat(world.to.resolve("shop/s0", "none")).isEmpty();
            assertThat(world.production.exchanges()).hasSizeLessThanOrEqualTo(2);
        }
    }

    /** The list of what refers to an image is asked for again, and not for an hour taken for one that no registry has. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("fronts")
    void signaturesAreNotLeft(String name, Reply front) throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT)) {
            SampleImages images = SampleImages.at(world.dev.origin());
            images.pushReferrer(
                    "dev/s0", HttpWorld.second(0).value(), "application/vnd.oci.image.manifest.v1+json", "signature");
            AtomicBoolean once = new AtomicBoolean();
            world.dev.failNext(
                    FOR_EVER, r -> r.path().contains("/referrers/") && once.compareAndSet(false, true), right -> front);
            assertThat(world.promoter().promote(world.request("p1")).promoted()).isTrue();
            assertThat(world.client(world.production).referrers("shop/s0", HttpWorld.second(0)))
                    .hasSize(1);
        }
    }
}
