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
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** One release, with its notes, and one change. */
final class ReleaseViews {
    private static final int CHANGES = 100;
    private static final int AFTER = 50;
    /** Events of a promotion until it is planned. */
    private static final int PLAN = 20;

    private static final String REPLACED = "REPLACED";

    private final Store store;
    private final SearchViews searches;
    private final Differences differences;
    private final CompareViews compared;
    private final Function<String, View.OneTrain> places;

    /** @param places by stream: who waits there */
    ReleaseViews(Store store, Differences differences, CompareViews compared, Function<String, View.OneTrain> places) {
        this.store = store;
        this.differences = differences;
        this.compared = compared;
        this.places = places;
        this.searches = new SearchViews(store);
    }

    View.Release release(String id, Parameters p) {
        ReleaseRecord release = CompareViews.release(store, id);
        Event.ReleaseMade made = release.made();
        String state = state(made);
        List<Differences.Change> changes = changes(release);
        List<View.Difference> changed = differences.told(changes.stream()
                .limit(p.number("limit", CompareViews.DIFFERENCES, CompareViews.MOST_DIFFERENCES))
                .toList());
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
                changed,
                changes.size(),
                requests.stream().map(ItemViews::item).toList(),
                made.kind() == Event.Kind.MICRO
                        ? requests.stream().findFirst().map(searches::ofLane).orElse(Searched.Search.NONE)
                        : searches.ofBatch(batch(made), requests, made.trial()),
                new People(changed).all(),
                note(id));
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
    private List<Differences.Change> changes(ReleaseRecord release) {
        Event.ReleaseMade made = release.made();
        Map<String, Optional<Digest>> former = former(release);
        Optional<ImageSet> before = former.isEmpty()
                ? store.release(made.parent()).flatMap(r -> store.set(r.made().set()))
                : Optional.empty();
        List<Differences.Change> changes = new ArrayList<>();
        made.changed().forEach((service, image) -> {
            Optional<Digest> had = former.get(image.repository());
            if (had != null) {
                PinnedImage from = had.map(digest -> new PinnedImage(image.repository(), digest, ""))
                        .orElse(null);
                changes.add(new Differences.Change(service, from, image, true));
            } else {
                changes.add(new Differences.Change(
                        service, before.map(s -> s.images().get(service)).orElse(null), image, before.isPresent()));
            }
        });
        return changes;
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

    View.ChangeView change(String id) {
        Entry entry = NowViews.find(store, id)
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND, "There is no change or lane '" + id + "' in the history"));
        List<Differences.Change> images = new ArrayList<>();
        entry.images().forEach((service, image) -> images.add(new Differences.Change(service, null, image, false)));
        Searched.Search search = entry.began() instanceof Event.LaneQueued
                ? searches.ofLane(entry)
                : searches.ofBatch(store.batchOfChange(id), List.of(entry), "");
        return new View.ChangeView(
                ItemViews.item(entry),
                differences.told(images),
                search,
                Rejections.of(entry, search),
                entry.ended().isPresent() ? null : places.apply(entry.place().stream()));
    }

    /** The release that a change or lane came to production with. */
    Optional<String> releaseOf(String change) {
        Event ended = NowViews.find(store, change).flatMap(Entry::ended).orElse(null);
        if (ended instanceof Event.ChangeEnded e) {
            return Optional.of(e.related()).filter(r -> !r.isEmpty());
        }
        return ended instanceof Event.LaneEnded e
                ? Optional.of(e.release()).filter(r -> !r.isEmpty())
                : Optional.empty();
    }

    /** What is new in a release. */
    View.Notes notes(String id, Parameters p) {
        ReleaseRecord release = CompareViews.release(store, id);
        String parent = release.made().parent();
        String since = p.text("since").map(s -> s.equals("parent") ? parent : s).orElse("");
        List<Differences.Change> changes = since.isEmpty() ? changes(release) : compared.since(since, release);
        List<View.Difference> changed = differences.told(changes.stream()
                .limit(p.number("limit", CompareViews.DIFFERENCES, CompareViews.MOST_DIFFERENCES))
                .toList());
        People people = new People(changed);
        return new View.Notes(
                id, since.isEmpty() ? parent : since, changed, changes.size(), people.all(), people.issues(), note(id));
    }

    private Brought.Note note(String release) {
        return store.provenance()
                .note(release)
                .map(n -> new Brought.Note(n.text(), n.mark(), n.user()))
                .orElse(null);
    }
}
