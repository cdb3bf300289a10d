package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a train promises in every history, by what the shop knows of its images and what the train recorded. */
final class WildPromises {
    private final WildShop shop;
    private final List<String> breaches = new ArrayList<>();
    private final Map<String, Change> queued = new HashMap<>();
    private final Map<String, Event.ChangeEnded> ended = new HashMap<>();
    private final Map<String, Event.ReleaseMade> made = new HashMap<>();
    private final Map<String, Order> newest = new HashMap<>();
    /** By service and image, who had it in a release, which a rollback may bring though it was refused. */
    private final Map<Map.Entry<String, Digest>, Order> brought = new HashMap<>();

    private final Set<Digest> released = new HashSet<>();
    private final Set<String> refused = new HashSet<>();

    private WildPromises(WildShop shop) {
        this.shop = shop;
        for (int i = 0; i < WildShop.SERVICES; i++) {
            released.add(FakeShop.digest("s" + i, "1"));
        }
    }

    /** Promises that were broken, in words. */
    static List<String> broken(WildShop shop) {
        WildPromises promises = new WildPromises(shop);
        shop.events().forEach(promises::judge);
        promises.everyChangeEnded();
        return promises.breaches;
    }

    private void judge(Event event) {
        if (event instanceof Event.ChangeQueued e) {
            queued.put(e.change().id(), e.change());
        } else if (event instanceof Event.ChangeEnded e) {
            ended(e, queued.get(e.change()));
        } else if (event instanceof Event.ReleaseMade e) {
            made(e);
        } else if (event instanceof Event.ReleasePromoted e) {
            promoted(made.get(e.release()));
        }
    }

    private void check(boolean kept, String promise, Event event) {
        if (!kept) {
            breaches.add(promise + ": " + event);
        }
    }

    private void ended(Event.ChangeEnded e, Change change) {
        check(ended.put(e.change(), e) == null, "I8: an end is told once", e);
        switch (e.outcome()) {
            case EJECTED, NOT_INSTALLABLE -> check(shop.mayBeBlamed(change), "I4: only who is bad is ejected", e);
            case CANCELLED -> {
                if (e.reason().startsWith("declined") || e.reason().startsWith("not needed")) {
                    refused.add(e.change());
                }
            }
            case RELEASED ->
                check(
                        change.images().values().stream()
                                .map(PinnedImage::digest)
                                .anyMatch(released::contains),
                        "I8: who is told to be released is in production",
                        e);
            case SUPERSEDED ->
                check(
                        !e.reason().contains("is released already")
                                || newest.keySet().containsAll(change.images().keySet()),
                        "I13: only what was released supersedes",
                        e);
            default -> {}
        }
    }

    private void made(Event.ReleaseMade e) {
        made.put(e.id(), e);
        e.changes().stream()
                .map(queued::get)
                .forEach(change -> change.images()
                        .forEach((service, image) ->
                                brought.merge(Map.entry(service, image.digest()), Order.of(change), Order::newer)));
        check(
                !e.rollbackOf().isEmpty()
                        || shop.passed(shop.fakes.store.set(e.set()).orElseThrow()),
                "I1: what is released passed as that very set",
                e);
        check(e.changes().stream().noneMatch(refused::contains), "I12: who was refused is not released", e);
    }

    private void promoted(Event.ReleaseMade release) {
        if (!release.rollbackOf().isEmpty()) {
            // Of what it does not change, production goes on running the newest; what it brings back is as old as it
            // was.
            newest.keySet().removeAll(release.changed().keySet());
            release.changed()
                    .forEach((service, image) -> Optional.ofNullable(brought.get(Map.entry(service, image.digest())))
                            .ifPresent(order -> newest.put(service, order)));
        }
        release.changed().values().forEach(image -> released.add(image.digest()));
        release.changes().stream()
                .map(queued::get)
                .forEach(change -> change.images().forEach((service, image) -> {
                    PinnedImage changed = release.changed().get(service);
                    if (changed != null && changed.digest().equals(image.digest())) {
                        Order order = Order.of(change);
                        Order before = newest.put(service, order);
                        check(
                                before == null || !order.isOlderThan(before),
                                "I13: nothing older follows in " + service,
                                release);
                    }
                }));
    }

    private void everyChangeEnded() {
        Set<String> open = new TreeSet<>(queued.keySet());
        open.removeAll(ended.keySet());
        if (!open.isEmpty()) {
            breaches.add("I8: no end of " + open);
        }
    }
}
