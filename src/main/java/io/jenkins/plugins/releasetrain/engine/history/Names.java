package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageLabels;
import io.jenkins.plugins.releasetrain.engine.model.ImageName;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.ImageRecord;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What the images of one answer are called; asks the store once for all of them. */
public final class Names {
    private final Map<Digest, ImageRecord> known;
    private final Predicate<String> moves;

    private Names(Map<Digest, ImageRecord> known, Predicate<String> moves) {
        this.known = known;
        this.moves = moves;
    }

    /** @param moves whether a tag names something else tomorrow */
    record Source(Store store, Predicate<String> moves) {
        /** What its tag names needs no look into the store. @param images may have nulls */
        Names of(Collection<PinnedImage> images) {
            Set<Digest> digests = new HashSet<>();
            images.stream()
                    .filter(Objects::nonNull)
                    .filter(i -> !ImageName.isTag(i.tag(), moves))
                    .forEach(i -> digests.add(i.digest()));
            return new Names(digests.isEmpty() ? Map.of() : store.images(digests), moves);
        }
    }

    /** With the usual tags that move. @param images may have nulls */
    public static Names of(Store store, Collection<PinnedImage> images) {
        return new Source(store, MovingTags.USUAL.asMatchPredicate()).of(images);
    }

    /** One service before and after; null where it is not there. */
    public View.Difference difference(String service, PinnedImage from, PinnedImage to) {
        List<View.Image> both = beside(Arrays.asList(from, to));
        String change = from == null ? "ADDED" : to == null ? "REMOVED" : "CHANGED";
        return new View.Difference(service, change, both.get(0), both.get(1));
    }

    /** @return null for null */
    View.Image image(PinnedImage image) {
        return image == null ? null : image(image, name(image));
    }

    private static View.Image image(PinnedImage image, String name) {
        return new View.Image(image.repository(), image.tag(), image.digest().value(), name);
    }

    private String name(PinnedImage image) {
        ImageRecord record = known.get(image.digest());
        return ImageName.of(
                image.digest(),
                image.tag(),
                record == null ? "" : record.tag(),
                record == null ? ImageLabels.NONE : record.labels(),
                moves);
    }

    /** Images of one service beside each other: those that have the same name and are not the same are told apart. */
    List<View.Image> beside(List<PinnedImage> images) {
        List<String> names =
                images.stream().map(i -> i == null ? null : name(i)).collect(Collectors.toList());
        Map<String, Set<Digest>> named = new HashMap<>();
        for (int i = 0; i < images.size(); i++) {
            if (images.get(i) != null) {
                named.computeIfAbsent(names.get(i), n -> new HashSet<>())
                        .add(images.get(i).digest());
            }
        }
        List<View.Image> told = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            PinnedImage image = images.get(i);
            String name = names.get(i);
            told.add(
                    image == null
                            ? null
                            : image(image, named.get(name).size() > 1 ? ImageName.apart(name, image.digest()) : name));
        }
        return told;
    }
}
