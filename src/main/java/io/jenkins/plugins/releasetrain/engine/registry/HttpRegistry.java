package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * A registry spoken to by the OCI distribution specification 1.1 over HTTP/1.1: no daemon, no disk, no shell. Thread
 * safe; make one per registry and account, so that its tokens and what was learned of it are shared.
 */
public final class HttpRegistry implements Registry {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long RECENT_BYTES = 16 << 20;

    private final Transport transport;
    private final Blobs blobs;
    private final Listings listings;
    private final Recent recent = new Recent(RECENT_BYTES);
    private final Abilities abilities;
    private final Lookup lookup;

    /** With connections of its own. */
    public HttpRegistry(RegistrySettings settings, Clock clock, Sleeper sleeper) {
        this(settings, new RegistryConnections(clock, sleeper));
    }

    public HttpRegistry(RegistrySettings settings, RegistryConnections connections) {
        transport = new Transport(settings, connections);
        abilities = new Abilities(connections.clock());
        blobs = new Blobs(transport, abilities);
        listings = new Listings(transport, abilities);
        lookup = new Lookup(this, connections.clock());
    }

    @Override
    public String host() {
        return transport.settings().name();
    }

    @Override
    public String clusterHost() {
        return transport.settings().clusterHost().orElseGet(this::host);
    }

    @Override
    public Access access(String repository) {
        return new AccessCheck(transport).ask(repository);
    }

    @Override
    public Optional<Descriptor> resolve(String repository, String reference) {
        return resolve(repository, reference, usual(repository));
    }

    /** Where we push, repositories are asked for with push: some registries hide them from whoever may only pull. */
    private Scope usual(String repository) {
        return transport.settings().pushing() ? Scope.push(repository) : Scope.pull(repository);
    }

    Optional<Descriptor> resolve(String repository, String reference, Scope scope) {
        return known(lookup.look(repository, reference, scope));
    }

    private Optional<Descriptor> known(Lookup.Seen seen) {
        seen.hidden().ifPresent(transport::requireKnown);
        return seen.found();
    }

    /**
     * A registry that hides the tag and does not list tags may hide everything. If it shows what we know to be there, the
     * tag is not.
     */
    @Override
    public Optional<Descriptor> resolveBeside(String repository, String tag, Digest held) {
        Lookup.Seen seen = lookup.look(repository, tag, usual(repository));
        if (seen.doubt().isPresent() && resolve(repository, held.value()).isEmpty()) {
            throw seen.doubt().get();
        }
        return known(seen);
    }

    /** A 401 or 403 to an account that the registry knows may mean that nothing is there. */
    boolean isAbsent(Call call, HttpResponse<?> response) {
        Absences.requireOfRegistry(call, response);
        int status = response.statusCode();
        boolean hidden = (status == 401 || status == 403) && response.uri().equals(call.uri());
        return status == 404 || hidden && transport.letsIn();
    }

    @Override
    public Map<Tag, Descriptor> resolveAll(Collection<Tag> tags) {
        return each(Set.copyOf(tags), tag -> lookup.look(tag.repository(), tag.tag(), usual(tag.repository())));
    }

    @Override
    public Map<Tag, Descriptor> resolveAgain(Map<Tag, Descriptor> known) {
        return each(
                known.keySet(),
                tag -> lookup.look(
                        tag.repository(),
                        tag.tag(),
                        usual(tag.repository()),
                        Optional.of(known.get(tag)).filter(d -> abilities.tellsUnchanged())));
    }

    private Map<Tag, Descriptor> each(Collection<Tag> tags, Function<Tag, Lookup.Seen> look) {
        Set<Tag> byHead = new HashSet<>(tags);
        byHead.removeIf(tag -> abilities.heads().deny(tag.repository()));
        Map<Tag, Descriptor> answers = asked(tags, look);
        byHead.removeIf(tag -> answers.containsKey(tag) || !abilities.heads().deny(tag.repository()));
        if (!byHead.isEmpty()) {
            // They were asked for before that was known.
            answers.putAll(asked(byHead, look));
        }
        return answers;
    }

    private Map<Tag, Descriptor> asked(Collection<Tag> tags, Function<Tag, Lookup.Seen> look) {
        Map<Tag, Descriptor> answers = new ConcurrentHashMap<>();
        Queue<EngineException> hidden = new ConcurrentLinkedQueue<>();
        new Crew<>(tags, tag -> {
                    Lookup.Seen seen = look.apply(tag);
                    seen.found().ifPresent(found -> answers.put(tag, found));
                    seen.hidden().ifPresent(hidden::add);
                })
                .run(
                        Crew.threads("resolve-" + host()),
                        transport.settings().limits().concurrentRequests());
        Optional.ofNullable(hidden.peek()).ifPresent(transport::requireKnown);
        return answers;
    }

    @Override
    public List<String> tags(String repository) {
        return listings.tags(repository);
    }

    @Override
    public Optional<Manifest> manifest(String repository, String reference) {
        return manifest(repository, reference, Manifests.ACCEPT);
    }

    Optional<Manifest> manifest(String repository, String reference, String accept) {
        Call call = manifestCall("read manifest", "GET", repository, reference, usual(repository))
                .header("Accept", accept);
        HttpResponse<byte[]> response = transport.document(call);
        if (isAbsent(call, response)) {
            return Optional.empty();
        }
        if (!Blobs.isSuccess(response)) {
            throw transport.failure(call, response);
        }
        String type =
                Manifests.typeOf(contentType(response), response.body()).orElseGet(() -> mediaType(call, response));
        Optional<String> claimed = Digest.isDigest(reference)
                ? Optional.of(reference)
                : response.headers().firstValue("Docker-Content-Digest").filter(Digest::isDigest);
        byte[] content = response.body();
        if (claimed.isEmpty()) {
            // Nothing else tells whether it is one; what is pinned has to be (I1).
            json(call, response);
        }
        Digest digest = claimed.map(Digest::new).orElseGet(() -> Digest.sha256(content));
        requireDigest(call, digest, content);
        Manifest manifest = new Manifest(new Descriptor(type, digest, content.length), content);
        recent.add(manifest);
        return Optional.of(manifest);
    }

    @Override
    public byte[] blob(String repository, Digest digest) {
        return blobs.read(ImageReference.checkRepository(repository), digest);
    }

    @Override
    public List<Referrer> referrers(String repository, Digest subject) {
        return listings
                .referrers(ImageReference.checkRepository(repository), subject)
                .orElseGet(() -> Attachments.tagged(this, repository, subject))
                .entrySet()
                .stream()
                .map(e -> referrer(e.getKey(), e.getValue()))
                .toList();
    }

    private static Referrer referrer(Digest digest, JsonNode descriptor) {
        Map<String, String> annotations = new TreeMap<>();
        descriptor
                .path("annotations")
                .properties()
                .forEach(e -> annotations.put(e.getKey(), e.getValue().asText()));
        return new Referrer(digest, descriptor.path("artifactType").asText(), annotations);
    }

    @Override
    public void tag(String repository, Digest digest, String tag) {
        ImageReference.checkTag(tag);
        Manifest manifest = recent.find(digest)
                .or(() -> held(repository, digest))
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "Cannot tag " + repository + ":" + tag + " at registry " + host() + ": the repository does not"
                                + " hold " + digest + ". Copy the image there first."));
        putManifest(repository, tag, manifest);
    }

    @Override
    public List<Manifest> whole(String repository, Digest digest) {
        return new Whole(child -> recent.find(child).or(() -> held(repository, child))).of(digest);
    }

    @Override
    public void tag(String repository, List<Manifest> whole, String tag) {
        ImageReference.checkTag(tag);
        Manifest top = whole.get(whole.size() - 1);
        whole.stream()
                .filter(below -> below != top)
                .forEach(below ->
                        putManifest(repository, below.descriptor().digest().value(), below));
        putManifest(repository, tag, top);
    }

    private Optional<Manifest> held(String repository, Digest digest) {
        try {
            return manifest(repository, digest.value());
        } catch (EngineException e) {
            if (e.kind() != FailureKind.UNSUPPORTED) {
                throw e;
            }
            return lookup.asItIs(repository, digest).or(() -> {
                throw e;
            });
        }
    }

    @Override
    public boolean untag(String repository, String tag) {
        return untag(repository, tag, Set.of());
    }

    @Override
    public boolean untag(String repository, String tag, Set<String> alsoGoing) {
        ImageReference.checkTag(tag);
        return new TagRemoval(this, repository).remove(tag, alsoGoing);
    }

    /** @return the status of the answer to a DELETE of a tag */
    int delete(String repository, String tag) {
        Call call = manifestCall("remove tag", "DELETE", repository, tag, Scope.delete(repository));
        HttpResponse<byte[]> response = transport.document(call);
        int status = response.statusCode();
        if (status >= 500 && status != 501 || status == 429 || status == 408) {
            throw transport.failure(call, response);
        }
        lookup.removed(repository, tag);
        return status;
    }

    @Override
    public Traffic traffic() {
        return transport.sender().traffic();
    }

    Blobs blobs() {
        return blobs;
    }

    Listings listings() {
        return listings;
    }

    Abilities abilities() {
        return abilities;
    }

    Transport transport() {
        return transport;
    }

    /** Puts a manifest's exact bytes under a tag or its digest, and proves what the registry made of it. */
    void putManifest(String repository, String reference, Manifest manifest) {
        if (new ManifestPush(this, repository, manifest).put(reference)) {
            recent.add(manifest);
            lookup.put(repository, reference, manifest.descriptor().digest());
        }
    }

    static boolean isOf(Digest digest, byte[] content) {
        return digestOf(digest, content).equals(digest.value());
    }

    private static String digestOf(Digest like, byte[] content) {
        return like.algorithm() + ":"
                + HexFormat.of().formatHex(like.newDigester().digest(content));
    }

    static void requireDigest(Call call, Digest digest, byte[] content) {
        if (!isOf(digest, content)) {
            throw Failures.of(
                    FailureKind.DIGEST_MISMATCH,
                    call,
                    "answered with content of digest " + digestOf(digest, content) + " instead of " + digest
                            + ". The registry or a proxy before it gives wrong content.");
        }
    }

    Call manifestCall(String verb, String method, String repository, String reference, Scope scope) {
        ImageReference.checkRepository(repository);
        boolean digest = Digest.isDigest(reference);
        if (!digest) {
            ImageReference.checkTag(reference);
        }
        String path = "/v2/" + transport.settings().path(repository) + "/manifests/" + reference;
        String action = verb + " " + repository + (digest ? "@" : ":") + reference;
        return Call.of(action, method, transport.uri(path), scope);
    }

    static String mediaType(Call call, HttpResponse<?> response) {
        String type = contentType(response);
        requireNoPage(call, response);
        if (!Manifests.isKnown(type)) {
            throw Failures.of(
                    FailureKind.UNSUPPORTED,
                    call,
                    "answered with media type '" + type + "', which is no OCI or Docker schema 2 manifest or index."
                            + " Build the image again with a current builder.");
        }
        return type;
    }

    /** What stands before a registry answers with a page where it is down or wants a login, and often calls it a success. */
    static void requireNoPage(Call call, HttpResponse<?> response) {
        if (isPage(response)) {
            throw Failures.of(
                    FailureKind.UNAVAILABLE,
                    call,
                    "answered with a web page. The registry is down, or what stands before it wants a login; check it.");
        }
    }

    static boolean isPage(HttpResponse<?> response) {
        return "text/html".equals(contentType(response))
                && response.headers().firstValue("Docker-Content-Digest").isEmpty();
    }

    /** Without parameters, in lower case; empty where there is none. */
    static String contentType(HttpResponse<?> response) {
        String header = response.headers().firstValue("Content-Type").orElse("");
        int parameters = header.indexOf(';');
        return (parameters < 0 ? header : header.substring(0, parameters))
                .trim()
                .toLowerCase(Locale.ROOT);
    }

    static JsonNode json(Call call, HttpResponse<byte[]> response) {
        requireNoPage(call, response);
        try {
            JsonNode json = JSON.readTree(response.body());
            if (json.isObject()) {
                return json;
            }
        } catch (IOException e) {
            // Told below.
        }
        throw Failures.of(FailureKind.UNSUPPORTED, call, "answered something that is not JSON.");
    }
}
