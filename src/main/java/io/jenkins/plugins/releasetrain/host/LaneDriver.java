package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.lane.LaneTask;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.logging.Level;

/** Advances the lanes of one environment, each by itself (design §6). */
public final class LaneDriver {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration NOW_AND_THEN = Duration.ofSeconds(30);

    /** A restart of another controller takes less than so many leases. */
    private static final int LEASES_OF_PATIENCE = 12;

    private final Controller controller;
    private final Supplier<Lanes> lanes;
    private final BiConsumer<String, String> waits;
    private final Map<LaneId, Rider> riders = new ConcurrentHashMap<>();
    /** Lanes of other controllers, since when nobody has gone on with them. */
    private final Map<LaneId, Instant> silent = new HashMap<>();

    private final Loop watch;

    private static final class Rider {
        private final Passenger passenger;
        private Loop loop;
        private volatile String told = "";
        private volatile String leaves = "";

        Rider(Passenger passenger) {
            this.passenger = passenger;
        }
    }

    /** @param waits told by a lane's id why it does not go on, with an empty reason where it does */
    LaneDriver(Controller controller, Supplier<Lanes> lanes, BiConsumer<String, String> waits) {
        this.controller = controller;
        this.lanes = lanes;
        this.waits = waits;
        this.watch = new Loop(controller, this::watch);
    }

    /** Opens a lane unless the origin has one already, which it may have after a crash. */
    public LaneId open(Map<String, String> images, Origin origin) {
        Lanes now = lanes.get();
        return now.byGroup(images).keySet().stream()
                .flatMap(group -> now.state(group).active().stream()
                        .filter(l -> l.queued().origin().isSameAs(origin))
                        .map(l -> new LaneId(group, l.queued().lane())))
                .findFirst()
                .orElseGet(() -> now.open(images, origin));
    }

    public void board(LaneId lane, Passenger passenger) {
        board(lane, new Rider(passenger));
    }

    /** Whose build is no more, or out of reach. */
    private void abandon(LaneId lane, String reason) {
        Rider rider = new Rider(Passenger.GONE);
        rider.leaves = reason;
        board(lane, rider);
    }

    private void board(LaneId lane, Rider rider) {
        rider.loop = new Loop(controller, () -> turn(lane, rider));
        riders.put(lane, rider);
        rider.loop.wake();
    }

    /** Lanes of controllers that are gone for good get their outcome from whoever is left (I8). */
    void watchOver() {
        watch.wake();
    }

    private Optional<Duration> watch() {
        try {
            Lanes now = lanes.get();
            Map<LaneId, Origin> unattended = now.unattended();
            unattended.values().removeIf(controller::isOurs);
            silent.keySet().retainAll(unattended.keySet());
            Instant giveUp = Instant.now().minus(now.lease().multipliedBy(LEASES_OF_PATIENCE));
            unattended.forEach((lane, origin) -> {
                Instant since = silent.computeIfAbsent(lane, l -> Instant.now());
                if (since.isBefore(giveUp) && !riders.containsKey(lane)) {
                    abandon(
                            lane,
                            "given up: the controller of its build " + origin.build() + " is silent since " + since);
                }
            });
            return Optional.of(now.lease());
        } catch (EngineException e) {
            ReleaseService.LOGGER.log(Level.FINE, "Lanes of other controllers could not be looked at", e);
            return e.kind().retryable() ? Optional.of(NOW_AND_THEN) : Optional.empty();
        }
    }

    /** The build gives up; nothing of the lane's candidates is left. */
    public void leave(LaneId lane, String reason) {
        Rider rider = riders.get(lane);
        if (rider != null) {
            rider.leaves = reason;
            rider.loop.wake();
        }
    }

    public void report(LaneId lane, String tenant, Verdict verdict, String reason) {
        lanes.get().report(lane, tenant, verdict, reason);
        Rider rider = riders.get(lane);
        if (rider != null) {
            rider.loop.wake();
        }
    }

    /**
     * After a start: what lanes that are over left behind is removed, and lanes whose build did not survive are left,
     * promoted where they were to be promoted already.
     */
    void takeUp() {
        Lanes now = lanes.get();
        now.underWay().forEach((lane, origin) -> {
            if (!riders.containsKey(lane) && !controller.isAlive(origin)) {
                abandon(lane, "its build " + origin.build() + " has ended");
            }
        });
        try {
            now.sweep();
        } catch (EngineException e) {
            // Each lane that comes in does it too, and its build is told why it fails.
            ReleaseService.LOGGER.log(Level.WARNING, e, () -> "What lanes left behind could not be removed yet");
        }
    }

    void wake() {
        riders.values().forEach(rider -> rider.loop.wake());
    }

    private Optional<Duration> turn(LaneId lane, Rider rider) {
        try {
            if (!rider.leaves.isEmpty()) {
                // A lane that is being promoted already goes on to its end.
                lanes.get().cancel(lane, rider.leaves);
            }
            return carryOut(lane, rider, lanes.get().next(lane));
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                waits.accept(lane.id(), e.getMessage());
                say(rider, e.getMessage() + " – trying again");
                return Optional.of(NOW_AND_THEN);
            }
            return giveUp(lane, rider, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(NOW_AND_THEN);
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(Level.WARNING, e, () -> "Lane " + lane + " could not go on");
            return giveUp(lane, rider, "Lane of " + lane.group() + " could not go on: " + e);
        }
    }

    private Optional<Duration> giveUp(LaneId lane, Rider rider, String message) {
        try {
            lanes.get().cancel(lane, message);
        } catch (EngineException e) {
            ReleaseService.LOGGER.log(Level.WARNING, e, () -> "Lane " + lane + " could not be cleaned up");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        riders.remove(lane);
        waits.accept(lane.id(), "");
        rider.passenger.failed(message);
        return Optional.empty();
    }

    private Optional<Duration> carryOut(LaneId lane, Rider rider, LaneTask task) {
        waits.accept(lane.id(), task instanceof LaneTask.Wait wait ? wait.why() : "");
        if (task instanceof LaneTask.Done done) {
            riders.remove(lane);
            rider.passenger.ended(new Passenger.End(
                    done.ended().outcome(), done.ended().reason(), done.ended().release()));
            return Optional.empty();
        } else if (task instanceof LaneTask.Test test) {
            rider.passenger.test(run(test));
            lanes.get().renew(lane);
            return Optional.of(NOW_AND_THEN);
        }
        LaneTask.Wait wait = (LaneTask.Wait) task;
        say(rider, wait.why());
        return Optional.of(wait.again().compareTo(SOON) < 0 ? SOON : wait.again());
    }

    private static Passenger.TestRun run(LaneTask.Test test) {
        SortedMap<String, String> images = new TreeMap<>();
        for (Map.Entry<String, ImageReference> e : test.images().entrySet()) {
            images.put(e.getKey(), e.getValue().toString());
        }
        return new Passenger.TestRun(
                test.tenant(),
                test.environment(),
                test.namespace(),
                test.baseUrl(),
                test.tenant(),
                new ArrayList<>(images.keySet()),
                images,
                test.hosts(),
                "lane of " + String.join(", ", images.keySet()));
    }

    private static void say(Rider rider, String line) {
        if (!line.equals(rider.told)) {
            rider.told = line;
            rider.passenger.say(line);
        }
    }
}
