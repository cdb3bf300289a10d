package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionItems;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The images of a lane as an environment pulls them. */
record Candidates(Catalog catalog, Registries registries) {
    /** To be tested: from the dev registry, or of a control run from the production registry. */
    Map<Service, ImageReference> tested(Lane lane) {
        if (lane.isControl()) {
            return replaced(lane);
        }
        Map<Service, ImageReference> images = new HashMap<>();
        lane.candidates().forEach((name, image) -> {
            Service service = catalog.service(name);
            images.put(service, registries.candidate(service, image));
        });
        return images;
    }

    /** What production ran in their place when they came in; of those that it never ran, nothing. */
    Map<Service, ImageReference> replaced(Lane lane) {
        Map<Service, ImageReference> images = new HashMap<>();
        lane.started().replaced().forEach((name, digest) -> {
            Service service = catalog.service(name);
            images.put(service, registries.released(service, pinned(service, digest)));
        });
        return images;
    }

    /** Why a lane's candidates can be brought in nowhere, whoever made them; empty also where that cannot be asked now. */
    Optional<String> missing(Lane lane) {
        try {
            return lane.candidates().entrySet().stream()
                    .filter(e -> catalog.services().containsKey(e.getKey()))
                    .flatMap(
                            e -> PromotionItems.missing(registries, catalog.service(e.getKey()), e.getValue()).stream())
                    .findFirst();
        } catch (EngineException e) {
            return Optional.empty();
        }
    }

    /**
     * What a release brings, as it is planned where it is.
     *
     * @param expected what production has in its images' places; empty: whatever it is
     */
    Promoter.Request promotion(
            Promoter promoter,
            String id,
            Event.ReleaseMade made,
            Supplier<Optional<ImageSet>> expected,
            Pattern movingTags) {
        return promoter.isPlanned(id)
                ? Promoter.Request.planned(id, registries.dev(), registries.production())
                : PromotionItems.request(id, made, catalog, registries, expected.get(), movingTags);
    }

    /** Promoted: from the production registry. */
    Map<Service, ImageReference> promoted(Obligation obligation) {
        Map<Service, ImageReference> images = new HashMap<>();
        services(obligation)
                .forEach(service -> images.put(
                        service,
                        registries.released(
                                service,
                                pinned(
                                        service,
                                        obligation
                                                .candidates()
                                                .get(service.name())
                                                .digest()))));
        return images;
    }

    /** As the catalog had them when they came in; of attempts that older versions began, those that it still has. */
    private List<Service> services(Obligation obligation) {
        return obligation
                .started()
                .services()
                .orElseGet(() -> obligation.candidates().keySet().stream()
                        .filter(catalog.services()::containsKey)
                        .map(catalog::service)
                        .toList());
    }

    /**
     * What belongs in their places: what production runs now or, of those that it never ran, what was there before.
     *
     * @param held the set that the environment held when the lane came in
     */
    Map<Service, ImageReference> before(Obligation obligation, Optional<ImageSet> held) {
        List<Service> services = services(obligation);
        Map<String, PinnedImage> production = registries.productionSet(services).images();
        Map<String, String> former = obligation.started().former().orElse(new TreeMap<>());
        Map<Service, ImageReference> images = new HashMap<>();
        for (Service service : services) {
            String name = service.name();
            Optional<PinnedImage> image = held.map(h -> h.images().get(name));
            if (production.containsKey(name)) {
                images.put(service, registries.released(service, production.get(name)));
            } else if (former.containsKey(name)) {
                images.put(service, ImageReference.parse(former.get(name)));
            } else {
                image.ifPresent(i -> images.put(service, registries.candidate(service, i)));
            }
        }
        return images;
    }

    /** Names of services with the digests that production runs of them. */
    static SortedMap<String, Digest> digests(ImageSet set, Collection<String> names) {
        SortedMap<String, Digest> digests = new TreeMap<>();
        names.forEach(name -> Surroundings.digest(set, name).ifPresent(digest -> digests.put(name, digest)));
        return digests;
    }

    static PinnedImage pinned(Service service, Digest digest) {
        return new PinnedImage(service.productionRepository(), digest, "");
    }
}
