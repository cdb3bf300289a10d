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
import io.jenkins.plugins.releasetrain.testkit.daemon.FakeDockerDaemon;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerDaemonTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.4.2");
    private static final Optional<Credentials> ADA = Optional.of(new Credentials("ada", "s3cret"));

    private final ManualClock clock = new ManualClock();
    private FakeDockerDaemon daemon;
    private EmbeddedRegistry dev;

    @BeforeEach
    void start() throws Exception {
        daemon = new FakeDockerDaemon().with("shop/cart:1.4.2", CART);
        dev = EmbeddedRegistry.start(RegistryOptions.DEFAULT.withBasicAuth("ada", "s3cret"));
    }

    @AfterEach
    void stop() {
        daemon.close();
        dev.close();
    }

    private DaemonImages images(URI address, Optional<Credentials> credentials) {
        HttpRegistry registry = new HttpRegistry(
                RegistrySettings.of(dev.host()).withPlainHttp().withCredentials(() -> ADA), clock, clock::advance);
        return new DaemonImages(new DockerDaemon(Optional.of(address)), registry, () -> credentials);
    }

    private static void assertFails(FailureKind kind, Runnable work, String... words) {
        assertThatThrownBy(work::run).hasMessageContainingAll(words).message().doesNotContain("s3cret");
        try {
            work.run();
        } catch (EngineException e) {
            assertThat(e.kind()).isEqualTo(kind);
        }
    }

    @Test
    void imageOfTheDaemonIsPushedAndItsDigestReadBack() {
        Digest digest = images(daemon.address(), ADA).push("docker-daemon:shop/cart:1.4.2", "team/shop/cart");

        assertThat(digest.value()).isEqualTo(CART.content().digest());
        assertThat(dev.tags("team/shop/cart")).containsEntry("1.4.2", digest.value());
        assertThat(daemon.names()).as("names left behind").containsExactly("shop/cart:1.4.2");
    }

    @Test
    void imageThatTheDaemonDoesNotHaveIsNamed() {
        assertFails(
                FailureKind.NOT_FOUND,
                () -> images(daemon.address(), ADA).push("docker-daemon:shop/pay:1", "shop/pay"),
                "shop/pay:1",
                "tcp://127.0.0.1");
    }

    @Test
    void registryThatRefusesTheDaemonIsNamedWithoutAnySecret() {
        assertFails(
                FailureKind.UNAUTHENTICATED,
                () -> images(daemon.address(), Optional.of(new Credentials("ada", "wrong s3cret")))
                        .push("docker-daemon:shop/cart:1.4.2", "shop/cart"),
                dev.host() + "/shop/cart:1.4.2");
        assertThat(daemon.names()).containsExactly("shop/cart:1.4.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp://127.0.0.1:1", "unix:///nowhere/docker.sock"})
    void daemonThatIsNotThereIsAClearError(String address) {
        assertFails(
                FailureKind.UNAVAILABLE,
                () -> images(URI.create(address), ADA).push("docker-daemon:shop/cart:1.4.2", "shop/cart"),
                "No Docker daemon answers at " + address,
                "shop/cart:1.4.2");
    }

    @Test
    void I1_digestThatTheRegistryDoesNotConfirmIsRefused() {
        daemon.saying(Digest.sha256("another").value());
        assertFails(
                FailureKind.CONFLICT,
                () -> images(daemon.address(), ADA).push("docker-daemon:shop/cart:1.4.2", "shop/cart"),
                Digest.sha256("another").value(),
                CART.content().digest());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"docker-daemon:", "docker-daemon:shop/cart", "docker-daemon:Shop:1", "docker-daemon:a:1@sha256:2"
            })
    void entryThatNamesNoImageIsRefused(String entry) {
        assertFails(FailureKind.INVALID_INPUT, () -> DaemonImages.name(entry), entry);
    }
}
