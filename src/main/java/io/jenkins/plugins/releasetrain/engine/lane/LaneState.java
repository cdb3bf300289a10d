package io.jenkins.plugins.releasetrain.engine.lane;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.Presence.Fate;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is true of the lanes of one environment; a fold over its one stream of events (I8), see {@link LaneFold}.
 *
 * @param moved whether the streams that groups had before were looked at
 * @param lanes those without an outcome, in the order in which they were queued, but for those that somebody let go first
 * @param obligations what is left to do for attempts that are over, oldest first
 * @param newest the newest that lanes released, by service (I13)
 * @param rollbacks those that are neither promoted nor refused, oldest first
 * @param lastNumber of the releases
 * @param paused why nobody is let in; empty where they are
 * @param held why nothing is promoted; empty where it is
 */
public record LaneState(
        boolean moved,
        List<Lane> lanes,
        List<Obligation> obligations,
        SortedMap<String, Order> newest,
        RunLog runs,
        List<Event.ReleaseMade> rollbacks,
        int lastNumber,
        String lastRelease,
        String paused,
        String held) {
    static final Journal.Type<LaneState> TYPE = new Journal.Type<>(LaneState.class, empty(), LaneFold::fold);

    public static LaneState empty() {
        return new LaneState(false, List.of(), List.of(), new TreeMap<>(), RunLog.EMPTY, List.of(), 0, "", "", "");
    }

    /**
     * One lane.
     *
     * @param attempts how often it was in the environment or began to be tested anew there
     * @param undecided attempts that decided nothing: void, or with drift
     * @param hindered attempts in a row in which the environment kept its candidates from being installed
     * @param company who was there each time it failed, and with what, connected or not; empty: it never failed
     * @param failure what its tests said when it failed last; empty where they did not
     */
    public record Lane(
            Event.LaneQueued queued,
            Instant queuedAt,
            int attempts,
            int undecided,
            int hindered,
            Optional<SortedMap<String, SortedSet<String>>> company,
            String failure,
            Phase phase) {
        /** @param queuedAt for its order; {@code at}: when it began to wait */
        static Lane queued(Event.LaneQueued queued, Instant queuedAt, Instant at, int attempts) {
            return new Lane(queued, queuedAt, attempts, 0, 0, Optional.empty(), "", new Phase.Waiting("", false, at));
        }

        public String id() {
            return queued.lane();
        }

        public String group() {
            return queued.group();
        }

        public SortedMap<String, PinnedImage> candidates() {
            return queued.candidates();
        }

        Order order() {
            return Order.of(queued.origin(), queuedAt);
        }

        /** Of this attempt; unique for ever. */
        String tenant() {
            return id() + "-" + attempts;
        }

        Event.LaneStarted started() {
            return phase.attempt().orElseThrow();
        }

        /** Of this attempt; REPLACE where it began before there was a choice. */
        Isolation isolation() {
            return started().isolation().orElse(Isolation.REPLACE);
        }

        /** What the environment held when the tests began, or the attempt. */
        Digest baseline() {
            return phase instanceof Phase.Testing testing
                    ? testing.installed().baseline()
                    : started().baseline();
        }

        boolean isControl() {
            return phase.attempt().filter(Event.LaneStarted::control).isPresent();
        }

        /** Whether others see its candidates in the place of the baseline. */
        boolean isVisible() {
            return phase.attempt().isPresent() && !isControl() && !isolation().beside();
        }

        /** Of one service no release has two images; beside the baseline nobody keeps another one of it out. */
        boolean isApartFrom(Collection<Lane> others) {
            return others.stream()
                    .allMatch(other -> Collections.disjoint(
                            other.candidates().keySet(), candidates().keySet()));
        }

        Lane in(Phase next) {
            return new Lane(queued, queuedAt, attempts, undecided, hindered, company, failure, next);
        }

        Lane attempt(Event.LaneStarted started, Instant at) {
            return new Lane(
                    queued,
                    queuedAt,
                    attempts + 1,
                    undecided,
                    hindered,
                    company,
                    failure,
                    new Phase.Entered(started, at));
        }

        /** It failed once more, beside these. */
        Lane failed(String reason, SortedMap<String, Presence.Neighbour> neighbours) {
            SortedMap<String, SortedSet<String>> now = new TreeMap<>();
            neighbours.forEach((id, n) -> now.put(id, n.services()));
            company.ifPresent(before -> now.keySet().retainAll(before.keySet()));
            return with(now, reason);
        }

        /** What is released is production's. */
        Lane without(String released) {
            SortedMap<String, SortedSet<String>> others = new TreeMap<>(company.orElseGet(TreeMap::new));
            return others.remove(released) == null ? this : with(others, failure);
        }

        private Lane with(SortedMap<String, SortedSet<String>> others, String why) {
            return new Lane(queued, queuedAt, attempts, undecided, hindered, Optional.of(others), why, phase);
        }

        /** As it is after an attempt that is to be repeated. */
        Lane repeated() {
            Optional<Phase.Leaving> left =
                    Optional.of(phase).filter(Phase.Leaving.class::isInstance).map(Phase.Leaving.class::cast);
            if (left.filter(Phase.Leaving::isHindered).isPresent()) {
                return new Lane(queued, queuedAt, attempts, undecided, hindered + 1, company, failure, phase);
            }
            boolean told = left.filter(Phase.Leaving::tells).isPresent();
            return new Lane(queued, queuedAt, attempts, told ? undecided : undecided + 1, 0, company, failure, phase);
        }
    }

    /** After one more event. */
    public LaneState after(Event event, Instant at) {
        return LaneFold.fold(this, event, at);
    }

    public Optional<Lane> lane(String id) {
        for (Lane lane : lanes) {
            if (lane.id().equals(id)) {
                return Optional.of(lane);
            }
        }
        return Optional.empty();
    }

    /** Those that wait to be let in, in their order. */
    @JsonIgnore
    public List<Lane> waiting() {
        return lanes.stream().filter(l -> l.phase() instanceof Phase.Waiting).toList();
    }

    /** Whether the environment is broken. */
    public Optional<Outage> outage() {
        return Outage.of(runs);
    }

    /** Whether something is left to do for a lane before it may come in again. */
    boolean owes(String lane) {
        return obligations.stream().anyMatch(o -> o.lane().equals(lane));
    }

    /** Whether somebody has its place by now: two that claim a service exclude each other, so it was lost before. */
    boolean isDisplaced(Lane lane) {
        return lane.isVisible()
                && lanes.stream()
                        .anyMatch(other -> other.isVisible()
                                && other.started().fence() > lane.started().fence()
                                && !Collections.disjoint(
                                        other.candidates().keySet(),
                                        lane.candidates().keySet()));
    }

    /** Neighbours that count and are still there, undecided; and who is on the way to production with what counts, seen or not. */
    Set<String> undecided(Lane lane, Set<String> counts) {
        Set<String> ids = new TreeSet<>();
        lane.phase().seen().neighbours().forEach((id, neighbour) -> {
            if (neighbour.fate() == Fate.HERE && !Collections.disjoint(neighbour.services(), counts)) {
                ids.add(id);
            }
        });
        for (Lane other : lanes) {
            if (other.phase() instanceof Phase.Promoting
                    && !Collections.disjoint(other.candidates().keySet(), counts)) {
                ids.add(other.id());
            }
        }
        return ids;
    }

    /** Services of whoever was there each time it failed, but for those whose tests hang (I14). */
    SortedSet<String> company(Lane lane, Instant now) {
        SortedSet<String> services = new TreeSet<>();
        SortedMap<String, SortedSet<String>> company = lane.company().orElse(Collections.emptySortedMap());
        if (!company.isEmpty()) {
            Set<String> hanging = new HashSet<>();
            for (Lane other : lanes) {
                if (LaneHealth.hangs(other, now)) {
                    hanging.add(other.id());
                }
            }
            company.forEach((id, its) -> services.addAll(hanging.contains(id) ? Set.of() : its));
        }
        return services;
    }

    /** Lanes that wait or are tried, for pages. */
    @JsonIgnore
    public List<Lane> active() {
        return lanes;
    }
}
