package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes a tag away. In some registries the manifest goes with it, and so do its other tags; until a registry was seen to
 * take the tag alone, one whose manifest has other tags stays.
 */
final class TagRemoval {
    private static final int MOST_TAGS = 5_000;

    private final HttpRegistry registry;
    private final String repository;

    TagRemoval(HttpRegistry registry, String repository) {
        this.registry = registry;
        this.repository = repository;
    }

    /** @return false where this registry, or this account, cannot do it; the tag is unchanged then */
    boolean remove(String tag, Set<String> alsoGoing) {
        Optional<Digest> digest = registry.resolve(repository, tag).map(Descriptor::digest);
        if (digest.isEmpty()) {
            return true;
        }
        if (!registry.abilities().deletesTagsAlone() && isShared(tag, alsoGoing, digest.get())) {
            return false;
        }
        switch (registry.delete(repository, tag)) {
            case 200, 202, 204 -> {
                boolean gone = isGone(tag, digest.get());
                if (gone && registry.resolve(repository, digest.get().value()).isPresent()) {
                    registry.abilities().foundTagsDeletedAlone();
                }
                return gone;
            }
            // Tells a tag that is not there from a registry without this request.
            case 404 -> {
                return registry.resolve(repository, tag).isEmpty();
            }
            default -> {
                return false;
            }
        }
    }

    /** Some say that they did what they do later, and a page in the place of a registry is a success as well. */
    private boolean isGone(String tag, Digest digest) {
        Attempts attempts = registry.transport().sender().attempts("remove tag " + repository + ":" + tag);
        while (registry.resolve(repository, tag)
                .filter(now -> now.digest().equals(digest))
                .isPresent()) {
            if (!attempts.again()) {
                return false;
            }
        }
        return true;
    }

    private boolean isShared(String tag, Set<String> alsoGoing, Digest digest) {
        List<Tag> others;
        try {
            List<String> listed = registry.listings().visibleTags(repository).orElse(List.of());
            if (!listed.contains(tag)) {
                // Of the others it says as little: it is hidden (ECR has a right of its own for it), late, or a
                // cache's.
                return true;
            }
            others = listed.stream()
                    .filter(other -> !other.equals(tag) && !alsoGoing.contains(other))
                    .map(other -> new Tag(repository, other))
                    .toList();
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                throw e;
            }
            return true;
        }
        if (others.size() > MOST_TAGS) {
            throw new EngineException(
                    FailureKind.TOO_LARGE,
                    "Cannot remove tag " + repository + ":" + tag + " at registry " + registry.host()
                            + ": its repository has more than " + MOST_TAGS
                            + " tags, so it was not looked whether another one has the same manifest. Remove it by"
                            + " hand.");
        }
        return registry.resolveAll(others).values().stream()
                .anyMatch(d -> d.digest().equals(digest));
    }
}
