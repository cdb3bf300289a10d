package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What builds and people do to lanes, by chance. */
final class WildLanePeople {
    private final WildLaneShop shop;
    private final Random random;
    private final Consumer<String> told;
    private final Blocks blocks;
    private final Map<String, Integer> builds = new HashMap<>();
    private final List<Consumer<WildLaneRide>> late = new ArrayList<>();
    private final Set<String> answered = new HashSet<>();
    private final Set<String> gone = new HashSet<>();
    private final Set<String> cancelled = new HashSet<>();

    /** @param told hears what they do */
    WildLanePeople(WildLaneShop shop, Random random, Consumer<String> told) {
        this.shop = shop;
        this.random = random;
        this.told = told;
        this.blocks = new Blocks(shop.fakes.store, shop.fakes.clock, shop.fakes.events::add);
    }

    /** Whether the build of a lane is over: it died, or was never told its lane. */
    boolean isGone(String lane) {
        return gone.contains(lane) || !answered.contains(lane);
    }

    /** Whether somebody asked for its end. */
    boolean isCancelled(String lane) {
        return cancelled.contains(lane);
    }

    void cancel(WildLaneRide ride, LaneId lane, String reason) throws InterruptedException {
        cancelled.add(lane.id());
        ride.lanes().cancel(lane, reason);
    }

    private void withdraw(WildLaneRide ride, LaneId lane) throws InterruptedException {
        told.accept("withdraw " + lane);
        cancelled.add(lane.id());
        ride.lanes().withdraw(lane, "not needed");
    }

    /** Somebody does something. */
    void act(WildLaneRide ride) throws InterruptedException {
        Lanes lanes = ride.lanes();
        switch (random.nextInt(27)) {
            case 0 -> {
                Optional<LaneId> lane = any(List.copyOf(lanes.underWay().keySet()));
                if (lane.isPresent()) {
                    withdraw(ride, lane.get());
                }
            }
            case 1 -> {
                told.accept("hold " + ride.place.name());
                lanes.hold("a sale", "ada");
            }
            case 2, 3 -> lanes.free("ada");
            case 4 -> {
                told.accept("pause " + ride.place.name());
                lanes.pause("look", "ada");
            }
            case 5, 6 -> {
                told.accept("resume " + ride.place.name());
                lanes.resume("ada");
            }
            case 7, 12 -> blockOrUnblock(ride);
            case 8 -> any(lanes.state().waiting()).ifPresent(l -> lanes.prioritise(l.id(), 50, "ada"));
            case 9, 10 -> release(ride).ifPresent(r -> rollBack(ride, r));
            case 11 ->
                any(List.copyOf(lanes.underWay().keySet())).ifPresent(l -> {
                    told.accept("the build of " + l.id() + " dies");
                    gone.add(l.id());
                });
            case 13 -> {
                if (!late.isEmpty()) {
                    late.remove(random.nextInt(late.size())).accept(ride);
                }
            }
            case 14, 15, 16, 17 -> {
                // Who changes what others call changes them as well.
                build(ride, "s1");
                build(ride, random.nextBoolean() ? "s0" : "s2");
            }
            default -> build(ride, shop.world.service());
        }
    }

    /** Somebody finds a reason against what is on its way to production. */
    void intervene(WildLaneRide ride) throws InterruptedException {
        switch (random.nextInt(5)) {
            case 0 -> ride.lanes().hold("a sale", "ada");
            case 3 -> {
                Optional<LaneId> lane = any(List.copyOf(ride.lanes().underWay().keySet()));
                if (lane.isPresent()) {
                    withdraw(ride, lane.get());
                }
            }
            case 1 -> ride.lanes().pause("look", "ada");
            case 2 -> shop.world.pushToProduction();
            default -> blockOrUnblock(ride);
        }
    }

    private <T> Optional<T> any(List<T> all) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    private Optional<String> release(WildLaneRide ride) {
        return random.nextInt(2) > 0
                ? Optional.empty()
                : any(shop.fakes.store.releases(ride.place.name(), Integer.MAX_VALUE, 100))
                        .map(r -> r.made().id());
    }

    /** One that is just promoted, or whose images a lane brings again, is looked at before others. */
    private Optional<String> suspicious(WildLaneRide ride) {
        List<Lane> lanes = ride.lanes().state().lanes();
        List<String> promoting = lanes.stream()
                .map(Lane::phase)
                .filter(Phase.Promoting.class::isInstance)
                .map(phase -> ((Phase.Promoting) phase).made().id())
                .toList();
        List<String> again = shop.fakes.store.releases(ride.place.name(), Integer.MAX_VALUE, 100).stream()
                .map(ReleaseRecord::made)
                .filter(made -> lanes.stream()
                        .anyMatch(l -> (l.phase() instanceof Phase.Testing || l.phase() instanceof Phase.Passed)
                                && !Collections.disjoint(
                                        l.candidates().values(), made.changed().values())))
                .map(Event.ReleaseMade::id)
                .toList();
        return any(random.nextBoolean() ? promoting : again)
                .or(() -> any(again))
                .or(() -> release(ride));
    }

    private void blockOrUnblock(WildLaneRide ride) {
        Optional<String> release = random.nextInt(3) == 0 ? release(ride) : suspicious(ride);
        told.accept(release.map(r -> "mark " + r + " as bad").orElse("unblock all"));
        release.ifPresentOrElse(
                r -> blocks.markBad(r, "loses carts", "ada"),
                () -> blocks.state().blocked().keySet().forEach(d -> blocks.unblock(new Digest(d), "ada")));
    }

    private void rollBack(WildLaneRide ride, String release) {
        told.accept("roll back to " + release);
        told.accept("made " + ride.lanes().rollback().perform(release, "slow", "ada"));
    }

    /** Of one service or two, by a build that may be overtaken on its way to the queue. */
    private void build(WildLaneRide ride, String service) {
        SortedMap<String, String> images = new TreeMap<>();
        images.put(service, random.nextInt(4) == 0 ? shop.world.again(service) : shop.world.build(service));
        if (service.equals("s4") && random.nextInt(3) == 0) {
            images.put("s5", shop.world.build("s5"));
        }
        String job = random.nextInt(3) == 0 ? "any" : "job-" + service;
        int number = builds.merge(job, 1, Integer::sum);
        Origin origin = random.nextInt(6) == 0 ? Origin.UNKNOWN : new Origin(job + "#" + number, "", "dev");
        if (random.nextInt(4) == 0) {
            late.add(later -> open(later, images, origin));
        } else {
            open(ride, images, origin);
        }
    }

    /** One that takes what is outdated into its environment. */
    LaneId probe(WildLaneRide ride) {
        LaneId lane = ride.lanes().open(Map.of("s0", shop.world.buildGood("s0")), Origin.UNKNOWN);
        answered.add(lane.id());
        return lane;
    }

    private void open(WildLaneRide ride, SortedMap<String, String> images, Origin origin) {
        told.accept("open " + images + " by " + origin.build());
        LaneId lane = ride.lanes().open(images, origin);
        told.accept("opened " + lane);
        answered.add(lane.id());
    }
}
