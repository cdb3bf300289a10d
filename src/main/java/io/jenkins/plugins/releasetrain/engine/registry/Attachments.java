package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import io.jenkins.plugins.releasetrain.engine.registry.Survey.Content;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds what was said about images and is missing at the target: referrers by the API or by the fallback tag, on either
 * side, and Cosign's tags (distribution specification 1.1, "Listing Referrers", "Referrers Tag Schema"). What somebody
 * attached never keeps an image from being copied: what cannot be carried is left, with a word.
 */
final class Attachments {
    /** Tags of signatures, attestations and SBOMs, as Cosign makes them. */
    private static final List<String> COSIGN = List.of(".sig", ".att", ".sbom");

    private static final String ONLY_BY_TAGS = " is carried only as far as tags list it: ";
    private static final int LONGEST_HEX = 64;
    private static final int MOST = 500;

    private final Survey survey;
    private final HttpRegistry source;
    private final HttpRegistry target;
    private final AskedOnce<String, Optional<Set<String>>> digestTags;
    private final AskedOnce<Subject, Map<Digest, JsonNode>> said;
    /** Once is enough for a set. */
    private final AtomicBoolean troubleTold = new AtomicBoolean();

    Attachments(Survey survey, HttpRegistry source, HttpRegistry target) {
        this.survey = survey;
        this.source = source;
        this.target = target;
        digestTags = new AskedOnce<>(source.listings()::digestTags);
        said = new AskedOnce<>(this::listed);
    }

    private record Subject(String repository, Digest digest) {}

    /**
     * Something that the target lacks.
     *
     * @param tag that points to it; empty where it names its subject
     * @param listing its descriptor, where the target needs a list under a tag
     */
    record Found(Digest subject, Digest digest, Content content, Optional<String> tag, Optional<String> listing) {}

    /** @param left what is not carried, each with the reason */
    record Carried(List<Found> missing, List<String> left) {
        static final Carried NOTHING = new Carried(List.of(), List.of());
    }

    /** The tag under which clients list what refers to a manifest, where the registry does not. */
    static String tag(Digest subject) {
        String hex = subject.hex();
        return subject.algorithm() + "-" + hex.substring(0, Math.min(LONGEST_HEX, hex.length()));
    }

    /** Asks the source what is said of an image itself, which the target has no part in. */
    void ahead(Image image) {
        ahead(image.sourceRepository(), image.digest());
    }

    private void ahead(String repository, Digest subject) {
        try {
            said.of(new Subject(repository, subject));
        } catch (EngineException e) {
            // It is told where it is wanted.
            if (e.kind().retryable() && !Troubles.isOfOne(e, source, repository, subject)) {
                throw e;
            }
        }
    }

    /** The same of all that belong to it, at once, where the source was seen to list it. */
    void ahead(Image image, Collection<Digest> subjects) {
        if (subjects.size() > 1
                && source.abilities().referrersProbed()
                && source.abilities().mayListReferrers()) {
            survey.together(source, subjects, subject -> ahead(image.sourceRepository(), subject));
        }
    }

    /** Of the subjects, and of what refers to them in turn. */
    Carried of(Image image, Collection<Digest> subjects) {
        Carried carried = new Carried(new ArrayList<>(), new ArrayList<>());
        Deque<Digest> left = new ArrayDeque<>(subjects);
        Set<Digest> seen = new HashSet<>();
        while (!left.isEmpty()) {
            Digest subject = left.poll();
            if (!seen.add(subject)) {
                continue;
            }
            if (seen.size() > MOST + subjects.size()) {
                carried.left.add("More than " + MOST + " attachments of " + image.sourceRepository() + "@"
                        + image.digest() + ": the rest is left");
                break;
            }
            try {
                left.addAll(referrers(image, subject, carried));
                tellTrouble(image, subject, carried);
            } catch (EngineException e) {
                // A list that breaks off half-way, at either side.
                leave(image, subject, e, carried);
            }
            cosign(image, subject, carried);
        }
        return carried;
    }

    /** The list under the tag is there where a registry has no such API, but not where it is in trouble. */
    private void tellTrouble(Image image, Digest subject, Carried carried) {
        String ofThisOne = source.abilities().refusal(subject);
        if (!ofThisOne.isEmpty()) {
            carried.left.add("What refers to " + image.sourceRepository() + "@" + subject + ONLY_BY_TAGS + ofThisOne);
        }
        String ofAll = source.abilities().referrersTrouble();
        if (!ofAll.isEmpty() && troubleTold.compareAndSet(false, true)) {
            carried.left.add("What refers to images of " + source.host() + ONLY_BY_TAGS + ofAll);
        }
    }

    /** Whether the source may have a tag that is made of a digest. */
    private boolean mayHave(String repository, Digest subject, String tag) {
        return !"sha256".equals(subject.algorithm())
                || digestTags.of(repository).map(tags -> tags.contains(tag)).orElse(true);
    }

    /** @return what refers to the subject and is there afterwards */
    private Set<Digest> referrers(Image image, Digest subject, Carried carried) {
        Map<Digest, JsonNode> here = said.of(new Subject(image.sourceRepository(), subject));
        if (here.isEmpty()) {
            return Set.of();
        }
        Optional<Map<Digest, JsonNode>> api = listedByItself(target, image.targetRepository(), subject);
        Map<Digest, JsonNode> there = api.orElseGet(() -> tagged(target, image.targetRepository(), subject));
        Set<Digest> all = new HashSet<>();
        here.keySet().forEach(digest -> {
            if (there.containsKey(digest) || missing(image, subject, digest, api.isEmpty(), carried)) {
                all.add(digest);
            }
        });
        return all;
    }

    /**
     * @param byTag whether the target needs it in a list under a tag
     * @return whether it will be carried
     */
    private boolean missing(Image image, Digest subject, Digest digest, boolean byTag, Carried carried) {
        try {
            Optional<Manifest> manifest =
                    source.manifest(image.sourceRepository(), digest.value(), Manifests.ACCEPT_REFERRER);
            // A list under a tag may name what was deleted since.
            if (manifest.isEmpty()) {
                return false;
            }
            // GitLab takes the list's tag for the image itself, so that its platforms look like referrers.
            if (!Manifests.read(manifest.get()).names(subject)) {
                return false;
            }
            Optional<String> listing = byTag ? manifest.map(FallbackList::entry) : Optional.empty();
            Content content = survey.content(image, digest, true);
            return carried.missing.add(new Found(subject, digest, content, Optional.empty(), listing));
        } catch (EngineException e) {
            leave(image, digest, e, carried);
            return false;
        }
    }

    private void leave(Image image, Digest digest, EngineException why, Carried carried) {
        if (Thread.currentThread().isInterrupted() || !Troubles.isBeside(image, why, source, target)) {
            throw why;
        }
        carried.left.add("What refers to " + image.sourceRepository() + "@" + image.digest() + " is not carried: "
                + digest + ": " + why.getMessage());
    }

    private Map<Digest, JsonNode> listed(Subject subject) {
        String repository = subject.repository();
        boolean mayBeTagged = mayHave(repository, subject.digest(), tag(subject.digest()));
        return listedByItself(source, repository, subject.digest())
                .orElseGet(() -> mayBeTagged ? tagged(source, repository, subject.digest()) : Map.of());
    }

    /** A list that is in trouble is none for some minutes, so that not each image waits for it. */
    static Optional<Map<Digest, JsonNode>> listedByItself(HttpRegistry registry, String repository, Digest subject) {
        try {
            return registry.listings().referrers(repository, subject);
        } catch (EngineException e) {
            if (!Troubles.isOfOne(e, registry, repository, subject)) {
                throw e;
            }
            registry.abilities().listsNoReferrers(false, e.getMessage());
            return Optional.empty();
        }
    }

    /** What the list under the tag names; nothing where the registry answers the subject itself, as GitLab does. */
    static Map<Digest, JsonNode> tagged(HttpRegistry registry, String repository, Digest subject) {
        Optional<Manifest> list;
        try {
            list = registry.manifest(repository, tag(subject));
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                throw e;
            }
            return Map.of();
        }
        return list.filter(m -> !m.descriptor().digest().equals(subject))
                .filter(m -> Manifests.isIndex(m.descriptor().mediaType()))
                .flatMap(m -> Listings.descriptors(m.content()))
                .orElse(Map.of());
    }

    private void cosign(Image image, Digest subject, Carried carried) {
        for (String suffix : COSIGN) {
            String tag = tag(subject) + suffix;
            if (mayHave(image.sourceRepository(), subject, tag)) {
                cosign(image, subject, tag, carried);
            }
        }
    }

    private void cosign(Image image, Digest subject, String tag, Carried carried) {
        Optional<Descriptor> here = Optional.empty();
        try {
            here = source.resolve(image.sourceRepository(), tag);
            if (here.isEmpty()) {
                return;
            }
            Digest digest = here.get().digest();
            Optional<Descriptor> there =
                    target.resolve(image.targetRepository(), tag, Scope.push(image.targetRepository()));
            if (there.filter(t -> t.digest().equals(digest)).isPresent()) {
                return;
            }
            if (there.isPresent() && !extended(image, digest, there.get().digest())) {
                carried.left.add("Tag " + target.host() + "/" + image.targetRepository() + ":" + tag
                        + " stays as it is:" + " it holds what the source's has not, so it was signed there");
                return;
            }
            Content content = survey.content(image, digest, true);
            carried.missing.add(new Found(subject, digest, content, Optional.of(tag), Optional.empty()));
        } catch (EngineException e) {
            leave(image, here.map(Descriptor::digest).orElse(subject), e, carried);
        }
    }

    /** Whether the source's has all that the target's has, and more: a signature was added since it was carried. */
    private boolean extended(Image image, Digest newer, Digest older) {
        Set<Digest> now = layers(source, image.sourceRepository(), newer);
        return now.containsAll(layers(target, image.targetRepository(), older));
    }

    private static Set<Digest> layers(HttpRegistry registry, String repository, Digest digest) {
        Map<Digest, Boolean> layers = new LinkedHashMap<>();
        registry.manifest(repository, digest.value(), Manifests.ACCEPT_REFERRER)
                .ifPresent(m -> Manifests.read(m).layers().forEach(l -> layers.put(l.digest(), true)));
        return layers.keySet();
    }
}
