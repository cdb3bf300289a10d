package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.Conductors;
import io.jenkins.plugins.releasetrain.engine.train.RemovedTrain;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.logging.Level;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Advances one train for all builds that wait for it (design §5): one loop for the passengers, and one for each of the
 * train's environments. A trial goes on with the conductor that it began with as long as that one's build lives.
 * Everything that must survive is in the store.
 */
@Restricted(NoExternalUse.class)
public final class TrainDriver {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration NOW_AND_THEN = Duration.ofSeconds(30);
    private static final Duration UNTIL_GONE = Duration.ofSeconds(30);

    private final Controller controller;
    private final Clock clock;
    private final String name;
    private final Source source;
    private final BiConsumer<String, String> waits;
    private final Loop loop;
    private final Map<String, Loop> tracks = new ConcurrentHashMap<>();
    /** By change, in the order of boarding. */
    private final Map<String, Passenger> aboard = new LinkedHashMap<>();
    /** Changes to be taken off as soon as they may be. */
    private final Map<String, Leave> leaving = new HashMap<>();

    private final Announcements announcements;

    /** @param onPurpose false: its build died, and a release that is made is promoted to its end */
    private record Leave(String reason, boolean onPurpose) {}

    /** Since when the train is not there; of the main loop alone. Null while it is. */
    private Instant missedSince;

    /** The train as it is configured now. */
    interface Source {
        /** False where there is no train of the name any more; nobody is asked for it then. */
        boolean isConfigured();

        Train train();

        RemovedTrain removed();
    }

    /**
     * @param waits told why it does not go on in an environment, with an empty reason where it does; the environment is
     *     empty for the train itself
     */
    TrainDriver(Controller controller, Clock clock, String name, Source source, BiConsumer<String, String> waits) {
        this.controller = controller;
        this.name = name;
        this.source = source;
        this.clock = clock;
        this.announcements = new Announcements(this::passenger, clock);
        this.waits = waits;
        this.loop = new Loop(controller, () -> guarded("", this::advance));
    }

    /** Queues a build's change, unless it is queued already as after a crash; answers the change's id. */
    public String queue(Train.Request request) {
        Train train = source.train();
        return train.state()
                .undecided()
                .filter(c -> c.origin().isSameAs(request.origin()))
                .map(Change::id)
                .findFirst()
                .orElseGet(() -> train.queue(request));
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
            announcements.forget(change);
            leaving.put(change, new Leave(reason, true));
        }
        loop.wake();
    }

    public void report(String trial, Verdict verdict, String reason, Optional<TestReport> tests) {
        source.train().report(trial, verdict, reason, tests);
        loop.wake();
    }

    /** The tests of the trial run. */
    public void began(String trial) {
        source.train().began(trial);
    }

    /** Somebody said no to what the trial tests. */
    public void decline(String trial, String reason) {
        source.train().decline(trial, reason);
        loop.wake();
    }

    void wake() {
        loop.wake();
    }

    private interface Turn {
        Optional<Duration> take() throws InterruptedException;
    }

    private Optional<Duration> guarded(String environment, Turn turn) {
        try {
            return turn.take();
        } catch (EngineException e) {
            waits.accept(environment, e.getMessage());
            tell(environment, e.getMessage() + " – trying again");
            return Optional.of(e.kind().retryable() ? SOON.multipliedBy(5) : NOW_AND_THEN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(Level.WARNING, "A train could not go on; trying again", e);
            String kind = e.getClass().getSimpleName();
            waits.accept(environment, "it could not go on: " + kind);
            tell(environment, "The train could not go on: " + kind + " – trying again; the controller's log has more");
        }
        return Optional.of(NOW_AND_THEN);
    }

    /** Passengers come and go; then every environment has its turn. */
    private Optional<Duration> advance() {
        if (!source.isConfigured()) {
            return endAll();
        }
        missedSince = null;
        Train train = source.train();
        train.expire();
        leaveDead(train);
        boolean allGone = takeOff(train) & endDecided(train);
        for (String environment : train.environments()) {
            tracks.computeIfAbsent(environment, e -> new Loop(controller, () -> guarded(e, () -> advance(e))))
                    .wake();
        }
        waits.accept("", "");
        if (isEmpty() && train.state().undecided().findAny().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(allGone ? NOW_AND_THEN : SOON);
    }

    /** Nobody is ended for a moment's mistake, as of a configuration that is read in two steps. */
    private Optional<Duration> endAll() {
        String why = "train '" + name + "' is not configured any more";
        if (missedSince == null) {
            missedSince = clock.instant();
        }
        if (clock.instant().isBefore(missedSince.plus(UNTIL_GONE))) {
            tell(
                    "",
                    why + "; whoever waits for it ends in " + UNTIL_GONE.toSeconds() + " s, unless it is back by then");
            return Optional.of(SOON);
        }
        RemovedTrain removed = source.removed();
        removed.cancel(controller::isOurs, why);
        synchronized (aboard) {
            leaving.clear();
        }
        all().keySet()
                .forEach(change -> removed.outcome(change)
                        .ifPresent(ended ->
                                end(change, new Passenger.End(ended.outcome(), ended.reason(), ended.related()))));
        waits.accept("", "");
        return isEmpty() ? Optional.empty() : Optional.of(SOON);
    }

    private Optional<Duration> advance(String environment) throws InterruptedException {
        Train train = source.train();
        TrainState state = train.state();
        boolean trial = state.trialIn(environment).isPresent();
        if (!train.environments().contains(environment) || isEmpty() && !trial && !goesOnAlone(state, environment)) {
            waits.accept(environment, "");
            return Optional.empty();
        }
        if (controller.isQuietingDown() && !trial && state.pending().isEmpty()) {
            tell(environment, "Jenkins is about to shut down; the train departs after its restart");
            return Optional.of(NOW_AND_THEN);
        }
        Task task = train.next(environment, Conductors.builds(change -> standing(train, state, change)));
        waits.accept(environment, task instanceof Task.Wait wait ? wait.why() : "");
        boolean allGone = endDecided(train);
        Optional<Duration> next = carryOut(environment, task, train);
        return allGone ? next : Optional.of(SOON);
    }

    private Optional<Duration> carryOut(String environment, Task task, Train train) {
        if (task instanceof Task.Wait wait) {
            if (train.state().trials().stream().allMatch(t -> passenger(t.conductor()) == null)) {
                tell(environment, wait.why());
            }
            return Optional.of(wait.again().compareTo(SOON) < 0 ? SOON : wait.again());
        } else if (task instanceof Task.Test test) {
            announcements.positions(train, test);
            Passenger conductor = passenger(test.conductor());
            if (conductor == null) {
                return Optional.of(Duration.ZERO);
            }
            conductor.test(new Passenger.TestRun(
                    test.trial(),
                    test.environment(),
                    test.namespace(),
                    test.baseUrl(),
                    test.set().value(),
                    test.changed(),
                    Collections.emptySortedMap(),
                    Collections.emptySortedMap(),
                    test.purpose()));
            return Optional.of(NOW_AND_THEN);
        }
        return isEmpty() ? Optional.empty() : Optional.of(NOW_AND_THEN);
    }

    /** Promotions and cleaning up need no tests. */
    private boolean goesOnAlone(TrainState state, String environment) {
        boolean idle = state.undecided().noneMatch(c -> controller.isOurs(c.origin()));
        return state.pending().isPresent() || idle && !state.settledIn(environment);
    }

    /** @param known the train as it was a moment ago; it is asked again only for who came since */
    private Conductors.Standing standing(Train train, TrainState known, String change) {
        if (passenger(change) != null) {
            return Conductors.Standing.HERE;
        }
        return Stream.of(known)
                .flatMap(TrainState::undecided)
                .filter(c -> c.id().equals(change))
                .findFirst()
                .or(() -> train.state()
                        .undecided()
                        .filter(c -> c.id().equals(change))
                        .findFirst())
                .filter(this::isAlive)
                .map(c -> controller.isOurs(c.origin()) ? Conductors.Standing.AWAY : Conductors.Standing.ELSEWHERE)
                .orElse(Conductors.Standing.GONE);
    }

    /** Changes whose build ended without a word: it did not survive a crash, or was killed the hard way and is aboard still. */
    private void leaveDead(Train train) {
        all().values().forEach(Passenger::leaveIfEnded);
        train.state()
                .undecided()
                .filter(c -> Passenger.isOver(passenger(c.id())) && !isAlive(c))
                .forEach(c -> {
                    synchronized (aboard) {
                        aboard.remove(c.id());
                        announcements.forget(c.id());
                        String why = "its build " + c.origin().build() + " has ended";
                        leaving.putIfAbsent(c.id(), new Leave(why, false));
                    }
                });
    }

    private boolean isAlive(Change change) {
        return controller.isAlive(change.origin());
    }

    /** @return whether nobody wants to leave any more */
    private boolean takeOff(Train train) {
        Map<String, Leave> due;
        synchronized (aboard) {
            due = Map.copyOf(leaving);
        }
        due.forEach((change, leave) -> {
            String reason = leave.reason();
            train.state().trials().stream()
                    .filter(t -> t.conductor().equals(change) && passenger(change) == null)
                    .forEach(t -> train.abandoned(t.id(), reason));
            boolean gone = leave.onPurpose() ? train.withdraw(change, reason) : train.cancel(change, reason);
            if (gone || train.outcome(change).isPresent()) {
                synchronized (aboard) {
                    leaving.remove(change);
                }
            }
        });
        synchronized (aboard) {
            return leaving.isEmpty();
        }
    }

    /**
     * Whoever conducts stays aboard until its trial is over, so that it is not lost to the others.
     *
     * @return whether all who are decided have taken their outcome and gone
     */
    private boolean endDecided(Train train) {
        TrainState state = train.state();
        Set<String> staying = Stream.concat(
                        state.undecided().map(Change::id),
                        state.trials().stream().map(TrainState.Trial::conductor))
                .collect(Collectors.toSet());
        List<String> leavers =
                all().keySet().stream().filter(c -> !staying.contains(c)).toList();
        for (String change : leavers) {
            train.outcome(change)
                    .ifPresent(
                            ended -> end(change, new Passenger.End(ended.outcome(), ended.reason(), ended.related())));
        }
        return Collections.disjoint(all().keySet(), leavers);
    }

    /** It stays aboard until its build has taken the outcome; trouble with one build is no matter to the others (I14). */
    private void end(String change, Passenger.End end) {
        Passenger passenger = passenger(change);
        try {
            if (passenger == null || !passenger.ended(end)) {
                return;
            }
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(
                    Level.WARNING, e, () -> "Change " + change + " is " + end.outcome() + "; telling its build again");
            return;
        }
        synchronized (aboard) {
            if (aboard.remove(change, passenger)) {
                announcements.forget(change);
            }
        }
    }

    private Passenger passenger(String change) {
        synchronized (aboard) {
            return aboard.get(change);
        }
    }

    private Map<String, Passenger> all() {
        synchronized (aboard) {
            return new LinkedHashMap<>(aboard);
        }
    }

    private boolean isEmpty() {
        synchronized (aboard) {
            return aboard.isEmpty() && leaving.isEmpty();
        }
    }

    /** Tells those of the changes that are aboard. */
    void tell(List<String> changes, String line) {
        changes.forEach(change -> announcements.tell(change, "", line));
    }

    private void tell(String environment, String line) {
        all().keySet().forEach(change -> announcements.tell(change, environment, line));
    }

    void onEvent(Event event) {
        if (event instanceof Event.TrialEnded trial) {
            announcements.ended(trial);
        } else if (event instanceof Event.TestsRecorded tests) {
            announcements.recorded(tests);
        } else if (event instanceof Event.ReleaseMade made && made.user().isPresent()) {
            tell("", Announcements.rolledBack(made));
            loop.wake();
        }
        if (event instanceof Event.TrainResumed
                || event instanceof Event.RunForced
                || event instanceof Event.ListClosed
                || event instanceof Event.ChangePrioritised
                || event instanceof Event.ChangeEnded) {
            loop.wake();
        }
    }
}
