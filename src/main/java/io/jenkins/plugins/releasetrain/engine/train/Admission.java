package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionItems;
import io.jenkins.plugins.releasetrain.engine.store.Holders;
import io.jenkins.plugins.releasetrain.engine.store.Holders.RolledBack;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is asked of registries and the store before a change is queued, by the newest catalog. */
record Admission(TrainContext context) {
    /** @throws EngineException unknown service, image not found or malformed, or its tag is not free */
    SortedMap<String, PinnedImage> pin(Train.Request request) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        SortedMap<String, PinnedImage> production = productionOf(request.images());
        request.images()
                .forEach((service, image) -> images.put(
                        service,
                        production.containsKey(service)
                                ? production.get(service)
                                : pin(service, image, request.promote())));
        if (request.promote()) {
            PromotionItems.checkTagsApart(images, newest(), context.settings().movingTags());
        }
        return images;
    }

    /**
     * Those images that production runs already, so that the dev registry need not have them: a snapshot of production
     * makes one release of what lanes proved.
     */
    private SortedMap<String, PinnedImage> productionOf(Map<String, String> images) {
        SortedMap<String, PinnedImage> running = new TreeMap<>();
        List<Service> services = images.entrySet().stream()
                .filter(e -> Digest.isDigest(e.getValue()))
                .map(e -> newest().service(e.getKey()))
                .toList();
        if (!services.isEmpty()) {
            running.putAll(context.registries().productionSet(services).images());
            running.entrySet()
                    .removeIf(e ->
                            !images.get(e.getKey()).equals(e.getValue().digest().value()));
        }
        return running;
    }

    private PinnedImage pin(String service, String image, boolean promote) {
        PinnedImage pinned = context.registries().pin(newest().service(service), image);
        if (promote
                && PromotionItems.carriesTag(
                        pinned, newest(), context.settings().movingTags())) {
            context.registries().checkTagFree(pinned);
        }
        return pinned;
    }

    /** What of these services was rolled back, whoever did it. */
    RolledBack rolledBack(Set<String> services) {
        return Holders.of(context.ports().store(), services)
                .rolledBack(held -> context.registries().runs(newest(), held.service(), held.image()));
    }

    private Catalog newest() {
        return context.catalogs().newest();
    }
}
