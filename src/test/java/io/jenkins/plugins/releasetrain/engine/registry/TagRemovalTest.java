package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A tag goes alone, or it stays: whatever a registry says, or does not say, of the others (RG-10). */
class TagRemovalTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());

    private final FakeTime time = new FakeTime();

    @RegisterExtension
    private final Opened open = new Opened();

    static Stream<Arguments> lists() {
        return Stream.of(
                arguments("ECR: a right of its own", list(Reply.error(403, "DENIED", "not to be listed"))),
                arguments("401", list(Reply.error(401, "UNAUTHORIZED", "not to be listed"))),
                arguments("no such list", list(Reply.error(404, "NAME_UNKNOWN", "unknown"))),
                arguments("an empty one", list(Reply.json(200, "{\"name\":\"shop/cart\",\"tags\":[]}"))),
                arguments("one of null", list(Reply.json(200, "{\"name\":\"shop/cart\",\"tags\":null}"))),
                arguments("an error that is a success", list(Reply.json(200, "{\"errors\":[{\"code\":\"UNKNOWN\"}]}"))),
                arguments("another JSON", list(Reply.json(200, "{}"))),
                arguments("what was pulled only", Fronts.listingWhatWasPulled()));
    }

    private static Personality list(Reply instead) {
        return (request, rest) -> request.path().endsWith("/tags/list") ? instead : rest.answer(request);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lists")
    void I6_whereItIsNotKnownWhatElseGoesATagStays(String name, Personality listing) throws IOException {
        EmbeddedRegistry registry = open.holding(
                RegistryOptions.DEFAULT.being(listing).being(Personalities.deletingManifestsWithTags()), CART);
        HttpRegistry client = Opened.client(registry, time);
        client.tag("shop/cart", DIGEST, "1.1");

        assertThat(client.untag("shop/cart", "1.1")).isFalse();

        assertThat(registry.tags("shop/cart")).containsOnlyKeys("1.0", "1.1");
    }

    static Stream<Arguments> successes() {
        return Stream.of(arguments("a page", Personalities.page()), arguments("later", Reply.of(202)));
    }

    /** A deletion that is called a success, and of which nothing is seen. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("successes")
    void I6_whatDidNotGoShowsNothingOfWhatGoesWithIt(String name, Reply success) throws IOException {
        AtomicBoolean idle = new AtomicBoolean(true);
        Personality sleepy =
                (request, rest) -> request.method().equals("DELETE") && idle.get() ? success : rest.answer(request);
        EmbeddedRegistry registry = open.holding(
                RegistryOptions.DEFAULT.being(sleepy).being(Personalities.deletingManifestsWithTags()), CART);
        HttpRegistry client = Opened.client(registry, time);

        assertThat(client.untag("shop/cart", "1.0")).isFalse();

        client.tag("shop/cart", DIGEST, "1.1");
        idle.set(false);
        assertThat(client.untag("shop/cart", "1.1")).isFalse();
        assertThat(registry.tags("shop/cart")).containsOnlyKeys("1.0", "1.1");
    }
}
