package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Move;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One release, one change, and two releases side by side. */
final class ReleaseViews {
    private static final int DIFFERENCES = 500;
    private static final int MOST_DIFFERENCES = 5_000;
    private static final int CHANGES = 100;
    private static final int AFTER = 50;
    /** Events of a promotion until it is planned. */
    private static final int PLAN = 20;

    private static final String REPLACED = "REPLACED";

    private final Store store;
    private final SearchViews searches;
    private final Names.Source names;
    private final Function<String, View.OneTrain> places;

    /** @param places by stream: who waits there */
    ReleaseViews(Store store, Names.Source names, Function<String, View.OneTrain> places) {
        this.store = store;
        this.names = names;
        this.places = places;
        this.searches = new SearchViews(store);
    }

    View.Release release(String id, Parameters p) {
        ReleaseRecord release = find(id);
        Event.ReleaseMade made = release.made();
        String state = state(made);
        List<View.Difference> changed = changed(release);
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

    /** From what production had, as its promotion found it; before that is known, from what its parent has. */
    private List<View.Difference> changed(ReleaseRecord release) {
        Event.ReleaseMade made = release.made();
        Map<String, Optional<Digest>> former = former(release);
        Optional<ImageSet> before = former.isEmpty()
                ? store.release(made.parent()).flatMap(r -> store.set(r.made().set()))
                : Optional.empty();
        List<Change> changes = new ArrayList<>();
        made.changed().forEach((service, image) -> {
            Optional<Digest> had = former.get(image.repository());
            if (had != null) {
                PinnedImage from = had.map(digest -> new PinnedImage(image.repository(), digest, ""))
                        .orElse(null);
                changes.add(new Change(service, from, image, true));
            } else {
                changes.add(new Change(
                        service, before.map(s -> s.images().get(service)).orElse(null), image, before.isPresent()));
            }
        });
        return told(changes);
    }

    /** By the moving tags of its promotion: the digest that each repository had; empty while it is not promoted. */
    private Map<String, Optional<Digest>> former(ReleaseRecord release) {
        Map<String, Optional<Digest>> former = new HashMap<>();
        release.promotion()
                .ifPresent(promotion -> store.events("promotion/" + promotion, 0, PLAN).stream()
                        .filter(r -> r.event() instanceof Event.PromotionPlanned)
                        .flatMap(r -> ((Event.PromotionPlanned) r.event()).moves().stream())
                        .filter(Move::mayMove)
                        .forEach(m -> former.put(m.targetRepository(), m.former())));
        return former;
    }

    /** @param known whether it is known what was there before */
    private record Change(String service, PinnedImage from, PinnedImage to, boolean known) {}

    private List<View.Difference> told(List<Change> changes) {
        Names called = names.of(changes.stream()
                .flatMap(c -> Stream.of(c.from(), c.to()).filter(Objects::nonNull))
                .toList());
        return changes.stream()
                .map(c -> c.known()
                        ? called.difference(c.service(), c.from(), c.to())
                        : new View.Difference(c.service(), "BROUGHT", null, called.image(c.to())))
                .toList();
    }

    View.ChangeView change(String id) {
        Entry entry = NowViews.find(store, id)
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND, "There is no change or lane '" + id + "' in the history"));
        List<Change> images = new ArrayList<>();
        entry.images().forEach((service, image) -> images.add(new Change(service, null, image, false)));
        Searched.Search search = entry.began() instanceof Event.LaneQueued
                ? searches.ofLane(entry)
                : searches.ofBatch(store.batchOfChange(id), List.of(entry), "");
        return new View.ChangeView(
                ItemViews.item(entry),
                told(images),
                search,
                Rejections.of(entry, search),
                entry.ended().isPresent() ? null : places.apply(entry.place().stream()));
    }

    View.Comparison compare(Parameters p) {
        ImageSet from = set(find(p.required("from")));
        ImageSet to = set(find(p.required("to")));
        List<Change> differences = new ArrayList<>();
        TreeSet<String> services = new TreeSet<>(from.images().keySet());
        services.addAll(to.images().keySet());
        for (String service : services) {
            PinnedImage before = from.images().get(service);
            PinnedImage after = to.images().get(service);
            if (before == null || after == null || !before.digest().equals(after.digest())) {
                differences.add(new Change(service, before, after, true));
            }
        }
        return new View.Comparison(
                p.required("from"),
                p.required("to"),
                told(differences.stream()
                        .limit(p.number("limit", DIFFERENCES, MOST_DIFFERENCES))
                        .toList()),
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
}
