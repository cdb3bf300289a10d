package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Ways of registries that are rented (Amazon's, Google's, Microsoft's, GitHub's), and of what stands before others. */
public final class Clouds {
    private static final Pattern BLOB = Pattern.compile("/v2/.+/blobs/sha[0-9]+:.+");

    private static final String SCHEMA_ONE = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    private Clouds() {}

    /**
     * Sends readers of blobs to a store that takes a signed GET only, and nobody who says who he is (ECR, GAR, Quay, Hub). The
     * store is the same server by its other name.
     */
    public static Personality keepingBlobsInAStore() {
        return (request, rest) -> {
            if (!BLOB.matcher(request.path()).matches() || !Fronts.reads(request)) {
                return rest.answer(request);
            }
            String host = request.header("Host").orElse("");
            if (host.startsWith("localhost")) {
                boolean signed = request.method().equals("GET")
                        && request.header("Authorization").isEmpty()
                        && request.parameter("X-Signature").isPresent();
                return signed ? rest.answer(request.letIn()) : Reply.of(403);
            }
            Reply right = rest.answer(request);
            boolean there = right.status() == 200 || right.status() == 206;
            return there && request.method().equals("GET")
                    ? Reply.of(307)
                            .header(
                                    "Location",
                                    "http://" + host.replaceFirst("[^:]+", "localhost") + request.path()
                                            + "?X-Signature=abc")
                    : right;
        };
    }

    /** Challenges without a word for what (Nexus). */
    public static Personality namingNoScope() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            String challenge = right.headers().getOrDefault("WWW-Authenticate", "");
            return challenge.isEmpty()
                    ? right
                    : right.header("WWW-Authenticate", challenge.replaceAll(",scope=\"[^\"]*\"", ""));
        };
    }

    /** Answers every HEAD of a manifest as if nobody could read more than schema 1 (Quay, Artifactory, Nexus in old versions). */
    public static Personality convertingHeads() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            return request.is("HEAD", "/manifests/") && right.status() == 200
                    ? right.header("Content-Type", SCHEMA_ONE)
                            .header("Docker-Content-Digest", Contents.digest(new byte[] {1}, "sha256:"))
                    : right;
        };
    }

    /**
     * Holds an image of Docker's schema 1 under a tag: its digest is of what was signed in it, and not of all that is given.
     *
     * @param path of the repository and its tag, as {@code shop/cart/manifests/production}
     */
    public static Personality holdingSchemaOne(String path, byte[] manifest) {
        AtomicReference<String> tagged = new AtomicReference<>("/v2/" + path);
        String digest = schemaOneDigest(manifest);
        String own = "/v2/" + path.replaceAll("[^/]+$", digest);
        Reply given =
                Reply.of(200).body(manifest).header("Content-Type", SCHEMA_ONE).header("Docker-Content-Digest", digest);
        return (request, rest) -> {
            boolean asked = Fronts.reads(request)
                    && (request.path().equals(own) || request.path().equals(tagged.get()));
            if (asked) {
                return given;
            }
            boolean tags = request.method().equals("PUT") && request.path().equals("/v2/" + path);
            boolean back = tags && Arrays.equals(request.body(), manifest);
            if (tags) {
                tagged.set(back ? request.path() : "");
            }
            return back ? Reply.of(201).header("Docker-Content-Digest", digest) : rest.answer(request);
        };
    }

    /** Of the manifest without its signatures. */
    public static String schemaOneDigest(byte[] manifest) {
        String signed = new String(manifest, StandardCharsets.UTF_8).replaceAll(",\"signatures\":.*\\]", "");
        return Contents.digest(signed.getBytes(StandardCharsets.UTF_8), "sha256:");
    }

    /** Refuses every so-manieth request for their number, in words alone (GHCR: GitHub's second limit). */
    public static Personality limitingByRefusals(int every) {
        AtomicInteger count = new AtomicInteger();
        return (request, rest) -> count.incrementAndGet() % every == 0
                ? Reply.json(403, "{\"message\":\"You have exceeded a secondary rate limit. Please wait.\"}")
                : rest.answer(request);
    }

    /** Gives tokens itself, and names where without the TLS that stands before it (Harbor with an http external_url). */
    public static Personality givingTokensItself(String realm) {
        return (request, rest) -> {
            if (request.path().equals("/token")) {
                return Reply.json(200, "{\"token\":\"given\"}");
            }
            return request.header("Authorization").equals(Optional.of("Bearer given"))
                    ? rest.answer(request)
                    : Reply.error(401, "UNAUTHORIZED", "authentication required")
                            .header("WWW-Authenticate", "Bearer realm=\"" + realm + "\",service=\"harbor\"");
        };
    }

    /** Answers so to each request of a kind. */
    public static Personality answering(Reply reply, Predicate<Request> when) {
        return (request, rest) -> when.test(request) ? reply : rest.answer(request);
    }

    /** Cuts whoever sends more in one request than passes in its time, and keeps nothing of it (a proxy's 60 s). */
    public static Personality cuttingBodiesAfter(long bytes) {
        return Personalities.breakingUploadsAfter(bytes, Integer.MAX_VALUE, false);
    }

    /** Cuts as well, and takes no uploads in parts. */
    public static Personality takingWholeBlobsOnly(int cuts, long after) {
        Personality cutting = Personalities.breakingUploadsAfter(after, cuts, false);
        return new Personality() {
            @Override
            public Reply answer(Request request, Rest rest) {
                return request.method().equals("PATCH")
                        ? Reply.error(405, "UNSUPPORTED", "no parts")
                        : rest.answer(request);
            }

            @Override
            public void reading(Request begun, long read) throws IOException {
                cutting.reading(begun, read);
            }
        };
    }

    /** Throttles so many requests, and says until when by its own clock, which need not be ours. */
    public static Personality throttlingByItsOwnClock(int times, long seconds) {
        AtomicInteger left = new AtomicInteger(times);
        return (request, rest) -> left.getAndDecrement() > 0
                ? Reply.error(429, "TOOMANYREQUESTS", "slow down")
                        .header("Retry-After", date(Instant.now().plusSeconds(seconds)))
                : rest.answer(request);
    }

    private static String date(Instant instant) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(instant.atOffset(ZoneOffset.UTC));
    }
}
