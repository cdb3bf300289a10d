package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Holding;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Services by place: what production has of each, and what environments have. */
final class MatrixViews {
    static final Set<String> KNOWN = Set.of("text", "train", "group", "differs", "after", "limit");

    private static final int ROWS = 100;
    private static final int MOST_ROWS = 500;
    private static final int ENVIRONMENTS = 20;
    private static final int SERVICES = 10_000;
    /** More services than that are told only where they differ, unless all are asked for. */
    private static final int FEW = 30;

    private final Store store;
    private final Names.Source names;
    private final Supplier<Placing> placing;
    private final Trying trying;
    private final HeldSets sets;

    private volatile Known known = new Known(List.of(), List.of(), new TreeMap<>(), new TreeSet<>(), Set.of());

    MatrixViews(Store store, NowViews now, HeldSets sets, Names.Source names, Supplier<Placing> placing) {
        this.store = store;
        this.sets = sets;
        this.names = names;
        this.placing = placing;
        this.trying = new Trying(store, now);
    }

    View.Matrix matrix(Parameters p) {
        int limit = p.number("limit", ROWS, MOST_ROWS);
        String after = p.text("after").orElse("");
        Placing configured = placing.get();
        Predicate<String> asked = asked(p, configured);
        List<Stand> stands = stands(configured);
        Known all = known(stands);
        NavigableSet<String> services =
                all.services().stream().filter(asked).collect(Collectors.toCollection(TreeSet::new));
        boolean differs = p.text("differs").map(Boolean::parseBoolean).orElse(services.size() > FEW);
        List<String> found = services.tailSet(after, false).stream()
                .filter(service -> !differs || all.differing().contains(service) || isSeenOther(service, stands))
                .limit(limit + 1L)
                .toList();
        List<String> shown = found.subList(0, Math.min(limit, found.size()));
        List<Stand> columns =
                stands.stream().filter(s -> shown.stream().anyMatch(s::mayHold)).toList();
        return new View.Matrix(
                columns.stream().map(Stand::column).toList(),
                new MatrixRows(store, names, trying.now(), columns).of(shown, all.production()),
                found.size() > limit ? shown.get(limit - 1) : "",
                differs,
                services.size(),
                configured.trains().keySet(),
                configured.groups().keySet());
    }

    /** An environment with what was installed there last. */
    record Stand(Holding holding, Map<String, PinnedImage> images, Optional<Placing.Where> where) {
        boolean mayHold(String service) {
            return images.containsKey(service)
                    || where.filter(w -> w.services().contains(service)).isPresent();
        }

        /** What was seen since; what was seen before is not what is there. */
        Optional<Placing.Seen> seen() {
            return where.flatMap(Placing.Where::seen).filter(s -> s.at().isAfter(holding.since()));
        }

        private Placed.Column column() {
            return new Placed.Column(
                    holding.environment(),
                    holding.set().value(),
                    holding.candidate(),
                    holding.since(),
                    where.filter(Placing.Where::shared).isPresent(),
                    where.flatMap(Placing.Where::seen).map(Placing.Seen::at));
        }
    }

    private static Predicate<String> asked(Parameters p, Placing configured) {
        Predicate<String> asked = service -> true;
        Optional<String> text = p.text("text").map(t -> t.toLowerCase(Locale.ROOT));
        if (text.isPresent()) {
            asked = asked.and(service -> service.toLowerCase(Locale.ROOT).contains(text.get()));
        }
        Optional<String> train = p.text("train");
        if (train.isPresent()) {
            asked = asked.and(configured.trains().getOrDefault(train.get(), Set.of())::contains);
        }
        Optional<String> group = p.text("group");
        return group.isPresent() ? asked.and(configured.groups().getOrDefault(group.get(), Set.of())::contains) : asked;
    }

    private List<Stand> stands(Placing configured) {
        List<String> order =
                configured.places().stream().map(Placing.Where::name).toList();
        return sets.now().stream()
                .sorted(Comparator.comparing((Holding h) -> {
                            int place = order.indexOf(h.environment());
                            return place < 0 ? order.size() : place;
                        })
                        .thenComparing(Holding::environment))
                .limit(ENVIRONMENTS)
                .map(h -> new Stand(
                        h,
                        sets.images(h),
                        configured.places().stream()
                                .filter(w -> w.name().equals(h.environment()))
                                .findFirst()))
                .toList();
    }

    /** Derived anew where production or what environments hold is another. */
    private Known known(List<Stand> stands) {
        List<Production> rows = store.production("", SERVICES);
        List<Digest> held = stands.stream().map(s -> s.holding().set()).toList();
        Known kept = known;
        // The store answers with the very same list while nothing changes.
        if (kept.rows() != rows || !kept.sets().equals(held)) {
            kept = Known.of(rows, held, stands);
            known = kept;
        }
        return kept;
    }

    /**
     * What is the same for every page of the matrix.
     *
     * @param production of a service that was promoted to several repositories, what came there last
     * @param differing services of which an environment holds another image than production
     */
    private record Known(
            List<Production> rows,
            List<Digest> sets,
            SortedMap<String, Production> production,
            NavigableSet<String> services,
            Set<String> differing) {
        private static Known of(List<Production> rows, List<Digest> sets, List<Stand> stands) {
            SortedMap<String, Production> production = new TreeMap<>();
            rows.forEach(row ->
                    production.merge(row.service(), row, (a, b) -> a.since().isAfter(b.since()) ? a : b));
            NavigableSet<String> services = new TreeSet<>(production.keySet());
            Set<String> differing = new HashSet<>();
            stands.forEach(stand -> stand.images().forEach((service, image) -> {
                services.add(service);
                Production now = production.get(service);
                if (now == null || !now.image().digest().equals(image.digest())) {
                    differing.add(service);
                }
            }));
            return new Known(rows, sets, production, services, differing);
        }
    }

    private static boolean isSeenOther(String service, List<Stand> stands) {
        return stands.stream().anyMatch(stand -> {
            PinnedImage image = stand.images().get(service);
            return image != null && Trying.isOther(stand.seen().orElse(null), service, image.digest());
        });
    }
}
