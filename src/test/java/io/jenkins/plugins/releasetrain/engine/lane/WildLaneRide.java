package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.store.Store;

/** The lanes of one environment in one process, with the newest catalog as soon as it leaves those under way as they are. */
final class WildLaneRide {
    final Environment place;
    private final WildLaneShop shop;
    private final LaneSettings settings;
    private final Ports ports;
    private Lanes lanes;
    private Catalog used;

    WildLaneRide(WildLaneShop shop, Environment place, LaneSettings settings, Store store) {
        this.shop = shop;
        this.place = place;
        this.settings = settings;
        this.ports =
                new Ports(store, shop.fakes.promoter(store), shop.fakes.clock, shop.fakes::id, shop.fakes.events::add);
        use();
    }

    private void use() {
        used = shop.taken.get(place.name());
        lanes = new Lanes(settings, used, shop.fakes.registries(), place, ports);
    }

    Lanes lanes() {
        if (used != shop.newest && lanes.mayGoOnWith(shop.newest)) {
            shop.taken.put(place.name(), shop.newest);
            use();
        }
        return lanes;
    }
}
