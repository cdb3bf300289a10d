package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Holding;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Sets that environments hold, for as long as they do: large ones take long to be read, and never change. */
final class HeldSets {
    private final Store store;
    private final Map<Digest, ImageSet> sets = new ConcurrentHashMap<>();

    HeldSets(Store store) {
        this.store = store;
    }

    /** What environments hold now; whatever else was kept is forgotten. */
    List<Holding> now() {
        List<Holding> held = store.environments();
        sets.keySet().retainAll(held.stream().map(Holding::set).toList());
        return held;
    }

    /** Empty where the store does not have it yet. */
    Map<String, PinnedImage> images(Holding holding) {
        ImageSet set =
                sets.computeIfAbsent(holding.set(), digest -> store.set(digest).orElse(null));
        return set == null ? Map.of() : set.images();
    }
}
