package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code promoteImage} is asked for, pinned to digests (I1). Everything is read before anything is asked, and every
 * entry that cannot be promoted is named.
 *
 * @param sourcePrefix before each repository in the source, and {@code targetPrefix} in the target; empty for none
 * @param mayMove whether a tag may move that points to another image
 */
public record PlainItems(Registry source, String sourcePrefix, String targetPrefix, boolean mayMove) {

    /** @param repository without prefix */
    private record Wanted(String entry, String repository, ImageReference image) {}

    /**
     * @param images as {@code repository:tag[@digest]}, without host and prefix
     * @throws EngineException INVALID_INPUT, NOT_FOUND, or CONFLICT where a tag is not the image of the digest beside it
     */
    public List<Promoter.Item> of(List<String> images) {
        List<Wanted> wanted = readAll(images);
        Problems problems = new Problems();
        Map<Tag, Registry.Descriptor> found =
                source.resolveAll(wanted.stream().map(PlainItems::tag).toList());
        List<Promoter.Item> items = new ArrayList<>();
        wanted.forEach(w -> problems.collect(() -> items.add(item(w, Optional.ofNullable(found.get(tag(w)))))));
        problems.rethrow();
        return items;
    }

    /** Those of the images, without prefix; asks nobody. */
    public List<String> repositories(List<String> images) {
        return readAll(images).stream().map(Wanted::repository).toList();
    }

    private List<Wanted> readAll(List<String> images) {
        if (images.isEmpty()) {
            throw EngineException.invalid("promoteImage: images is empty; name at least one, as in 'shop/cart:1.4.2'");
        }
        Problems problems = new Problems();
        List<Wanted> wanted = new ArrayList<>();
        images.forEach(entry -> problems.collect(() -> wanted.add(read(entry))));
        problems.rethrow();
        return wanted;
    }

    private Wanted read(String entry) {
        try {
            return wanted(entry == null ? "" : entry.trim());
        } catch (EngineException e) {
            throw new EngineException(e.kind(), "promoteImage: image '" + entry + "': " + e.getMessage());
        }
    }

    private Wanted wanted(String entry) {
        if (entry.isEmpty() || entry.matches(".*[\\s,;].*")) {
            throw EngineException.invalid("one entry of the list is one image, as in 'shop/cart:1.4.2'");
        }
        String first = entry.substring(0, Math.max(0, entry.indexOf('/')));
        String own = source.host() + "/" + sourcePrefix;
        String named = first.contains(".") ? Registries.named(entry) : entry;
        String written = named.startsWith(own) ? named : entry;
        String bare = written.startsWith(own) ? written.substring(own.length()) : entry;
        if (bare.equals(entry) && (first.contains(":") || first.equals("localhost") || entry.contains("://"))) {
            throw EngineException.invalid("it names a registry, which is not the one that is promoted from, "
                    + source.host() + "; write it without host, as in 'shop/cart:1.4.2'");
        }
        ImageReference image = ImageReference.parse(source.host(), sourcePrefix + bare);
        if (image.tag().isEmpty()) {
            throw EngineException.invalid("it needs a tag to be promoted as, as in 'shop/cart:1.4.2@sha256:…'");
        }
        return new Wanted(entry, image.repository().substring(sourcePrefix.length()), image);
    }

    private static Tag tag(Wanted wanted) {
        return new Tag(wanted.image().repository(), wanted.image().tag().orElseThrow());
    }

    private Promoter.Item item(Wanted wanted, Optional<Registry.Descriptor> found) {
        ImageReference image = wanted.image();
        Digest digest = found.orElseThrow(() ->
                        new EngineException(FailureKind.NOT_FOUND, "Nothing was promoted: there is no image " + image))
                .requireReadable("Nothing was promoted: image " + image)
                .digest();
        image.digest().filter(named -> !named.equals(digest)).ifPresent(named -> {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Nothing was promoted: '" + wanted.entry() + "' names " + named + ", but " + source.host() + "/"
                            + image.repository() + ":" + image.tag().orElseThrow() + " is " + digest
                            + "; name the digest of that tag, or the tag of that digest");
        });
        return new Promoter.Item(
                image.repository(),
                targetPrefix + wanted.repository(),
                digest,
                image.tag().orElseThrow(),
                mayMove);
    }

    /** Failures of several entries as one. */
    private static final class Problems {
        private static final int MOST = 20;

        private final Map<String, FailureKind> found = new LinkedHashMap<>();

        void collect(Runnable work) {
            try {
                work.run();
            } catch (EngineException e) {
                found.put(e.getMessage(), e.kind());
            }
        }

        void rethrow() {
            if (!found.isEmpty()) {
                String more = found.size() > MOST ? "\n… and " + (found.size() - MOST) + " more" : "";
                throw new EngineException(
                        found.values().iterator().next(),
                        String.join("\n", found.keySet().stream().limit(MOST).toList()) + more);
            }
        }
    }
}
