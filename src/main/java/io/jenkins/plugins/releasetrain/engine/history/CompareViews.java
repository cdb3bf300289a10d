package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Any two sets side by side: of releases, of production, and of what a train would bring. */
final class CompareViews {
    static final int DIFFERENCES = 500;
    static final int MOST_DIFFERENCES = 5_000;

    private static final String PRODUCTION = "production";
    private static final String WAITING = "waiting:";
    private static final int SERVICES = 10_000;
    private static final int OPEN = 1_000;

    private final Store store;
    private final Differences differences;

    CompareViews(Store store, Differences differences) {
        this.store = store;
        this.differences = differences;
    }

    View.Comparison compare(Parameters p) {
        String from = p.required("from");
        String to = p.required("to");
        SortedMap<String, PinnedImage> before = images(from, to);
        SortedMap<String, PinnedImage> after = images(to, from);
        List<Differences.Change> changes = Differences.between(before, after);
        String next = p.text("after").orElse("");
        List<View.Difference> told = differences.told(changes.stream()
                .filter(c -> c.service().compareTo(next) > 0)
                .limit(p.number("limit", DIFFERENCES, MOST_DIFFERENCES))
                .toList());
        before.putAll(after);
        People people = new People(told);
        return new View.Comparison(
                from, to, told, changes.size(), before.size() - changes.size(), people.all(), people.issues());
    }

    /** What has changed in a release since production, or another release. */
    List<Differences.Change> since(String since, ReleaseRecord release) {
        return Differences.between(
                images(since, release.made().id()), set(release).images());
    }

    /** @param other the other side, whose services are those asked for */
    private SortedMap<String, PinnedImage> images(String side, String other) {
        if (side.equals(PRODUCTION)) {
            return other.equals(PRODUCTION) ? new TreeMap<>() : production(images(other, ""));
        } else if (side.startsWith(WAITING)) {
            return waiting(side.substring(WAITING.length()), other);
        }
        return new TreeMap<>(set(release(store, side)).images());
    }

    /** Of the services of the other side. */
    private SortedMap<String, PinnedImage> production(Map<String, PinnedImage> like) {
        SortedMap<String, PinnedImage> now = new TreeMap<>();
        store.production("", SERVICES).stream()
                .filter(p -> like.containsKey(p.service())
                        && like.get(p.service()).repository().equals(p.image().repository()))
                .forEach(p -> now.put(p.service(), p.image()));
        return now;
    }

    /** The newest image of each service that waits or is tried, on top of the other side. */
    private SortedMap<String, PinnedImage> waiting(String train, String other) {
        List<Entry> open = store.activity("train/" + train, OPEN).open();
        Map<String, List<Entry>> byService = new HashMap<>();
        open.forEach(e -> e.images()
                .keySet()
                .forEach(s ->
                        byService.computeIfAbsent(s, k -> new ArrayList<>()).add(e)));
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        byService.forEach((service, entries) -> Order.newest(entries, e -> Order.of(e.origin(), e.askedAt()))
                .ifPresent(e -> images.put(service, e.images().get(service))));
        if (other.isEmpty() || other.startsWith(WAITING)) {
            return images;
        }
        SortedMap<String, PinnedImage> all =
                other.equals(PRODUCTION) ? production(images) : new TreeMap<>(images(other, ""));
        all.putAll(images);
        return all;
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

    private ImageSet set(ReleaseRecord release) {
        return store.set(release.made().set())
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "The set of release '" + release.made().id() + "' is not in the store: "
                                + release.made().set()));
    }
}
