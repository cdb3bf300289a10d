package io.jenkins.plugins.releasetrain.testkit.registry;

import com.sun.net.httpserver.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

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

    /** Another success than 200 for whatever is read (203 by proxies that transform, RFC 9110 section 15.3.4). */
    public static Personality readingAs(int status) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
            return reads && right.status() == 200 ? new Reply(status, right.headers(), right.body(), -1) : right;
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

    /** Gives blobs part by part. */
    public static Personality givingSlowly(int bytes, Runnable pause) {
        return new Personality() {
            @Override
            public Reply answer(Request request, Rest rest) {
                return rest.answer(request);
            }

            @Override
            public void giving(Request asked, long given) {
                if (asked.is("GET", "/blobs/") && given % bytes == 0) {
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

    /** A proxy takes bodies up to a size only, and says so by a page of its own (nginx 1 MiB, Cloudflare 100 MB). */
    public static Personality limitingBodies(long most) {
        return (request, rest) -> request.body().length > most
                ? Reply.of(413)
                        .body("<html>Request Entity Too Large</html>".getBytes(StandardCharsets.UTF_8))
                        .header("Content-Type", "text/html")
                : rest.answer(request);
    }

    /** Forgets an upload that was begun, so many times, as one of several instances that share nothing does. */
    public static Personality forgettingUploads(int times, int status) {
        AtomicInteger left = new AtomicInteger(times);
        return (request, rest) -> {
            boolean sends = request.is("PUT", "/blobs/uploads/") || request.is("PATCH", "/blobs/uploads/");
            return sends && left.getAndDecrement() > 0
                    ? Reply.error(status, "BLOB_UPLOAD_UNKNOWN", "upload unknown to registry")
                    : rest.answer(request);
        };
    }

    /** Sends every change to another address of its own first (307). */
    public static Personality redirectingChanges() {
        return (request, rest) -> {
            boolean changes =
                    !request.method().equals("GET") && !request.method().equals("HEAD");
            if (!changes || request.parameter("moved").isPresent()) {
                return rest.answer(request);
            }
            StringBuilder query = new StringBuilder("?moved=1");
            request.query()
                    .forEach((name, values) -> values.forEach(value -> query.append('&')
                            .append(name)
                            .append('=')
                            .append(URLEncoder.encode(value, StandardCharsets.UTF_8))));
            return Reply.of(307).header("Location", request.path() + query);
        };
    }

    /** Compresses documents though nobody asked for it, as some proxies do. */
    public static Personality zipping() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            boolean document = request.method().equals("GET") && !request.path().contains("/blobs/");
            return document && right.body().length > 0
                    ? right.body(zipped(right.body())).header("Content-Encoding", "gzip")
                    : right;
        };
    }

    private static byte[] zipped(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(content);
        } catch (IOException e) {
            throw new IllegalStateException("Memory does not break", e);
        }
        return bytes.toByteArray();
    }

    /** Has a tag and lets nobody read it: a scanner's policy (Artifactory's Xray, Harbor). */
    public static Personality blockingTag(String tag, int status) {
        return (request, rest) -> {
            boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
            return reads && request.path().endsWith("/manifests/" + tag)
                    ? Reply.error(status, "DENIED", "blocked by a policy")
                    : rest.answer(request);
        };
    }

    /** Lets an account push that may read nothing. */
    public static Personality takingOnly(int status) {
        return (request, rest) -> {
            boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
            boolean tells =
                    request.path().contains("/manifests/") || request.path().contains("/tags/");
            return reads && tells ? Reply.error(status, "DENIED", "not to be read") : rest.answer(request);
        };
    }

    /** Calls every manifest so. */
    public static Personality callingManifests(String type) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
            return reads && request.path().contains("/manifests/") && right.status() == 200
                    ? right.header("Content-Type", type)
                    : right;
        };
    }

    /** Names digests of another kind than it was asked for. */
    public static Personality namingOtherDigests() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            boolean manifest = request.path().contains("/manifests/");
            byte[] content = request.method().equals("PUT") ? request.body() : right.body();
            return manifest && right.status() / 100 == 2
                    ? right.header("Docker-Content-Digest", Contents.digest(content, "sha512:"))
                    : right;
        };
    }

    /** Every page of tags says that the next one is itself. */
    public static Personality repeatingPages() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            return request.path().endsWith("/tags/list")
                    ? right.header("Link", "<" + request.path() + "?last=z>; rel=\"next\"")
                    : right;
        };
    }

    /** Gives a part of a blob that begins earlier than was asked for. */
    public static Personality givingRangesFromTheBeginning() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            if (right.status() != 206) {
                return right;
            }
            String all = right.headers().get("Content-Range").replaceAll(".*/", "");
            Request whole =
                    new Request(request.method(), request.path(), request.query(), new Headers(), new byte[0], true);
            return new Reply(206, right.headers(), rest.answer(whole).body(), -1)
                    .header("Content-Range", "bytes 0-" + (Long.parseLong(all) - 1) + "/" + all);
        };
    }

    /** Shows a manifest that was just put only after so many looks, as registries do that are spread over the world. */
    public static Personality showingLate(int looks) {
        Map<String, AtomicInteger> left = new ConcurrentHashMap<>();
        return (request, rest) -> {
            Matcher manifest = MANIFEST.matcher(request.path());
            if (!manifest.matches()) {
                return rest.answer(request);
            }
            if (request.method().equals("PUT")) {
                Reply right = rest.answer(request);
                if (right.status() == 201) {
                    left.putIfAbsent(request.path(), new AtomicInteger(looks));
                }
                return right;
            }
            AtomicInteger more = left.get(request.path());
            return more != null && more.getAndDecrement() > 0
                    ? Reply.error(404, "MANIFEST_UNKNOWN", "manifest unknown")
                    : rest.answer(request);
        };
    }

    /**
     * Names its answers about manifests (ETag), and answers so where the same answer is asked for again.
     *
     * @param name of the answer with that digest, with its quotes: CNCF distribution's is the digest, Artifactory's another
     *     checksum, some proxies' a weak one
     * @param status 304; 200 by those that ignore the condition; 400, 412 or 501 by those that do not know it
     */
    public static Personality namingAnswers(UnaryOperator<String> name, int status) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            String digest = right.headers().getOrDefault("Docker-Content-Digest", "");
            boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
            if (!reads
                    || right.status() != 200
                    || digest.isEmpty()
                    || !request.path().contains("/manifests/")) {
                return right;
            }
            String tag = name.apply(digest);
            Optional<String> condition = request.header("If-None-Match");
            boolean refuses = status != 304 && status != 200 && condition.isPresent();
            if (refuses || status == 304 && condition.filter(tag::equals).isPresent()) {
                return Reply.of(status).header("ETag", tag);
            }
            return right.header("ETag", tag);
        };
    }

    /** A proxy that remembers: whoever says what he has is told that it is so still. */
    public static Personality alwaysUnmodified() {
        return (request, rest) -> {
            Reply right = namingAnswers(digest -> '"' + digest + '"', 200).answer(request, rest);
            return request.header("If-None-Match").isPresent()
                    ? Reply.of(304)
                            .header(
                                    "Docker-Content-Digest",
                                    rest.answer(request).headers().getOrDefault("Docker-Content-Digest", ""))
                    : right;
        };
    }
}
