package io.jenkins.plugins.releasetrain.engine.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.testkit.daemon.FakeDockerDaemon;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import java.net.URI;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerDaemonTest extends ImageDaemonContract {
    private FakeDockerDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = new FakeDockerDaemon().with("shop/cart:1.4.2", CART).with(REGISTRY + "/shop/cart:1.4.2", CART);
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Override
    URI address() {
        return daemon.address();
    }

    @Override
    Set<String> names() {
        return daemon.names();
    }

    @Override
    void call(String name) {
        daemon.with(name, CART);
    }

    /** Which may be another image, as a former build of the same version left it. */
    @Test
    void whatTheDaemonHadUnderThatNameStaysThere() {
        String name = dev().host() + "/shop/cart:1.4.2";
        SampleImage former = SampleImage.of("cart", "former").asDocker();
        daemon.with(name, former);

        images(daemon.address(), ADA).push("docker-daemon:shop/cart:1.4.2", "shop/cart");

        assertThat(daemon.image(name)).isSameAs(former);
    }

    @Test
    void I1_digestIsThatOfTheImage() {
        assertThat(images(daemon.address(), ADA).push("docker-daemon:shop/cart:1.4.2", "team/shop/cart"))
                .isEqualTo(new Digest(CART.content().digest()));
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

    /** cli#4959, moby#52897: containerd's store need not have all platforms of what it lists. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "missing content: content digest sha256:165029e1484c36a25c: not found",
                "image with reference shop/cart:1.4.2 was found but does not provide any platform",
                "name unknown: The repository with name 'shop/cart' does not exist"
            })
    void whatTheDaemonOrTheRegistryLacksIsNotTriedAgain(String words) {
        daemon.refusing(words);
        assertFails(
                FailureKind.NOT_FOUND,
                () -> images(daemon.address(), ADA).push("docker-daemon:shop/cart:1.4.2", "shop/cart"),
                words);
    }

    /** moby#50194: containerd's store leaves out the tag of what is there already. */
    @Test
    void tagThatTheDaemonDidNotPushIsSet() {
        daemon.losingTags();
        Digest digest = images(daemon.address(), ADA).push("docker-daemon:shop/cart:1.4.2", "shop/cart");
        assertThat(dev().tags("shop/cart")).containsEntry("1.4.2", digest.value());
    }

    /** Another build pushed the same and was quicker to take its name away; or a container has it. */
    @ParameterizedTest
    @ValueSource(ints = {404, 409, 500})
    void nameThatTheDaemonKeepsIsNoFailureOfThePush(int status) {
        daemon.keepingNames(status);
        Digest digest = images(daemon.address(), ADA).push("docker-daemon:shop/cart:1.4.2", "shop/cart");
        assertThat(dev().tags("shop/cart")).containsEntry("1.4.2", digest.value());
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
