package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** What lanes promise in every history, by what the shop knows of its images and what the lanes recorded. */
final class WildLanePromises {
    private final WildLaneShop shop;
    private final List<String> breaches = new ArrayList<>();
    private final Map<String, Event.LaneQueued> queued = new HashMap<>();
    /** As they came, whatever clocks said. */
    private final Map<String, Order> orders = new HashMap<>();

    private final Map<Order, String> places = new HashMap<>();
    private final Map<String, Event.LaneEnded> ended = new HashMap<>();
    private final Map<String, Event.ReleaseMade> made = new HashMap<>();
    private final Set<String> open = new TreeSet<>();
    /** Lanes that passed, and made no release of that yet. */
    private final Set<String> passed = new HashSet<>();
    /** Lanes whose newest release was of several, and was refused. */
    private final Set<String> refused = new HashSet<>();

    private final Map<String, Integer> attempts = new HashMap<>();
    private final Map<String, Order> newest = new HashMap<>();
    /** By service and image, who had it in a release. */
    private final Map<Map.Entry<String, Digest>, Order> brought = new HashMap<>();

    private WildLanePromises(WildLaneShop shop) {
        this.shop = shop;
    }

    /** Promises that were broken, in words. */
    static List<String> broken(WildLaneShop shop) {
        WildLanePromises promises = new WildLanePromises(shop);
        promises.breaches.addAll(shop.breaches);
        shop.happened.forEach(promises::judge);
        promises.everythingEnded();
        shop.places().forEach(promises::isQuiet);
        return promises.breaches;
    }

    private void judge(Event event) {
        if (event instanceof Event.LaneQueued e) {
            queued.put(e.lane(), e);
            orders.put(e.lane(), Order.of(e.origin(), Instant.ofEpochSecond(orders.size())));
            places.put(orders.get(e.lane()), e.environment());
        } else if (event instanceof Event.LaneTested e && e.verdict() == Verdict.PASSED) {
            passed.add(e.lane());
        } else if (event instanceof Event.LaneEnded e) {
            ended(e);
        } else if (event instanceof Event.ReleaseMade e) {
            made.put(e.id(), e);
            open.add(e.id());
            e.changes()
                    .forEach(lane -> queued.get(lane)
                            .candidates()
                            .forEach((service, image) ->
                                    brought.merge(Map.entry(service, image.digest()), orders.get(lane), Order::newer)));
            e.changes().forEach(lane -> check(passed.remove(lane), "I7: a verdict makes one release", e));
            if (e.rollbackOf().isEmpty()) {
                tested(e);
            }
        } else if (event instanceof Event.ReleasePromoted e) {
            check(open.remove(e.release()), "I8: the end of a release is told once", e);
            promoted(made.get(e.release()));
        } else if (event instanceof Event.LaneStarted e) {
            attempts.merge(e.lane(), 1, Integer::sum);
            refused.remove(e.lane());
        } else if (event instanceof Event.LaneRetried e && e.stays()) {
            attempts.merge(e.lane(), 1, Integer::sum);
        } else if (event instanceof Event.PromotionRefused e) {
            List<String> lanes = made.get(e.release()).changes();
            refused.addAll(lanes.size() > 1 ? lanes : List.of());
            check(open.remove(e.release()), "I8: the end of a release is told once", e);
        }
    }

    private void check(boolean kept, String promise, Object about) {
        if (!kept) {
            breaches.add(promise + ": " + about);
        }
    }

    private void ended(Event.LaneEnded e) {
        check(ended.put(e.lane(), e) == null, "I8: an end is told once", e);
        SortedMap<String, PinnedImage> candidates = queued.get(e.lane()).candidates();
        switch (e.outcome()) {
            case EJECTED, NOT_INSTALLABLE ->
                check(
                        shop.mayBeBlamed(candidates.values().stream()
                                .map(PinnedImage::digest)
                                .toList()),
                        "I4: only who is bad is ejected",
                        e);
            case RELEASED ->
                check(
                        candidates.values().stream().allMatch(i -> shop.wasInProduction(i.digest())),
                        "I8: who is told to be released is in production",
                        e);
            case UNDECIDED ->
                check(
                        !refused.contains(e.lane()) || attempts.get(e.lane()) >= WildLanes.ATTEMPTS,
                        "design 6: who was to go with others is tested again",
                        e);
            default -> {}
        }
    }

    /** Each of its images passed together with each that counts for it and is in the set (I7). */
    private void tested(Event.ReleaseMade e) {
        SortedMap<String, PinnedImage> set =
                shop.fakes.store.set(e.set()).orElseThrow().images();
        e.changed().forEach((service, image) -> {
            for (String other : connected(e, service)) {
                if (set.containsKey(other)) {
                    Digest its = set.get(other).digest();
                    check(
                            shop.passed(service, image.digest(), other, its),
                            "I7: " + shop.world.word(image.digest()) + " was tested with " + shop.world.word(its),
                            e);
                }
            }
        });
    }

    private Set<String> connected(Event.ReleaseMade e, String service) {
        return shop.countingAt.getOrDefault(e.id(), Map.of()).getOrDefault(service, Set.of(service));
    }

    private void promoted(Event.ReleaseMade release) {
        if (!release.rollbackOf().isEmpty()) {
            // What it brings back is as old as it was.
            newest.keySet().removeAll(release.changed().keySet());
            release.changed()
                    .forEach((service, image) -> Optional.ofNullable(brought.get(Map.entry(service, image.digest())))
                            .ifPresent(order -> newest.put(service, order)));
        }
        release.changes()
                .forEach(lane -> queued.get(lane).candidates().keySet().forEach(service -> {
                    Order order = orders.get(lane);
                    Order before = newest.put(service, order);
                    // Clocks of two environments may differ.
                    boolean elsewhere = before != null
                            && !order.isOfSameJob(before)
                            && !places.get(order).equals(places.get(before));
                    check(
                            before == null || elsewhere || !order.isOlderThan(before),
                            "I13: nothing older follows in " + service,
                            release);
                }));
    }

    private void everythingEnded() {
        Set<String> lanes = new TreeSet<>(queued.keySet());
        lanes.removeAll(ended.keySet());
        check(lanes.isEmpty(), "I8: no end of lanes", lanes);
        check(open.isEmpty(), "I6: no end of releases", open);
        Set<String> under = new HashSet<>(shop.fakes.promoter(shop.fakes.store).underWay());
        check(under.isEmpty(), "I6: promotions under way", under);
        shop.newest
                .services()
                .values()
                .forEach(s -> check(
                        shop.wasInProduction(shop.inProduction(s)),
                        "I6: what was refused is not in production",
                        shop.world.word(shop.inProduction(s))));
    }

    private void isQuiet(Environment place) {
        check(
                place.lock().entries().isEmpty(),
                "I3: no place is left",
                place.lock().entries());
        SortedMap<String, Digest> installed = shop.fakes.installed(place);
        for (Service service : shop.newest.services().values()) {
            if (!service.name().equals("s0")) {
                Digest there = installed.get(service.name());
                check(
                        there.equals(shop.inProduction(service)),
                        "I3: " + place.name() + " runs what production does",
                        shop.world.word(there) + ", not " + shop.world.word(shop.inProduction(service)));
            }
        }
    }
}
