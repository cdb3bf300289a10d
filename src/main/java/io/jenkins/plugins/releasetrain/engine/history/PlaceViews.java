package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.store.HistoryQuery;
import io.jenkins.plugins.releasetrain.engine.store.Holding;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Terms;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** What is where: by service and environment, by service, by digest. */
final class PlaceViews {
    private static final int ROWS = 100;
    private static final int MOST_ROWS = 500;
    private static final int ENVIRONMENTS = 20;

    private final Store store;
    private final ItemViews items;

    PlaceViews(Store store, ItemViews items) {
        this.store = store;
        this.items = items;
    }

    View.Matrix matrix(Parameters p) {
        int limit = p.number("limit", ROWS, MOST_ROWS);
        String after = p.text("after").orElse("");
        List<Holding> holdings =
                store.environments().stream().limit(ENVIRONMENTS).toList();
        List<ImageSet> sets = holdings.stream().map(this::set).toList();
        Map<String, Production> production = new HashMap<>();
        TreeSet<String> services = new TreeSet<>();
        store.production(after, limit + 1).forEach(row -> {
            production.put(row.service(), row);
            services.add(row.service());
        });
        sets.forEach(set -> set.images().tailMap(after + '\0').keySet().stream()
                .limit(limit + 1L)
                .forEach(services::add));
        List<String> shown = services.stream().limit(limit).toList();
        List<View.Row> rows = shown.stream()
                .map(service -> row(service, Optional.ofNullable(production.get(service)), sets))
                .toList();
        List<View.Column> columns = holdings.stream()
                .map(h -> new View.Column(h.environment(), h.set().value(), h.candidate(), h.since()))
                .toList();
        return new View.Matrix(columns, rows, services.size() > limit ? shown.get(limit - 1) : "");
    }

    private ImageSet set(Holding holding) {
        return store.set(holding.set()).orElse(ImageSet.EMPTY);
    }

    private static View.Row row(String service, Optional<Production> production, List<ImageSet> sets) {
        List<View.Image> images = new ArrayList<>();
        sets.forEach(set -> images.add(ReleaseViews.image(set.images().get(service))));
        return new View.Row(
                service,
                production.map(r -> ReleaseViews.image(r.image())).orElse(null),
                production.map(Production::release).orElse(""),
                images);
    }

    View.Timeline timeline(String service, Parameters p) {
        View.History history = items.history(new HistoryQuery(
                List.of(Terms.service(service)),
                Optional.empty(),
                Optional.empty(),
                p.key("before"),
                p.number("limit", ItemViews.PAGE, ItemViews.LARGEST_PAGE)));
        Optional<Production> now = store.productionOf(service).stream().findFirst();
        return new View.Timeline(
                service,
                now.map(r -> ReleaseViews.image(r.image())).orElse(null),
                now.map(Production::release).orElse(""),
                history);
    }

    View.Whereabouts whereIs(String text) {
        Digest digest = new Digest(text);
        List<View.Row> production = store.productionOf(digest).stream()
                .map(r -> row(r.service(), Optional.of(r), List.of()))
                .toList();
        List<View.Place> places = new ArrayList<>();
        for (Holding holding : store.environments().stream().limit(ENVIRONMENTS).toList()) {
            set(holding).images().forEach((service, image) -> {
                if (image.digest().equals(digest)) {
                    places.add(new View.Place(holding.environment(), service, holding.candidate()));
                }
            });
        }
        View.History history = items.history(HistoryQuery.newest(Terms.digest(digest), ItemViews.PAGE));
        return new View.Whereabouts(digest.value(), production, places, history.items());
    }
}
