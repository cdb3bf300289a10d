package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.DockerRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.LocalAuthority;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import io.jenkins.plugins.releasetrain.testkit.registry.SignedTokens;
import io.jenkins.plugins.releasetrain.testkit.registry.TokenServer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract with a real registry, where {@code docker-registry} (CNCF distribution 2.8) is on the PATH. */
class DockerRegistryContractTest {
    private static final String USER = "builder";
    private static final String PASSWORD = "open sesame";
    /** {@code htpasswd -nbB -C 5 builder 'open sesame'}; the least cost, as the check is made on every request. */
    private static final String HTPASSWD = "builder:$2y$05$2EqxAcE9bhL3gAIRtjmIu.eDBbxBisx.uSEto7UHxASjJ5e/kXr/W";

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class OnDockerRegistry extends RegistryContract implements RegistryContract.Site {
        DockerRegistry registry;

        abstract DockerRegistry start() throws Exception;

        @BeforeAll
        void startRegistry() throws Exception {
            assumeTrue(
                    DockerRegistry.available(), "docker-registry is not on the PATH; install Debian's docker-registry");
            registry = start();
        }

        @AfterAll
        void stopRegistry() throws IOException {
            if (registry != null) {
                registry.close();
            }
        }

        @Override
        Site site() {
            return this;
        }

        @Override
        public RegistrySettings settings() {
            return RegistrySettings.of(registry.host())
                    .withPlainHttp()
                    .withCredentials(() -> Optional.of(new Credentials(USER, PASSWORD)));
        }

        /** So the sweep of what production runs costs it no look at a manifest. */
        @Test
        void says_unchanged_where_it_is_asked_by_a_condition() {
            String repository = "contract/unchanged";
            images(repository).push(repository, "1", SampleImage.of("cart", "1"));
            HttpRegistry client = new HttpRegistry(settings(), Clock.systemUTC(), Sleeper.real());
            Map<Tag, Descriptor> known = client.resolveAll(List.of(new Tag(repository, "1")));
            long before = client.traffic().requests();

            assertThat(client.resolveAgain(known)).isEqualTo(known);
            assertThat(client.traffic().requests() - before).isEqualTo(1);
            Descriptor found = known.values().iterator().next();
            Call call = client.manifestCall("resolve", "HEAD", repository, "1", Scope.push(repository))
                    .acceptingManifests()
                    .header("If-None-Match", '"' + found.digest().value() + '"');
            assertThat(client.transport().head(call).statusCode()).isEqualTo(304);
        }
    }

    @Nested
    class ForAnybody extends OnDockerRegistry {
        @Override
        DockerRegistry start() throws IOException {
            return DockerRegistry.start();
        }

        @Override
        public SampleImages images(String repository) {
            return SampleImages.at(registry.origin());
        }
    }

    @Nested
    class WithBasicAuth extends OnDockerRegistry {
        @Override
        DockerRegistry start() throws IOException {
            return DockerRegistry.withBasicAuth(HTPASSWD);
        }

        @Override
        public SampleImages images(String repository) {
            return SampleImages.at(registry.origin()).withBasicAuth(USER, PASSWORD);
        }
    }

    @Nested
    class WithTokens extends OnDockerRegistry {
        private SignedTokens minting;
        private TokenServer tokens;

        @Override
        DockerRegistry start() throws IOException, GeneralSecurityException, InterruptedException {
            minting = new SignedTokens(LocalAuthority.create(), "token server", Clock.systemUTC());
            tokens = TokenServer.start(USER, PASSWORD, minting);
            return DockerRegistry.withTokens(
                    tokens, minting.issuer(), minting.authority().pem());
        }

        @AfterAll
        void stopTokens() {
            if (tokens != null) {
                tokens.close();
            }
        }

        @Override
        public SampleImages images(String repository) {
            List<String> scopes = List.of("repository:" + repository + ":pull,push");
            return SampleImages.at(registry.origin())
                    .withToken(minting.apply(new TokenServer.Grant(USER, "test", scopes)));
        }
    }

    @Nested
    class WithAnAuthorityOfItsOwn extends OnDockerRegistry {
        private LocalAuthority authority;
        private SSLContext tls;

        @Override
        DockerRegistry start() throws IOException, GeneralSecurityException, InterruptedException {
            authority = LocalAuthority.create();
            tls = authority.context();
            return DockerRegistry.withTls(authority);
        }

        @Override
        public RegistrySettings settings() {
            try {
                return RegistrySettings.of(registry.host()).withTrustedCertificates(authority.pem());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("It was made by the JDK", e);
            }
        }

        @Override
        public SampleImages images(String repository) {
            return SampleImages.at(registry.origin()).withTls(tls);
        }
    }
}
