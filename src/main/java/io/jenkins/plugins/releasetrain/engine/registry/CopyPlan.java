package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What copying a set takes, found before anything is changed: the dry run, the total of the progress, what early content
 * carries out. A blob that several images share is counted once.
 *
 * @param parts one an image, in the order asked for
 * @param notes in words for the log: what refers to an image and will not be carried, each with the reason; images that are
 *     labelled to be deleted
 */
public record CopyPlan(List<Part> parts, List<String> notes) {
    public CopyPlan {
        parts = List.copyOf(parts);
        notes = List.copyOf(notes);
    }

    /** A plan of somebody who looks only when copying. */
    static CopyPlan unread(Collection<Image> images) {
        return new CopyPlan(
                images.stream()
                        .map(i -> new Part(i, i.there().isPresent(), List.of(), List.of(), List.of()))
                        .toList(),
                List.of());
    }

    /** Where a blob of the target will come from, as far as it is known without asking for each. */
    public enum Origin {
        /** It is there: seen lately, or asked for. */
        KNOWN,
        /** Another repository of the target registry has it, or will have it by then. */
        MOUNT,
        /** From the source; the target is asked first. */
        STREAM
    }

    /**
     * A blob that a repository needs.
     *
     * @param from the repository to mount it from; empty unless the origin says so
     */
    public record Blob(String repository, Descriptor descriptor, Origin origin, String from) {}

    /**
     * One image.
     *
     * @param there whether the target repository holds it
     * @param manifests to put, children before parents
     * @param blobs that they need, without those that an earlier part brings to the same repository
     * @param attachments what refers to it, or to one of its platforms, and is missing
     */
    public record Part(
            Image image, boolean there, List<Manifest> manifests, List<Blob> blobs, List<Attachment> attachments) {
        public Part {
            manifests = List.copyOf(manifests);
            blobs = List.copyOf(blobs);
            attachments = List.copyOf(attachments);
        }
    }

    /**
     * Something that refers to an image, such as a signature.
     *
     * @param tag that points to it, as Cosign's do; empty where it names its subject instead
     * @param listing its descriptor as JSON, where the target needs a list under a tag; else empty
     */
    public record Attachment(
            Digest subject,
            Digest digest,
            List<Manifest> manifests,
            List<Blob> blobs,
            Optional<String> tag,
            Optional<String> listing) {
        public Attachment {
            manifests = List.copyOf(manifests);
            blobs = List.copyOf(blobs);
        }
    }

    /** The same without what refers to the images: content that nobody sees until a tag points to it. */
    public CopyPlan contentOnly() {
        return new CopyPlan(
                parts.stream()
                        .map(p -> new Part(p.image(), p.there(), p.manifests(), p.blobs(), List.of()))
                        .toList(),
                notes);
    }

    /** Images that the target does not hold. */
    public int missingImages() {
        return (int) parts.stream().filter(p -> !p.there()).count();
    }

    public int manifests() {
        return parts.stream()
                .mapToInt(p -> p.manifests().size()
                        + p.attachments().stream()
                                .mapToInt(a -> a.manifests().size())
                                .sum())
                .sum();
    }

    /** Distinct blobs of a repository. */
    public Stream<Blob> blobs() {
        return parts.stream()
                .flatMap(p -> Stream.concat(
                        p.blobs().stream(), p.attachments().stream().flatMap(a -> a.blobs().stream())));
    }

    public int blobs(Origin origin) {
        return (int) blobs().filter(b -> b.origin() == origin).count();
    }

    /** Bytes to stream at most; the target may turn out to have some of it. */
    public long bytes() {
        return blobs().filter(b -> b.origin() == Origin.STREAM)
                .mapToLong(b -> b.descriptor().size())
                .reduce(0, CopyPlan::sum);
    }

    /** Sizes are what a manifest claims, so their sum must not wrap around. */
    static long sum(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }

    /** Requests that carrying it out takes, at most, where no request is sent twice; at both registries. */
    public int requests() {
        long attachmentTags = parts.stream()
                .flatMap(p -> p.attachments().stream())
                .mapToInt(a -> (a.tag().isPresent() ? 1 : 0) + (a.listing().isPresent() ? 2 : 0))
                .sum();
        return (int) (manifests() + blobs(Origin.MOUNT) + 4L * blobs(Origin.STREAM) + attachmentTags);
    }
}
