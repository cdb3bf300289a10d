package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.HistoryQuery;
import io.jenkins.plugins.releasetrain.engine.store.Holding;
import io.jenkins.plugins.releasetrain.engine.store.ImageRecord;
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
    private static final int BUILDS = 20;
    private static final int ENVIRONMENTS = 20;

    private final Store store;
    private final ItemViews items;
    private final Names.Source names;

    PlaceViews(Store store, ItemViews items, Names.Source names) {
        this.store = store;
        this.items = items;
        this.names = names;
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
        List<PinnedImage> images = new ArrayList<>();
        shown.forEach(service -> images.addAll(images(service, Optional.ofNullable(production.get(service)), sets)));
        Names called = names.of(images);
        List<View.Row> rows = shown.stream()
                .map(service -> row(service, Optional.ofNullable(production.get(service)), sets, called))
                .toList();
        List<View.Column> columns = holdings.stream()
                .map(h -> new View.Column(h.environment(), h.set().value(), h.candidate(), h.since()))
                .toList();
        return new View.Matrix(columns, rows, services.size() > limit ? shown.get(limit - 1) : "");
    }

    private ImageSet set(Holding holding) {
        return store.set(holding.set()).orElse(ImageSet.EMPTY);
    }

    /** Production's first; null where a place has none. */
    private static List<PinnedImage> images(String service, Optional<Production> production, List<ImageSet> sets) {
        List<PinnedImage> images = new ArrayList<>();
        images.add(production.map(Production::image).orElse(null));
        sets.forEach(set -> images.add(set.images().get(service)));
        return images;
    }

    private static View.Row row(String service, Optional<Production> production, List<ImageSet> sets, Names called) {
        List<View.Image> images = called.beside(images(service, production, sets));
        return new View.Row(
                service,
                images.get(0),
                production.map(Production::release).orElse(""),
                images.subList(1, images.size()));
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
                now.map(r -> names.of(List.of(r.image())).image(r.image())).orElse(null),
                now.map(Production::release).orElse(""),
                history);
    }

    private Brought.ImageView known(Digest digest) {
        ImageRecord record = store.images(List.of(digest)).get(digest);
        if (record == null) {
            return null;
        }
        PinnedImage image = new PinnedImage(record.repository(), digest, record.tag());
        List<Built> builds = store.provenance().builds(List.of(digest)).getOrDefault(digest, List.of()).stream()
                .map(Event.ImageBuilt::built)
                .limit(BUILDS)
                .toList();
        List<String> warnings = new ArrayList<>();
        if (isOfAnotherRevision(record.labels().revision(), builds)) {
            warnings.add("OTHER_REVISION");
        }
        if (store.provenance().namesakes(record) > 0) {
            warnings.add("SAME_NAME");
        }
        return new Brought.ImageView(
                names.of(List.of(image)).image(image),
                record.labels().saysNothing() ? null : record.labels(),
                builds.stream().map(PlaceViews::build).toList(),
                warnings);
    }

    private static Brought.Build build(Built built) {
        String revision =
                built.sources().stream().findFirst().map(Built.Source::revision).orElse("");
        return new Brought.Build(
                built.service(),
                built.origin().build(),
                built.origin().page(),
                built.branch(),
                revision,
                built.changeRequest());
    }

    /** Where both are known; a label may have a short form. */
    private static boolean isOfAnotherRevision(String said, List<Built> builds) {
        List<String> revisions = builds.stream()
                .flatMap(b -> b.sources().stream())
                .map(Built.Source::revision)
                .toList();
        return !said.isEmpty()
                && !revisions.isEmpty()
                && revisions.stream().noneMatch(r -> r.startsWith(said) || said.startsWith(r));
    }

    View.Whereabouts whereIs(String text) {
        Digest digest = new Digest(text);
        List<Production> held = store.productionOf(digest);
        Names called = names.of(held.stream().map(Production::image).toList());
        List<View.Row> production = held.stream()
                .map(r -> row(r.service(), Optional.of(r), List.of(), called))
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
        return new View.Whereabouts(digest.value(), production, places, history.items(), known(digest));
    }
}
