package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import io.jenkins.plugins.releasetrain.testkit.registry.TokenServer;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** The contract with registries as they are; each has the name of one that behaves so. */
class PersonalitiesContractTest {
    private static final Credentials ROBOT = new Credentials("robot", "open sesame");

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class OnPersonality extends RegistryContract implements RegistryContract.Site {
        private EmbeddedRegistry registry;
        private TokenServer tokens;

        abstract RegistryOptions options();

        RegistryOptions withTokens() {
            return RegistryOptions.DEFAULT.withTokens(tokens);
        }

        TokenServer tokens() {
            return tokens;
        }

        EmbeddedRegistry registry() {
            return registry;
        }

        @BeforeAll
        void startRegistry() throws IOException {
            tokens = TokenServer.start(ROBOT.user(), ROBOT.password());
            registry = EmbeddedRegistry.start(options());
        }

        @AfterAll
        void stopRegistry() {
            registry.close();
            tokens.close();
        }

        @Override
        Site site() {
            return this;
        }

        @Override
        public RegistrySettings settings() {
            return RegistrySettings.of(registry.host()).withPlainHttp().withCredentials(() -> Optional.of(ROBOT));
        }

        @Override
        public SampleImages images(String repository) {
            return SampleImages.at(registry.origin());
        }
    }

    @Nested
    class Distribution extends OnPersonality {
        @Override
        RegistryOptions options() {
            return withTokens().withoutReferrers().being(Personalities.refusingMounts(401));
        }

        @Override
        public boolean mounts() {
            return false;
        }
    }

    @Nested
    class GitLab extends OnPersonality {
        @Override
        RegistryOptions options() {
            tokens().grantOneScope();
            return withTokens().withoutReferrers().being(Personalities.takingDigestTagsForDigests());
        }

        @Override
        public boolean mounts() {
            // With one scope a token, what may be pushed to cannot be mounted from elsewhere.
            return false;
        }
    }

    @Nested
    class Quay extends OnPersonality {
        @Override
        RegistryOptions options() {
            tokens().know(scope -> !scope.contains("delete"));
            return withTokens().being(Personalities.hiding(401));
        }
    }

    @Nested
    class Harbor extends OnPersonality {
        @Override
        RegistryOptions options() {
            return withTokens().being(Personalities.refusingMounts(401)).being(Personalities.refusingDeletions(412));
        }

        @Override
        public boolean mounts() {
            return false;
        }
    }

    @Nested
    class Artifactory extends OnPersonality {
        @Override
        RegistryOptions options() {
            return withTokens()
                    .withScopePrefix("inner-key/")
                    .withoutReferrers()
                    .being(Personalities.hiding(403))
                    .being(Personalities.deletingManifestsWithTags());
        }

        @Override
        public boolean mounts() {
            // The challenge names the target only.
            return false;
        }
    }

    @Nested
    class BehindAProxyWithPages extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT
                    .withoutReferrers()
                    .being(Personalities.answeringReferrersWith(Personalities.page()));
        }
    }

    @Nested
    class BehindACache extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT.being(Fronts.caching());
        }
    }

    @Nested
    class PageByPage extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT.withTagsPerPage(1).withReferrersPerPage(1);
        }
    }

    @Nested
    class Saying200 extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT.being(Personalities.succeedingWith(200));
        }
    }

    @Nested
    class Saying202 extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT.being(Personalities.succeedingWith(202));
        }
    }

    @Nested
    class Saying204 extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT.withoutDigestHeaders().being(Personalities.succeedingWith(204));
        }

        @Override
        boolean countsRequests() {
            return false;
        }
    }

    @Nested
    class RefusingDeletions extends OnPersonality {
        @Override
        RegistryOptions options() {
            return withTokens().being(Personalities.refusingDeletions(403));
        }
    }

    @Nested
    class RefusingHeads extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT.being(Personalities.refusingHeads());
        }

        @Override
        boolean countsRequests() {
            return false;
        }

        @Override
        boolean tellsBlobs() {
            return false;
        }
    }
}
