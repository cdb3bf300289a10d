package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Port of trains and lanes: whether an image keeps what the one that it takes the place of promises. Asked at entry, and
 * again of what production runs at the moment of the promotion.
 */
@FunctionalInterface
public interface ContractGate {
    /** Lets everybody pass. */
    ContractGate NONE = exchanges -> new TreeMap<>();

    /**
     * One image in the place of another.
     *
     * @param before what production runs; empty: nothing yet, so nobody relies on it
     */
    record Exchange(String service, Optional<Digest> before, Digest after) {
        /** Of the images that are not production's. */
        public static List<Exchange> of(Map<String, PinnedImage> images, ImageSet production) {
            return images.entrySet().stream()
                    .map(e -> new Exchange(
                            e.getKey(),
                            Optional.ofNullable(production.images().get(e.getKey()))
                                    .map(PinnedImage::digest),
                            e.getValue().digest()))
                    .filter(x -> x.before().filter(x.after()::equals).isEmpty())
                    .toList();
        }
    }

    /**
     * Compares, remembers and tells; each pair of images once.
     *
     * @return why images must not go, with their first findings, by service; empty where all may
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException retryable: a registry cannot be asked now
     */
    SortedMap<String, String> refusals(Collection<Exchange> exchanges);

    /** Of images that are about to take the place of what production runs now. */
    default Optional<String> refusal(Map<String, PinnedImage> images, Catalog catalog, Registries registries) {
        if (this == NONE) {
            return Optional.empty();
        }
        List<Service> services = images.keySet().stream().map(catalog::service).toList();
        return text(refusals(Exchange.of(images, registries.productionSet(services))));
    }

    /**
     * Looks at what consumers need of providers among images that may meet in one set. It is told and stops nobody, so
     * nothing is thrown where it cannot be looked at now.
     *
     * @param brought by a change
     * @param others by the undecided changes that it waits with
     */
    default void meet(Map<String, PinnedImage> brought, Collection<? extends Map<String, PinnedImage>> others) {}

    /**
     * Tests passed with these images in the places of production's. It is kept which of them were tested with which others;
     * where it cannot be kept now, it is not.
     *
     * @param set all that ran there
     * @param run the trial or lane
     */
    default void passed(Map<String, Digest> images, ImageSet set, String run) {}

    /** Whether what is known of these images' contracts speaks against them; nothing is looked at for it. */
    default boolean doubts(Map<String, PinnedImage> images) {
        return false;
    }

    /** In one sentence; empty where nothing is refused. */
    static Optional<String> text(SortedMap<String, String> refusals) {
        return refusals.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", refusals.values()));
    }
}
