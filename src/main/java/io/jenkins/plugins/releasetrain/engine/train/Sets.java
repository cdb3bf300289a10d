package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How changes make sets. */
public final class Sets {
    /** So many images tell which change is meant. */
    private static final int SHOWN = 3;

    private Sets() {}

    /** The baseline with these changes, of which the newest wins where several change the same service (I13). */
    public static ImageSet with(ImageSet baseline, List<Change> changes) {
        return with(baseline, changes, Map.of());
    }

    /** @param released what the baseline has by service; what is older is left out (I13) */
    public static ImageSet with(ImageSet baseline, List<Change> changes, Map<String, Order> released) {
        return changes.isEmpty() ? baseline : baseline.with(images(changes, released));
    }

    /** Of these changes, those of which some image is not in their set, since a newer one of the service is. */
    static Set<String> overlaid(List<Change> changes, Map<String, Order> released) {
        Map<String, PinnedImage> images = images(changes, released);
        return changes.stream()
                .filter(c -> !images.entrySet().containsAll(c.images().entrySet()))
                .map(Change::id)
                .collect(Collectors.toSet());
    }

    private static Map<String, PinnedImage> images(List<Change> changes, Map<String, Order> released) {
        Map<String, List<Change>> by = new TreeMap<>();
        changes.forEach(change -> change.images().keySet().stream()
                .filter(service -> !isOutdated(change, service, released))
                .forEach(service ->
                        by.computeIfAbsent(service, s -> new ArrayList<>()).add(change)));
        Map<String, PinnedImage> images = new HashMap<>();
        by.forEach((service, all) -> images.put(service, newest(all).images().get(service)));
        return images;
    }

    /** What people know a change by: its images, and the build that asked for them. */
    static String name(Change change) {
        String images = change.images().entrySet().stream()
                .limit(SHOWN)
                .map(e -> e.getKey()
                        + (e.getValue().tag().isEmpty()
                                ? " " + e.getValue().digest().abbreviated()
                                : ":" + e.getValue().tag()))
                .collect(Collectors.joining(", "));
        int more = change.images().size() - SHOWN;
        String build = change.origin().build();
        return images + (more > 0 ? " and " + more + " more" : "") + (build.isEmpty() ? "" : " (" + build + ")");
    }

    private static Change newest(List<Change> changes) {
        return Order.newest(changes, Order::of).orElseThrow();
    }

    private static boolean isOutdated(Change change, String service, Map<String, Order> released) {
        return Optional.ofNullable(released.get(service))
                .filter(newer -> Order.of(change).isOlderThan(newer))
                .isPresent();
    }

    /** Whether something newer of each of its services is released, so that nothing of it would be in any set. */
    static boolean isOutdated(Change change, Map<String, Order> released) {
        return change.images().keySet().stream().allMatch(service -> isOutdated(change, service, released));
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
