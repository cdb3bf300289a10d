package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What is to be put back is not there at all: a tag or a whole repository that somebody removed, or a registry in disorder. */
class RemovedMeanwhileTest {
    private final AtomicBoolean gone = new AtomicBoolean();

    /** The last tag is refused once, and then what a path begins with is answered so. */
    private Personality refusing(String path, Reply then) {
        AtomicBoolean refused = new AtomicBoolean();
        return (request, rest) -> {
            boolean last = request.is("PUT", "/v2/shop/s1/manifests/production");
            if (last && refused.compareAndSet(false, true)) {
                gone.set(true);
                return Reply.error(403, "DENIED", "no");
            }
            return gone.get() && request.path().startsWith(path) ? then : rest.answer(request);
        };
    }

    private RegistryOptions losing() {
        return RegistryOptions.DEFAULT.being(
                refusing("/v2/shop/s0/", Reply.error(404, "NAME_UNKNOWN", "repository not known to registry")));
    }

    private static List<String> swept(Promoter promoter, HttpWorld world) {
        return List.copyOf(
                promoter.sweep(open -> Optional.<Registry>of(world.to)).values());
    }

    /** It is told, since production runs what nobody may pull again. */
    @Test
    void I6_aRepositoryThatWasDeletedIsNamed() throws Exception {
        try (HttpWorld world = new HttpWorld(losing())) {
            Promoter promoter = world.oneByOne();
            catchThrowableOfType(EngineException.class, () -> promoter.promote(world.request("p1")));
            assertThat(promoter.hasEnded("p1")).as("it is looked at twice").isFalse();
            assertThat(swept(promoter, world)).isEmpty();

            assertThat(promoter.hasEnded("p1")).isTrue();
            assertThat(promoter.promote(world.request("p1")).reason())
                    .contains("not put back, as nothing is there any more: shop/s0:production");
        }
    }

    /** A registry that lacks it for a while only, as one that is restored or whose other half answers. */
    @Test
    void I6_aRepositoryThatComesBackIsPutBack() throws Exception {
        try (HttpWorld world = new HttpWorld(losing())) {
            Promoter promoter = world.oneByOne();
            catchThrowableOfType(EngineException.class, () -> promoter.promote(world.request("p1")));
            assertThat(promoter.hasEnded("p1")).isFalse();
            gone.set(false);
            assertThat(swept(promoter, world)).isEmpty();

            assertThat(promoter.hasEnded("p1")).isTrue();
            assertThat(world.tags()).isEqualTo(world.before);
        }
    }

    /** A token server of which its ingress does not know for a while: nothing is lost by it. */
    @Test
    void I6_whatNoTokenServerAnswersForIsNotLost() throws Exception {
        Reply front = Reply.of(404)
                .body("<html>default backend</html>".getBytes(StandardCharsets.UTF_8))
                .header("Content-Type", "text/html");
        Reply expired = Reply.error(401, "UNAUTHORIZED", "authentication required")
                .header("WWW-Authenticate", "Bearer realm=\"/token\",service=\"s\",error=\"invalid_token\"");
        RegistryOptions refusing = RegistryOptions.DEFAULT
                .being(refusing("/v2/shop/", expired))
                .being(Clouds.givingTokensItself("/token"));
        try (HttpWorld world = new HttpWorld(refusing)) {
            world.production.failNext(
                    Integer.MAX_VALUE, r -> gone.get() && r.path().equals("/token"), right -> front);
            Promoter promoter = world.oneByOne();
            catchThrowableOfType(EngineException.class, () -> promoter.promote(world.request("p1")));
            assertThat(promoter.abandon("p1", "its build is gone", world.to).ended())
                    .isFalse();
            for (int minute = 0; minute < 3; minute++) {
                assertThat(promoter.hasEnded("p1")).isFalse();
                assertThat(swept(promoter, world)).singleElement().asString().contains("shop/s0:production");
                world.clock.advance(Duration.ofMinutes(2));
            }
            gone.set(false);
            assertThat(swept(promoter, world)).isEmpty();
            assertThat(world.tags()).isEqualTo(world.before);
        }
    }
}
