package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.HistoryQuery;
import io.jenkins.plugins.releasetrain.engine.store.Holding;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import io.jenkins.plugins.releasetrain.engine.store.Terms;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Any two sets side by side, as {@link Sides} knows them. */
final class CompareViews {
    static final int DIFFERENCES = 500;
    static final int MOST_DIFFERENCES = 5_000;

    private static final int NEWEST = 50;

    private final Store store;
    private final ItemViews items;
    private final Differences differences;
    private final Sides sides;

    CompareViews(Store store, ItemViews items, Differences differences) {
        this.store = store;
        this.items = items;
        this.sides = new Sides(store);
        this.differences = differences;
    }

    View.Comparison compare(Parameters p) {
        String from = p.required("from");
        String to = p.required("to");
        SortedMap<String, PinnedImage> before = sides.images(from, to);
        SortedMap<String, PinnedImage> after = sides.images(to, from);
        List<Differences.Change> changes = Differences.between(before, after);
        String next = p.text("after").orElse("");
        List<View.Difference> told = differences.told(changes.stream()
                .filter(c -> c.service().compareTo(next) > 0)
                .limit(p.number("limit", DIFFERENCES, MOST_DIFFERENCES))
                .toList());
        long added = changes.stream().filter(c -> c.from() == null).count();
        People people = new People(told);
        return new View.Comparison(
                from,
                to,
                told,
                changes.size(),
                (int) (before.size() + added) - changes.size(),
                people.all(),
                people.issues());
    }

    /** What has changed in a release since production, or another release. */
    List<Differences.Change> since(String since, ReleaseRecord release) {
        return Differences.between(
                sides.images(since, release.made().id()), set(store, release).images());
    }

    /** What there is to choose from; older releases are asked for by their ids. */
    View.Sets sets() {
        return new View.Sets(
                store.streams("train/").stream().map(ItemViews::owner).toList(),
                store.environments().stream().map(Holding::environment).toList(),
                items.history(HistoryQuery.newest(Terms.state("promoted"), NEWEST))
                        .items());
    }

    /** @throws EngineException NOT_FOUND, with the nearest there is */
    static ReleaseRecord release(Store store, String id) {
        return store.release(id)
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND, "There is no release '" + id + "' in the history" + nearest(store, id)));
    }

    private static String nearest(Store store, String id) {
        int mark = id.lastIndexOf('-');
        Optional<ReleaseRecord> newest = mark < 1
                ? Optional.empty()
                : store.releases(id.substring(0, mark), Integer.MAX_VALUE, 1).stream()
                        .findFirst();
        return newest.map(r -> "; the newest there is " + r.made().id()).orElse("");
    }

    static ImageSet set(Store store, ReleaseRecord release) {
        return store.set(release.made().set())
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "The set of release '" + release.made().id() + "' is not in the store: "
                                + release.made().set()));
    }
}
