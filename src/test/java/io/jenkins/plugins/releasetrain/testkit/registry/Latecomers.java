package io.jenkins.plugins.releasetrain.testkit.registry;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ways of registries for a while: what they show late, refuse for now, or hide from whoever has not said who he is. */
public final class Latecomers {
    private static final Pattern MANIFEST = Pattern.compile("/v2/(.+)/manifests/([^/]+)");
    private static final Pattern BLOB = Pattern.compile("/v2/.+/blobs/sha[0-9]+:.+");

    private Latecomers() {}

    /** A tag that was just set points to what it did before for so many looks (GHCR, Hub: read after push). */
    public static Personality showingFormerTags(int looks) {
        Map<String, AtomicInteger> left = new ConcurrentHashMap<>();
        Map<String, String> former = new ConcurrentHashMap<>();
        return (request, rest) -> {
            Matcher manifest = MANIFEST.matcher(request.path());
            if (request.isOurs() || !manifest.matches() || manifest.group(2).contains(":")) {
                return rest.answer(request);
            }
            if (request.method().equals("PUT")) {
                String before = rest.digest(manifest.group(1), manifest.group(2));
                Reply right = rest.answer(request);
                if (right.status() == 201) {
                    former.put(request.path(), before);
                    left.put(request.path(), new AtomicInteger(looks));
                }
                return right;
            }
            AtomicInteger more = left.get(request.path());
            if (!Fronts.reads(request) || more == null || more.getAndDecrement() <= 0) {
                return rest.answer(request);
            }
            String before = former.get(request.path());
            return before.isEmpty()
                    ? Reply.error(404, "MANIFEST_UNKNOWN", "manifest unknown")
                    : rest.answer(request.at("/v2/" + manifest.group(1) + "/manifests/" + before));
        };
    }

    /** Refuses so many changes, in these words. */
    public static Personality refusingChanges(int times, int status, String code, String words) {
        AtomicInteger left = new AtomicInteger(times);
        return (request, rest) -> !Fronts.reads(request) && left.getAndDecrement() > 0
                ? Reply.error(status, code, words)
                : rest.answer(request);
    }

    /** Takes so many tags, and then no change before it is over: read only for the night, locked, immutable from now on. */
    public static Personality closingAfterTags(int tags, BooleanSupplier over, Reply refusal) {
        AtomicInteger left = new AtomicInteger(tags);
        return (request, rest) -> {
            boolean tag = request.method().equals("PUT") && request.path().matches(".*/manifests/[^:/]+");
            boolean open = Fronts.reads(request) || over.getAsBoolean() || left.get() > 0;
            if (tag) {
                left.getAndDecrement();
            }
            return open ? rest.answer(request) : refusal;
        };
    }

    /** Lets nobody read what is there by its digest before it is scanned (Harbor, "prevent vulnerable images"). */
    public static Personality blockingUnscanned() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            boolean manifest = request.path().contains("/manifests/sha256:");
            return manifest && Fronts.reads(request) && right.status() == 200 && !request.isOurs()
                    ? Reply.error(412, "PROJECTPOLICYVIOLATION", "current image without vulnerability scanning")
                    : right;
        };
    }

    /** Says of blobs that are not there that they are, but how long the part is that a broken upload left of them. */
    public static Personality holdingParts(int bytes) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            return request.method().equals("HEAD")
                            && BLOB.matcher(request.path()).matches()
                            && right.status() == 404
                    ? Reply.of(200).body(new byte[bytes])
                    : right;
        };
    }

    /** Sends readers of blobs to addresses of which the first so many have expired (a cache before the registry). */
    public static Personality signingAddressesThatExpired(int times, int status) {
        AtomicInteger left = new AtomicInteger(times);
        Personality store = Clouds.keepingBlobsInAStore();
        return (request, rest) -> {
            boolean signed = request.parameter("X-Signature").isPresent();
            return signed && left.getAndDecrement() > 0
                    ? Reply.of(status)
                            .body("<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
                                    .getBytes(StandardCharsets.UTF_8))
                            .header("Content-Type", "application/xml")
                    : store.answer(request, rest);
        };
    }

    /**
     * Shows whoever has not said who he is what anybody may see, and asks only at its base address who he is (zot,
     * Artifactory with anonymous access).
     *
     * @param status of the base address; a challenge may come with a success (RFC 9110 section 11.6.1)
     */
    public static Personality hidingFromNobody(String authorization, int status) {
        return (request, rest) -> {
            if (request.isOurs()
                    || request.header("Authorization")
                            .filter(authorization::equals)
                            .isPresent()) {
                return rest.answer(request);
            }
            return request.path().equals("/v2/")
                    ? Reply.json(status, "{}").header("WWW-Authenticate", "Basic realm=\"embedded\"")
                    : Reply.error(404, "NAME_UNKNOWN", "repository name not known to registry");
        };
    }
}
