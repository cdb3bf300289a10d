package io.jenkins.plugins.releasetrain.engine.operation;

import io.jenkins.plugins.releasetrain.engine.history.Outlook;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.simulation.Estimates;
import io.jenkins.plugins.releasetrain.engine.simulation.TrainLine;
import io.jenkins.plugins.releasetrain.engine.train.Arrivals;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import io.jenkins.plugins.releasetrain.engine.train.TrainState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * When those that wait are decided, simulated in the background: once for each state of a train, and each minute. Thread
 * safe.
 */
public final class Expectations {
    /** Before so many trials were measured nobody knows how long one takes. */
    private static final int MEASURED = 5;

    private static final double MILLIS_PER_MINUTE = 60_000;

    private final Executor executor;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Set<String> computing = ConcurrentHashMap.newKeySet();
    private final AtomicLong changes = new AtomicLong();

    private record Known(TrainState state, Instant minute, Map<String, Outlook.Range> ranges) {}

    /** @param executor for what takes up to some tenths of a second */
    public Expectations(Executor executor, Clock clock) {
        this.executor = executor;
        this.clock = clock;
    }

    /** @param outlooks that ask this one */
    public Outlook.Source source(Function<String, Outlook> outlooks) {
        return new Outlook.Source() {
            @Override
            public Outlook of(String name) {
                return outlooks.apply(name);
            }

            @Override
            public long changes() {
                return changes.get();
            }
        };
    }

    /** What is known by now of a train; empty before anything was computed. */
    Map<String, Outlook.Range> of(String name, Train train, TrainState state) {
        Instant minute = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        Known before = known.get(name);
        boolean old =
                before == null || before.state() != state || !before.minute().equals(minute);
        if (old && computing.add(name)) {
            try {
                executor.execute(() -> compute(name, train, state, minute));
            } catch (RejectedExecutionException e) {
                computing.remove(name);
            }
        }
        Known now = known.get(name);
        return now == null ? Map.of() : now.ranges();
    }

    private void compute(String name, Train train, TrainState state, Instant minute) {
        try {
            known.put(name, new Known(state, minute, ranges(train, state)));
            changes.incrementAndGet();
        } finally {
            computing.remove(name);
        }
    }

    private Map<String, Outlook.Range> ranges(Train train, TrainState state) {
        Instant now = clock.instant();
        List<Change> later = train.timetable().departures().waiting(state);
        List<String> queue = Plans.undecided(state)
                .filter(Change::promote)
                .filter(c -> !later.contains(c))
                .filter(foreseeable(train, state, now))
                .map(Change::id)
                .toList();
        TrainLine.Present present = new TrainLine.Present(
                queue,
                state.search().evidence(),
                state.search().timeline(),
                state.statistics(),
                state.trials().stream()
                        .map(t -> new TrainLine.Trial(t.tried(), t.environment(), t.since()))
                        .toList());
        Map<String, Outlook.Range> ranges = new HashMap<>();
        Estimates.of(present, setting(train, state, later, now), now, state.lastNumber())
                .forEach((change, range) -> ranges.put(change, new Outlook.Range(range.from(), range.to())));
        return ranges;
    }

    /** Nobody knows how long somebody is kept out, or what becomes first of somebody else. */
    static Predicate<Change> foreseeable(Train train, TrainState state, Instant now) {
        Set<String> awaiting = Arrivals.awaited(state).keySet();
        return change -> !awaiting.contains(change.id())
                && state.aside().out(change.id(), train.environments(), now).isEmpty();
    }

    private static Estimates.Setting setting(Train train, TrainState state, List<Change> later, Instant now) {
        TrainSettings settings = train.settings();
        List<String> environments = List.copyOf(train.environments());
        return new Estimates.Setting(
                new TrainLine.Settings(
                        settings.prior(),
                        settings.innocenceBound(),
                        settings.smallestBatch(),
                        settings.largestBatch(),
                        environments.size()),
                environments,
                state.pace().trial().toMillis() / MILLIS_PER_MINUTE,
                state.pace().deviation().toMillis() / MILLIS_PER_MINUTE,
                arrivals(state, now),
                train.timetable()
                        .departures()
                        .next(now)
                        .map(next -> new Estimates.Later(
                                next.at(), later.stream().map(Change::id).toList()))
                        .orElse(Estimates.Later.NONE));
    }

    /** An hour's, by who is there: how many came since the first of them did. */
    private static double arrivals(TrainState state, Instant now) {
        List<Instant> queued =
                Plans.undecided(state).map(Change::queuedAt).sorted().toList();
        if (queued.size() < 2) {
            return 0;
        }
        double hours = Duration.between(queued.get(0), now).toMillis() / MILLIS_PER_MINUTE / 60;
        return hours <= 0 ? 0 : (queued.size() - 1) / hours;
    }

    /** Why nobody knows when anything is decided; empty where somebody may. */
    static String unavailable(Train train, TrainState state, Instant now) {
        if (!state.paused().isEmpty()) {
            return "PAUSED";
        } else if (train.timetable().closed(now).isPresent()) {
            return "FROZEN";
        } else if (state.broken().keySet().containsAll(train.environments())) {
            return "BROKEN";
        } else if (!state.held().isEmpty()) {
            return "HELD";
        }
        return missing(state) > 0 ? "MEASURING" : "";
    }

    /** How many trials are still to be measured. */
    static int missing(TrainState state) {
        return Math.max(0, MEASURED - state.pace().trials());
    }
}
