package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Situations of registries that users of other tools have reported. */
class NeighboursTest {
    private static final int EVER = 9_999;

    /** All of it is promoted, whatever the way there is like. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("passing")
    void I6_isPromotedAt(String name, Personality personality) throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT.being(personality))) {
            Promoter.Result result = resumed(world);
            assertThat(result.promoted()).as(result.reason()).isTrue();
            assertThat(world.tags()).isEqualTo(world.promoted());
        }
    }

    static Stream<Arguments> passing() {
        return Stream.of(
                arguments("Nexus: somebody else was quicker", Oddities.overtakingUploads(400)),
                arguments("the same, as a conflict", Oddities.overtakingUploads(409)),
                arguments("the same, as a fault", Oddities.overtakingUploads(500)),
                arguments("ECR: lost answer, then TAG_INVALID", Oddities.losingAnswersOfImmutableTags(400)),
                arguments("Harbor: lost answer, then 412", Oddities.losingAnswersOfImmutableTags(412)),
                arguments("lost answer, then 409", Oddities.losingAnswersOfImmutableTags(409)),
                arguments("Location relative to the request", Oddities.locating("./", "")),
                arguments("ACR: Location with a query", Oddities.locating("", "?_nouploadcache=false&_state=a%2Fb")),
                arguments("Location with an empty query", Oddities.locating("", "?")),
                arguments("manifests without Content-Type", Oddities.without("Content-Type")),
                arguments("empty digest header", Oddities.saying("Docker-Content-Digest", "")),
                arguments("digest header that is none", Oddities.saying("Docker-Content-Digest", "none")),
                arguments("media types with parameters", Oddities.addingCharsets()),
                arguments("connections that are closed", Oddities.closingConnections()),
                arguments("tags that are null", Oddities.listingNull()),
                arguments("errors that are pages", Oddities.tellingErrorsByPages()),
                arguments("Hub: uploads throttled", Oddities.refusing(3, 429, "TOOMANYREQUESTS", Oddities::isUpload)),
                arguments(
                        "uploads that need a fresh token",
                        Oddities.refusing(1, 401, "UNAUTHORIZED", Oddities::isUpload)),
                arguments("a restart: 503 for all", Oddities.refusing(4, 503, "UNAVAILABLE", r -> true)),
                arguments("a gateway: 504 on manifests", Oddities.refusing(2, 504, "TIMEOUT", Oddities::isManifestPut)),
                arguments("a broken HEAD", Personalities.refusingHeads()),
                arguments(
                        "blobs that are not seen yet",
                        Oddities.refusing(2, 404, "MANIFEST_BLOB_UNKNOWN", Oddities::isManifestPut)));
    }

    private static Promoter.Result resumed(HttpWorld world) {
        for (int tries = 1; ; tries++) {
            try {
                return world.promoter().promote(world.request("p1"));
            } catch (EngineException e) {
                if (!e.kind().retryable() || tries == 5) {
                    throw e;
                }
            }
        }
    }

    /** Nothing has moved, the error names the registry and what it said; once it is over all goes well. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("refusing")
    void I6_nothingIsHalfDoneAt(String name, int status, String code, boolean manifestsOnly) throws Exception {
        AtomicBoolean on = new AtomicBoolean();
        Personality refusing = Oddities.refusing(
                EVER,
                status,
                code,
                r -> on.get() && (manifestsOnly ? Oddities.isManifestPut(r) : Oddities.isChange(r)));
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT.being(refusing))) {
            on.set(true);
            EngineException e = catchThrowableOfType(EngineException.class, () -> resumed(world));

            assertThat(e).as(name).isNotNull();
            assertThat(e).hasMessageContaining(world.production.host()).hasMessageContaining(code);
            assertThat(world.tags()).isEqualTo(world.before);
            on.set(false);
            Promoter promoter = world.promoter();
            promoter.abandon("p1", "its build is gone", world.to);
            assertThat(promoter.promote(world.request("p2")).promoted()).isTrue();
        }
    }

    static Stream<Arguments> refusing() {
        return Stream.of(
                arguments("distribution: read-only", 405, "UNSUPPORTED", false),
                arguments("Harbor: quota", 412, "PRECONDITION", true),
                arguments("Quay: quota", 403, "DENIED", true),
                arguments("Artifactory: may not overwrite", 403, "DENIED", true),
                arguments("disk full", 500, "UNKNOWN", false),
                arguments("a full store", 507, "INSUFFICIENT_STORAGE", false),
                arguments("GAR: repository that nobody made", 404, "NAME_UNKNOWN", false),
                arguments("ECR: too many parts, or too small", 400, "UNSUPPORTED", false),
                arguments("GHCR: repository of somebody else", 403, "DENIED", false));
    }
}
