package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a registry lists, page by page: tags, and what refers to a manifest (distribution specification 1.1). */
final class Listings {
    private static final int AWAY = 503;
    private static final ObjectMapper JSON = new ObjectMapper();
    /** A link and its parameters, of which one is the relation (RFC 8288 section 3); a quoted one may contain a comma. */
    private static final Pattern NEXT = Pattern.compile(
            "<([^>]*)>(?:[^,\"]|\"[^\"]*\")*?;\\s*rel\\s*=\\s*(?:\"(?:[^\"]*\\s)?next(?:\\s[^\"]*)?\"|'?next\\b)",
            Pattern.CASE_INSENSITIVE);
    /** One alone, without brackets or without a word which it is: there is but one that registries give. */
    private static final Pattern BARE = Pattern.compile(
            "\\s*<?([^<>;,\\s]+)>?\\s*(?:;\\s*rel\\s*=\\s*[\"']?next[\"']?\\s*)?", Pattern.CASE_INSENSITIVE);
    /** The same registry by the name that it has for itself, which we need not be able to reach. */
    private static final Pattern OTHER_NAME = Pattern.compile("^(?:https?:)?//[^/]+(?=/v2/)", Pattern.CASE_INSENSITIVE);

    /** Codes of registries that list nothing of a repository or an image that is not there: of others they may. */
    private static final Pattern NOT_HERE = Pattern.compile("\"(?:NAME_UNKNOWN|MANIFEST_UNKNOWN|NOT_FOUND)\"");

    private static final int TAGS_PER_PAGE = 1000;
    private static final int MOST_PAGES = 10_000;
    private static final int MOST_REFERRER_PAGES = 100;
    /** Before all tags that are made of a digest, and after it the first that is not one. */
    private static final String DIGEST_TAGS = "sha256-";

    private static final String AFTER_DIGEST_TAGS = "sha256.";

    private final Transport transport;
    private final Abilities abilities;

    Listings(Transport transport, Abilities abilities) {
        this.transport = transport;
        this.abilities = abilities;
    }

    /** All tags of a repository; empty where it does not exist, or is hidden. */
    List<String> tags(String repository) {
        return visibleTags(repository).orElse(List.of());
    }

    /**
     * All tags of a repository; none where it does not exist.
     *
     * @return empty where the registry, which knows our account, does not tell
     */
    Optional<List<String>> visibleTags(String repository) {
        ImageReference.checkRepository(repository);
        Set<String> tags = new LinkedHashSet<>();
        Set<URI> read = new HashSet<>();
        Optional<URI> page = Optional.of(tagPage(repository, "n=" + TAGS_PER_PAGE));
        // Some registries give the same page for ever.
        while (page.filter(read::add).isPresent()) {
            if (read.size() > MOST_PAGES) {
                throw EngineException.invalid("The tags of " + repository + " at "
                        + transport.settings().host() + " do not end after " + MOST_PAGES
                        + " pages; check the registry.");
            }
            Call call = tagCall(repository, page.get());
            HttpResponse<byte[]> response = transport.document(call);
            int status = response.statusCode();
            if (status == 400 && read.size() == 1) {
                // So many at once may be more than it gives.
                page = Optional.of(tagPage(repository, ""));
                continue;
            }
            Absences.requireOfRegistry(call, response);
            if (status == 404 && tags.isEmpty()) {
                break;
            }
            if ((status == 401 || status == 403) && transport.letsIn()) {
                return Optional.empty();
            }
            if (!Blobs.isSuccess(response)) {
                throw transport.failure(call, response);
            }
            List<String> more = tagsOf(call, response);
            // Others give it under another address each time.
            page = more.isEmpty() || tags.addAll(more) ? following(call, response, more) : Optional.empty();
        }
        return Optional.of(List.copyOf(tags));
    }

    /**
     * The tags that are made of a digest, by one request: {@code sha256-…}, with which clients list what refers to it, and
     * Cosign's {@code sha256-….sig}.
     *
     * @return empty where one request does not tell
     */
    Optional<Set<String>> digestTags(String repository) {
        if (abilities.listsSomeOnly()) {
            return Optional.empty();
        }
        Call call = tagCall(repository, tagPage(repository, "n=" + TAGS_PER_PAGE + "&last=" + DIGEST_TAGS))
                .impatient();
        try {
            HttpResponse<byte[]> response = transport.document(call);
            if (!Blobs.isSuccess(response) || !"application/json".equals(HttpRegistry.contentType(response))) {
                return Optional.empty();
            }
            List<String> listed = tagsOf(call, response);
            TreeSet<String> tags = new TreeSet<>(listed);
            boolean complete = following(call, response, listed)
                    .filter(page -> !passed(tags, page))
                    .isEmpty();
            boolean empty = tags.isEmpty();
            if (complete && (!empty && lacksSeen(repository, tags) || lacksSeenBefore(repository, tags))) {
                abilities.foundListsSome();
                return Optional.empty();
            }
            tags.removeIf(tag -> !tag.startsWith(DIGEST_TAGS));
            return complete && !(empty && listsNothing(repository)) ? Optional.of(tags) : Optional.empty();
        } catch (EngineException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /**
     * Whether the registry lists no tag of a repository that holds an image, as caches of other registries do that have not
     * been asked for it by a tag (Harbor's proxy projects): then their lists say nothing. One repository an hour is asked.
     */
    private boolean listsNothing(String repository) {
        if (abilities.probeLists()) {
            Call call = tagCall(repository, tagPage(repository, "n=1")).impatient();
            HttpResponse<byte[]> response = transport.document(call);
            abilities.foundLists(!Blobs.isSuccess(response)
                    || HttpRegistry.json(call, response).path("tags").isEmpty());
        }
        return abilities.listsNothing();
    }

    /**
     * Whether a list that ends lacks a tag that was seen to be there. It may begin after the digests' tags, as was asked; where
     * it begins before them, that was ignored.
     */
    private boolean lacksSeen(String repository, TreeSet<String> tags) {
        boolean all = tags.first().compareTo(DIGEST_TAGS) < 0;
        return abilities
                .seenTag(repository)
                .filter(tag -> all || tag.compareTo(DIGEST_TAGS) > 0)
                .filter(tag -> !tags.contains(tag))
                .isPresent();
    }

    /**
     * The same of a tag that comes before those of digests, where the list begins after it as was asked: then it is asked for where
     * the tag would be, for one repository of a project an hour.
     */
    private boolean lacksSeenBefore(String repository, TreeSet<String> tags) {
        boolean all = !tags.isEmpty() && tags.first().compareTo(DIGEST_TAGS) < 0;
        Optional<String> seen = abilities.seenTag(repository).filter(tag -> !all && tag.compareTo(DIGEST_TAGS) < 0);
        if (seen.isEmpty() || !abilities.probeListsOf(repository.substring(0, repository.lastIndexOf('/') + 1))) {
            return false;
        }
        String before = seen.get().substring(0, seen.get().length() - 1);
        String from = before.isEmpty() ? "" : "&last=" + before;
        Call call = tagCall(repository, tagPage(repository, "n=" + TAGS_PER_PAGE + from))
                .impatient();
        HttpResponse<byte[]> response = transport.document(call);
        return Blobs.isSuccess(response)
                && !tagsOf(call, response).contains(seen.get())
                && next(call, response).isEmpty();
    }

    /** @throws EngineException where it is no list */
    static List<String> tagsOf(Call call, HttpResponse<byte[]> response) {
        JsonNode list = HttpRegistry.json(call, response);
        if (!list.has("tags") && !list.has("name")) {
            // An error that is called a success; taken for an empty list, a tag would be removed with what others need.
            throw Failures.of(FailureKind.UNSUPPORTED, call, "answered something that is no list of tags.");
        }
        List<String> tags = new ArrayList<>();
        list.path("tags").forEach(tag -> tags.add(tag.asText()));
        return tags;
    }

    /**
     * Whether a page began after the digests' tags, as was asked, and reached beyond them. Only where the next one begins
     * after its last tag pages go by name: Quay's, for one, begins anywhere, and always with the oldest tags.
     */
    private static boolean passed(TreeSet<String> page, URI next) {
        boolean byName = !page.isEmpty()
                && List.of(String.valueOf(next.getQuery()).split("&")).contains("last=" + page.last());
        return byName && page.first().compareTo(DIGEST_TAGS) > 0 && page.last().compareTo(AFTER_DIGEST_TAGS) > 0;
    }

    private URI tagPage(String repository, String query) {
        String path = "/v2/" + transport.settings().path(repository) + "/tags/list";
        return transport.uri(query.isEmpty() ? path : path + "?" + query);
    }

    private static Call tagCall(String repository, URI page) {
        return Call.of("list the tags of " + repository, "GET", page, Scope.pull(repository))
                .header("Accept", "application/json");
    }

    private Optional<URI> next(Call call, HttpResponse<?> response) {
        for (String link : response.headers().allValues("Link")) {
            Matcher next = NEXT.matcher(link);
            Matcher bare = BARE.matcher(link);
            boolean named = next.find();
            if (named || bare.matches()) {
                String own = OTHER_NAME.matcher((named ? next : bare).group(1)).replaceFirst("");
                return Optional.of(following(call, own));
            }
        }
        return Optional.empty();
    }

    /** Where as many came as were asked for and none is said to follow, some do not say it (groups of Nexus). */
    private Optional<URI> following(Call call, HttpResponse<?> response, List<String> page) {
        String query = String.valueOf(call.uri().getRawQuery());
        Optional<URI> linked = next(call, response);
        return linked.isPresent() || page.size() < TAGS_PER_PAGE || !query.contains("n=" + TAGS_PER_PAGE)
                ? linked
                : Optional.of(transport.uri(
                        call.uri().getRawPath() + "?n=" + TAGS_PER_PAGE + "&last=" + page.get(page.size() - 1)));
    }

    /** Only the query is another; a registry behind a proxy may name a place that only its own network has (Artifactory). */
    private URI following(Call call, String link) {
        URI page = call.uri();
        try {
            String query = Locations.resolved(page, link).getRawQuery();
            if (query != null) {
                return page.resolve(page.getRawPath() + "?" + query);
            }
        } catch (IllegalArgumentException e) {
            // Told by what follows.
        }
        return transport.target(call, link);
    }

    /**
     * The descriptors of what refers to a manifest, all pages, by digest.
     *
     * @return empty where the registry does not list them itself, in whatever way it says so
     */
    Optional<Map<Digest, JsonNode>> referrers(String repository, Digest subject) {
        if (!abilities.mayListReferrers()) {
            return Optional.empty();
        }
        Map<Digest, JsonNode> all = new LinkedHashMap<>();
        Optional<URI> page =
                Optional.of(transport.uri("/v2/" + transport.settings().path(repository) + "/referrers/" + subject));
        Set<URI> read = new HashSet<>();
        for (int pages = 0; page.filter(read::add).isPresent(); pages++) {
            Call call = Call.of(
                            "list what refers to " + repository + "@" + subject,
                            "GET",
                            page.get(),
                            Scope.pull(repository))
                    .header("Accept", Manifests.OCI_INDEX)
                    .impatient();
            HttpResponse<byte[]> response = patiently(call);
            Optional<Map<Digest, JsonNode>> listed = listed(call, subject, response, pages == 0);
            if (listed.isEmpty() && pages == 0) {
                return Optional.empty();
            }
            if (listed.isEmpty() || pages == MOST_REFERRER_PAGES) {
                EngineException failure = transport.failure(call, response);
                throw isIll(response) ? new EngineException(FailureKind.UNSUPPORTED, failure.getMessage()) : failure;
            }
            all.putAll(listed.get());
            page = next(call, response);
        }
        return Optional.of(all);
    }

    /**
     * What is in trouble now may be well in a minute; some answer so for ever of what they do not know. A host that is away
     * (503) was waited for already, longer each time, and whoever asks it more waits longer still.
     */
    private HttpResponse<byte[]> patiently(Call call) {
        Attempts attempts = transport.sender().attempts(call.action());
        HttpResponse<byte[]> response = transport.ownDocument(call);
        while (isIll(response) && attempts.again()) {
            response = transport.ownDocument(call);
        }
        if (response.statusCode() == AWAY) {
            throw transport.failure(call, response);
        }
        return response;
    }

    private static boolean isIll(HttpResponse<?> response) {
        int status = response.statusCode();
        return status == 408 || status >= 500 && status != 501 && status != AWAY;
    }

    /**
     * An answer of the API has the type of an index; whatever else comes is a proxy's or a web page. A registry that has
     * no such API answers 404, one that guards or limits what it does not know 401, 403 or 429: none of it says that
     * there is nothing.
     */
    private Optional<Map<Digest, JsonNode>> listed(
            Call call, Digest subject, HttpResponse<byte[]> response, boolean first) {
        int status = response.statusCode();
        boolean own = Call.sameOrigin(transport.uri("/"), response.uri());
        boolean index = status == 200 && Manifests.OCI_INDEX.equals(HttpRegistry.contentType(response));
        Optional<Map<Digest, JsonNode>> listed = index && own ? descriptors(response.body()) : Optional.empty();
        if (listed.isPresent()) {
            abilities.listsReferrers();
            abilities.toldReferrers(subject);
        } else if (first && abilities.sawReferrersListed() && !isIll(response)) {
            // It has the API: what it refuses of one image says nothing of the others'.
            if (status == 404) {
                abilities.toldReferrers(subject);
            } else {
                abilities.refusedReferrers(
                        subject, transport.failure(call, response).getMessage());
            }
        } else if (first) {
            boolean ofThisOne = NOT_HERE.matcher(new String(response.body(), StandardCharsets.UTF_8))
                    .find();
            if (!ofThisOne) {
                boolean told = isIll(response) || status == 401 || status == 403;
                String trouble = told ? transport.failure(call, response).getMessage() : "";
                abilities.listsNoReferrers(status == 404 || status == 501, trouble);
            }
        }
        return listed;
    }

    /** Of an index; empty where it is none. */
    static Optional<Map<Digest, JsonNode>> descriptors(byte[] index) {
        try {
            JsonNode json = JSON.readTree(index);
            JsonNode manifests = json.path("manifests");
            // Go writes an empty list so.
            if (json.isObject() && manifests.isNull()) {
                return Optional.of(Map.of());
            }
            if (!manifests.isArray()) {
                return Optional.empty();
            }
            Map<Digest, JsonNode> descriptors = new LinkedHashMap<>();
            for (JsonNode descriptor : manifests) {
                String digest = descriptor.path("digest").asText();
                if (Digest.isDigest(digest)) {
                    descriptors.put(new Digest(digest), descriptor);
                }
            }
            return Optional.of(descriptors);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
