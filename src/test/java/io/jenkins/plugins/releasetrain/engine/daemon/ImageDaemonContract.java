package io.jenkins.plugins.releasetrain.engine.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every Docker daemon has to do: that of the test kit, and a real one. */
abstract class ImageDaemonContract {
    static final SampleImage CART = SampleImage.of("cart", "1.4.2").asDocker();
    static final Optional<Credentials> ADA = Optional.of(new Credentials("ada", "s3cret"));

    private final ManualClock clock = new ManualClock();
    private EmbeddedRegistry dev;

    /** With a port, as registries have that are not by TLS. */
    static final String REGISTRY = "127.0.0.1:5999";

    /** Holds CART as shop/cart:1.4.2, with and without the registry. */
    abstract URI address();

    /** Lets the daemon call CART so, too. */
    abstract void call(String name);

    abstract Set<String> names();

    @BeforeEach
    void startRegistry() throws Exception {
        dev = EmbeddedRegistry.start(RegistryOptions.DEFAULT.withBasicAuth("ada", "s3cret"));
    }

    @AfterEach
    void stopRegistry() {
        dev.close();
    }

    EmbeddedRegistry dev() {
        return dev;
    }

    DaemonImages images(URI address, Optional<Credentials> credentials) {
        HttpRegistry registry = new HttpRegistry(
                RegistrySettings.of(dev.host()).withPlainHttp().withCredentials(() -> ADA), clock, clock::advance);
        return new DaemonImages(new DockerDaemon(Optional.of(address)), registry, () -> credentials);
    }

    static void assertFails(FailureKind kind, Runnable work, String... words) {
        assertThatThrownBy(work::run)
                .isInstanceOf(EngineException.class)
                .hasMessageContainingAll(words)
                .satisfies(e -> assertThat(((EngineException) e).kind()).isEqualTo(kind))
                .message()
                .doesNotContain("s3cret");
    }

    @Test
    void imageOfTheDaemonIsPushedAndItsDigestReadBack() {
        Set<String> before = names();

        Digest digest = images(address(), ADA).push("docker-daemon:shop/cart:1.4.2", "team/shop/cart");

        assertThat(dev.tags("team/shop/cart")).containsEntry("1.4.2", digest.value());
        assertThat(dev.manifest("team/shop/cart", digest.value())).isPresent();
        assertThat(names()).as("names left behind").isEqualTo(before);
    }

    @Test
    void samePushAgainIsTheSameImage() {
        Digest digest = images(address(), ADA).push("docker-daemon:shop/cart:1.4.2", "shop/cart");

        assertThat(images(address(), ADA).push("docker-daemon:shop/cart:1.4.2", "shop/cart"))
                .isEqualTo(digest);
    }

    /** As {@code docker.build('registry.example/shop/cart:1.4.2')} leaves it. */
    @Test
    void imageThatIsCalledAsInARegistryIsFound() {
        String name = "docker-daemon:" + REGISTRY + "/shop/cart:1.4.2";

        Digest digest = images(address(), ADA).push(name, "team/shop/cart");

        assertThat(dev.tags("team/shop/cart")).containsEntry("1.4.2", digest.value());
        assertThat(DaemonImages.name(name).repository()).isEqualTo("shop/cart");
    }

    /** Somebody's image is called as this one will be for the time of its push. */
    @Test
    void nameThatTheDaemonHasAlreadyIsGivenBack() {
        call(dev.host() + "/team/shop/cart:1.4.2");
        Set<String> before = names();

        images(address(), ADA).push("docker-daemon:shop/cart:1.4.2", "team/shop/cart");

        assertThat(names()).isEqualTo(before).contains(dev.host() + "/team/shop/cart:1.4.2");
    }

    @Test
    void imageThatTheDaemonDoesNotHaveIsNamed() {
        assertFails(
                FailureKind.NOT_FOUND,
                () -> images(address(), ADA).push("docker-daemon:shop/pay:1", "shop/pay"),
                "shop/pay:1",
                address().toString());
    }

    @Test
    void registryThatRefusesTheDaemonIsNamedWithoutAnySecret() {
        Set<String> before = names();

        assertFails(
                FailureKind.UNAUTHENTICATED,
                () -> images(address(), Optional.of(new Credentials("ada", "wrong s3cret")))
                        .push("docker-daemon:shop/cart:1.4.2", "shop/cart"),
                dev.host() + "/shop/cart:1.4.2");

        assertThat(names()).isEqualTo(before);
    }
}
