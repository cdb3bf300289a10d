package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistryConnections;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JenkinsProxyTest {
    private static final Proxy OUT =
            new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy.example", 3128));

    private Optional<PasswordAuthentication> login = Optional.empty();
    private final JenkinsProxy proxy =
            new JenkinsProxy(host -> Optional.of(host.endsWith(".internal") ? Proxy.NO_PROXY : OUT), () -> login);

    private static Config cluster(String url) {
        Config config = Config.empty();
        config.setMasterUrl(url);
        return config;
    }

    @Test
    void JP_5_registriesAreReachedThroughTheProxyButForItsExceptions() {
        assertThat(proxy.select(URI.create("https://registry.example/v2/"))).containsExactly(OUT);
        assertThat(proxy.select(URI.create("https://registry.internal/v2/"))).containsExactly(Proxy.NO_PROXY);
        assertThat(proxy.forRegistries().selector()).isSameAs(proxy);
    }

    /** Java's client takes our credentials away, and fails at a 401, where it has an authenticator. */
    @Test
    void JP_5_aRegistryThatAsksForAPasswordGetsOursAndTheProxyItsOwn() throws Exception {
        try (EmbeddedRegistry guarded =
                EmbeddedRegistry.start(RegistryOptions.DEFAULT.withBasicAuth("ci", "of the registry"))) {
            RegistrySettings settings = RegistrySettings.of(guarded.host())
                    .withPlainHttp()
                    .withProxy(new JenkinsProxy(host -> Optional.of(Proxy.NO_PROXY), () -> login).forRegistries());
            HttpRegistry anonymous = new HttpRegistry(settings, connections());
            assertThatThrownBy(() -> anonymous.resolve("shop/cart", "1"))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("401");
            HttpRegistry known = new HttpRegistry(
                    settings.withCredentials(
                            () -> Optional.of(new RegistrySettings.Credentials("ci", "of the registry"))),
                    connections());
            assertThat(known.resolve("shop/cart", "1")).isEmpty();
        }
    }

    private static RegistryConnections connections() {
        return new RegistryConnections(Clock.systemUTC(), Sleeper.real());
    }

    @Test
    void JP_5_clustersAreReachedThroughTheProxyButForItsExceptions() {
        login = Optional.of(new PasswordAuthentication("ci", "secret".toCharArray()));
        Config far = cluster("https://k8s.example:6443");
        proxy.applyTo(far);
        assertThat(far.getHttpsProxy()).isEqualTo("http://proxy.example:3128");
        assertThat(far.getProxyUsername()).isEqualTo("ci");
        assertThat(far.getProxyPassword()).isEqualTo("secret");

        Config near = cluster("https://k8s.internal:6443");
        near.setHttpsProxy("http://other.example:1");
        proxy.applyTo(near);
        assertThat(near.getHttpsProxy()).isNull();
        assertThat(near.getProxyUsername()).isNull();
    }

    @Test
    void withoutAProxyWhatThePlatformSaysHolds() {
        JenkinsProxy none = new JenkinsProxy(host -> Optional.empty(), Optional::empty);
        URI uri = URI.create("https://registry.example/v2/");
        assertThat(none.select(uri)).isEqualTo(ProxySelector.getDefault().select(uri));
        Config config = cluster("https://k8s.example");
        config.setHttpsProxy("http://other.example:1");
        none.applyTo(config);
        assertThat(config.getHttpsProxy()).isEqualTo("http://other.example:1");
    }
}
