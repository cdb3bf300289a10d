package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import java.util.HashMap;
import java.util.Map;

/** The images of a lane as an environment pulls them. */
record Candidates(Catalog catalog, Registries registries) {
    /** To be tested: from the dev registry. */
    Map<Service, ImageReference> tested(Lane lane) {
        Map<Service, ImageReference> images = new HashMap<>();
        lane.candidates()
                .forEach((name, image) ->
                        images.put(catalog.service(name), registries.candidate(catalog.service(name), image)));
        return images;
    }

    /** Promoted: from the production registry. */
    Map<Service, ImageReference> promoted(Lane lane) {
        Map<Service, ImageReference> images = new HashMap<>();
        lane.candidates().forEach((name, image) -> {
            Service service = catalog.service(name);
            images.put(service, registries.released(service, pinned(service, image.digest())));
        });
        return images;
    }

    /**
     * What was in their places.
     *
     * @param held the set that the environment held when the lane came in
     */
    Map<Service, ImageReference> before(Lane lane, ImageSet held) {
        Map<Service, ImageReference> images = new HashMap<>();
        for (String name : lane.candidates().keySet()) {
            Service service = catalog.service(name);
            Digest released = lane.started().orElseThrow().replaced().get(name);
            PinnedImage image = held.images().get(name);
            if (released != null) {
                images.put(service, registries.released(service, pinned(service, released)));
            } else if (image != null) {
                images.put(service, registries.candidate(service, image));
            }
        }
        return images;
    }

    static PinnedImage pinned(Service service, Digest digest) {
        return new PinnedImage(service.productionRepository(), digest, "");
    }
}
