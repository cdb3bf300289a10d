package io.jenkins.plugins.releasetrain.engine.operation;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.contract.Contracts;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.Outlook;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.train.Departures;
import io.jenkins.plugins.releasetrain.engine.train.Forecast;
import io.jenkins.plugins.releasetrain.engine.train.Rollback;
import io.jenkins.plugins.releasetrain.engine.train.Timetable;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainState;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** Does operations, and tells before what each would do. Whoever calls has checked {@link Operation#right()}. */
public final class Operations {
    /** Before everything that builds ask for by themselves. */
    static final int FIRST = 1_000;

    static final int LONGEST_REASON = 500;

    /** What comes before an environment's name where its lanes are meant instead of a train. */
    public static final String LANES = "lane/";

    private final Function<String, Train> trains;
    private final Function<String, Lanes> lanes;
    private final Blocks blocks;
    private final Clock clock;
    private final Store store;
    private final Plans plans;
    private final Contracts contracts;
    private final Expectations expectations;

    /** Where there are no lanes. */
    public Operations(Function<String, Train> trains, Store store, Blocks blocks, Contracts contracts, Clock clock) {
        this(
                trains,
                environment -> {
                    throw EngineException.invalid("Environment '" + environment + "' takes no lanes");
                },
                store,
                blocks,
                contracts,
                clock);
    }

    /**
     * @param trains by name; throws {@link EngineException} where there is no such train
     * @param lanes by the environment's name; throws {@link EngineException} where it takes none
     * @param contracts those that the gates of these trains and lanes ask
     */
    public Operations(
            Function<String, Train> trains,
            Function<String, Lanes> lanes,
            Store store,
            Blocks blocks,
            Contracts contracts,
            Clock clock) {
        this(trains, lanes, store, blocks, contracts, clock, new Expectations(Runnable::run, clock));
    }

    /** @param expectations what is told of the same trains from one request to the next */
    public Operations(
            Function<String, Train> trains,
            Function<String, Lanes> lanes,
            Store store,
            Blocks blocks,
            Contracts contracts,
            Clock clock,
            Expectations expectations) {
        this.expectations = expectations;
        this.trains = trains;
        this.lanes = lanes;
        this.clock = clock;
        this.blocks = blocks;
        this.store = store;
        this.plans = new Plans(store, blocks);
        this.contracts = contracts;
    }

    /**
     * What somebody wants.
     *
     * @param subject a release, a change's id, a lane's, or a digest; empty where it is about the whole train
     * @param train its name, or {@code lane/} and that of an environment for its lanes
     * @param reason may be empty where none is needed; control characters become spaces, since it is shown in logs
     * @param hold of a rollback: whether nothing else is released until it is freed
     * @param bad of a rollback: releases that it goes back over, and that are marked bad with it
     * @param good of a note, whose text the reason is: whether the release is known to be good
     */
    public record Request(
            Operation operation,
            String subject,
            String train,
            String reason,
            boolean hold,
            List<String> bad,
            boolean good) {
        public Request {
            String controls = operation == Operation.NOTE ? "[\\p{Cntrl}&&[^\n]]" : "\\p{Cntrl}";
            reason = reason.replaceAll(controls, " ").strip();
            bad = List.copyOf(bad);
        }

        String takenOffBy(String user) {
            return "taken off by " + user + (reason.isBlank() ? "" : ": " + reason);
        }

        public Request(Operation operation, String subject, String train, String reason) {
            this(operation, subject, train, reason, false, List.of(), false);
        }
    }

    /** @throws EngineException NOT_FOUND where the train, release or change is not there */
    public Plan plan(Request request) {
        Operation operation = request.operation();
        if (operation == Operation.MARK_BAD) {
            return plans.markBad(request.subject());
        } else if (operation == Operation.UNBLOCK) {
            return plans.unblock(digest(request));
        } else if (operation == Operation.WAIVE) {
            return plans.waive(request.subject());
        } else if (operation == Operation.NOTE) {
            return plans.note(request.subject());
        }
        if (request.train().startsWith(LANES)) {
            return LaneOperations.plan(lanesOf(request), request, store);
        }
        Train train = trainOf(request);
        return switch (operation) {
            case PAUSE, RESUME, HOLD, FREE -> plans.waiting(operation, request.train(), train.state());
            case ROLL_BACK -> plans.rollBack(request, train);
            case DEPART -> plans.departing(request.train(), train);
            default -> plans.ofChange(request, train);
        };
    }

    /**
     * Does it; who did it is kept in the events.
     *
     * @return what came of it: a new release's id after a rollback, else empty
     * @throws EngineException where it cannot be done now
     */
    public String perform(Request request, String user) {
        checkReason(request);
        switch (request.operation()) {
            case WAIVE ->
                plans.stopped(request.subject())
                        .forEach((service, image) -> contracts.waive(service, image.digest(), request.reason(), user));
            case NOTE -> blocks.note(request.subject(), request.reason(), request.good(), user);
            case MARK_BAD -> blocks.markBad(request.subject(), request.reason(), user);
            case UNBLOCK -> blocks.unblock(digest(request), user);
            default -> {
                return request.train().startsWith(LANES)
                        ? LaneOperations.perform(lanesOf(request), request, user)
                        : performOnTrain(request, user);
            }
        }
        return "";
    }

    private static void checkReason(Request request) {
        if (request.operation().needsReason() && request.reason().isBlank()) {
            throw EngineException.invalid("This needs a reason, so that others can see why: " + request.operation());
        }
        if (request.operation() != Operation.NOTE && request.reason().length() > LONGEST_REASON) {
            throw EngineException.invalid("The reason has " + request.reason().length() + " characters; at most "
                    + LONGEST_REASON + " are shown to everybody who waits");
        }
    }

    private String performOnTrain(Request request, String user) {
        Train train = trainOf(request);
        switch (request.operation()) {
            case PAUSE -> train.pause(request.reason(), user);
            case RESUME -> train.resume(user);
            case HOLD -> train.hold(request.reason(), user);
            case FREE -> train.free(user);
            case FORCE -> train.force(List.of(request.subject()), user);
            case PRIORITISE -> train.prioritise(request.subject(), FIRST, user);
            case CANCEL -> cancel(request, user);
            case DEPART -> train.depart(request.reason(), user);
            case ROLL_BACK -> {
                return train.rollbacks()
                        .perform(
                                new Rollback(request.subject(), request.reason(), request.hold(), request.bad(), user));
            }
            default -> throw EngineException.invalid(request.operation() + " is not about a train");
        }
        return "";
    }

    private Train trainOf(Request request) {
        return known(() -> trains.apply(request.train()));
    }

    private Lanes lanesOf(Request request) {
        return known(() -> lanes.apply(request.train().substring(LANES.length())));
    }

    /** Who is not configured is not there; the message names who is. */
    private static <T> T known(Supplier<T> owner) {
        try {
            return owner.get();
        } catch (EngineException e) {
            throw e.kind() == FailureKind.INVALID_INPUT
                    ? new EngineException(FailureKind.NOT_FOUND, e.getMessage(), e)
                    : e;
        }
    }

    private void cancel(Request request, String user) {
        String reason = request.takenOffBy(user);
        Train train = trainOf(request);
        if (!train.withdraw(request.subject(), reason)
                && train.outcome(request.subject())
                        .filter(e -> e.reason().equals(reason))
                        .isEmpty()) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Change '" + request.subject() + "' is being tried or has its outcome already; wait for its trial,"
                            + " or pause the train");
        }
    }

    private static Digest digest(Request request) {
        return new Digest(request.subject());
    }

    /** Of what is in the history alone nothing is expected; lanes of an environment are asked for as {@link #LANES} says. */
    public Outlook outlook(String name) {
        if (name.startsWith(LANES)) {
            return outlookOfLanes(name);
        }
        try {
            return outlook(name, trains.apply(name));
        } catch (EngineException e) {
            if (e.kind() != FailureKind.INVALID_INPUT && e.kind() != FailureKind.NOT_FOUND) {
                throw e;
            }
            return Outlook.unknown(name);
        }
    }

    private Outlook outlook(String name, Train train) {
        TrainState state = train.state();
        Forecast forecast = train.forecast();
        String unavailable = Expectations.unavailable(train, state, clock.instant());
        Map<String, Outlook.Range> ranges = unavailable.isEmpty() ? expectations.of(name, train, state) : Map.of();
        boolean computing = unavailable.isEmpty()
                && ranges.isEmpty()
                && state.queue().stream().anyMatch(Expectations.foreseeable(train, state, clock.instant()));
        Map<String, Instant> expected = new TreeMap<>();
        Plans.undecided(state)
                .limit(Plans.MOST)
                .forEach(c -> forecast.place(c.id(), clock.instant())
                        .flatMap(Forecast.Place::expected)
                        .ifPresent(at -> expected.put(c.id(), at)));
        return new Outlook(
                name,
                true,
                state.held(),
                forecast.explainLimit(),
                expected,
                train.catalogNote(),
                forecast.wasted(),
                forecast.wasteBudget(),
                new TreeMap<>(state.broken())
                        .entrySet().stream()
                                .map(b -> new Outlook.Broken(
                                        b.getKey(),
                                        b.getValue().since(),
                                        b.getValue().runs(),
                                        b.getValue().due()))
                                .toList(),
                forecast.measured(),
                state.rollback().orElse(null),
                departure(train.timetable(), state),
                ranges,
                computing ? "COMPUTING" : unavailable,
                Expectations.missing(state),
                Standings.of(state, train.timetable(), train.environments(), clock.instant()));
    }

    private Outlook.NextDeparture departure(Timetable timetable, TrainState state) {
        Departures departures = timetable.departures();
        Instant now = clock.instant();
        return departures
                .next(now)
                .map(next -> new Outlook.NextDeparture(
                        next.at(),
                        next.text(),
                        departures.waiting(state).stream()
                                .limit(Plans.MOST)
                                .map(Change::id)
                                .toList(),
                        departures.areAllFrozen(timetable, now)))
                .orElse(null);
    }

    private Outlook outlookOfLanes(String name) {
        String environment = name.substring(LANES.length());
        Lanes of;
        try {
            of = lanes.apply(environment);
        } catch (EngineException e) {
            if (e.kind() != FailureKind.INVALID_INPUT && e.kind() != FailureKind.NOT_FOUND) {
                throw e;
            }
            return Outlook.unknown(name);
        }
        LaneState state = of.state();
        List<Outlook.Broken> broken = state.outage().stream()
                .map(b -> new Outlook.Broken(environment, b.since(), b.runs(), b.due()))
                .toList();
        return new Outlook(
                name,
                true,
                state.held(),
                "",
                Map.of(),
                "",
                0,
                1,
                broken,
                of.measured(),
                null,
                null,
                Map.of(),
                "",
                0,
                Map.of());
    }

    /** Images that are blocked now, newest reasons first by release. */
    public List<Event.ImageBlocked> blocked() {
        return blocks.state().blocked().values().stream()
                .sorted(Comparator.comparing(Event.ImageBlocked::release)
                        .reversed()
                        .thenComparing(Event.ImageBlocked::service))
                .toList();
    }
}
