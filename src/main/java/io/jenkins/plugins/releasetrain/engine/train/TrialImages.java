package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The images of a trial as an environment pulls them. */
record TrialImages(TrainContext context) {
    /** Services whose image is not the baseline's: these images may be in the dev registry only. */
    Set<String> changed(Trial trial) {
        return context.set(trial.set())
                .changedSince(context.set(trial.baseline()))
                .keySet();
    }

    Map<Service, ImageReference> all(Trial trial) {
        return references(context.set(trial.set()), changed(trial));
    }

    /** What the baseline has of the services that change; of those that production never ran, nothing. */
    Map<Service, ImageReference> former(Trial trial) {
        Map<String, PinnedImage> former =
                new TreeMap<>(context.set(trial.baseline()).images());
        former.keySet().retainAll(changed(trial));
        return released(ImageSet.of(former));
    }

    Map<String, ImageReference> candidates(Trial trial) {
        Map<String, ImageReference> candidates = new HashMap<>();
        Set<String> changed = changed(trial);
        all(trial).forEach((service, image) -> {
            if (changed.contains(service.name())) {
                candidates.put(service.name(), image);
            }
        });
        return candidates;
    }

    Map<Service, ImageReference> released(ImageSet set) {
        return references(set, Set.of());
    }

    /** @param candidates services whose image is taken from the dev registry */
    private Map<Service, ImageReference> references(ImageSet set, Set<String> candidates) {
        Map<Service, ImageReference> references = new HashMap<>();
        set.images().forEach((name, image) -> {
            Service service = context.catalog().service(name);
            references.put(
                    service,
                    candidates.contains(name)
                            ? context.registries().candidate(service, image)
                            : context.registries().released(service, image));
        });
        return references;
    }
}
