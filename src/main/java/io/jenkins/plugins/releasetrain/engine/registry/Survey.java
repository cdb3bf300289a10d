package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan.Attachment;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan.Blob;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan.Origin;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan.Part;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Finds what a set of images lacks at the target; changes nothing. */
final class Survey {
    /**
     * Images of a set that are asked for by their digest. Where the target has none of them it hardly has the others: a set is
     * new, or its content came early.
     */
    private static final int SAMPLE = 8;

    private final HttpImageCopier copier;
    private final HttpRegistry source;
    private final HttpRegistry target;

    Survey(HttpImageCopier copier, HttpRegistry source, HttpRegistry target) {
        this.copier = copier;
        this.source = source;
        this.target = target;
    }

    CopyPlan plan(Collection<Image> images) {
        for (Image image : images) {
            ImageReference.checkRepository(image.sourceRepository());
            ImageReference.checkRepository(image.targetRepository());
        }
        Set<Image> distinct = new LinkedHashSet<>(images);
        Map<Image, Found> found = new ConcurrentHashMap<>();
        Attachments attachments = new Attachments(this, source, target);
        List<Image> all = List.copyOf(distinct);
        List<Image> sample = all.subList(0, Math.min(SAMPLE, all.size()));
        look(sample, attachments, false, found);
        boolean newOnes = sample.stream().noneMatch(i -> found.get(i).there);
        look(all.subList(sample.size(), all.size()), attachments, newOnes, found);
        List<String> notes = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        Origins origins = new Origins();
        for (Image image : distinct) {
            Found one = found.get(image);
            notes.addAll(one.carried.left());
            List<Blob> blobs = origins.of(image, one.content);
            List<Attachment> said = one.carried.missing().stream()
                    .map(a -> new Attachment(
                            a.subject(),
                            a.digest(),
                            a.content().manifests(),
                            origins.of(image, a.content()),
                            a.tag(),
                            a.listing()))
                    .toList();
            parts.add(new Part(image, one.there, one.content.manifests(), blobs, said));
        }
        copier.expiry().note(target.host(), distinct).ifPresent(notes::add);
        return new CopyPlan(parts, notes);
    }

    /** All of an image, whatever the target seems to hold; each of its blobs is looked for when it is brought. */
    CopyPlan whole(Image image) {
        Content content = content(image, image.digest(), true);
        requireSize(image, content);
        List<Blob> blobs = content.blobs().values().stream()
                .map(blob -> new Blob(image.targetRepository(), blob, Origin.STREAM, ""))
                .toList();
        return new CopyPlan(List.of(new Part(image, false, content.manifests(), blobs, List.of())), List.of());
    }

    private void look(List<Image> images, Attachments attachments, boolean newOnes, Map<Image, Found> found) {
        List<Runnable> questions = new ArrayList<>();
        for (Image image : images) {
            questions.add(() -> found.put(image, look(image, attachments, newOnes)));
            // Meanwhile the other registry may be asked; where the image is there, nothing else is.
            if (copier.settings().referrers() && image.there().isEmpty()) {
                questions.add(() -> attachments.ahead(image));
            }
        }
        if (images.size() > 1
                && copier.settings().referrers()
                && !source.abilities().referrersProbed()) {
            // Else each of those that ask at once would find out by itself that nobody answers.
            attachments.ahead(images.get(0));
        }
        copier.together(target, questions, Runnable::run);
    }

    <T> void together(HttpRegistry registry, Collection<T> jobs, Consumer<T> work) {
        copier.together(registry, jobs, work);
    }

    /** What one image lacks. */
    private record Found(boolean there, Content content, Attachments.Carried carried) {}

    /** Manifests with children before parents, and the blobs of all. */
    record Content(List<Manifest> manifests, Map<Digest, Descriptor> blobs) {
        static final Content NOTHING = new Content(List.of(), Map.of());

        long bytes() {
            return blobs.values().stream().mapToLong(Descriptor::size).reduce(0, CopyPlan::sum);
        }
    }

    /** @param isNew whether it is taken for absent: its blobs tell, at the cost of some requests, if it is not */
    private Found look(Image image, Attachments attachments, boolean isNew) {
        Optional<Descriptor> there = image.there().or(() -> isNew ? Optional.empty() : atTarget(image, image.digest()));
        Content content = there.isPresent() ? Content.NOTHING : content(image, image.digest(), false);
        if (isNew && isTooLarge(content)) {
            return look(image, attachments, false);
        }
        requireSize(image, content);
        copier.expiry().look(source, image, content.manifests());
        if (!copier.settings().referrers()) {
            return new Found(there.isPresent(), content, Attachments.Carried.NOTHING);
        }
        Set<Digest> subjects = new LinkedHashSet<>(List.of(image.digest()));
        content.manifests().forEach(m -> subjects.add(m.descriptor().digest()));
        there.filter(d -> Manifests.isIndex(d.mediaType())).ifPresent(d -> subjects.addAll(platforms(image)));
        attachments.ahead(image, subjects);
        return new Found(there.isPresent(), content, attachments.of(image, subjects));
    }

    private Optional<Descriptor> atTarget(Image image, Digest digest) {
        try {
            return target.resolve(image.targetRepository(), digest.value(), Scope.push(image.targetRepository()));
        } catch (EngineException e) {
            // A policy keeps it from being read, as of what is not scanned yet (412), or its store fails at what it
            // does not
            // hold; it may be put again all the same.
            if (e.kind() != FailureKind.CONFLICT && e.kind() != FailureKind.UNAVAILABLE
                    || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Of an index that the target holds already: its platforms may have been signed since. */
    private List<Digest> platforms(Image image) {
        try {
            return target.manifest(image.targetRepository(), image.digest().value())
                    .map(index -> Manifests.read(index).manifests().stream()
                            .map(Descriptor::digest)
                            .toList())
                    .orElse(List.of());
        } catch (EngineException e) {
            // A policy may keep it from being read by now; it is there, and only what was said of its platforms is not
            // seen.
            if (e.kind().retryable()) {
                throw e;
            }
            return List.of();
        }
    }

    /**
     * A manifest and all below it, as far as the target lacks it.
     *
     * @param all also what the target seems to hold
     */
    Content content(Image image, Digest digest, boolean all) {
        Tree tree = new Tree(image, all);
        tree.collect(digest);
        return new Content(tree.manifests, tree.blobs);
    }

    private void requireSize(Image image, Content content) {
        if (isTooLarge(content)) {
            throw tooLarge(image, content.bytes() + " bytes are to be copied, the limit is " + mostBytes());
        }
    }

    private boolean isTooLarge(Content content) {
        return content.bytes() > mostBytes();
    }

    private long mostBytes() {
        return Math.min(
                copier.settings().imageBytes(),
                target.transport().settings().limits().imageBytes());
    }

    private EngineException tooLarge(Image image, String why) {
        return new EngineException(
                FailureKind.TOO_LARGE,
                "Cannot copy " + describe(image) + ": " + why
                        + ". Nothing was copied; make the image smaller or raise the limit.");
    }

    private String describe(Image image) {
        return source.host() + "/" + image.sourceRepository() + "@" + image.digest() + " to " + target.host() + "/"
                + image.targetRepository();
    }

    /** A manifest that the target lacks. */
    private record Node(Manifest manifest, List<Descriptor> manifests, List<Descriptor> blobs) {}

    /** A manifest with what is below it; bounded, as whoever pushes to the source decides about it. */
    private final class Tree {
        private static final int DEEPEST = 8;
        private static final int MOST_MANIFESTS = 2_000;
        private static final long MOST_BYTES = 32 << 20;
        private static final int AT_ONCE = 6;

        private final Image image;
        private final boolean all;
        private final Set<Digest> seen = new LinkedHashSet<>();
        private final Map<Digest, Node> nodes = new ConcurrentHashMap<>();
        private final AtomicLong bytes = new AtomicLong();
        private final List<Manifest> manifests = new ArrayList<>();
        private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();

        Tree(Image image, boolean all) {
            this.image = image;
            this.all = all;
        }

        /** Those of one depth a few at once, as each may be as large as documents may be. */
        void collect(Digest root) {
            List<Digest> level = List.of(root);
            seen.add(root);
            for (int depth = 0; !level.isEmpty(); depth++) {
                int at = depth;
                copier.together(source, level, AT_ONCE, digest -> read(digest, at));
                level = level.stream()
                        .flatMap(digest -> Optional.ofNullable(nodes.get(digest)).stream())
                        .flatMap(node -> node.manifests().stream())
                        .map(Descriptor::digest)
                        .filter(seen::add)
                        .toList();
                if (!level.isEmpty()) {
                    requireBounded(depth + 1, seen.size());
                }
            }
            order(root);
        }

        private void read(Digest digest, int depth) {
            // The root was looked for before.
            if (depth > 0 && !all && atTarget(image, digest).isPresent()) {
                return;
            }
            Manifest manifest = source.manifest(image.sourceRepository(), digest.value(), Manifests.ACCEPT_REFERRER)
                    .orElseThrow(() -> new EngineException(
                            FailureKind.NOT_FOUND,
                            "Cannot copy " + source.host() + "/" + image.sourceRepository() + "@" + digest + " to "
                                    + target.host() + "/" + image.targetRepository()
                                    + ": the source does not hold it. Check the repository and its retention."));
            if (bytes.addAndGet(manifest.content().length) > MOST_BYTES) {
                throw tooLarge(image, "its manifests are larger than " + MOST_BYTES + " bytes");
            }
            Manifests.Content content = Manifests.read(manifest);
            requireBounded(depth, content.manifests().size());
            List<Descriptor> blobs = new ArrayList<>(content.blobs());
            // Whoever pushed it there all the same wants nodes without the internet to have it.
            content.elsewhere().stream()
                    .filter(layer -> source.blobs().holds(image.sourceRepository(), layer))
                    .forEach(blobs::add);
            nodes.put(digest, new Node(manifest, content.manifests(), blobs));
        }

        /** Children before parents, each once. */
        private void order(Digest digest) {
            Node node = nodes.remove(digest);
            if (node != null) {
                node.manifests().forEach(child -> order(child.digest()));
                node.blobs().forEach(blob -> blobs.put(blob.digest(), blob));
                manifests.add(node.manifest());
            }
        }

        /** Before each of them is asked for. */
        private void requireBounded(int depth, int count) {
            if (depth > DEEPEST || count > MOST_MANIFESTS) {
                throw tooLarge(
                        image,
                        "it nests more than " + DEEPEST + " indexes, or has more than " + MOST_MANIFESTS
                                + " manifests");
            }
        }
    }

    /** Tells where each blob of a set comes from; a blob that comes to a repository once is counted once. */
    private final class Origins {
        private final Map<Digest, String> coming = new LinkedHashMap<>();
        private final Set<Registry.Tag> places = new LinkedHashSet<>();

        List<Blob> of(Image image, Content content) {
            List<Blob> blobs = new ArrayList<>();
            String repository = image.targetRepository();
            for (Descriptor blob : content.blobs().values()) {
                Digest digest = blob.digest();
                if (places.add(new Registry.Tag(repository, digest.value()))) {
                    Optional<String> from = copier.known().holds(target.host(), repository, digest)
                            ? Optional.of(repository)
                            : elsewhere(image, digest);
                    coming.putIfAbsent(digest, repository);
                    Origin origin = from.map(f -> f.equals(repository) ? Origin.KNOWN : Origin.MOUNT)
                            .orElse(Origin.STREAM);
                    blobs.add(new Blob(repository, blob, origin, origin == Origin.MOUNT ? from.get() : ""));
                }
            }
            return blobs;
        }

        private Optional<String> elsewhere(Image image, Digest digest) {
            String repository = image.targetRepository();
            boolean same = source.host().equals(target.host())
                    && !image.sourceRepository().equals(repository);
            return Optional.of(image.sourceRepository())
                    .filter(from -> same && copier.known().mayMount(target.host(), from, repository))
                    .or(() -> copier.known().elsewhere(target.host(), repository, digest))
                    .or(() -> Optional.ofNullable(coming.get(digest)));
        }
    }
}
