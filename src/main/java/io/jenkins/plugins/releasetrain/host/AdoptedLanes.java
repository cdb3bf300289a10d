package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import java.util.function.Function;

/** The lanes of an environment, with the newest catalog as soon as it leaves those under way as they are. */
final class AdoptedLanes {
    private final AdoptedCatalog catalog;
    private final Function<Catalog, Lanes> maker;
    private Catalog used;
    private Lanes lanes;

    AdoptedLanes(AdoptedCatalog catalog, Function<Catalog, Lanes> maker) {
        this.catalog = catalog;
        this.maker = maker;
    }

    synchronized Lanes current() {
        if (lanes == null) {
            use(catalog.taken());
        }
        Catalog newest = catalog.newest();
        if (newest != used && lanes.mayGoOnWith(newest)) {
            use(catalog.take());
        }
        return lanes;
    }

    private void use(Catalog version) {
        used = version;
        lanes = maker.apply(version);
    }
}
