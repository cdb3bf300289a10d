package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Holding;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The sets that can be compared, by name: a release, {@code production} as it is, {@code production@TIME} as it was, {@code
 * waiting:TRAIN} for what a train would bring, {@code place:NAME} for what was installed last into an environment.
 */
final class Sides {
    private static final String PRODUCTION = "production";
    private static final String THEN = PRODUCTION + "@";
    private static final String WAITING = "waiting:";
    private static final String PLACE = "place:";
    private static final int SERVICES = 10_000;
    private static final int OPEN = 1_000;

    private final Store store;
    private final PastProduction past;

    Sides(Store store) {
        this.store = store;
        this.past = new PastProduction(store);
    }

    /**
     * @param other the other side: of production only its services are told
     * @throws EngineException NOT_FOUND where there is no such set, INVALID_INPUT for a time that is none
     */
    SortedMap<String, PinnedImage> images(String side, String other) {
        if (isProduction(side)) {
            return production(side, other.isEmpty() || isProduction(other) ? null : images(other, ""));
        } else if (side.startsWith(WAITING)) {
            return waiting(side.substring(WAITING.length()), other);
        } else if (side.startsWith(PLACE)) {
            return place(side.substring(PLACE.length())).images();
        }
        return CompareViews.set(store, CompareViews.release(store, side)).images();
    }

    private ImageSet place(String name) {
        List<Holding> places = store.environments();
        Holding place = places.stream()
                .filter(h -> h.environment().equals(name))
                .findFirst()
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "Nothing was installed into '" + name + "'; there are "
                                + String.join(
                                        ", ",
                                        places.stream()
                                                .map(Holding::environment)
                                                .toList())));
        return store.set(place.set()).orElse(ImageSet.EMPTY);
    }

    private static boolean isProduction(String side) {
        return side.equals(PRODUCTION) || side.startsWith(THEN);
    }

    /** @param like of the services and repositories of these; null for all */
    private SortedMap<String, PinnedImage> production(String side, Map<String, PinnedImage> like) {
        if (side.startsWith(THEN)) {
            return past.at(Parameters.time("time", side.substring(THEN.length())), like);
        }
        SortedMap<String, PinnedImage> now = new TreeMap<>();
        store.production("", SERVICES).stream()
                .filter(p -> isLike(p.service(), p.image(), like))
                .forEach(p -> now.put(p.service(), p.image()));
        return now;
    }

    static boolean isLike(String service, PinnedImage image, Map<String, PinnedImage> like) {
        return like == null
                || like.containsKey(service) && like.get(service).repository().equals(image.repository());
    }

    /** The newest image of each service that waits or is tried, on top of the other side. */
    private SortedMap<String, PinnedImage> waiting(String train, String other) {
        List<Entry> open = store.activity("train/" + train, OPEN).open();
        Map<String, List<Entry>> byService = new HashMap<>();
        open.forEach(e -> e.images()
                .keySet()
                .forEach(s ->
                        byService.computeIfAbsent(s, k -> new ArrayList<>()).add(e)));
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        byService.forEach((service, entries) -> Order.newest(entries, e -> Order.of(e.origin(), e.askedAt()))
                .ifPresent(e -> images.put(service, e.images().get(service))));
        if (other.isEmpty() || other.startsWith(WAITING)) {
            return images;
        }
        SortedMap<String, PinnedImage> all =
                isProduction(other) ? production(other, images) : new TreeMap<>(images(other, ""));
        all.putAll(images);
        return all;
    }
}
