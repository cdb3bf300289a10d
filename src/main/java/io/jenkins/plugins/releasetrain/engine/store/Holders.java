package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whose images production holds, whoever released them: trains and lanes are as old as their builds everywhere (I13).
 * The store knows of all registries that are somebody's production: what a registry does not hold is of another one, or was
 * moved by hand since.
 *
 * @param held what production holds of the services that are asked for, by the releases that brought it
 */
public record Holders(Store store, Map<String, List<Production>> held) {
    /** Of so many services each is asked for by itself; all that production holds is read at once for more. */
    private static final int FEW = 20;

    /** So many releases are looked back over for who made what was rolled back to. */
    private static final int HOPS = 100;

    public static Holders of(Store store, Set<String> services) {
        Stream<Production> held = services.size() <= FEW
                ? services.stream().flatMap(service -> store.productionOf(service).stream())
                : store.production("", Integer.MAX_VALUE).stream().filter(p -> services.contains(p.service()));
        return new Holders(
                store, held.collect(Collectors.groupingBy(Production::release, TreeMap::new, Collectors.toList())));
    }

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

    /** What a rollback put in place is whose it was before, and not newer for being done later. */
    public List<Holder> all() {
        List<Holder> all = new ArrayList<>();
        held.forEach((release, productions) -> all.addAll(of(release, productions)));
        return all;
    }

    private List<Holder> of(String release, List<Production> productions) {
        List<Holder> holders = new ArrayList<>();
        List<Production> left = new ArrayList<>(productions);
        Optional<ReleaseRecord> next = store.release(release);
        boolean back = next.filter(Holders::isRollback).isPresent();
        for (int i = 0; i < HOPS && next.isPresent() && !left.isEmpty(); i++) {
            Event.ReleaseMade made = next.get().made();
            List<Production> brought = isRollback(next.get())
                    ? List.of()
                    : left.stream().filter(p -> brings(made, p)).toList();
            if (!brought.isEmpty()) {
                List<Entry> requests = store.requests(made.changes());
                brought.forEach(p -> holders.addAll(of(p, requests)));
                left.removeAll(brought);
            }
            next = back ? before(made) : Optional.empty();
        }
        return holders;
    }

    private Optional<ReleaseRecord> before(Event.ReleaseMade made) {
        return store.release(made.rollbackOf().isEmpty() ? made.parent() : made.rollbackOf());
    }

    private static boolean isRollback(ReleaseRecord release) {
        return !release.made().rollbackOf().isEmpty();
    }

    private static boolean brings(Event.ReleaseMade made, Production production) {
        return isImage(made.changed().get(production.service()), production);
    }

    private static List<Holder> of(Production production, List<Entry> requests) {
        return requests.stream()
                .filter(entry -> isImage(entry.images().get(production.service()), production))
                .map(entry -> new Holder(production, entry))
                .toList();
    }

    private static boolean isImage(PinnedImage image, Production production) {
        return image != null && image.digest().equals(production.image().digest());
    }

    /**
     * The newest of each service; those without are left out.
     *
     * @param there whether the registry holds it
     */
    public SortedMap<String, Order> newest(Predicate<Production> there) {
        SortedMap<String, Order> newest = new TreeMap<>();
        all().stream()
                .filter(h -> there.test(h.production()))
                .forEach(h -> newest.merge(h.production().service(), h.order(), Order::newer));
        return newest;
    }

    /**
     * What rollbacks brought back.
     *
     * @param at when, by service
     * @param to how old that is, where it is known
     */
    public record RolledBack(SortedMap<String, Instant> at, SortedMap<String, Order> to) {
        /** Of these orders by service, those that it took back. */
        public List<String> of(Map<String, Order> released) {
            return at.entrySet().stream()
                    .filter(e -> released.containsKey(e.getKey())
                            && isTakenBack(released.get(e.getKey()), e.getKey(), e.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
        }

        private boolean isTakenBack(Order released, String service, Instant when) {
            Order before = to.get(service);
            return released.queuedAt().isBefore(when) && (before == null || before.isOlderThan(released));
        }

        /** How old what is there of these services is, where it is known. */
        public SortedMap<String, Order> to(List<String> services) {
            SortedMap<String, Order> some = new TreeMap<>(to);
            some.keySet().retainAll(services);
            return some;
        }
    }

    /** @param there whether the registry holds it; asked only of what somebody rolled back */
    public RolledBack rolledBack(Predicate<Production> there) {
        Map<String, List<Production>> back = new TreeMap<>();
        held.forEach((release, productions) -> {
            if (store.release(release).filter(Holders::isRollback).isPresent()) {
                back.put(release, productions.stream().filter(there).toList());
            }
        });
        SortedMap<String, Instant> at = new TreeMap<>();
        back.values().forEach(productions -> productions.forEach(p -> at.put(p.service(), p.since())));
        return new RolledBack(at, new Holders(store, back).newest(p -> true));
    }
}
