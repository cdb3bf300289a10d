package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.Order;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
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
        return store.productionOf(service).stream().flatMap(this::of).toList();
    }

    private Stream<Holder> of(Production production) {
        return store
                .release(production.release())
                .map(r -> store.requests(r.made().changes()))
                .orElse(List.of())
                .stream()
                .filter(entry -> entry.images().containsKey(production.service())
                        && entry.images()
                                .get(production.service())
                                .digest()
                                .equals(production.image().digest()))
                .map(entry -> new Holder(production, entry));
    }

    /** The newest of each service; those without are left out. */
    public SortedMap<String, Order> newest(Collection<String> services) {
        SortedMap<String, Order> newest = new TreeMap<>();
        services.forEach(service -> of(service).forEach(holder -> newest.merge(service, holder.order(), Order::newer)));
        return newest;
    }
}
