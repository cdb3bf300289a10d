package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Advances one train for all builds that wait for it (design §5). The oldest waiting build conducts; a trial goes on with
 * the conductor that it began with as long as that one's build lives. Everything that must survive is in the store.
 */
public final class TrainDriver {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration NOW_AND_THEN = Duration.ofSeconds(30);
    private static final String NOBODY = "nobody";

    private final Controller controller;
    private final Trains trains;
    private final Loop loop;
    /** By change, in the order of boarding. */
    private final Map<String, Passenger> aboard = new LinkedHashMap<>();
    /** Changes to be taken off as soon as they may be, with the reason. */
    private final Map<String, String> leaving = new HashMap<>();

    private final Map<String, String> told = new HashMap<>();

    /**
     * The train as it is configured now, whose verdicts are about release candidates; and the same train whose verdicts
     * are about test releases, which run a smaller suite perhaps.
     */
    record Trains(Supplier<Train> candidates, Supplier<Train> testReleases) {}

    TrainDriver(Controller controller, Trains trains) {
        this.controller = controller;
        this.trains = trains;
        this.loop = new Loop(controller, this::turn);
    }

    /**
     * Queues a build's change unless it is queued already, which it may be after a crash.
     *
     * @return the change's id
     */
    public String queue(Train.Request request) {
        return find(request.origin()).orElseGet(() -> trains.candidates().get().queue(request));
    }

    private Optional<String> find(Origin origin) {
        return undecided(trains.candidates().get().state())
                .filter(c -> c.origin().url().equals(origin.url()))
                .map(Change::id)
                .findFirst();
    }

    public void board(String change, Passenger passenger) {
        synchronized (aboard) {
            aboard.put(change, passenger);
        }
        loop.wake();
    }

    /** The build gives up: its change is taken off as soon as no trial holds it. */
    public void leave(String change, String reason) {
        synchronized (aboard) {
            aboard.remove(change);
            told.remove(change);
            leaving.put(change, reason);
        }
        loop.wake();
    }

    public void report(String trial, Verdict verdict, String reason) {
        trainOfTrial().report(trial, verdict, reason);
        loop.wake();
    }

    /** @throws EngineException without a reason */
    public void pause(String reason, String user) {
        trains.candidates().get().pause(reason == null ? "" : reason, user);
    }

    public void resume(String user) {
        trains.candidates().get().resume(user);
        loop.wake();
    }

    /**
     * Releases an earlier release's set again, in the background.
     *
     * @return the new release's id
     */
    public String rollBack(String release, String user) {
        String made = trains.candidates().get().rollBack(release, user);
        loop.wake();
        return made;
    }

    void wake() {
        loop.wake();
    }

    private Optional<Duration> turn() {
        try {
            return advance();
        } catch (EngineException e) {
            tell(e.getMessage() + " – trying again");
            return Optional.of(e.kind().retryable() ? SOON.multipliedBy(5) : NOW_AND_THEN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(NOW_AND_THEN);
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(java.util.logging.Level.WARNING, "A train could not go on; trying again", e);
            tell("The train could not go on: " + e + " – trying again; the controller's log has more");
            return Optional.of(NOW_AND_THEN);
        }
    }

    private Optional<Duration> advance() throws InterruptedException {
        Train train = trains.candidates().get();
        leaveDead(train);
        takeOff(train);
        endDecided(train);
        TrainState state = train.state();
        Optional<String> conductor = conductor(state);
        if (conductor.isEmpty() && !goesOnAlone(state)) {
            return isEmpty() && undecided(state).findAny().isEmpty() ? Optional.empty() : Optional.of(SOON);
        }
        if (controller.isQuietingDown()
                && state.trial().isEmpty()
                && state.pending().isEmpty()) {
            tell("Jenkins is about to shut down; the train departs after its restart");
            return Optional.of(NOW_AND_THEN);
        }
        Task task = trainFor(state).next(conductor.orElse(NOBODY));
        endDecided(train);
        return carryOut(task, train);
    }

    private Optional<Duration> carryOut(Task task, Train train) {
        if (task instanceof Task.Wait wait) {
            tell(wait.why());
            return Optional.of(wait.again().compareTo(SOON) < 0 ? SOON : wait.again());
        } else if (task instanceof Task.Test test) {
            TrainState state = train.state();
            tellPositions(state, test);
            Passenger conductor =
                    passenger(state.trial().map(TrainState.Trial::conductor).orElse(""));
            if (conductor == null) {
                train.report(test.trial(), Verdict.VOID, "the build that was to test it has ended");
                return Optional.of(Duration.ZERO);
            }
            conductor.test(new Passenger.TestRun(
                    test.trial(),
                    test.environment(),
                    test.namespace(),
                    test.baseUrl(),
                    test.set().value(),
                    test.changed(),
                    new java.util.TreeMap<>(),
                    test.purpose()));
            return Optional.of(NOW_AND_THEN);
        }
        return isEmpty() ? Optional.empty() : Optional.of(NOW_AND_THEN);
    }

    /** Promotions and cleaning up need no tests. */
    private static boolean goesOnAlone(TrainState state) {
        boolean idle = state.batch().isEmpty() && state.queue().isEmpty();
        return state.pending().isPresent() || (idle && !state.settled());
    }

    private Train trainFor(TrainState state) {
        return testRelease(state)
                ? trains.testReleases().get()
                : trains.candidates().get();
    }

    private Train trainOfTrial() {
        return trainFor(trains.candidates().get().state());
    }

    private static boolean testRelease(TrainState state) {
        List<Change> next = state.batch().map(TrainState.Batch::changes).orElse(state.queue());
        return !next.isEmpty() && !next.get(0).promote();
    }

    /** Empty: nobody who may, or the one who should is not back yet. */
    private Optional<String> conductor(TrainState state) {
        Optional<String> began = state.trial().map(TrainState.Trial::conductor);
        if (began.isPresent()) {
            if (passenger(began.get()) != null) {
                return began;
            } else if (undecided(state).anyMatch(c -> c.id().equals(began.get()) && isAlive(c))) {
                return Optional.empty();
            }
        }
        if (testRelease(state)) {
            Change only = state.batch()
                    .map(TrainState.Batch::changes)
                    .orElse(state.queue())
                    .get(0);
            return passenger(only.id()) == null ? Optional.empty() : Optional.of(only.id());
        }
        return undecided(state)
                .filter(Change::promote)
                .filter(c -> passenger(c.id()) != null)
                .min(java.util.Comparator.comparing(Change::queuedAt))
                .map(Change::id);
    }

    /** Changes whose build ended without a word, as after a crash that it did not survive. */
    private void leaveDead(Train train) {
        undecided(train.state())
                .filter(c -> passenger(c.id()) == null && !isAlive(c))
                .forEach(c -> {
                    synchronized (aboard) {
                        leaving.putIfAbsent(c.id(), "its build " + c.origin().build() + " has ended");
                    }
                });
    }

    private boolean isAlive(Change change) {
        return controller.isBuilding(change.origin().build());
    }

    private void takeOff(Train train) {
        Map<String, String> due;
        synchronized (aboard) {
            due = Map.copyOf(leaving);
        }
        due.forEach((change, reason) -> {
            train.state()
                    .trial()
                    .filter(t -> t.conductor().equals(change) && passenger(change) == null)
                    .ifPresent(t -> trainOfTrial().report(t.id(), Verdict.VOID, reason));
            if (train.cancel(change, reason) || train.outcome(change).isPresent()) {
                synchronized (aboard) {
                    leaving.remove(change);
                }
            }
        });
    }

    private void endDecided(Train train) {
        Collection<String> open = undecided(train.state()).map(Change::id).collect(java.util.stream.Collectors.toSet());
        Map<String, Passenger> gone = new HashMap<>();
        synchronized (aboard) {
            aboard.forEach((change, passenger) -> {
                if (!open.contains(change)) {
                    gone.put(change, passenger);
                }
            });
        }
        gone.forEach((change, passenger) -> train.outcome(change).ifPresent(ended -> {
            synchronized (aboard) {
                aboard.remove(change);
                told.remove(change);
            }
            passenger.ended(new Passenger.End(ended.outcome(), ended.reason(), ended.related()));
        }));
    }

    static Stream<Change> undecided(TrainState state) {
        List<Change> all = new ArrayList<>();
        state.pending().ifPresent(p -> all.addAll(p.changes()));
        state.batch().ifPresent(b -> all.addAll(b.changes()));
        all.addAll(state.queue());
        return all.stream();
    }

    private Passenger passenger(String change) {
        synchronized (aboard) {
            return aboard.get(change);
        }
    }

    private boolean isEmpty() {
        synchronized (aboard) {
            return aboard.isEmpty() && leaving.isEmpty();
        }
    }

    private void tellPositions(TrainState state, Task.Test test) {
        String trial = "trial " + test.trial() + " (" + test.purpose() + ") tests " + test.changed();
        state.batch().ifPresent(b -> b.changes().forEach(c -> tell(c.id(), "Aboard: " + trial)));
        int position = 0;
        for (Change change : state.queue()) {
            position++;
            tell(change.id(), "Waiting at position " + position + " for " + trial);
        }
    }

    private void tell(String line) {
        List<String> all;
        synchronized (aboard) {
            all = List.copyOf(aboard.keySet());
        }
        all.forEach(change -> tell(change, line));
    }

    private void tell(String change, String line) {
        Passenger passenger;
        synchronized (aboard) {
            passenger = aboard.get(change);
            if (passenger == null || line.equals(told.put(change, line))) {
                return;
            }
        }
        passenger.say(line);
    }

    void onEvent(Event event) {
        if (event instanceof Event.ChangeEnded || event instanceof Event.TrainResumed) {
            loop.wake();
        }
    }
}
