package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.util.ArrayList;
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

/** What builds and people do to a train, by chance. */
final class WildPeople {
    private final WildShop shop;
    private final Random random;
    private final Consumer<String> told;
    private final Blocks blocks;
    private final Map<String, Integer> builds = new HashMap<>();
    private final List<Consumer<Ride>> late = new ArrayList<>();
    private final Set<String> answered = new HashSet<>();
    private final Set<String> gone = new HashSet<>();

    /** @param told hears what they do */
    WildPeople(WildShop shop, Random random, Consumer<String> told) {
        this.shop = shop;
        this.random = random;
        this.told = told;
        this.blocks = new Blocks(shop.fakes.store, shop.fakes.clock, shop.fakes.events::add);
    }

    /** Whether the build of a change is over: it died, or was never told its change. */
    boolean isGone(String change) {
        return gone.contains(change) || !answered.contains(change);
    }

    /** Somebody does something. */
    void act(Ride ride) {
        switch (random.nextInt(25)) {
            case 0 -> one(ride).ifPresent(c -> cancel(ride, c));
            case 1 -> trial(ride).ifPresent(t -> decline(ride, t));
            case 2 -> hold(ride);
            case 3, 4 -> free(ride);
            case 5 -> pause(ride);
            case 6, 7 -> resume(ride);
            case 8 -> blockOrUnblock(ride);
            case 9 -> one(ride).ifPresent(c -> prioritise(ride, c));
            case 10 -> one(ride).ifPresent(c -> force(ride, c));
            case 11 -> release(ride).ifPresent(r -> rollBack(ride, r));
            case 12 -> trial(ride).ifPresent(t -> abandon(ride, t));
            case 13 -> one(ride).ifPresent(this::die);
            case 14 -> {
                if (!late.isEmpty()) {
                    late.remove(random.nextInt(late.size())).accept(ride);
                }
            }
            default -> build(ride);
        }
    }

    private <T> Optional<T> any(List<T> all) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    private Optional<Change> one(Ride ride) {
        return any(ride.train().state().undecided().toList());
    }

    private Optional<TrainState.Trial> trial(Ride ride) {
        return any(ride.train().state().trials());
    }

    private Optional<String> release(Ride ride) {
        int last = ride.train().state().lastNumber();
        return last == 0 || random.nextInt(3) > 0
                ? Optional.empty()
                : Optional.of("shop-" + (1 + random.nextInt(last)));
    }

    private void cancel(Ride ride, Change change) {
        told.accept("withdraw " + change.id());
        ride.train().withdraw(change.id(), "not needed");
    }

    private void decline(Ride ride, TrainState.Trial trial) {
        told.accept("decline " + trial.id() + " of " + trial.changes());
        ride.train().decline(trial.id(), "declined by Ada");
    }

    private void hold(Ride ride) {
        told.accept("hold");
        ride.train().hold("a sale", "ada");
    }

    void free(Ride ride) {
        told.accept("free");
        ride.train().free("ada");
    }

    private void pause(Ride ride) {
        told.accept("pause");
        ride.train().pause("look", "ada");
    }

    void resume(Ride ride) {
        told.accept("resume");
        ride.train().resume("ada");
    }

    private void blockOrUnblock(Ride ride) {
        Optional<String> release = release(ride);
        told.accept(release.map(r -> "mark " + r + " as bad").orElse("unblock all"));
        release.ifPresentOrElse(
                r -> blocks.markBad(r, "loses carts", "ada"),
                () -> blocks.state().blocked().keySet().forEach(d -> blocks.unblock(new Digest(d), "ada")));
    }

    private void prioritise(Ride ride, Change change) {
        told.accept("first " + change.id());
        ride.train().prioritise(change.id(), 50, "ada");
    }

    private void force(Ride ride, Change change) {
        told.accept("force " + change.id());
        ride.train().force(List.of(change.id()), "ada");
    }

    private void rollBack(Ride ride, String release) {
        boolean hold = random.nextInt(4) == 0;
        List<String> over = ride.train().rollbacks().over(release).stream()
                .map(Event.ReleaseMade::id)
                .toList();
        List<String> bad = random.nextInt(3) == 0 ? over : List.of();
        told.accept("roll back to " + release + ", hold: " + hold + ", bad: " + bad);
        ride.train().rollbacks().perform(new Rollback(release, "slow", hold, bad, "ada"));
    }

    private void abandon(Ride ride, TrainState.Trial trial) {
        told.accept("abandon " + trial.id());
        ride.train().abandoned(trial.id(), "its build was stopped");
    }

    private void die(Change change) {
        told.accept("the build of " + change.id() + " dies");
        gone.add(change.id());
    }

    /** Of one service or two, by a build that may be overtaken on its way to the queue. */
    private void build(Ride ride) {
        SortedMap<String, String> images = new TreeMap<>();
        int count = random.nextInt(4) == 0 ? 2 : 1;
        for (int i = 0; i < count; i++) {
            String service = shop.world.service();
            images.put(service, shop.world.build(service));
        }
        String job = random.nextInt(3) == 0 ? "any" : "job-" + images.firstKey();
        int number = builds.merge(job, 1, Integer::sum);
        Origin origin = random.nextInt(6) == 0 ? Origin.UNKNOWN : new Origin(job + "#" + number, "", "dev");
        int priority = random.nextInt(5) == 0 ? random.nextInt(5) - 2 : 0;
        Train.Request request = new Train.Request(images, origin, priority, random.nextInt(8) > 0);
        if (random.nextInt(5) == 0) {
            late.add(later -> queue(later, request));
        } else {
            queue(ride, request);
        }
    }

    private void queue(Ride ride, Train.Request request) {
        told.accept("queue " + request);
        answered.add(ride.train().queue(request));
    }
}
