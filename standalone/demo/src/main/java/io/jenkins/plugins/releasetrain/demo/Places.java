package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Sightings;
import io.jenkins.plugins.releasetrain.engine.history.Placing;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where images are in the demo, and what is seen there. */
record Places(Sightings sightings, Shop shop) {
    /** Those that the story has made so far. */
    Placing of(Story story) {
        List<Environment> theirs = story.stagings();
        Environment ours = story.shared();
        if (theirs == null || ours == null) {
            return Placing.NONE;
        }
        Collection<Service> services = shop.catalog().services().values();
        List<Placing.Where> places = Stream.concat(theirs.stream(), Stream.of(ours))
                .map(e -> new Placing.Where(
                        e.name(),
                        e == ours,
                        shop.catalog().services().keySet(),
                        sightings.of(e, services).map(s -> new Placing.Seen(s.at(), s.images()))))
                .toList();
        return Placing.of(places, Map.of(shop.name(), shop.catalog()), List.of(shop.catalog()));
    }
}
