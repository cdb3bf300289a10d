package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier.Place;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Carries what was said about images along with them: referrers by the API or by the fallback tag, on either side, and
 * Cosign's tags. What the target has is left as it is, for it may have been signed there.
 */
final class ReferrerCopy {
    /** Tags of signatures, attestations and SBOMs, as Cosign makes them. */
    private static final List<String> ATTACHMENTS = List.of(".sig", ".att", ".sbom");

    private final HttpImageCopier copier;
    private final Place source;
    private final Place target;
    private final Consumer<Digest> content;

    /** @param content copies a manifest with all that it refers to */
    ReferrerCopy(HttpImageCopier copier, Place source, Place target, Consumer<Digest> content) {
        this.copier = copier;
        this.source = source;
        this.target = target;
        this.content = content;
    }

    /** Carries what refers to the subjects, and what refers to that in turn. */
    void carry(Collection<Digest> subjects) {
        Deque<Digest> left = new ArrayDeque<>(subjects);
        Set<Digest> seen = new HashSet<>();
        while (!left.isEmpty()) {
            Digest subject = left.poll();
            if (seen.add(subject)) {
                left.addAll(referrers(subject));
                attachments(subject);
            }
        }
    }

    private Set<Digest> referrers(Digest subject) {
        Referrers here = Referrers.of(source, subject);
        if (here.descriptors().isEmpty()) {
            return Set.of();
        }
        Referrers there = Referrers.of(target, subject);
        Set<Digest> missing = new HashSet<>(here.descriptors().keySet());
        missing.removeAll(there.descriptors().keySet());
        // A list under a tag may name what was deleted since.
        missing.removeIf(digest ->
                source.registry().resolve(source.repository(), digest.value()).isEmpty());
        missing.forEach(content);
        if (!there.api() && !missing.isEmpty()) {
            list(subject, here, missing);
        }
        Set<Digest> carried = new HashSet<>(here.descriptors().keySet());
        carried.retainAll(union(there.descriptors().keySet(), missing));
        return carried;
    }

    /** The tag is read and written under a lock, as another copy may add to it; other clients are not seen. */
    private void list(Digest subject, Referrers here, Set<Digest> added) {
        try {
            copier.exclusively(target.host(), subject, () -> {
                Manifest index = Referrers.of(target, subject).indexWith(here, added);
                target.registry().putManifest(target.repository(), Referrers.tag(subject), index);
            });
        } catch (InterruptedException e) {
            throw Failures.interrupted("list what refers to " + subject, target.host());
        }
    }

    private static Set<Digest> union(Set<Digest> one, Set<Digest> other) {
        Set<Digest> union = new HashSet<>(one);
        union.addAll(other);
        return union;
    }

    private void attachments(Digest subject) {
        List<Tag> tags = ATTACHMENTS.stream()
                .map(suffix -> new Tag(source.repository(), Referrers.tag(subject) + suffix))
                .toList();
        source.registry().resolveAll(tags).forEach((tag, found) -> {
            boolean there = target.registry()
                    .resolve(target.repository(), tag.tag(), Call.push(target.repository()))
                    .isPresent();
            if (!there) {
                content.accept(found.digest());
                target.registry().tag(target.repository(), found.digest(), tag.tag());
            }
        });
    }
}
