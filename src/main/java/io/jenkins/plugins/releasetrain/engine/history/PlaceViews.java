package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.HistoryQuery;
import io.jenkins.plugins.releasetrain.engine.store.Holding;
import io.jenkins.plugins.releasetrain.engine.store.ImageRecord;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where a service, or an image, is. */
final class PlaceViews {
    private static final int BUILDS = 20;
    private static final int ENVIRONMENTS = 20;

    private final Store store;
    private final HeldSets sets;
    private final ItemViews items;
    private final Names.Source names;

    PlaceViews(Store store, HeldSets sets, ItemViews items, Names.Source names) {
        this.store = store;
        this.sets = sets;
        this.items = items;
        this.names = names;
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
        List<Placed.Row> production = held.stream()
                .map(r -> new Placed.Row(r.service(), called.image(r.image()), r.release(), List.of()))
                .toList();
        List<View.Place> places = new ArrayList<>();
        for (Holding holding : sets.now().stream().limit(ENVIRONMENTS).toList()) {
            sets.images(holding).forEach((service, image) -> {
                if (image.digest().equals(digest)) {
                    places.add(new View.Place(holding.environment(), service, holding.candidate()));
                }
            });
        }
        View.History history = items.history(HistoryQuery.newest(Terms.digest(digest), ItemViews.PAGE));
        return new View.Whereabouts(digest.value(), production, places, history.items(), known(digest));
    }
}
