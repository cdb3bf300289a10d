package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.testkit.registry.BrokenLine;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.LocalAuthority;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import java.io.IOException;
import java.net.URI;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said, and what is tried again, where TLS does not come about. */
class HandshakesTest {
    private final FakeTime time = new FakeTime();

    @RegisterExtension
    private final Opened open = new Opened();

    private BrokenLine line(String to, int breaks, boolean reset) throws IOException {
        BrokenLine line = new BrokenLine(to, breaks, reset);
        open.add(line);
        return line;
    }

    private HttpRegistry client(String host, LocalAuthority trusted) throws Exception {
        return new HttpRegistry(RegistrySettings.of(host).withTrustedCertificates(trusted.pem()), time, time);
    }

    private EngineException refused(String host, LocalAuthority trusted) throws Exception {
        HttpRegistry client = client(host, trusted);
        EngineException e = catchThrowableOfType(EngineException.class, () -> client.resolve("shop/cart", "1.0"));
        assertThat(e).isNotNull();
        return e;
    }

    /** A balancer that is restarted ends handshakes half-way: the certificate has no part in it, so it is tried again. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I6_handshakeThatIsCutIsTriedAgain(boolean reset) throws Exception {
        LocalAuthority authority = LocalAuthority.create();
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.withTls(authority.context()));
        BrokenLine line = line(registry.host(), 4, reset);
        assertThat(client(line.host(), authority).tags("shop/cart")).isEmpty();
        assertThat(registry.exchanges()).hasSize(1);
        assertThat(time.sleeps()).as("Java tries some again by itself").isNotEmpty();
    }

    /** Whoever never gets through is told of the handshake, and that it may pass. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void handshakeThatIsAlwaysCutIsNamed(boolean reset) throws Exception {
        LocalAuthority authority = LocalAuthority.create();
        BrokenLine line = line("127.0.0.1:1", 99, reset);
        EngineException e = refused(line.host(), authority);
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(e).hasMessageContaining("TLS handshake").hasMessageContaining("plain HTTP");
    }

    /** As the JDK says it (the certificates of an authority that is trusted itself are taken at any time). */
    @Test
    void certificateThatIsNotGoodNowIsNotMendedByTrust() {
        assertThat(said(new CertificateExpiredException("NotAfter: Mon Jan 01 00:00:00 UTC 2024")))
                .hasMessageContaining("has expired: renew it")
                .hasMessageNotContaining("Add the");
        assertThat(said(new CertificateNotYetValidException("NotBefore: Mon Jan 01 00:00:00 UTC 2044")))
                .hasMessageContaining("clocks")
                .hasMessageNotContaining("Add the");
    }

    private static EngineException said(CertificateException why) {
        SSLHandshakeException handshake =
                new SSLHandshakeException("PKIX path validation failed: validity check failed");
        handshake.initCause(new CertPathValidatorException("validity check failed", why));
        EngineException e =
                Failures.io(Call.of("look", "GET", URI.create("https://r.example/v2/")), handshake, Optional.empty());
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.TLS);
        return e;
    }

    @Test
    void certificateOfAnotherHostNamesIt() throws Exception {
        LocalAuthority authority = LocalAuthority.ofAnother("registry.other.example");
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.withTls(authority.context()));
        EngineException e = refused(registry.host(), authority);
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.TLS);
        assertThat(e).hasMessageContaining("another host").hasMessageNotContaining("Add the");
    }
}
