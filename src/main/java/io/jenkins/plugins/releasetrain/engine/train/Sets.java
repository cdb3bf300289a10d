package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How changes make sets. */
public final class Sets {
    private Sets() {}

    /** The baseline with these changes, of which a later one wins where two change the same service. */
    public static ImageSet with(ImageSet baseline, List<Change> changes) {
        if (changes.isEmpty()) {
            return baseline;
        }
        Map<String, PinnedImage> images = new HashMap<>();
        changes.forEach(change -> images.putAll(change.images()));
        return baseline.with(images);
    }

    /** Changes that a later one shares a service with: released after it, they would take its image back. */
    public static List<String> inseparable(List<Change> changes) {
        Set<String> later = new HashSet<>();
        Set<String> inseparable = new HashSet<>();
        for (int i = changes.size() - 1; i >= 0; i--) {
            Set<String> services = changes.get(i).images().keySet();
            if (services.stream().anyMatch(later::contains)) {
                inseparable.add(changes.get(i).id());
            }
            later.addAll(services);
        }
        return List.copyOf(inseparable);
    }
}
