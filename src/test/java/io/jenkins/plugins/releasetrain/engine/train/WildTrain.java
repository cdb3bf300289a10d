package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.MeddledStore;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A train in which everything happens that can, all of it by chance: people and builds act, also between a decision and its
 * append; the store is away, or its answer is lost; the process dies and comes back with other environments.
 */
final class WildTrain implements AutoCloseable {
    /** Calls of the store within one step; more of them go round in a circle. */
    private static final int CALLS = 20_000;

    private static final int STEPS_TO_THE_END = 3_000;

    /** So much may pass between a look at the clock and the first tag. */
    private static final Duration LOOKED = Duration.ofMinutes(20);

    final WildShop shop;
    private final Random random;
    private final WildPeople people;
    private final List<String> history = new ArrayList<>();
    private final Store store;
    private Ride ride;
    private Ride other;
    private int calls;
    private boolean meanwhile;
    private boolean over;
    private Train.Plan plan;
    private Instant planned;
    private final List<String> breaches = new ArrayList<>();

    WildTrain(long seed) {
        this.random = new Random(seed);
        this.shop = new WildShop(random, this::tell);
        this.people = new WildPeople(shop, random, this::tell);
        this.store = MeddledStore.of(shop.fakes.store, this::count, events -> before(), this::after);
        shop.world.beforeTag(this::lookAtFreeze);
        restart();
    }

    /** Promises that were broken, in words. */
    List<String> broken() {
        return Stream.concat(breaches.stream(), WildPromises.broken(shop).stream())
                .toList();
    }

    /**
     * Somebody may have looked at the clock right before a freeze began; what is half moved is completed; and what people
     * roll back does not wait.
     */
    private void lookAtFreeze(Registry.Tag tag) {
        Instant now = shop.fakes.clock.instant();
        Instant before = now.minus(LOOKED);
        Timetable timetable = plan.timetable();
        boolean frozen =
                timetable.closed(now).isPresent() && timetable.closed(before).isPresent();
        boolean began = shop.promotionsUnderWay()
                .anyMatch(at -> at.isBefore(before) || at.isAfter(now) || !at.isAfter(planned));
        if (frozen && !began && !shop.isRollbackUnderWay()) {
            breaches.add("no promotion begins in a freeze: " + tag + " at " + now);
        }
    }

    private void tell(String what) {
        history.add((meanwhile ? "meanwhile " : "") + what);
    }

    /** What happened, in order. */
    List<String> history() {
        return List.copyOf(history);
    }

    private void count() {
        if (++calls > CALLS) {
            throw new AssertionError(
                    "It goes round in a circle: " + ride.train().state());
        }
    }

    private void before() {
        int fate = over || meanwhile ? 100 : random.nextInt(100);
        if (fate == 0) {
            throw new CrashingStore.Crash();
        } else if (fate < 3) {
            throw new EngineException(FailureKind.UNAVAILABLE, "the store is away");
        } else if (fate < 20) {
            meanwhile = true;
            try {
                actOrDrive(other);
            } catch (EngineException e) {
                tell("refused: " + e.getMessage());
            } finally {
                meanwhile = false;
            }
        }
    }

    private void after() {
        int fate = over || meanwhile ? 100 : random.nextInt(100);
        if (fate == 0) {
            throw new CrashingStore.Crash();
        } else if (fate == 1) {
            throw new EngineException(FailureKind.UNAVAILABLE, "no answer");
        }
    }

    private void restart() {
        int environments = 1 + random.nextInt(WildShop.ENVIRONMENTS);
        plan = over ? new Train.Plan(TrainSettings.of("shop", "suite 1"), Timetable.ALWAYS) : WildPlan.by(random);
        planned = shop.fakes.clock.instant();
        tell("restart with " + environments + " environments, " + plan);
        ride = ride(store, environments);
        other = ride(shop.fakes.store, environments);
    }

    private Ride ride(Store its, int environments) {
        Ports ports =
                new Ports(its, shop.fakes.promoter(its), shop.fakes.clock, shop.fakes::id, shop.fakes.events::add);
        List<Environment> places = shop.fakes.environments(environments);
        Train train = new Train(plan, shop.catalogs, shop.fakes.registries(), places, ports);
        return new Ride(shop.fakes, train, places);
    }

    /** One thing happens. */
    void step() {
        bear(() -> {
            int what = random.nextInt(20);
            if (what < 8) {
                actOrDrive(ride);
            } else if (what < 17) {
                drive(ride);
            } else if (what < 19) {
                shop.world.troubleOrRelief();
                ride.train().expire();
            } else {
                restart();
            }
        });
    }

    private void bear(Runnable what) {
        calls = 0;
        try {
            what.run();
        } catch (EngineException e) {
            tell("refused: " + e.getMessage());
        } catch (CrashingStore.Crash e) {
            restart();
        }
    }

    private void actOrDrive(Ride by) {
        switch (random.nextInt(28)) {
            case 0, 1 -> drive(by);
            case 2 -> any(by.train().state().trials()).ifPresent(t -> report(by, t));
            default -> people.act(by);
        }
    }

    private <T> Optional<T> any(List<T> all) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    /** Whoever drives an environment takes its next task. */
    private void drive(Ride by) {
        leaveWithTheirBuilds(by);
        if (random.nextInt(10) == 0) {
            shop.fakes.promoter(store).sweep(open -> Optional.of(shop.fakes.production));
        }
        Environment place = any(by.environments()).orElseThrow();
        shop.fakes.clock.advance(Duration.ofSeconds(random.nextInt(600)));
        Task task = next(by, place);
        if (task instanceof Task.Test test) {
            by.train().began(test.trial());
            if (random.nextInt(3) > 0) {
                by.train().state().trial(test.trial()).ifPresent(t -> report(by, t));
            }
        } else if (task instanceof Task.Wait wait) {
            tell("wait in " + place.name() + ": " + wait.why());
            shop.fakes.clock.advance(Duration.ofMinutes(over ? 10 : random.nextInt(10)));
        }
    }

    /** As the drivers of builds have it. */
    private void leaveWithTheirBuilds(Ride by) {
        by.train()
                .state()
                .undecided()
                .map(Change::id)
                .filter(people::isGone)
                .toList()
                .forEach(c -> by.train().cancel(c, "its build is gone"));
    }

    private Task next(Ride by, Environment place) {
        try {
            return by.train().next(place.name(), Conductors.builds(this::standing));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Conductors.Standing standing(String change) {
        if (people.isGone(change)) {
            return Conductors.Standing.GONE;
        }
        return !over && random.nextInt(20) == 0 ? Conductors.Standing.AWAY : Conductors.Standing.HERE;
    }

    private void report(Ride by, TrainState.Trial trial) {
        if (trial.installed().isPresent()) {
            boolean lost = !over && random.nextInt(10) == 0;
            Verdict verdict = lost ? Verdict.VOID : shop.test(trial.environment());
            tell("report " + trial.id() + " of " + trial.changes() + " in " + trial.environment() + ": " + verdict);
            by.train().report(trial.id(), verdict, lost ? "the agent of the tests was lost" : "some test");
        }
    }

    /** All heals, and everything is to be decided. */
    void finish() {
        over = true;
        shop.world.heal();
        restart();
        people.free(ride);
        people.resume(ride);
        for (int i = 0; i < STEPS_TO_THE_END && isUnderWay(); i++) {
            bear(() -> drive(ride));
            if (ride.train().state().isPaused()) {
                people.resume(ride);
            }
        }
    }

    private boolean isUnderWay() {
        TrainState state = ride.train().state();
        return state.undecided().findAny().isPresent()
                || state.pending().isPresent()
                || !state.trials().isEmpty();
    }

    @Override
    public void close() {
        shop.close();
    }
}
