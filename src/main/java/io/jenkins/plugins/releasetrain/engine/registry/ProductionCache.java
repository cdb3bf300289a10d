package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What production runs: looked at anew for the services that are asked about, and for all others now and then, since what a
 * trial or lane costs is to grow with what it changes and not with the catalog. What changes is compared again before any
 * of its tags moves (I7). Thread safe.
 */
public final class ProductionCache {
    /** Moves from outside are seen after so long; those that lanes and trains make, of what counts, at once. */
    private static final Duration SWEEP = Duration.ofMinutes(5);

    private final Catalog catalog;
    private final Registries registries;
    private final Clock clock;
    private final SortedMap<String, PinnedImage> known = new TreeMap<>();
    private Instant swept = Instant.MIN;

    public ProductionCache(Catalog catalog, Registries registries, Clock clock) {
        this.catalog = catalog;
        this.registries = registries;
        this.clock = clock;
    }

    /** @param fresh services that must not be older than this call */
    public synchronized ImageSet with(Collection<String> fresh) {
        Instant now = clock.instant();
        if (!now.isBefore(next())) {
            known.clear();
            known.putAll(registries.productionSet(catalog).images());
            swept = now;
        } else {
            Map<String, PinnedImage> read = registries
                    .productionSet(fresh.stream()
                            .filter(catalog.services()::containsKey)
                            .map(catalog::service)
                            .toList())
                    .images();
            known.keySet().removeAll(fresh);
            known.putAll(read);
        }
        return ImageSet.of(new TreeMap<>(known));
    }

    private Instant next() {
        return swept.equals(Instant.MIN) ? swept : swept.plus(SWEEP);
    }
}
