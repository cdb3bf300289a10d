package io.jenkins.plugins.releasetrain.testkit.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** What stands before registries or behind them, and does not do as registries do: proxies, caches, object stores. */
public final class Fronts {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern TAG = Pattern.compile("/v2/(.+)/manifests/([^:/]+)");
    private static final Pattern LIST = Pattern.compile("/v2/(.+)/tags/list");

    private Fronts() {}

    public static boolean reads(Request request) {
        return request.method().equals("GET") || request.method().equals("HEAD");
    }

    /** Answers so many requests of a kind with a page that it calls a success: maintenance, a login. */
    public static Personality paging(int times, Predicate<Request> when) {
        AtomicInteger left = new AtomicInteger(times);
        return (request, rest) -> when.test(request) && left.getAndDecrement() > 0
                ? Reply.of(200)
                        .body("<html>Back soon</html>".getBytes(StandardCharsets.UTF_8))
                        .header("Content-Type", "text/html; charset=utf-8")
                : rest.answer(request);
    }

    /** Sends readers to a store (GitLab's and Pulp's on S3). */
    public static Personality sendingReadersTo(URI store, Predicate<Request> when) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            return reads(request) && right.status() / 100 == 2 && when.test(request)
                    ? Reply.of(307).header("Location", store + request.path() + "?X-Signature=abc")
                    : right;
        };
    }

    /** A store whose addresses are signed for GET, and which takes them for nobody's if somebody says who he is. */
    public static Personality signedForGet() {
        return (request, rest) -> {
            if (request.header("Authorization").isPresent()) {
                return Reply.of(400)
                        .body("<Error>Only one auth mechanism allowed</Error>".getBytes(StandardCharsets.UTF_8));
            }
            return request.method().equals("HEAD") ? Reply.of(403) : rest.answer(request);
        };
    }

    /** Says of documents and blobs that they are zipped, which they are not (mirrors that unpacked them; httpd). */
    public static Personality sayingZipped(String encoding) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            return request.method().equals("GET") && right.status() / 100 == 2
                    ? right.header("Content-Encoding", encoding)
                    : right;
        };
    }

    /** Zips whatever it may: all but what is asked for as it is (RFC 9110 section 12.5.3). */
    public static Personality zippingBlobsUnlessAsked() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            boolean may = !request.header("Accept-Encoding").equals(Optional.of("identity"));
            return request.is("GET", "/blobs/") && right.status() / 100 == 2 && may
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

    /** Never says how long an answer is. */
    public static Personality withoutLengths() {
        return (request, rest) -> rest.answer(request).header("Transfer-Encoding", "chunked");
    }

    /** Breaks so many downloads, and gives no part of a blob. */
    public static Personality refusingParts(int status, int breaks, Predicate<String> range) {
        AtomicInteger left = new AtomicInteger(breaks);
        return (request, rest) -> {
            if (!request.is("GET", "/blobs/sha256")) {
                return rest.answer(request);
            }
            if (request.header("Range").filter(range).isPresent()) {
                return Reply.of(status);
            }
            Reply right = rest.answer(request);
            return right.body().length > 64 && left.getAndDecrement() > 0
                    ? right.breakingAfter(right.body().length / 2)
                    : right;
        };
    }

    /** Lists tags in the order of their age, so many at once, from a mark of its own; {@code last} is nothing to it (Quay). */
    public static Personality listingByAge(int tagsPerPage, Comparator<String> age) {
        return (request, rest) -> {
            if (!request.path().endsWith("/tags/list")) {
                return rest.answer(request);
            }
            List<String> tags = tags(rest.answer(whole(request)));
            tags.sort(age);
            int from = request.parameter("next_page").map(Integer::parseInt).orElse(0);
            int to = Math.min(tags.size(), from + tagsPerPage);
            Reply page = Reply.json(
                    200,
                    JSON.createObjectNode()
                            .set("tags", JSON.valueToTree(tags.subList(from, to)))
                            .toString());
            return to == tags.size()
                    ? page
                    : page.header("Link", "<" + request.path() + "?next_page=" + to + "&n=50>; rel=\"next\"");
        };
    }

    /** A shared cache that keeps what it saw until somebody asks for it as it is now (RFC 9111 section 5.2.1.4): Squid, CDNs. */
    public static Personality caching() {
        Map<List<String>, Reply> kept = new ConcurrentHashMap<>();
        return (request, rest) -> {
            if (!reads(request) || request.header("Authorization").isPresent()) {
                return rest.answer(request);
            }
            List<String> key = List.of(
                    request.method(),
                    request.path(),
                    request.query().toString(),
                    request.header("Accept").orElse(""));
            boolean asItIsNow = request.header("Cache-Control").equals(Optional.of("no-cache"));
            Reply known = asItIsNow ? null : kept.get(key);
            Reply answer = known == null ? rest.answer(request) : known;
            if (Set.of(200, 404).contains(answer.status())) {
                kept.put(key, answer);
            }
            return answer;
        };
    }

    /** Caches another registry, and lists only the tags that were pulled through it (Harbor's proxy projects, ECR's, GAR's). */
    public static Personality listingWhatWasPulled() {
        Set<String> pulled = ConcurrentHashMap.newKeySet();
        return (request, rest) -> {
            Matcher tag = TAG.matcher(request.path());
            Reply right = rest.answer(request);
            if (request.method().equals("GET") && tag.matches() && right.status() == 200) {
                pulled.add(tag.group(1) + ":" + tag.group(2));
            }
            Matcher list = LIST.matcher(request.path());
            if (!list.matches() || right.status() != 200) {
                return right;
            }
            List<String> tags = tags(right);
            tags.removeIf(t -> !pulled.contains(list.group(1) + ":" + t));
            return right.body(JSON.createObjectNode()
                    .set("tags", JSON.valueToTree(tags))
                    .toString()
                    .getBytes(StandardCharsets.UTF_8));
        };
    }

    private static Request whole(Request list) {
        return new Request(list.method(), list.path(), Map.of(), list.headers(), list.body(), true);
    }

    private static List<String> tags(Reply list) {
        List<String> tags = new ArrayList<>();
        try {
            for (JsonNode tag : JSON.readTree(list.body()).path("tags")) {
                tags.add(tag.asText());
            }
        } catch (IOException e) {
            throw new IllegalStateException("It is our own JSON", e);
        }
        return tags;
    }

    /** Refuses lists that are longer than it gives (CNCF distribution 3). */
    public static Personality refusingLists(int longerThan) {
        return (request, rest) -> request.path().endsWith("/tags/list")
                        && request.parameter("n").map(Integer::parseInt).orElse(0) > longerThan
                ? Reply.error(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested")
                : rest.answer(request);
    }

    /** Says of its next pages that they are at a name which only it knows. */
    public static Personality namingItself(String origin) {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            String link = right.headers().getOrDefault("Link", "");
            return link.isEmpty() ? right : right.header("Link", link.replace("</", "<" + origin + "/"));
        };
    }

    /** Stores manifests in its own words, and so under another digest (Artifactory, Nexus, ACR in some versions). */
    public static Personality rewordingManifests() {
        return (request, rest) -> {
            if (!request.is("PUT", "/manifests/")) {
                return rest.answer(request);
            }
            byte[] other = (new String(request.body(), StandardCharsets.UTF_8) + "\n").getBytes(StandardCharsets.UTF_8);
            String path = request.path().replaceAll("sha256:[0-9a-f]+$", Contents.digest(other, "sha256:"));
            return rest.answer(new Request("PUT", path, request.query(), request.headers(), other, true));
        };
    }
}
