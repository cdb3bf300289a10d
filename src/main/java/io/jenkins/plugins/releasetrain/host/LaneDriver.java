package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.LaneTask;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.lane.RemovedLanes;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.logging.Level;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Advances the lanes of one environment, each by itself (design §6). Whatever goes wrong is tried again after pauses that
 * grow, until the lane has its outcome and its build has taken it (I8).
 */
@Restricted(NoExternalUse.class)
public final class LaneDriver {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration NOW_AND_THEN = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration UNTIL_GONE = Duration.ofSeconds(30);

    /** A restart of another controller takes less than so many leases. */
    private static final int LEASES_OF_PATIENCE = 12;

    /** Places are renewed when so much of their lease is over. */
    private static final int THIRD = 3;

    /** What fails in an unexpected way so often in a row, which takes some 20 minutes, will fail again. */
    private static final int FAILURES_OF_PATIENCE = 10;

    private final Site site;
    private final Source source;
    private final BiConsumer<String, String> waits;
    private final Map<LaneId, Rider> riders = new ConcurrentHashMap<>();
    /** Lanes of other controllers, since when nobody has gone on with them. */
    private final Map<LaneId, Instant> silent = new HashMap<>();

    /** Lanes that left something. */
    private final Set<String> untidy = new HashSet<>();

    private final Loop watch;

    /**
     * Where it runs.
     *
     * @param ours whether this controller runs the build of an origin
     * @param alive whether that build goes on, as far as can be known
     */
    record Site(Loop.Host host, Predicate<Origin> ours, Predicate<Origin> alive, Clock clock) {}

    /** The lanes as they are configured now. */
    interface Source {
        /** Name of the environment. */
        String name();

        /** False where there is no environment of the name any more, or it takes no lanes; nobody is asked for them then. */
        boolean isConfigured();

        Lanes lanes();

        RemovedLanes removed();
    }

    private static final class Rider {
        private final Passenger passenger;
        private Loop loop;
        private volatile String told = "";
        private volatile String leaves = "";
        /** In a row; only turns of its own loop touch it. */
        private int failures;
        /** Since when its environment is not there; null while it is. */
        private Instant missedSince;

        Rider(Passenger passenger) {
            this.passenger = passenger;
        }
    }

    /** @param waits told by a lane's id why it does not go on, with an empty reason where it does */
    LaneDriver(Controller controller, Clock clock, Source source, BiConsumer<String, String> waits) {
        this(new Site(controller, controller::isOurs, controller::isAlive, clock), source, waits);
    }

    LaneDriver(Site site, Source source, BiConsumer<String, String> waits) {
        this.site = site;
        this.source = source;
        this.waits = waits;
        this.watch = new Loop(site.host(), this::watch);
    }

    /** Opens a lane unless the origin has one already, which it may have after a crash. */
    public LaneId open(Map<String, String> images, Origin origin) {
        Lanes now = source.lanes();
        return now.state().lanes().stream()
                .filter(l -> l.queued().origin().isSameAs(origin))
                .filter(l -> l.candidates().keySet().equals(images.keySet()))
                .map(l -> new LaneId(l.group(), l.id()))
                .findFirst()
                .orElseGet(() -> now.open(images, origin));
    }

    public void board(LaneId lane, Passenger passenger) {
        board(lane, new Rider(passenger));
        watch.wake();
    }

    /** Whose build is no more, or out of reach. */
    private void abandon(LaneId lane, String reason) {
        Rider rider = new Rider(Passenger.GONE);
        rider.leaves = reason;
        board(lane, rider);
    }

    private void board(LaneId lane, Rider rider) {
        rider.loop = new Loop(site.host(), () -> turn(lane, rider));
        riders.put(lane, rider);
        rider.loop.wake();
    }

    /** Lanes of controllers that are gone for good get their outcome from whoever is left (I8). */
    void watchOver() {
        watch.wake();
    }

    /** Keeps the places of all lanes here, and cleans up after those that are over; never ends. */
    private Optional<Duration> watch() {
        try {
            Lanes now = source.lanes();
            Duration again = now.lease().dividedBy(THIRD);
            riders.keySet().forEach(lane -> renew(now, lane));
            leaveDead(now);
            now.tidy();
            tell(now.problems());
            lookAfter(now);
            return Optional.of(again.compareTo(NOW_AND_THEN) < 0 ? again : NOW_AND_THEN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (EngineException e) {
            ReleaseService.LOGGER.log(Level.FINE, "Lanes could not be looked after; trying again", e);
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(Level.WARNING, "Lanes could not be looked after; trying again", e);
        }
        return Optional.of(NOW_AND_THEN);
    }

    /** Builds that people killed the hard way, and steps that they ended so, which are told nothing. */
    private void leaveDead(Lanes now) {
        riders.values().forEach(rider -> rider.passenger.leaveIfEnded());
        now.underWay().forEach((lane, origin) -> {
            Rider rider = riders.get(lane);
            if (rider != null
                    && rider.passenger != Passenger.GONE
                    && !site.alive().test(origin)
                    && rider.passenger.isOver()) {
                abandon(lane, "its build " + origin.build() + " has ended");
            }
        });
    }

    /** What cannot be cleaned up yet, and of what could be meanwhile nothing any more; only turns of the watch call it. */
    private void tell(SortedMap<String, String> problems) {
        untidy.stream().filter(lane -> !problems.containsKey(lane)).forEach(lane -> waits.accept(lane, ""));
        untidy.clear();
        untidy.addAll(problems.keySet());
        problems.forEach((lane, problem) -> waits.accept(lane, "what it left is not cleaned up: " + problem));
    }

    private static void renew(Lanes now, LaneId lane) {
        try {
            now.renew(lane);
        } catch (EngineException e) {
            ReleaseService.LOGGER.log(Level.FINE, e, () -> "The place of lane " + lane + " could not be renewed yet");
        }
    }

    private void lookAfter(Lanes now) {
        Map<LaneId, Origin> unattended = now.unattended();
        unattended.values().removeIf(site.ours());
        silent.keySet().retainAll(unattended.keySet());
        Instant giveUp = site.clock().instant().minus(now.lease().multipliedBy(LEASES_OF_PATIENCE));
        unattended.forEach((lane, origin) -> {
            Instant since = silent.computeIfAbsent(lane, l -> site.clock().instant());
            if (since.isBefore(giveUp) && !riders.containsKey(lane)) {
                abandon(lane, "given up: the controller of its build " + origin.build() + " is silent since " + since);
            }
        });
    }

    /** The build gives up; what is left of the lane's candidates is cleaned up. */
    public void leave(LaneId lane, String reason) {
        Rider rider = riders.get(lane);
        if (rider != null) {
            rider.leaves = reason;
            rider.loop.wake();
        }
    }

    /** @throws EngineException retryable: to be reported again */
    public void report(LaneId lane, String tenant, Lanes.Reported reported) {
        source.lanes().report(lane, tenant, reported);
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
        boolean configured = source.isConfigured();
        (configured ? source.lanes().underWay() : source.removed().underWay()).forEach((lane, origin) -> {
            if (!riders.containsKey(lane) && !site.alive().test(origin)) {
                abandon(lane, "its build " + origin.build() + " has ended");
            }
        });
        if (!configured) {
            return;
        }
        watch.wake();
        try {
            source.lanes().sweep();
        } catch (EngineException e) {
            // Each lane that comes in does it too, and its build is told why it fails.
            ReleaseService.LOGGER.log(Level.WARNING, e, () -> "What lanes left behind could not be removed yet");
        }
    }

    void wake() {
        riders.values().forEach(rider -> rider.loop.wake());
        watch.wake();
    }

    private Optional<Duration> turn(LaneId lane, Rider rider) {
        if (riders.get(lane) != rider) {
            // Somebody else goes on with it by now.
            return Optional.empty();
        }
        try {
            if (!source.isConfigured()) {
                return missing(lane, rider);
            }
            rider.missedSince = null;
            if (!rider.leaves.isEmpty()) {
                // A lane whose release is made goes on to its end, unless it is left on purpose.
                if (rider.passenger == Passenger.GONE) {
                    source.lanes().cancel(lane, rider.leaves);
                } else {
                    source.lanes().withdraw(lane, rider.leaves);
                }
            }
            Optional<Duration> next = carryOut(lane, rider, source.lanes().next(lane));
            rider.failures = 0;
            return next;
        } catch (EngineException e) {
            boolean settles = e.kind().maySettle() && rider.failures < FAILURES_OF_PATIENCE;
            return e.kind().mayPass() || settles
                    ? again(lane, rider, e.getMessage())
                    : giveUp(lane, rider, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(NOW_AND_THEN);
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(Level.WARNING, e, () -> "Lane " + lane + " could not go on");
            String message = "Lane of " + lane.group() + " could not go on: "
                    + e.getClass().getSimpleName() + "; the controller's log has more";
            return rider.failures < FAILURES_OF_PATIENCE ? again(lane, rider, message) : giveUp(lane, rider, message);
        }
    }

    /** Nobody is ended for a moment's mistake, as of a configuration that is read in two steps. */
    private Optional<Duration> missing(LaneId lane, Rider rider) {
        String why = "environment '" + source.name() + "' is not configured for lanes any more";
        Instant now = site.clock().instant();
        if (rider.missedSince == null) {
            rider.missedSince = now;
        }
        if (now.isBefore(rider.missedSince.plus(UNTIL_GONE))) {
            say(rider, why + "; its lanes end in " + UNTIL_GONE.toSeconds() + " s, unless it is back by then");
            return Optional.of(SOON.multipliedBy(2));
        }
        RemovedLanes removed = source.removed();
        removed.cancel(lane, rider.leaves.isEmpty() ? why : rider.leaves);
        return removed.outcome(lane).map(ended -> end(lane, rider, ended)).orElse(Optional.of(NOW_AND_THEN));
    }

    private Optional<Duration> again(LaneId lane, Rider rider, String why) {
        waits.accept(lane.id(), why);
        say(rider, why + " – trying again");
        Duration pause = SOON.multipliedBy(1L << Math.min(rider.failures, FAILURES_OF_PATIENCE));
        rider.failures++;
        return Optional.of(pause.compareTo(LONGEST) < 0 ? pause : LONGEST);
    }

    /** It gets its outcome from the store, where it is kept first; one that is being promoted goes on. */
    private Optional<Duration> giveUp(LaneId lane, Rider rider, String message) {
        try {
            Lanes now = source.lanes();
            now.cancel(lane, message);
            if (now.state().lanes().stream().anyMatch(l -> l.id().equals(lane.id()))) {
                return again(lane, rider, message);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(NOW_AND_THEN);
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(Level.WARNING, e, () -> "Lane " + lane + " could not be ended; trying again");
            return again(lane, rider, message);
        }
        rider.passenger.failed(message);
        riders.remove(lane);
        waits.accept(lane.id(), "");
        return Optional.empty();
    }

    private Optional<Duration> carryOut(LaneId lane, Rider rider, LaneTask task) {
        waits.accept(lane.id(), task instanceof LaneTask.Wait wait ? wait.why() : "");
        if (task instanceof LaneTask.Done done) {
            return end(lane, rider, done.ended());
        } else if (task instanceof LaneTask.Test test) {
            rider.passenger.test(run(test));
            return Optional.of(NOW_AND_THEN);
        }
        LaneTask.Wait wait = (LaneTask.Wait) task;
        say(rider, wait.why());
        Duration again = wait.again().compareTo(NOW_AND_THEN) < 0 ? wait.again() : NOW_AND_THEN;
        return Optional.of(again.compareTo(SOON) < 0 ? SOON : again);
    }

    private Optional<Duration> end(LaneId lane, Rider rider, Event.LaneEnded ended) {
        if (!rider.passenger.ended(new Passenger.End(ended.outcome(), ended.reason(), ended.release()))) {
            return Optional.of(SOON);
        }
        riders.remove(lane);
        waits.accept(lane.id(), "");
        watch.wake();
        return Optional.empty();
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
                test.control() ? new ArrayList<>() : new ArrayList<>(images.keySet()),
                images,
                test.hosts(),
                (test.control() ? "control run of what production runs, by the lane of " : "lane of ")
                        + String.join(", ", images.keySet()));
    }

    /** Tells those of the lanes that ride here. */
    void tell(List<String> ids, String line) {
        riders.forEach((lane, rider) -> {
            if (ids.contains(lane.id())) {
                say(rider, line);
            }
        });
    }

    private static void say(Rider rider, String line) {
        if (!line.equals(rider.told)) {
            rider.told = line;
            rider.passenger.say(line);
        }
    }
}
