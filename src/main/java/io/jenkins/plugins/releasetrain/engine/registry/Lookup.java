package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds what a tag or digest stands for, without its content, in what registries answer. */
final class Lookup {
    /** "Not modified", and what answers a condition that is not understood. */
    private static final Set<Integer> CONDITION_REFUSED = Set.of(304, 400, 412, 501);

    private final HttpRegistry registry;
    private final JustPut justPut;

    Lookup(HttpRegistry registry, Clock clock) {
        this.registry = registry;
        justPut = new JustPut(clock);
    }

    /** Tells what a tag was set to just now. */
    void put(String repository, String reference, Digest digest) {
        if (!Digest.isDigest(reference)) {
            justPut.put(new Tag(repository, reference), digest);
        }
    }

    /** Tells that a tag was removed. */
    void removed(String repository, String tag) {
        justPut.forget(new Tag(repository, tag));
    }

    /**
     * What an answer says.
     *
     * @param doubt whether what was not found may be there all the same, and why
     * @param hidden the error that it was, where it is taken for "not there" because the account is known
     */
    record Seen(Optional<Descriptor> found, Optional<EngineException> doubt, Optional<EngineException> hidden) {
        static Seen of(Optional<Descriptor> found) {
            return new Seen(found, Optional.empty(), Optional.empty());
        }
    }

    /**
     * What was set just now and is not seen is looked for again; whatever else is seen for longer is somebody else's. Taken
     * for his at once, undo would leave it (I6).
     */
    Seen look(String repository, String reference, Scope scope) {
        Tag tag = new Tag(repository, reference);
        Seen seen = look(repository, reference, scope, Optional.empty());
        if (seen.found().isPresent() && !Digest.isDigest(reference)) {
            registry.abilities().sawTag(repository, reference);
        }
        Optional<Digest> put = justPut.of(tag);
        if (put.isEmpty() || isSeen(seen, put.get())) {
            return seen;
        }
        Attempts attempts = registry.transport().sender().attempts("resolve " + repository + ":" + reference);
        while (!isSeen(seen, put.get()) && attempts.again()) {
            seen = look(repository, reference, scope, Optional.empty());
        }
        if (!isSeen(seen, put.get())) {
            justPut.forget(tag);
        }
        return seen;
    }

    private static boolean isSeen(Seen seen, Digest put) {
        // One of another kind may be the same.
        return seen.found()
                .map(Descriptor::digest)
                .filter(d -> d.equals(put) || !d.algorithm().equals(put.algorithm()))
                .isPresent();
    }

    /** @param known what it pointed to; "not modified" says that it still does */
    Seen look(String repository, String reference, Scope scope, Optional<Descriptor> known) {
        Call plain = registry.manifestCall("resolve", "HEAD", repository, reference, scope)
                .acceptingManifests();
        Call call = known.map(d -> plain.header("If-None-Match", quoted(d.digest())))
                .orElse(plain);
        HttpResponse<?> response = answer(call, repository, reference);
        if (known.isPresent() && CONDITION_REFUSED.contains(response.statusCode())) {
            if (isStill(known.get(), response)) {
                return Seen.of(known);
            }
            registry.abilities().misunderstoodCondition();
            return look(repository, reference, scope, Optional.empty());
        }
        return seen(call, response, repository, reference);
    }

    /**
     * By HEAD; by GET where that is denied what is there: some say 404 of every HEAD, and production would be empty (I7). Of a
     * digest it does no harm: what is there is put again.
     */
    private HttpResponse<?> answer(Call call, String repository, String reference) {
        Heads heads = registry.abilities().heads();
        Call get = call.by("GET");
        if (heads.deny(repository)) {
            return registry.transport().document(get);
        }
        HttpResponse<?> head = registry.transport().head(call);
        if (head.statusCode() == 200) {
            heads.foundTelling(repository);
        }
        boolean denied = head.statusCode() == 404 && !Digest.isDigest(reference) && !HttpRegistry.isPage(head);
        if (!denied || !heads.areDoubted(repository)) {
            return head;
        }
        HttpResponse<?> second = registry.transport().document(get);
        if (second.statusCode() != 200) {
            return head;
        }
        heads.foundDenied(repository);
        return second;
    }

    private Seen seen(Call call, HttpResponse<?> response, String repository, String reference) {
        if (!isUnrouted(response) && registry.isAbsent(call, response)) {
            Optional<EngineException> hidden = Optional.of(response)
                    .filter(r -> r.statusCode() != 404)
                    .map(r -> registry.transport().failure(call, r));
            return hidden.isPresent() && !Digest.isDigest(reference)
                    ? doubted(call, response, repository, reference, hidden)
                    : new Seen(Optional.empty(), Optional.empty(), hidden);
        }
        boolean other = Blobs.isSuccess(response) && response.statusCode() != 200;
        if (other || refusesHead(call, response)) {
            return Seen.of(registry.manifest(repository, reference).map(Manifest::descriptor));
        }
        if (response.statusCode() != 200) {
            throw registry.transport().failure(call, response);
        }
        Optional<String> digest =
                response.headers().firstValue("Docker-Content-Digest").filter(Digest::isDigest);
        if (digest.filter(d -> isComparable(reference, d)).isEmpty() || isOfNoUse(response)) {
            return Seen.of(read(repository, reference, response));
        }
        if (!Digest.isDigest(reference)) {
            Optional<String> tag = response.headers().firstValue("ETag");
            registry.abilities()
                    .namesAnswersByDigest(
                            tag.filter(quoted(new Digest(digest.get()))::equals).isPresent());
        }
        Descriptor found = new Descriptor(
                HttpRegistry.mediaType(call, response),
                new Digest(digest.get()),
                response.headers().firstValueAsLong("Content-Length").orElse(0));
        if (Digest.isDigest(reference) && !reference.equals(found.digest().value())) {
            throw Failures.of(FailureKind.DIGEST_MISMATCH, call, "answered with digest " + found.digest() + ".");
        }
        return Seen.of(Optional.of(found));
    }

    /** What we cannot read, such as Docker's schema 1, is there all the same: production may run it. */
    private Optional<Descriptor> read(String repository, String reference, HttpResponse<?> head) {
        try {
            return registry.manifest(repository, reference).map(Manifest::descriptor);
        } catch (EngineException e) {
            String type = HttpRegistry.contentType(head);
            Optional<Digest> digest = told(head).filter(d -> !Manifests.isVague(type) && !HttpRegistry.isPage(head));
            if (e.kind() != FailureKind.UNSUPPORTED || digest.isEmpty()) {
                throw e;
            }
            return Optional.of(new Descriptor(type, digest.get(), 0));
        }
    }

    private static Optional<Digest> told(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Docker-Content-Digest")
                .filter(Digest::isDigest)
                .map(Digest::new);
    }

    /**
     * A manifest that cannot be read, to be put back as it is: of Docker's schema 1 the digest is that of what was signed, so
     * that the registry alone can tell it.
     */
    Optional<Manifest> asItIs(String repository, Digest digest) {
        Call call = registry.manifestCall("read manifest", "GET", repository, digest.value(), Scope.pull(repository))
                .header("Accept", Manifests.ACCEPT + ", */*");
        HttpResponse<byte[]> response = registry.transport().document(call);
        boolean same = response.statusCode() == 200
                && told(response).filter(digest::equals).isPresent();
        String type = HttpRegistry.contentType(response);
        return same
                ? Optional.of(new Manifest(new Descriptor(type, digest, response.body().length), response.body()))
                : Optional.empty();
    }

    /** Some proxies refuse every HEAD; an address that is signed for GET refuses it where it leads. */
    private static boolean refusesHead(Call call, HttpResponse<?> response) {
        int status = response.statusCode();
        boolean refused = status == 405 || status == 501 || status == 400 || isUnrouted(response);
        return refused || status / 100 == 4 && !Call.sameOrigin(call.uri(), response.uri());
    }

    /** What does not know of HEAD at all says so with a page; a registry tells what is not there in another way. */
    private static boolean isUnrouted(HttpResponse<?> response) {
        return response.statusCode() == 404 && HttpRegistry.isPage(response);
    }

    /** A type that says nothing, or one that nobody asked for: some convert for HEAD what they give as it is. */
    private static boolean isOfNoUse(HttpResponse<?> response) {
        String type = HttpRegistry.contentType(response);
        return Manifests.isVague(type) || !Manifests.isKnown(type) && !HttpRegistry.isPage(response);
    }

    private static String quoted(Digest digest) {
        return '"' + digest.value() + '"';
    }

    private static boolean isStill(Descriptor known, HttpResponse<?> response) {
        String told = response.headers()
                .firstValue("Docker-Content-Digest")
                .orElse(known.digest().value());
        return response.statusCode() == 304 && told.equals(known.digest().value());
    }

    /** Whether a digest that was told says anything about the one asked for: some registries compute another kind. */
    private static boolean isComparable(String reference, String told) {
        return !Digest.isDigest(reference) || new Digest(reference).algorithm().equals(new Digest(told).algorithm());
    }

    /**
     * What is hidden and listed all the same is there: the account may not read it, or a policy blocks it, as scanners do.
     * Taken for absent, production's image would be overwritten unseen (I7).
     */
    private Seen doubted(
            Call call,
            HttpResponse<?> response,
            String repository,
            String reference,
            Optional<EngineException> hidden) {
        Optional<List<String>> listed = registry.listings().visibleTags(repository);
        if (listed.filter(tags -> tags.contains(reference)).isPresent()) {
            // An answer to a HEAD has no words; that of a GET may say that it is a limit, which passes.
            return Seen.of(Optional.of(registry.manifest(repository, reference)
                    .map(Manifest::descriptor)
                    .orElseThrow(() -> hidden(
                            call,
                            response,
                            "though the tag is listed: the account may not read it, or a policy of the"
                                    + " registry blocks it"))));
        }
        Optional<EngineException> doubt = Optional.of(hidden(
                        call,
                        response,
                        "and shows nothing of this repository, so that what is there"
                                + " cannot be compared before it is overwritten"))
                .filter(e -> listed.isEmpty());
        return new Seen(Optional.empty(), doubt, hidden);
    }

    private static EngineException hidden(Call call, HttpResponse<?> response, String why) {
        return Failures.of(
                FailureKind.FORBIDDEN,
                call,
                "answered " + response.statusCode() + ", " + why + ". Give the account the right to "
                        + Scope.text(call.scopes()) + ", or lift the block.");
    }
}
