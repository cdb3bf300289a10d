package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Holding;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Sets that environments hold, for as long as they do: large ones take long to be read, and never change. */
final class HeldSets {
    private final Store store;
    private final Map<Digest, ImageSet> sets = new ConcurrentHashMap<>();

    HeldSets(Store store) {
        this.store = store;
    }

    /** Empty where the store does not have it. */
    Map<String, PinnedImage> images(Holding holding) {
        return sets.computeIfAbsent(holding.set(), set -> store.set(set).orElse(ImageSet.EMPTY))
                .images();
    }

    /** Forgets all others. */
    void keep(Collection<Holding> held) {
        sets.keySet().retainAll(held.stream().map(Holding::set).toList());
    }
}
