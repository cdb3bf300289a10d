package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.ForwardProxy;
import io.jenkins.plugins.releasetrain.testkit.registry.LocalAuthority;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.net.PasswordAuthentication;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Registries on the other side of a company's proxy. */
class ForwardProxiesTest {
    private static final String PASSWORD = "of the way out";

    private final FakeTime time = new FakeTime();
    private EmbeddedRegistry registry;
    private ForwardProxy proxy;
    private LocalAuthority authority;

    @AfterEach
    void close() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
        if (registry != null) {
            registry.close();
        }
    }

    private void plain() throws Exception {
        registry = EmbeddedRegistry.start();
        SampleImages.at(registry.origin()).push("shop/cart", "1", SampleImage.of("cart", "1"));
    }

    private void tls() throws Exception {
        authority = LocalAuthority.create();
        registry = EmbeddedRegistry.start(RegistryOptions.DEFAULT.withTls(authority.context()));
        SampleImages.at(registry.origin())
                .withTls(authority.context())
                .push("shop/cart", "1", SampleImage.of("cart", "1"));
    }

    private HttpRegistry client(String password) throws Exception {
        RegistrySettings settings = RegistrySettings.of(registry.host());
        settings = authority == null ? settings.withPlainHttp() : settings.withTrustedCertificates(authority.pem());
        RegistrySettings.Proxy way = new RegistrySettings.Proxy(
                proxy.selector(), () -> Optional.of(new PasswordAuthentication("ci", password.toCharArray())));
        return new HttpRegistry(settings.withProxy(way), time, time);
    }

    private static EngineException failure(HttpRegistry client) {
        EngineException e = catchThrowableOfType(EngineException.class, () -> client.resolve("shop/cart", "1"));
        assertThat(e).isNotNull();
        assertThat(e.getMessage()).doesNotContain(PASSWORD);
        return e;
    }

    /** A policy of the network, an address that the proxy does not find, a registry that it does not reach. */
    @ParameterizedTest
    @CsvSource({"403, false", "404, false", "502, false", "503, false", "403, true", "404, true", "503, true"})
    void I7_whatTheProxyRefusesIsNotAbsent(int status, boolean tls) throws Exception {
        if (tls) {
            tls();
        } else {
            plain();
        }
        proxy = ForwardProxy.forAnybody();
        proxy.refuse(status);

        assertThat(failure(client(PASSWORD))).hasMessageContaining(String.valueOf(status));

        proxy.refuse(0);
        assertThat(client(PASSWORD).resolve("shop/cart", "1")).isPresent();
    }

    @Test
    void whoMayNotPassIsTold() throws Exception {
        plain();
        proxy = ForwardProxy.withBasicAuth("ci", PASSWORD);

        EngineException e = failure(client("another"));

        assertThat(e.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
        assertThat(e).hasMessageContaining("The proxy wants other credentials");
        assertThat(client(PASSWORD).resolve("shop/cart", "1")).isPresent();
    }

    /** Java keeps the password to itself on the way to addresses of TLS, and the message blamed the password. */
    @Test
    void whereJavaTellsNoPasswordItIsSaidHowItDoes() throws Exception {
        assumeTrue(System.getProperty("jdk.http.auth.tunneling.disabledSchemes") == null);
        tls();
        proxy = ForwardProxy.withBasicAuth("ci", PASSWORD);

        EngineException e = failure(client(PASSWORD));

        assertThat(e.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
        assertThat(e).hasMessageContaining("-Djdk.http.auth.tunneling.disabledSchemes=");
        assertThat(proxy.passed()).isZero();
    }

    /** It is not the registry that must be looked at. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProxyThatIsDownIsNamed(boolean tls) throws Exception {
        if (tls) {
            tls();
        } else {
            plain();
        }
        proxy = ForwardProxy.forAnybody();
        HttpRegistry client = client(PASSWORD);
        proxy.close();

        EngineException e = failure(client);

        assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(e).hasMessageContaining("proxy " + proxy.host());
    }

    /** The contract, by a proxy. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class ByProxy extends RegistryContract implements RegistryContract.Site {
        private EmbeddedRegistry registry;
        private ForwardProxy proxy;

        abstract EmbeddedRegistry registry() throws Exception;

        abstract ForwardProxy proxy() throws IOException;

        abstract RegistrySettings reached(RegistrySettings settings);

        @BeforeAll
        void start() throws Exception {
            registry = registry();
            proxy = proxy();
        }

        @AfterAll
        void stop() throws IOException {
            assertThat(proxy.passed()).isPositive();
            proxy.close();
            registry.close();
        }

        @Override
        Site site() {
            return this;
        }

        @Override
        public RegistrySettings settings() {
            return reached(RegistrySettings.of(registry.host()))
                    .withProxy(new RegistrySettings.Proxy(
                            proxy.selector(),
                            () -> Optional.of(new PasswordAuthentication("ci", PASSWORD.toCharArray()))));
        }

        @Override
        public SampleImages images(String repository) {
            return SampleImages.at(registry.origin());
        }
    }

    @Nested
    class Plain extends ByProxy {
        @Override
        EmbeddedRegistry registry() throws IOException {
            return EmbeddedRegistry.start();
        }

        @Override
        ForwardProxy proxy() throws IOException {
            return ForwardProxy.withBasicAuth("ci", PASSWORD);
        }

        @Override
        RegistrySettings reached(RegistrySettings settings) {
            return settings.withPlainHttp();
        }
    }

    @Nested
    class InTunnels extends ByProxy {
        private LocalAuthority trusted;
        private SSLContext tls;

        @Override
        EmbeddedRegistry registry() throws Exception {
            trusted = LocalAuthority.create();
            tls = trusted.context();
            return EmbeddedRegistry.start(RegistryOptions.DEFAULT.withTls(tls));
        }

        @Override
        ForwardProxy proxy() throws IOException {
            return ForwardProxy.forAnybody();
        }

        @Override
        RegistrySettings reached(RegistrySettings settings) {
            try {
                return settings.withTrustedCertificates(trusted.pem());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("It was made by the JDK", e);
            }
        }

        @Override
        public SampleImages images(String repository) {
            return super.images(repository).withTls(tls);
        }
    }
}
