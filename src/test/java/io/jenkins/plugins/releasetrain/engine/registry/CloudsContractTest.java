package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.registry.PersonalitiesContractTest.OnPersonality;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.Accounts;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Nested;

/** The contract with registries that are rented, and with those behind proxies of several kinds. */
class CloudsContractTest {
    @Nested
    class Ecr extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT
                    .withoutMounts()
                    .withoutReferrers()
                    .being(Clouds.keepingBlobsInAStore())
                    .being(Accounts.expiring("AWS", () -> "twelve hours"))
                    .being(Personalities.answeringReferrersWith(Reply.error(405, "UNSUPPORTED", "not here")))
                    .being(Fronts.refusingLists(1000));
        }

        @Override
        public RegistrySettings settings() {
            return super.settings().withCredentials(() -> Optional.of(new Credentials("AWS", "twelve hours")));
        }

        @Override
        public boolean mounts() {
            return false;
        }
    }

    /** Google's: nothing is told of what is not there, blobs are elsewhere, and no tag goes without its manifest's name. */
    @Nested
    class Gar extends OnPersonality {
        @Override
        RegistryOptions options() {
            return withTokens()
                    .withoutReferrers()
                    .withoutTagDeletion()
                    .being(Personalities.hiding(403))
                    .being(Clouds.keepingBlobsInAStore());
        }
    }

    /** Microsoft's, with an identity token. */
    @Nested
    class Acr extends OnPersonality {
        @Override
        RegistryOptions options() {
            tokens().tellTokensAs("{\"access_token\":\"%s\"}");
            return withTokens()
                    .being(Oddities.locating("", "?_nouploadcache=false&_state=a%2Fb"))
                    .being(Clouds.keepingBlobsInAStore());
        }

        @Override
        public RegistrySettings settings() {
            return super.settings().withCredentials(() -> Optional.of(new Credentials("<token>", "open sesame")));
        }
    }

    /** GitHub's: no token to read a package that is not there, none to delete. */
    @Nested
    class Ghcr extends OnPersonality {
        @Override
        RegistryOptions options() {
            tokens().deny(403, scope -> scope.endsWith(":pull") && !registry().hasRepository(scope.split(":")[1]));
            return withTokens()
                    .withoutReferrers()
                    .being(Personalities.refusingDeletions(405))
                    .being(Personalities.answeringReferrersWith(Personalities.page()));
        }
    }

    @Nested
    class Nexus extends OnPersonality {
        @Override
        RegistryOptions options() {
            return withTokens()
                    .withoutReferrers()
                    .being(Clouds.namingNoScope())
                    .being(Personalities.hiding(401))
                    .being(Oddities.overtakingUploads(400));
        }
    }

    @Nested
    class OldQuay extends OnPersonality {
        @Override
        RegistryOptions options() {
            return withTokens().being(Clouds.convertingHeads());
        }

        @Override
        boolean countsRequests() {
            return false;
        }
    }

    /** Zips, tells no lengths, closes connections, words errors as pages. */
    @Nested
    class BehindAGateway extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT
                    .being(Personalities.zipping())
                    .being(Fronts.withoutLengths())
                    .being(Oddities.closingConnections())
                    .being(Oddities.tellingErrorsByPages());
        }

        @Override
        boolean tellsLengths() {
            return false;
        }
    }

    /** Says neither digest nor type, and takes no HEAD. */
    @Nested
    class Terse extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT
                    .withoutDigestHeaders()
                    .being(Oddities.without("Content-Type"))
                    .being(Personalities.refusingHeads());
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

    /** Takes no more than so much at once, and names itself without its port. */
    @Nested
    class BehindANarrowProxy extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT
                    .being(Personalities.withLocationsAt(URI.create("http://127.0.0.1")))
                    .being(Personalities.limitingBodies(270_000));
        }
    }

    /** Every change goes elsewhere first, every tag's answer has a name of its own. */
    @Nested
    class Redirecting extends OnPersonality {
        @Override
        RegistryOptions options() {
            return RegistryOptions.DEFAULT
                    .being(Personalities.redirectingChanges())
                    .being(Personalities.namingAnswers(digest -> "W/\"" + digest.hashCode() + "\"", 412));
        }

        @Override
        boolean countsRequests() {
            return false;
        }
    }
}
