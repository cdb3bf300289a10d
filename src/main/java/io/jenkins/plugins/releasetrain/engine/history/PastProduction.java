package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.HistoryQuery;
import io.jenkins.plugins.releasetrain.engine.store.Item;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import io.jenkins.plugins.releasetrain.engine.store.Terms;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What production had at some time: of what did not change since, what it has; else by the newest releases of each owner
 * before that time. Services that only came to be known later are not told.
 */
final class PastProduction {
    private static final int SERVICES = 10_000;
    private static final int OWNERS = 500;
    /** A release is recorded when it is made, and may come to production after others that were made later. */
    private static final int NEWEST = 20;

    private final Store store;

    PastProduction(Store store) {
        this.store = store;
    }

    /** @param like only services and repositories of these; null for all */
    SortedMap<String, PinnedImage> at(Instant time, Map<String, PinnedImage> like) {
        SortedMap<String, PinnedImage> then = new TreeMap<>();
        List<Production> changed = new ArrayList<>();
        for (Production now : store.production("", SERVICES)) {
            if (!Sides.isLike(now.service(), now.image(), like)) {
                continue;
            } else if (now.since().isAfter(time)) {
                changed.add(now);
            } else {
                then.put(now.service(), now.image());
            }
        }
        if (!changed.isEmpty()) {
            List<SortedMap<String, PinnedImage>> sets = sets(time);
            changed.forEach(now -> before(now, sets, time).ifPresent(image -> then.put(now.service(), image)));
        }
        return then;
    }

    /** Of each owner's newest release that production had by then. */
    private List<SortedMap<String, PinnedImage>> sets(Instant time) {
        return Stream.concat(store.streams("train/").stream(), store.streams("lane/").stream())
                .limit(OWNERS)
                .flatMap(stream -> newest(List.of(Terms.owner(ItemViews.owner(stream))), time).stream())
                .map(release -> store.set(release.made().set())
                        .map(ImageSet::images)
                        .orElse(release.made().changed()))
                .toList();
    }

    /** Where owners do not agree, by the newest release that brought the service itself. */
    private Optional<PinnedImage> before(Production now, List<SortedMap<String, PinnedImage>> sets, Instant time) {
        List<PinnedImage> known = sets.stream()
                .map(set -> set.get(now.service()))
                .filter(image ->
                        image != null && image.repository().equals(now.image().repository()))
                .distinct()
                .toList();
        if (known.size() < 2) {
            return known.stream().findFirst();
        }
        return newest(List.of(Terms.service(now.service())), time)
                .map(release -> release.made().changed().get(now.service()))
                .or(() -> Optional.of(known.get(0)));
    }

    private Optional<ReleaseRecord> newest(List<String> terms, Instant time) {
        List<String> all = new ArrayList<>(terms);
        all.add(Terms.state("promoted"));
        HistoryQuery query = new HistoryQuery(all, Optional.empty(), Optional.of(time), Long.MAX_VALUE, NEWEST);
        return store.history(query).items().stream()
                .filter(item -> item.kind().equals(Item.RELEASE))
                .flatMap(item -> store.release(item.id()).stream())
                .filter(release ->
                        release.promotedAt().filter(at -> !at.isAfter(time)).isPresent())
                .findFirst();
    }
}
