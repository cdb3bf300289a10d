package io.jenkins.plugins.releasetrain.engine.fakes;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A registry of names only, for tests of decisions: content is a digest made of a word. */
public final class FakeRegistry implements Registry {
    private final String host;
    private final Map<Tag, Digest> tags = new ConcurrentHashMap<>();
    private final Map<String, Set<Digest>> content = new ConcurrentHashMap<>();
    private final List<Tag> moved = new CopyOnWriteArrayList<>();
    private final boolean canUntag;
    private final AtomicInteger resolved = new AtomicInteger();
    private Consumer<Tag> beforeTag = tag -> {};
    private Consumer<Tag> beforeUntag = tag -> {};
    private boolean deletesManifests;

    public FakeRegistry(String host) {
        this(host, true);
    }

    public FakeRegistry(String host, boolean canUntag) {
        this.host = host;
        this.canUntag = canUntag;
    }

    /** Puts an image whose digest is that of the word. */
    public Digest push(String repository, String tag, String word) {
        Digest digest = Digest.sha256(word);
        contentOf(repository).add(digest);
        tags.put(new Tag(repository, tag), digest);
        return digest;
    }

    /** Called before a tag is moved; may throw in the registry's place. */
    public void beforeTag(Consumer<Tag> hook) {
        this.beforeTag = hook;
    }

    /** Called before a tag is removed; may throw in the registry's place. */
    public void beforeUntag(Consumer<Tag> hook) {
        this.beforeUntag = hook;
    }

    /** As some registries do: removing a tag removes its manifest, and with it all its tags. */
    public FakeRegistry deletingManifestsWithTags() {
        deletesManifests = true;
        return this;
    }

    /** Takes content away that no tag points to, as garbage collection does. */
    public void collect(String repository) {
        contentOf(repository)
                .removeIf(digest -> tags.entrySet().stream()
                        .noneMatch(e -> e.getKey().repository().equals(repository)
                                && e.getValue().equals(digest)));
    }

    /** Tags moved by {@link #tag}, in order. */
    public List<Tag> moved() {
        return moved;
    }

    public Map<Tag, Digest> allTags() {
        return Map.copyOf(tags);
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public Optional<Descriptor> resolve(String repository, String reference) {
        resolved.incrementAndGet();
        Digest digest = Digest.isDigest(reference) ? new Digest(reference) : tags.get(new Tag(repository, reference));
        return Optional.ofNullable(digest)
                .filter(d -> contentOf(repository).contains(d))
                .map(d -> new Descriptor("application/vnd.oci.image.manifest.v1+json", d, 1));
    }

    /** References that were looked up. */
    public int resolved() {
        return resolved.get();
    }

    @Override
    public Map<Tag, Descriptor> resolveAll(Collection<Tag> wanted) {
        Map<Tag, Descriptor> found = new HashMap<>();
        wanted.forEach(t -> resolve(t.repository(), t.tag()).ifPresent(d -> found.put(t, d)));
        return found;
    }

    @Override
    public List<String> tags(String repository) {
        return tags.keySet().stream()
                .filter(t -> t.repository().equals(repository))
                .map(Tag::tag)
                .sorted()
                .toList();
    }

    @Override
    public Optional<Manifest> manifest(String repository, String reference) {
        return resolve(repository, reference).map(d -> new Manifest(d, new byte[0]));
    }

    @Override
    public byte[] blob(String repository, Digest digest) {
        throw new EngineException(FailureKind.NOT_FOUND, host + " holds no blobs");
    }

    @Override
    public List<Referrer> referrers(String repository, Digest subject) {
        return List.of();
    }

    @Override
    public void tag(String repository, Digest digest, String tag) {
        Tag name = new Tag(repository, tag);
        beforeTag.accept(name);
        if (!contentOf(repository).contains(digest)) {
            throw new EngineException(FailureKind.NOT_FOUND, repository + " does not hold " + digest);
        }
        tags.put(name, digest);
        moved.add(name);
    }

    @Override
    public boolean untag(String repository, String tag) {
        return untag(repository, tag, Set.of());
    }

    @Override
    public boolean untag(String repository, String tag, Set<String> alsoGoing) {
        Tag name = new Tag(repository, tag);
        beforeUntag.accept(name);
        boolean shared = tags.entrySet().stream()
                .anyMatch(e -> e.getKey().repository().equals(repository)
                        && e.getValue().equals(tags.get(name))
                        && !e.getKey().equals(name)
                        && !alsoGoing.contains(e.getKey().tag()));
        if (deletesManifests && shared) {
            return false;
        }
        if (canUntag) {
            Digest removed = tags.remove(name);
            if (deletesManifests && removed != null) {
                contentOf(repository).remove(removed);
                tags.entrySet()
                        .removeIf(e -> e.getKey().repository().equals(repository)
                                && e.getValue().equals(removed));
            }
        }
        return canUntag;
    }

    @Override
    public Traffic traffic() {
        return Traffic.NONE;
    }

    private Set<Digest> contentOf(String repository) {
        return content.computeIfAbsent(repository, r -> ConcurrentHashMap.newKeySet());
    }

    /** Copies between fake registries. */
    public static ImageCopier copier() {
        return (source, sourceRepository, digest, target, targetRepository) -> {
            if (((FakeRegistry) target).contentOf(targetRepository).contains(digest)) {
                return ImageCopier.Report.NOTHING;
            }
            if (!((FakeRegistry) source).contentOf(sourceRepository).contains(digest)) {
                throw new EngineException(FailureKind.NOT_FOUND, sourceRepository + " does not hold " + digest);
            }
            ((FakeRegistry) target).contentOf(targetRepository).add(digest);
            return new ImageCopier.Report(1, 0, 0, 1, 1);
        };
    }
}
