package io.jenkins.plugins.releasetrain.engine.operation;

import io.jenkins.plugins.releasetrain.engine.history.Outlook;
import io.jenkins.plugins.releasetrain.engine.history.Outlook.Standing;
import io.jenkins.plugins.releasetrain.engine.history.Outlook.Why;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.train.Arrivals;
import io.jenkins.plugins.releasetrain.engine.train.Departures;
import io.jenkins.plugins.releasetrain.engine.train.Timetable;
import io.jenkins.plugins.releasetrain.engine.train.TrainState;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Why each change waits that is not being tested: one cause, from a train's state and the time. */
final class Standings {
    private final TrainState state;
    private final Timetable timetable;
    private final Set<String> environments;
    private final Instant now;
    private final Map<String, Change> awaited;
    private final Set<String> suspected = new HashSet<>();

    private Standings(TrainState state, Timetable timetable, Set<String> environments, Instant now) {
        this.state = state;
        this.timetable = timetable;
        this.environments = environments;
        this.now = now;
        this.awaited = Arrivals.awaited(state);
        Set<String> undecided = state.undecided().map(Change::id).collect(Collectors.toSet());
        state.search().evidence().failures().stream()
                .flatMap(f -> f.changes().stream())
                .filter(undecided::contains)
                .forEach(suspected::add);
    }

    /**
     * By id, in the order of departure, at most {@value Plans#MOST}; whoever is in a trial is left out.
     *
     * @param environments names of the train's
     */
    static Map<String, Standing> of(TrainState state, Timetable timetable, Set<String> environments, Instant now) {
        Standings standings = new Standings(state, timetable, environments, now);
        Set<String> tested = new HashSet<>();
        state.trials().forEach(t -> tested.addAll(t.changes()));
        Map<String, Standing> all = new LinkedHashMap<>();
        List<Change> undecided = state.undecided().limit(Plans.MOST).toList();
        for (int i = 0; i < undecided.size(); i++) {
            Change change = undecided.get(i);
            if (!tested.contains(change.id())) {
                all.put(change.id(), standings.of(change, i));
            }
        }
        return all;
    }

    private Standing of(Change change, int ahead) {
        if (state.pending().stream().anyMatch(p -> p.changes().contains(change))) {
            return new Standing(
                    Why.PROMOTION, state.pending().orElseThrow().made().id(), 0);
        }
        return stop().or(() -> aside(change))
                .or(() -> newer(change))
                .or(() -> departure(change))
                .orElseGet(() -> turn(change, ahead));
    }

    /** What everybody waits for. */
    private Optional<Standing> stop() {
        if (!state.paused().isEmpty()) {
            return Optional.of(new Standing(Why.PAUSED, state.paused(), 0));
        }
        return timetable
                .closed(now)
                .map(why -> new Standing(Why.FROZEN, why, 0))
                .or(() -> new TreeMap<>(state.broken())
                        .keySet().stream().findFirst().map(e -> new Standing(Why.BROKEN, e, 0)));
    }

    private Optional<Standing> aside(Change change) {
        return state.aside()
                .out(change.id(), environments, now)
                .map(k -> new Standing(
                        Why.ASIDE, k.why(), 0, new Outlook.Out(k.environment(), k.times(), k.since(), k.until())));
    }

    private Optional<Standing> newer(Change change) {
        return Optional.ofNullable(awaited.get(change.id()))
                .map(newer -> new Standing(Why.NEWER, "#" + Order.of(newer).number(), 0));
    }

    private Optional<Standing> departure(Change change) {
        Departures departures = timetable.departures();
        int others = departures.waiting(state).size() - 1;
        return departures.isListed(state, change) || state.queue().stream().noneMatch(change::equals)
                ? Optional.empty()
                : departures.next(now).map(next -> new Standing(Why.DEPARTURE, next.text(), others));
    }

    private Standing turn(Change change, int ahead) {
        boolean passed = state.search().evidence().passes().stream()
                .anyMatch(p -> p.changes().contains(change.id()));
        if (suspected.contains(change.id())) {
            return new Standing(Why.PROOF, "", suspected.size());
        } else if (passed && !state.held().isEmpty()) {
            return new Standing(Why.HELD, state.held(), 0);
        }
        return new Standing(Why.OTHERS, "", ahead);
    }
}
