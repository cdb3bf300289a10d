package io.jenkins.plugins.releasetrain.engine.promotion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.testkit.registry.Latecomers;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A registry that takes some of the tags, and then no change for a while, in whatever way it says so (I6). */
class RefusedUndoTest {
    /** Two versions, and the first of the two that say what production runs. */
    private static final int TAKEN = 3;

    static Stream<Arguments> refusals() {
        return Stream.of(
                arguments("distribution#1718: read only", text(405, "Method not allowed\n")),
                arguments(
                        "ACR: locked",
                        Reply.error(
                                405,
                                "UNSUPPORTED",
                                "The operation is disallowed on this registry, repository or image.")),
                arguments(
                        "ECR: tags are immutable from now on",
                        Reply.error(
                                400,
                                "TAG_INVALID",
                                "The image tag 'production' already exists and cannot be overwritten")),
                arguments("Harbor: the same", Reply.error(412, "PRECONDITION", "configured as immutable.")),
                arguments(
                        "a firewall", text(400, "<html>Request rejected</html>").header("Content-Type", "text/html")),
                arguments("a login", Reply.of(302).header("Location", "/login")),
                arguments("payment", text(402, "Payment Required")),
                arguments("locked (RFC 4918)", text(423, "Locked")),
                arguments("what it does not say", text(418, "")),
                arguments("no right any more", Reply.error(403, "DENIED", "denied")));
    }

    private static Reply text(int status, String words) {
        return Reply.of(status).body(words.getBytes(UTF_8)).header("Content-Type", "text/plain");
    }

    /** Half of it is never the end: it is named, tried again, and whole when the registry takes changes again. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void I6_whatIsRefusedForNowIsNotLost(String name, Reply refusal) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        RegistryOptions closing = RegistryOptions.DEFAULT.being(Latecomers.closingAfterTags(TAKEN, over::get, refusal));
        try (HttpWorld world = new HttpWorld(closing)) {
            Promoter promoter = world.oneByOne();
            EngineException e =
                    catchThrowableOfType(EngineException.class, () -> promoter.promote(world.request("p1")));
            assertThat(e).hasMessageContaining("could not be put back yet: shop/s0:production");
            for (int night = 0; night < 4; night++) {
                Map<String, String> problems = promoter.sweep(open -> Optional.<Registry>of(world.to));
                assertThat(problems).containsOnlyKeys("p1");
                assertThat(problems.get("p1")).contains("shop/s0:production", String.valueOf(refusal.status()));
                world.clock.advance(Duration.ofHours(2));
            }
            assertThat(promoter.hasEnded("p1")).isFalse();

            over.set(true);
            assertThat(promoter.sweep(open -> Optional.<Registry>of(world.to))).isEmpty();
            assertThat(world.tags()).isEqualTo(world.before);
            assertThat(promoter.hasEnded("p1")).isTrue();
            assertThat(promoter.promote(world.request("p2")).promoted()).isTrue();
        }
    }
}
