package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Latecomers;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registries that never ask who we are, and show nobody less than they show us. */
class IntroductionsTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());
    private static final Credentials ROBOT = new Credentials("robot$shop", "open sesame");
    private static final String SHOWN =
            "Basic " + Base64.getEncoder().encodeToString("robot$shop:open sesame".getBytes(StandardCharsets.UTF_8));

    private final FakeTime time = new FakeTime();
    private final List<EmbeddedRegistry> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(EmbeddedRegistry::close);
    }

    private EmbeddedRegistry holding(Personality personality) throws IOException {
        EmbeddedRegistry registry = EmbeddedRegistry.start(RegistryOptions.DEFAULT.being(personality));
        open.add(registry);
        SampleImages.at(registry.origin()).push("shop/cart", "1.0", CART);
        registry.forgetExchanges();
        return registry;
    }

    private HttpRegistry client(EmbeddedRegistry registry, Optional<Credentials> credentials) {
        return new HttpRegistry(
                RegistrySettings.of(registry.host()).withPlainHttp().withCredentials(() -> credentials), time, time);
    }

    /** zot#3869, argocd-image-updater#1800: it asks at its base address at most, and answers 404 to nobody in particular. */
    @ParameterizedTest
    @ValueSource(ints = {401, 200})
    void I7_whatIsHiddenFromNobodyIsAskedForByName(int status) throws IOException {
        EmbeddedRegistry registry = holding(Latecomers.hidingFromNobody(SHOWN, status));
        HttpRegistry client = client(registry, Optional.of(ROBOT));
        assertThat(client.resolve("shop/cart", "1.0").orElseThrow().digest()).isEqualTo(DIGEST);
        assertThat(client.resolve("shop/cart", "2.0")).isEmpty();
        assertThat(client.tags("shop/cart")).containsExactly("1.0");
        assertThat(registry.exchanges().stream().filter(e -> e.path().equals("/v2/")))
                .hasSize(1);
    }

    /** Where nobody is asked, one question tells it for all that is not there. */
    @Test
    void whoNeverAsksIsAskedOnce() throws IOException {
        EmbeddedRegistry registry = holding((request, rest) -> rest.answer(request));
        HttpRegistry client = client(registry, Optional.of(ROBOT));
        assertThat(client.resolve("shop/cart", "2.0")).isEmpty();
        assertThat(client.resolve("shop/cart", "3.0")).isEmpty();
        assertThat(registry.exchanges())
                .allMatch(e -> e.authorization().isEmpty())
                .filteredOn(e -> e.path().equals("/v2/"))
                .hasSize(1);
    }

    @Test
    void whoHasNoAccountIntroducesHimselfNowhere() throws IOException {
        EmbeddedRegistry registry = holding(Latecomers.hidingFromNobody(SHOWN, 401));
        assertThat(client(registry, Optional.empty()).resolve("shop/cart", "1.0"))
                .isEmpty();
        assertThat(registry.exchanges())
                .isNotEmpty()
                .noneMatch(e -> e.path().equals("/v2/"))
                .allMatch(e -> e.authorization().isEmpty());
    }

    /** A realm that is a path only is one of the registry itself. */
    @Test
    void realmMayBeAPath() throws IOException {
        EmbeddedRegistry registry = holding(Clouds.givingTokensItself("/token"));
        assertThat(client(registry, Optional.of(ROBOT)).resolve("shop/cart", "1.0"))
                .isPresent();
    }
}
