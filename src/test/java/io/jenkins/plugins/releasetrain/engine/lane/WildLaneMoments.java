package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;

/** What must be so at the moment at which lanes append something, whoever acts right after it. */
final class WildLaneMoments {
    private final WildLaneShop shop;
    private final LaneSettings settings;
    private final Predicate<String> cancelled;
    /** Promotions whose first tag has moved. */
    private final Set<String> moving = new HashSet<>();

    private final Set<String> refused = new HashSet<>();

    /** @param cancelled whether somebody asked for the end of a lane */
    WildLaneMoments(WildLaneShop shop, LaneSettings settings, Predicate<String> cancelled) {
        this.shop = shop;
        this.settings = settings;
        this.cancelled = cancelled;
    }

    /** What is about to be appended. */
    void about(Event event) {
        if (event instanceof Event.LaneStarted e) {
            begins(e);
        } else if (event instanceof Event.LaneEnded e && e.outcome() == Outcome.CANCELLED) {
            check(
                    cancelled.test(e.lane())
                            || refusal(shop.queued.get(e.lane()).candidates()).isPresent(),
                    "I8: nobody cancelled it, and it is not blocked",
                    e);
        } else if (event instanceof Event.ReleaseMade e) {
            check(refusal(e.changed()).isEmpty(), "what is blocked makes no release", e);
            isOpen(e);
        } else if (event instanceof Event.TagsMoving e
                && e.promotion().startsWith(LanePromotion.PROMOTION)
                && !moving.contains(e.promotion())) {
            shop.fakes
                    .store
                    .release(e.promotion().substring(LanePromotion.PROMOTION.length()))
                    .ifPresent(r -> moves(r.made()));
        } else if (event instanceof Event.PromotionRefused e) {
            Promoter promoter = shop.fakes.promoter(shop.fakes.store);
            check(
                    !promoter.isPlanned(e.promotion()) || promoter.hasEnded(e.promotion()),
                    "I6: what is refused is undone first",
                    e);
        }
    }

    /** What was appended. */
    void happened(Event event) {
        if (event instanceof Event.TagsMoving e) {
            moving.add(e.promotion());
            check(!refused.contains(e.promotion()), "I6: what is refused moves no tag", e);
        } else if (event instanceof Event.PromotionRefused e) {
            refused.add(e.promotion());
        }
    }

    private void check(boolean kept, String promise, Object about) {
        if (!kept) {
            shop.breaches.add(promise + ": " + about);
        }
    }

    private Optional<String> refusal(SortedMap<String, PinnedImage> images) {
        return new Blocks(shop.fakes.store, shop.fakes.clock, e -> {}).refusal(images);
    }

    private LaneState state(String environment) {
        return new Journal<>(shop.fakes.store, "lane/" + environment, LaneState.TYPE, shop.fakes.clock, e -> {})
                .state();
    }

    private Optional<String> closed(LaneState s) {
        return Optional.of(s.paused())
                .filter(why -> !why.isEmpty())
                .or(() -> settings.closed(shop.fakes.clock.instant()));
    }

    private void begins(Event.LaneStarted started) {
        LaneState s = state(shop.queued.get(started.lane()).environment());
        Lane lane = s.lane(started.lane()).orElseThrow();
        Connections connections = new Connections(shop.taken.get(lane.queued().environment()), LaneSettings.HOPS);
        Set<String> counting = new LanePolicy(settings, connections).counting(lane);
        check(
                s.obligations().stream().allMatch(o -> Collections.disjoint(o.services(), counting)),
                "I4: what counts is cleaned up before anybody comes in",
                started);
        check(closed(s).isEmpty(), "design 5.10: nobody is let in while lanes are stopped", started);
        long inside =
                s.lanes().stream().filter(l -> l.phase().attempt().isPresent()).count();
        int limit = settings.limits().environment();
        // A control run brings nothing, and is for all that wait.
        check(started.control() || limit == 0 || inside < limit, "I3: there is room for " + limit, started);
    }

    private void isOpen(Event.ReleaseMade release) {
        LaneState s = state(release.owner());
        check(
                !release.rollbackOf().isEmpty()
                        || s.held().isEmpty() && closed(s).isEmpty(),
                "design 5.10: nothing moves production while lanes are stopped",
                release);
    }

    private void moves(Event.ReleaseMade release) {
        check(refusal(release.changed()).isEmpty(), "what is blocked moves no tag", release);
        isOpen(release);
        if (release.rollbackOf().isEmpty()) {
            Map<String, Service> services = shop.taken.get(release.owner()).services();
            shop.countingAt
                    .get(release.id())
                    .forEach((service, counting) -> counting.stream()
                            .filter(other -> services.containsKey(other)
                                    && !release.changed().containsKey(other))
                            .forEach(other -> {
                                Digest image = release.changed().get(service).digest();
                                Digest its = shop.inProduction(services.get(other));
                                check(
                                        shop.passed(service, image, other, its),
                                        "I7: " + shop.world.word(image) + " is not promoted beside "
                                                + shop.world.word(its) + ", untested",
                                        release);
                            }));
        }
    }
}
