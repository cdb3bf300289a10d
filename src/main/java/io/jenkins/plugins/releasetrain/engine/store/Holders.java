package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.Order;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whose images production holds, whoever released them: trains and lanes are as old as their builds everywhere (I13). */
public record Holders(Store store) {
    /**
     * A change or lane whose image production holds of a service.
     *
     * @param production with the release that brought it there
     */
    public record Holder(Production production, Entry entry) {
        public Order order() {
            return Order.of(entry.origin(), entry.askedAt());
        }
    }

    /** Of a rollback there is nobody, since it is not newer for being done later. */
    public List<Holder> of(String service) {
        return store.productionOf(service).stream()
                .flatMap(production -> of(production, requests(production.release())))
                .toList();
    }

    private List<Entry> requests(String release) {
        return store.release(release)
                .map(r -> store.requests(r.made().changes()))
                .orElse(List.of());
    }

    private static Stream<Holder> of(Production production, List<Entry> requests) {
        return requests.stream()
                .filter(entry -> entry.images().containsKey(production.service())
                        && entry.images()
                                .get(production.service())
                                .digest()
                                .equals(production.image().digest()))
                .map(entry -> new Holder(production, entry));
    }

    /** When what production holds of these services was brought there by a rollback; those that it was not are left out. */
    public SortedMap<String, Instant> rolledBack(Set<String> services) {
        SortedMap<String, Instant> back = new TreeMap<>();
        byRelease(services)
                .forEach((release, held) -> store.release(release)
                        .filter(r -> !r.made().rollbackOf().isEmpty())
                        .ifPresent(r -> held.forEach(p -> back.put(p.service(), p.since()))));
        return back;
    }

    /** Of these orders by service, those of before the rollback that took them back. */
    public static List<String> takenBack(Map<String, Order> released, Map<String, Instant> rolledBack) {
        return rolledBack.entrySet().stream()
                .filter(e -> released.containsKey(e.getKey())
                        && released.get(e.getKey()).queuedAt().isBefore(e.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Map<String, List<Production>> byRelease(Set<String> services) {
        return store.production("", Integer.MAX_VALUE).stream()
                .filter(production -> services.contains(production.service()))
                .collect(Collectors.groupingBy(Production::release));
    }

    /** The newest of each service; those without are left out. One look for each release that production holds of them. */
    public SortedMap<String, Order> newest(Set<String> services) {
        SortedMap<String, Order> newest = new TreeMap<>();
        byRelease(services).forEach((release, held) -> {
            List<Entry> requests = requests(release);
            held.stream()
                    .flatMap(production -> of(production, requests))
                    .forEach(h -> newest.merge(h.production().service(), h.order(), Order::newer));
        });
        return newest;
    }
}
