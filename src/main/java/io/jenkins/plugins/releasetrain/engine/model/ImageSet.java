package io.jenkins.plugins.releasetrain.engine.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A full map from service to image: what an environment holds, and what a release is. Same content, same
 * {@link #digest()} (I2).
 */
public final class ImageSet {
    public static final ImageSet EMPTY = new ImageSet(new TreeMap<>());

    private final SortedMap<String, PinnedImage> images;
    private final Digest digest;

    private ImageSet(SortedMap<String, PinnedImage> images) {
        this.images = Collections.unmodifiableSortedMap(images);
        this.digest = digestOf(images);
    }

    public static ImageSet of(Map<String, PinnedImage> images) {
        return new ImageSet(new TreeMap<>(images));
    }

    /** SHA-256 over the sorted lines {@code service SP repository SP digest LF}. */
    private static Digest digestOf(SortedMap<String, PinnedImage> images) {
        StringBuilder lines = new StringBuilder(images.size() * 128);
        images.forEach((service, image) -> lines.append(service)
                .append(' ')
                .append(image.repository())
                .append(' ')
                .append(image.digest())
                .append('\n'));
        return Digest.sha256(lines.toString());
    }

    public Digest digest() {
        return digest;
    }

    public SortedMap<String, PinnedImage> images() {
        return images;
    }

    /** This set with some images replaced or added. */
    public ImageSet with(Map<String, PinnedImage> changes) {
        SortedMap<String, PinnedImage> merged = new TreeMap<>(images);
        merged.putAll(changes);
        return new ImageSet(merged);
    }

    /** The images of this set whose digest the other set does not have for the same service. */
    public SortedMap<String, PinnedImage> changedSince(ImageSet other) {
        SortedMap<String, PinnedImage> changed = new TreeMap<>();
        images.forEach((service, image) -> {
            PinnedImage before = other.images.get(service);
            if (before == null || !before.digest().equals(image.digest())) {
                changed.put(service, image);
            }
        });
        return changed;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageSet set && set.digest.equals(digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return images.size() + " images, " + digest;
    }
}
