package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Objects of one kind by name, and by a group that they belong to. Read by everybody, written by one at a time. Of two states
 * of an object the later one is kept, in whatever order they come: what we wrote ourselves is here before a watch tells of it.
 */
final class WatchedObjects {
    private final Map<String, HasMetadata> byName = new ConcurrentHashMap<>();
    private final Map<String, Map<String, HasMetadata>> groups = new ConcurrentHashMap<>();
    private final Function<HasMetadata, String> group;
    private final Map<String, HasMetadata> page = new HashMap<>();

    WatchedObjects(Function<HasMetadata, String> group) {
        this.group = group;
    }

    Optional<HasMetadata> get(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Collection<HasMetadata> all() {
        return List.copyOf(byName.values());
    }

    List<HasMetadata> group(String name) {
        return List.copyOf(groups.getOrDefault(name, Map.of()).values());
    }

    void beginList() {
        page.clear();
    }

    void listed(HasMetadata object) {
        page.put(object.getMetadata().getName(), object);
    }

    /**
     * What was not listed is gone.
     *
     * @param version of the list; what is known of a later one is of the time before the server was restored
     */
    void endList(String version) {
        byName.values().stream()
                .filter(known -> !page.containsKey(known.getMetadata().getName())
                        || compare(known.getMetadata().getResourceVersion(), version) > 0)
                .toList()
                .forEach(this::drop);
        page.values().forEach(this::put);
        page.clear();
    }

    void put(HasMetadata object) {
        HasMetadata known = byName.get(object.getMetadata().getName());
        if (known != null
                && compare(
                                object.getMetadata().getResourceVersion(),
                                known.getMetadata().getResourceVersion())
                        < 0) {
            return;
        }
        if (known != null) {
            drop(known);
        }
        byName.put(object.getMetadata().getName(), object);
        groups.computeIfAbsent(group.apply(object), g -> new ConcurrentHashMap<>())
                .put(object.getMetadata().getName(), object);
    }

    /** @param object its last state */
    void remove(HasMetadata object) {
        HasMetadata known = byName.get(object.getMetadata().getName());
        if (known != null
                && compare(
                                object.getMetadata().getResourceVersion(),
                                known.getMetadata().getResourceVersion())
                        >= 0) {
            drop(known);
        }
    }

    private void drop(HasMetadata known) {
        byName.remove(known.getMetadata().getName());
        groups.computeIfPresent(group.apply(known), (g, members) -> {
            members.remove(known.getMetadata().getName());
            return members.isEmpty() ? null : members;
        });
    }

    void clear() {
        byName.clear();
        groups.clear();
    }

    /**
     * Versions of one API server: numbers that grow (Kubernetes enhancement 5504). What is no number is as good as any other.
     */
    static int compare(String one, String other) {
        return isNumber(one) && isNumber(other) ? new BigInteger(one).compareTo(new BigInteger(other)) : 0;
    }

    private static boolean isNumber(String version) {
        return version != null && version.matches("\\d{1,40}");
    }
}
