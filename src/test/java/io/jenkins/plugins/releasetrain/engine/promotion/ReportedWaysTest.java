package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.Latecomers;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.net.URI;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Situations that users of other tools reported; the name of each says where. */
class ReportedWaysTest {
    private static final int EVER = 9_999;
    private static final String DOCKER = "application/vnd.docker.distribution.manifest.v2+json";

    @ParameterizedTest(name = "{0}")
    @MethodSource({"atEither", "atTheTarget"})
    void I6_isPromotedTo(String name, Personality personality) throws Exception {
        assertPromoted(RegistryOptions.DEFAULT, RegistryOptions.DEFAULT.being(personality));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"atEither", "atTheSource"})
    void I1_isPromotedFrom(String name, Personality personality) throws Exception {
        assertPromoted(RegistryOptions.DEFAULT.being(personality), RegistryOptions.DEFAULT);
    }

    private static void assertPromoted(RegistryOptions from, RegistryOptions to) throws Exception {
        try (HttpWorld world = new HttpWorld(from, to)) {
            Promoter.Result result = resumed(world);
            assertThat(result.promoted()).as(result.reason()).isTrue();
            assertThat(world.tags()).isEqualTo(world.promoted());
        }
    }

    static Stream<Arguments> atEither() {
        return Stream.of(
                arguments("maintenance: some pages called a success", Fronts.paging(6, r -> true)),
                arguments(
                        "a login's page for every second manifest",
                        Fronts.paging(3, r -> r.path().contains("/manifests/"))),
                arguments("moby#17595: x-gzip said of what is not zipped on its way", Fronts.sayingZipped("x-gzip")),
                arguments("docker-registry#369: gzip said by a mirror that unpacked", Fronts.sayingZipped("gzip")),
                arguments("quay#1310: blobs zipped unless asked for as they are", Fronts.zippingBlobsUnlessAsked()),
                arguments("answers without a length", Fronts.withoutLengths()),
                arguments("containerd#3238: no digest header", Oddities.without("Docker-Content-Digest")),
                arguments("Cloudflare: 520 to 524", storm(520, 521, 522, 523, 524)),
                arguments("RFC 8470: 425 Too Early", storm(425)),
                arguments("GHCR: Retry-After in words", limiting("1.889377ms, allowed: 2000/minute")),
                arguments("Retry-After in the past", limiting("Wed, 21 Oct 2015 07:28:00 GMT")),
                arguments("Retry-After below zero", limiting("-5")),
                arguments("Retry-After with a fraction", limiting("0.5")),
                arguments("vcell#1888, GHCR: 403 of a limit", Clouds.limitingByRefusals(7)),
                arguments("distribution#3143: lists that are too long refused", Fronts.refusingLists(100)),
                arguments("ECR, GAR, Hub: blobs in a store that knows nobody", Clouds.keepingBlobsInAStore()),
                arguments("Quay, Artifactory: HEAD as of schema 1", Clouds.convertingHeads()),
                arguments("ECR, Quay: 400 of a limit", limitingWith(400, "TOOMANYREQUESTS", "Rate exceeded")),
                arguments("manifests: 400 on HEAD", refusingHeadsOfManifests(400)),
                arguments("a clock that is a day ahead", Clouds.throttlingByItsOwnClock(2, 20)),
                arguments("referrers: 405 (ECR)", referrers(Reply.error(405, "UNSUPPORTED", "not allowed"))),
                arguments("PROJQUAY-7523: referrers 400", referrers(Reply.error(400, "MANIFEST_INVALID", "no"))),
                arguments("harbor#18418: referrers 404 of a project", referrers(Reply.error(404, "NOT_FOUND", "no"))),
                arguments("referrers: 302 to a login", referrers(Reply.of(302).header("Location", "/v2/"))));
    }

    static Stream<Arguments> atTheTarget() {
        return Stream.of(
                arguments("jib#4301, GHCR: BLOB_UPLOAD_UNKNOWN", upload(404, "BLOB_UPLOAD_UNKNOWN")),
                arguments("makisu#224, ECR: BLOB_UPLOAD_INVALID", upload(400, "BLOB_UPLOAD_INVALID")),
                arguments("content changed on its way: DIGEST_INVALID", upload(400, "DIGEST_INVALID")),
                arguments("nginx: a Location without its port", withoutPort()),
                arguments("a gateway: 504 on uploads", Oddities.refusing(2, 504, "TIMEOUT", Oddities::isUpload)),
                arguments("blobs: 400 on HEAD", refusingHeads(400)),
                arguments("an upload at another offset: 416", upload(416, "RANGE_INVALID")),
                arguments(
                        "konk#626, GHCR: unknown blob",
                        Oddities.refusing(1, 404, "BLOB_UNKNOWN", Oddities::isManifestPut)),
                arguments("buildkit#3776, ECR: immutable, lost answer", Oddities.losingAnswersOfImmutableTags(400)),
                arguments("Artifactory: may not overwrite, lost answer", Oddities.losingAnswersOfImmutableTags(403)),
                arguments(
                        "harbor#8946: read only while it collects garbage",
                        Latecomers.refusingChanges(
                                4, 403, "DENIED", "The system is in read only mode. Any modification is prohibited.")),
                arguments(
                        "GitLab: in maintenance mode",
                        Latecomers.refusingChanges(4, 405, "UNSUPPORTED", "the registry is in read-only mode")),
                arguments(
                        "jib#2470, Quay, Artifactory: two of the same manifest at once: 409",
                        Oddities.refusing(3, 409, "CONFLICT", Oddities::isManifestPut)),
                arguments("blobs: a part is there", Latecomers.holdingParts(5)),
                arguments("blobs: 403 on HEAD", refusingHeads(403)),
                arguments("blobs: 404 on HEAD, there on GET", refusingHeads(404)));
    }

    static Stream<Arguments> atTheSource() {
        return Stream.of(
                arguments("ggcr: 416 to a part without an end", Fronts.refusingParts(416, 1, r -> r.endsWith("-"))),
                arguments("an address that has expired: 403", Latecomers.signingAddressesThatExpired(2, 403)),
                arguments("an address that has expired: 400", Latecomers.signingAddressesThatExpired(2, 400)),
                arguments("an image's manifest called Docker's", Personalities.callingManifests(DOCKER)),
                arguments("no part at all: 416", Fronts.refusingParts(416, 1, r -> true)),
                arguments("registry.k8s.io#333: 400 to a part", Fronts.refusingParts(400, 1, r -> true)));
    }

    /** The manifest's digest is all that a promotion rests on: what a registry makes of it otherwise stays untagged (I1). */
    @Test
    void I1_registryThatRewordsManifestsGetsNoTag() throws Exception {
        try (HttpWorld world = new HttpWorld(RegistryOptions.DEFAULT.being(Fronts.rewordingManifests()))) {
            EngineException e = catchThrowableOfType(EngineException.class, () -> resumed(world));
            assertThat(e)
                    .hasMessageContaining("instead of " + HttpWorld.second(0).algorithm());
            assertThat(world.tags()).isEqualTo(world.before);
        }
    }

    /** regclient#272: signatures are found where a list's first page is not what was asked for. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("lists")
    void signaturesAreFoundAt(String name, RegistryOptions options) throws Exception {
        RegistryOptions source = options.withoutReferrers();
        try (HttpWorld world = new HttpWorld(source, RegistryOptions.DEFAULT)) {
            SampleImages images = SampleImages.at(world.dev.origin());
            SampleImage image = SampleImage.of("s0", "2");
            for (int i = 0; i < 5; i++) {
                images.push("dev/s0", "v1." + i, image);
            }
            String signature = HttpWorld.second(0).value().replace(':', '-') + ".sig";
            images.push("dev/s0", signature, SampleImage.of("signature", "1"));

            assertThat(resumed(world).promoted()).isTrue();
            assertThat(world.production.tags("shop/s0")).containsKey(signature);
        }
    }

    /** A cache of the dev registry lists nothing where it was asked for digests only. */
    @Test
    void signaturesAreFoundInACache() throws Exception {
        signaturesAreFoundAt("Harbor's proxy project", RegistryOptions.DEFAULT.being(Fronts.listingWhatWasPulled()));
    }

    static Stream<Arguments> lists() {
        Comparator<String> signaturesLast = Comparator.<String, Boolean>comparing(tag -> tag.startsWith("sha256-"))
                .thenComparing(tag -> !tag.startsWith("v"))
                .thenComparing(Comparator.naturalOrder());
        return Stream.of(
                arguments(
                        "Quay: from the oldest on",
                        RegistryOptions.DEFAULT.being(Fronts.listingByAge(3, signaturesLast))),
                arguments("one that pages", RegistryOptions.DEFAULT.withTagsPerPage(2)),
                arguments(
                        "one that names itself otherwise",
                        RegistryOptions.DEFAULT.withTagsPerPage(2).being(Fronts.namingItself("http://inner:5000"))),
                arguments("one whose lists are short", RegistryOptions.DEFAULT.being(Fronts.refusingLists(100))));
    }

    /** Where tags share a manifest, undo needs the whole list. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("lists")
    void RG_10_undoReadsTheWholeListAt(String name, RegistryOptions options) throws Exception {
        try (HttpWorld world = new HttpWorld(options.being(Personalities.deletingManifestsWithTags()))) {
            SampleImages.at(world.production.origin()).push("shop/s0", "zz", SampleImage.of("s0", "2"));
            Map<String, String> before = world.production.tags("shop/s0");
            world.production.failNext(
                    1, r -> r.is("PUT", "/shop/s1/manifests/production"), Failure.status(403, "DENIED", "no"));
            Promoter.Result result = world.promoter().promote(world.request("p1"));
            assertThat(result.promoted()).isFalse();
            assertThat(world.production.tags("shop/s0")).containsAllEntriesOf(before);
        }
    }

    private static Personality withoutPort() {
        return Personalities.withLocationsAt(URI.create("http://127.0.0.1"));
    }

    private static Personality storm(int... statuses) {
        AtomicInteger count = new AtomicInteger();
        return (request, rest) -> {
            int turn = count.getAndIncrement();
            return turn % 3 == 0 ? Reply.of(statuses[turn / 3 % statuses.length]) : rest.answer(request);
        };
    }

    private static Personality limiting(String retryAfter) {
        AtomicInteger count = new AtomicInteger();
        return (request, rest) -> count.incrementAndGet() % 4 == 0
                ? Reply.error(429, "TOOMANYREQUESTS", "slow down").header("Retry-After", retryAfter)
                : rest.answer(request);
    }

    private static Personality limitingWith(int status, String code, String words) {
        AtomicInteger count = new AtomicInteger();
        return (request, rest) -> !request.method().equals("HEAD") && count.incrementAndGet() % 4 == 0
                ? Reply.error(status, code, words)
                : rest.answer(request);
    }

    private static Personality refusingHeadsOfManifests(int status) {
        return (request, rest) -> request.is("HEAD", "/manifests/") ? Reply.of(status) : rest.answer(request);
    }

    private static Personality referrers(Reply instead) {
        return Personalities.answeringReferrersWith(instead);
    }

    private static Personality upload(int status, String code) {
        return Oddities.refusing(1, status, code, Oddities::isUpload);
    }

    private static Personality refusingHeads(int status) {
        return (request, rest) -> request.is("HEAD", "/blobs/") ? Reply.of(status) : rest.answer(request);
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
}
