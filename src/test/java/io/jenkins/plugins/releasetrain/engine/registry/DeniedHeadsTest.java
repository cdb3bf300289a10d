package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A HEAD that says "not there" of what is there: production would be empty (I7). */
class DeniedHeadsTest {
    private final FakeTime time = new FakeTime();

    @RegisterExtension
    private final Opened open = new Opened();

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), time, time);
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 403})
    void I7_whatHeadDeniesIsAskedForByGet(int status) throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.being(Oddities.denyingHeads(status)));
        SampleImage cart = SampleImage.of("cart", "1.0");
        SampleImages.at(registry.origin()).push("shop/cart", "1.0", cart);
        HttpRegistry client = client(registry);

        assertThat(client.resolve("shop/cart", "2.0")).isEmpty();
        assertThat(client.resolve("shop/cart", "1.0").orElseThrow().digest().value())
                .isEqualTo(cart.content().digest());
        assertThat(client.resolve("shop/cart", "2.0")).isEmpty();
    }

    /** Of many those that are there, whichever of them was asked for first. */
    @Test
    void I7_productionIsNotEmptyWhereHeadsAreDenied() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.being(Oddities.denyingHeads(404)));
        Set<Tag> there = new HashSet<>();
        Set<Tag> all = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            Tag tag = new Tag("shop/s" + i, "production");
            all.add(tag);
            if (i % 10 != 0) {
                SampleImages.at(registry.origin()).push(tag.repository(), tag.tag(), SampleImage.of("s" + i, "1"));
                there.add(tag);
            }
        }
        HttpRegistry client = client(registry);

        assertThat(client.resolveAll(all)).containsOnlyKeys(there);
        registry.forgetExchanges();
        assertThat(client.resolveAll(all)).containsOnlyKeys(there);
        assertThat(registry.exchanges()).as("by now it is known").hasSize(all.size());
    }

    /** Nexus and Artifactory behind a path each, or one repository behind another proxy: what one denies, another tells. */
    @Test
    void I7_whatIsDeniedInOneProjectIsAskedForByGetThere() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.being((request, rest) ->
                request.is("HEAD", "/v2/live/") && request.path().contains("/manifests/")
                        ? Reply.error(404, "MANIFEST_UNKNOWN", "manifest unknown")
                        : rest.answer(request)));
        Set<Tag> there = Set.of(
                new Tag("shop/cart", "production"),
                new Tag("live/cart", "production"),
                new Tag("live/pay", "production"));
        for (Tag tag : there) {
            SampleImages.at(registry.origin()).push(tag.repository(), tag.tag(), SampleImage.of("cart", "1"));
        }
        HttpRegistry client = client(registry);
        assertThat(client.resolve("shop/cart", "production")).isPresent();

        Set<Tag> all = new HashSet<>(there);
        all.addAll(List.of(new Tag("shop/web", "production"), new Tag("live/web", "production")));
        assertThat(client.resolveAll(all)).containsOnlyKeys(there);
        registry.forgetExchanges();
        assertThat(client.resolveAll(all)).containsOnlyKeys(there);
        assertThat(registry.exchanges()).as("by now it is known").hasSize(all.size());
    }

    /** One service in each of many projects, of which none has been released. */
    @Test
    void whatIsNotThereInManyProjectsIsHardlyEverAskedForTwice() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT);
        List<Tag> absent = IntStream.range(0, 300)
                .mapToObj(i -> new Tag("p" + i + "/app", "production"))
                .toList();
        assertThat(client(registry).resolveAll(absent)).isEmpty();
        assertThat(registry.exchanges()).hasSizeBetween(301, 340);
    }

    /** Where nothing was seen yet some are asked for twice; where a HEAD said "there" once, none is. */
    @Test
    void whatIsNotThereIsHardlyEverAskedForTwice() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT);
        List<Tag> absent = IntStream.range(0, 50)
                .mapToObj(i -> new Tag("shop/s" + i, "production"))
                .toList();
        HttpRegistry client = client(registry);
        assertThat(client.resolveAll(absent)).isEmpty();
        assertThat(registry.exchanges()).hasSizeBetween(51, 54);

        SampleImages.at(registry.origin()).push("shop/cart", "1.0", SampleImage.of("cart", "1.0"));
        HttpRegistry other = client(registry);
        assertThat(other.resolve("shop/cart", "1.0")).isPresent();
        time.sleep(Duration.ofHours(2));
        registry.forgetExchanges();
        assertThat(other.resolveAll(absent)).isEmpty();
        assertThat(registry.exchanges()).hasSize(50);
    }
}
