package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Item;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** One release, one change, and two releases side by side. */
final class ReleaseViews {
    private static final int DIFFERENCES = 500;
    private static final int MOST_DIFFERENCES = 5_000;
    private static final int CHANGES = 100;
    private static final int AFTER = 50;
    private static final String REPLACED = "REPLACED";

    private final Store store;
    private final SearchViews searches;

    ReleaseViews(Store store) {
        this.store = store;
        this.searches = new SearchViews(store);
    }

    View.Release release(String id, Parameters p) {
        ReleaseRecord release = find(id);
        Event.ReleaseMade made = release.made();
        String state = state(made);
        List<View.Difference> changed = changed(made);
        List<Entry> requests =
                store.requests(made.changes().stream().limit(CHANGES).toList());
        return new View.Release(
                made.id(),
                made.owner(),
                made.number(),
                made.kind().name(),
                state,
                made.set().value(),
                made.parent(),
                made.rollbackOf(),
                made.user().orElse(""),
                made.reason().orElse(""),
                made.skipped().orElse(List.of()),
                release.madeAt(),
                release.promotedAt(),
                state.equals(REPLACED) ? replaced(made) : Optional.empty(),
                changed.stream()
                        .limit(p.number("limit", DIFFERENCES, MOST_DIFFERENCES))
                        .toList(),
                changed.size(),
                requests.stream().map(ItemViews::item).toList(),
                made.kind() == Event.Kind.MICRO
                        ? requests.stream().findFirst().map(searches::ofLane).orElse(Searched.Search.NONE)
                        : searches.ofBatch(batch(made), requests, made.trial()));
    }

    private String state(Event.ReleaseMade made) {
        String state = store.item(Item.RELEASE, made.id()).map(Item::state).orElse("MADE");
        boolean gone = state.equals("PROMOTED")
                && !store.releasesInProduction(made.changed().keySet()).contains(made.id());
        return gone ? REPLACED : state;
    }

    /** By the next release of its owner that brought one of its services; by another owner's it is only known that. */
    private Optional<Instant> replaced(Event.ReleaseMade made) {
        String prefix = made.id()
                .substring(0, made.id().length() - String.valueOf(made.number()).length());
        return IntStream.rangeClosed(made.number() + 1, made.number() + AFTER)
                .mapToObj(number -> store.release(prefix + number))
                .takeWhile(Optional::isPresent)
                .flatMap(Optional::stream)
                .filter(r -> r.made().changed().keySet().stream().anyMatch(made.changed()::containsKey))
                .flatMap(r -> r.promotedAt().stream())
                .findFirst();
    }

    /** Of its trial; of a change where the verdict was remembered. */
    private Optional<String> batch(Event.ReleaseMade made) {
        return store.batchOf(made.trial())
                .or(() -> made.changes().stream().findFirst().flatMap(store::batchOfChange));
    }

    private List<View.Difference> changed(Event.ReleaseMade made) {
        Optional<ImageSet> before =
                store.release(made.parent()).flatMap(r -> store.set(r.made().set()));
        List<View.Difference> changed = new ArrayList<>();
        made.changed()
                .forEach((service, image) -> changed.add(
                        before.isEmpty()
                                ? brought(service, image)
                                : difference(service, before.get().images().get(service), image)));
        return changed;
    }

    private static View.Difference brought(String service, PinnedImage image) {
        return new View.Difference(service, "BROUGHT", null, image(image));
    }

    View.ChangeView change(String id) {
        Entry entry = NowViews.find(store, id)
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND, "There is no change or lane '" + id + "' in the history"));
        List<View.Difference> images = new ArrayList<>();
        entry.images().forEach((service, image) -> images.add(brought(service, image)));
        Searched.Search search = entry.began() instanceof Event.LaneQueued
                ? searches.ofLane(entry)
                : searches.ofBatch(store.batchOfChange(id), List.of(entry), "");
        return new View.ChangeView(ItemViews.item(entry), images, search, Rejections.of(entry, search));
    }

    View.Comparison compare(Parameters p) {
        ImageSet from = set(find(p.required("from")));
        ImageSet to = set(find(p.required("to")));
        List<View.Difference> differences = new ArrayList<>();
        TreeSet<String> services = new TreeSet<>(from.images().keySet());
        services.addAll(to.images().keySet());
        for (String service : services) {
            PinnedImage before = from.images().get(service);
            PinnedImage after = to.images().get(service);
            if (before == null || after == null || !before.digest().equals(after.digest())) {
                differences.add(difference(service, before, after));
            }
        }
        return new View.Comparison(
                p.required("from"),
                p.required("to"),
                differences.stream()
                        .limit(p.number("limit", DIFFERENCES, MOST_DIFFERENCES))
                        .toList(),
                differences.size(),
                services.size() - differences.size());
    }

    private ReleaseRecord find(String id) {
        return store.release(id)
                .orElseThrow(() ->
                        new EngineException(FailureKind.NOT_FOUND, "There is no release '" + id + "' in the history"));
    }

    private ImageSet set(ReleaseRecord release) {
        Digest digest = release.made().set();
        return store.set(digest)
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "The set of release '" + release.made().id() + "' is not in the store: " + digest));
    }

    private static View.Difference difference(String service, PinnedImage from, PinnedImage to) {
        String change = from == null ? "ADDED" : to == null ? "REMOVED" : "CHANGED";
        return new View.Difference(service, change, image(from), image(to));
    }

    static View.Image image(PinnedImage image) {
        return image == null
                ? null
                : new View.Image(image.repository(), image.tag(), image.digest().value());
    }
}
