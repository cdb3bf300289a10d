package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ways of real registries, each with the name of one that has it. */
public final class Personalities {
    private static final Pattern MANIFEST = Pattern.compile("/v2/(.+)/manifests/([^/]+)");

    private Personalities() {}

    /** Every mount is refused: with 401 by CNCF distribution and Harbor where the account may not read there. */
    public static Personality refusingMounts(int status) {
        return (request, rest) -> request.parameter("mount").isPresent()
                ? Reply.error(status, "UNAUTHORIZED", "not from there")
                : rest.answer(request);
    }

    /** Takes {@code sha256-HEX}, where there is no such tag, for another spelling of the digest, as GitLab does. */
    public static Personality takingDigestTagsForDigests() {
        return (request, rest) -> {
            Matcher manifest = MANIFEST.matcher(request.path());
            boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
            Reply right = rest.answer(request);
            if (right.status() == 404
                    && reads
                    && manifest.matches()
                    && manifest.group(2).matches("sha256-[0-9a-f]{64}")) {
                String digest = manifest.group(2).replace('-', ':');
                return rest.answer(request.at("/v2/" + manifest.group(1) + "/manifests/" + digest));
            }
            return right;
        };
    }

    /** Answers so for every manifest, list of tags and blob that is not there: 401 Quay, 403 Artifactory. */
    public static Personality hiding(int status) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
            boolean upload = request.path().contains("/uploads/");
            return reads && !upload && right.status() == 404
                    ? Reply.error(status, status == 401 ? "UNAUTHORIZED" : "DENIED", "access is not authorized")
                    : right;
        };
    }

    /** Tags stay where they are (Harbor's immutable tags). */
    public static Personality withImmutableTags() {
        return (request, rest) -> {
            Matcher manifest = MANIFEST.matcher(request.path());
            boolean tags = request.method().equals("PUT")
                    && manifest.matches()
                    && !manifest.group(2).contains(":");
            if (tags) {
                String now = rest.digest(manifest.group(1), manifest.group(2));
                String then = Contents.digest(request.body(), "sha256:");
                if (!now.isEmpty() && !now.equals(then)) {
                    return Reply.error(412, "PRECONDITION", "the tag is immutable");
                }
            }
            return rest.answer(request);
        };
    }

    /** The manifest goes with its tag, and so all its other tags (Artifactory; GitLab's older storage). */
    public static Personality deletingManifestsWithTags() {
        return (request, rest) -> {
            Matcher manifest = MANIFEST.matcher(request.path());
            if (request.method().equals("DELETE") && manifest.matches()) {
                if (rest.digest(manifest.group(1), manifest.group(2)).isEmpty()) {
                    return Reply.error(404, "MANIFEST_UNKNOWN", "manifest unknown");
                }
                rest.deleteManifest(manifest.group(1), manifest.group(2));
                return Reply.of(202);
            }
            return rest.answer(request);
        };
    }

    /** Deletions are refused: the usual rights of a robot. */
    public static Personality refusingDeletions(int status) {
        return (request, rest) -> request.method().equals("DELETE")
                ? Reply.error(status, "DENIED", "not to be deleted")
                : rest.answer(request);
    }

    /** Another success than 201. */
    public static Personality succeedingWith(int status) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            return request.method().equals("PUT") && right.status() == 201
                    ? new Reply(status, right.headers(), Reply.NOTHING, -1)
                    : right;
        };
    }

    /** Without the referrers API; the address is answered by a page, as proxies do. */
    public static Personality answeringReferrersWith(Reply instead) {
        return (request, rest) -> request.path().contains("/referrers/") ? instead : rest.answer(request);
    }

    public static Reply page() {
        return Reply.of(200)
                .body("<html>Sign in</html>".getBytes(StandardCharsets.UTF_8))
                .header("Content-Type", "text/html");
    }

    /** Every HEAD is refused, as by some proxies. */
    public static Personality refusingHeads() {
        return (request, rest) ->
                request.method().equals("HEAD") ? Reply.error(405, "UNSUPPORTED", "no HEAD") : rest.answer(request);
    }

    /** Sends every upload to an absolute address. */
    public static Personality withLocationsAt(URI origin) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            String location = right.headers().getOrDefault("Location", "");
            return location.startsWith("/") ? right.header("Location", origin + location) : right;
        };
    }

    /** Says of every blob that it is there, and mounts what it does not have. */
    public static Personality lyingAboutBlobs() {
        return (request, rest) -> {
            if (request.is("HEAD", "/blobs/")) {
                return Reply.of(200);
            }
            return request.parameter("mount").isPresent() ? Reply.of(201) : rest.answer(request);
        };
    }

    /** Every so-many-th request ends without an answer, or with this one. */
    public static Personality failingEvery(int requests, Failure failure) {
        AtomicInteger count = new AtomicInteger();
        return (request, rest) ->
                count.incrementAndGet() % requests == 0 ? failure.apply(Reply.of(500)) : rest.answer(request);
    }

    /**
     * Serves so many requests in each second, and says to the others when the next one begins.
     *
     * @param says the value of Retry-After from the seconds left; null for none
     */
    public static Personality serving(int requests, Clock clock, RetryAfter says) {
        AtomicReference<Instant> second = new AtomicReference<>(Instant.MIN);
        AtomicInteger served = new AtomicInteger();
        return (request, rest) -> {
            synchronized (served) {
                Instant now = clock.instant();
                if (!now.isBefore(second.get())) {
                    second.set(now.plusSeconds(1));
                    served.set(0);
                }
                if (served.incrementAndGet() <= requests) {
                    return rest.answer(request);
                }
                Reply busy = Reply.error(429, "TOOMANYREQUESTS", "slow down");
                String value = says.value(second.get(), Duration.between(now, second.get()));
                return value.isEmpty() ? busy : busy.header("Retry-After", value);
            }
        };
    }

    /** How a limit is told. */
    public interface RetryAfter {
        String value(Instant end, Duration left);

        RetryAfter NOTHING = (end, left) -> "";
        RetryAfter SECONDS = (end, left) -> String.valueOf(Math.max(1, (left.toMillis() + 999) / 1000));
        RetryAfter ZERO = (end, left) -> "0";
        /** As Docker Hub does. */
        RetryAfter DATE = (end, left) ->
                DateTimeFormatter.RFC_1123_DATE_TIME.format(end.plusMillis(999).atOffset(ZoneOffset.UTC));
    }

    /** Reads the bodies of uploads part by part. */
    public static Personality readingSlowly(int bytes, Runnable pause) {
        return new Personality() {
            @Override
            public Reply answer(Request request, Rest rest) {
                return rest.answer(request);
            }

            @Override
            public void reading(Request begun, long read) {
                if (begun.path().contains("/uploads/") && read % bytes == 0) {
                    pause.run();
                }
            }
        };
    }

    /** Breaks the connection after so many bytes of an upload, so many times. */
    public static Personality breakingUploadsAfter(long bytes, int times, boolean keeping) {
        AtomicInteger left = new AtomicInteger(times);
        return new Personality() {
            @Override
            public Reply answer(Request request, Rest rest) {
                return rest.answer(request);
            }

            @Override
            public void reading(Request begun, long read) throws IOException {
                if (begun.path().contains("/uploads/") && read >= bytes && left.getAndDecrement() > 0) {
                    throw new IOException("The registry broke after " + read + " bytes");
                }
            }

            @Override
            public boolean keepsBrokenUploads() {
                return keeping;
            }
        };
    }
}
