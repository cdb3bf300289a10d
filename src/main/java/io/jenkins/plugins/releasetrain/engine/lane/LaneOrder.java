package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Of one service the newer never loses to the older (I13). */
public final class LaneOrder {
    private LaneOrder() {}

    /**
     * A lane joins; whoever has no chance any more for that ends at once.
     *
     * @param elsewhere whether production runs something newer already, whoever released it
     */
    public static List<Event> queued(
            LaneState before, Event.LaneQueued queued, Function<Lane, Optional<Next.End>> elsewhere, Instant now) {
        Order.of(queued.origin(), now).checkRoom(before.lanes().stream().map(Lane::order));
        List<Event> events = new ArrayList<>(List.of(queued));
        LaneState s = before.after(queued, now);
        Lane lane = s.lane(queued.lane()).orElseThrow();
        Optional<Next.End> late = late(s, lane).or(() -> elsewhere.apply(lane));
        late.ifPresent(end -> events.add(end.of(lane)));
        if (late.isEmpty()) {
            s.lanes().stream()
                    .filter(l -> l.phase() instanceof Phase.Waiting && !l.id().equals(lane.id()))
                    .forEach(l -> superseded(s, l).ifPresent(end -> events.add(end.of(l))));
        }
        return events;
    }

    /** A lane that waits goes before all others that do. */
    static List<Event> first(LaneState s, String lane, int priority, String user) {
        if (s.lane(lane).filter(l -> l.phase() instanceof Phase.Waiting).isEmpty()) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Lane '" + lane + "' does not wait to be let in; only who waits can go first");
        }
        return s.waiting().get(0).id().equals(lane)
                ? List.of()
                : List.of(new Event.ChangePrioritised(lane, priority, user));
    }

    /** Of one service the newer never loses to the older (I13). */
    static Optional<Next.End> superseded(LaneState s, Lane lane) {
        Optional<String> released = lane.candidates().keySet().stream()
                .filter(service -> s.newest().containsKey(service)
                        && lane.order().isOlderThan(s.newest().get(service)))
                .findFirst();
        if (released.isPresent()) {
            return Optional.of(new Next.End(
                    Outcome.SUPERSEDED, "a newer image of '" + released.get() + "' was released meanwhile", ""));
        }
        if (!(lane.phase() instanceof Phase.Waiting)) {
            return Optional.empty();
        }
        for (Lane other : s.lanes()) {
            if (other.phase() instanceof Phase.Waiting && supersedes(s, other, lane)) {
                String why = "a newer image of the same service was queued, by "
                        + other.queued().origin().build();
                return Optional.of(new Next.End(Outcome.SUPERSEDED, why, other.id()));
            }
        }
        return Optional.empty();
    }

    /**
     * The newer build of its job, there before it, that may never be released: what is older is not tried beside it or before
     * it, and waits for what becomes of it.
     *
     * @return why it waits
     */
    static Optional<String> awaited(LaneState s, Lane lane) {
        return s.lanes().stream()
                .takeWhile(other -> !other.id().equals(lane.id()))
                .filter(other -> covers(other, lane)
                        && lane.order().isOfSameJob(other.order())
                        && lane.order().isOlderThan(other.order())
                        && isDoubted(s, other))
                .findFirst()
                .map(other -> "a newer image of the same service, by "
                        + other.queued().origin().build()
                        + ", is in doubt; this one is tried should that not be released");
    }

    /** Whether it failed, or the environment keeps it out, so that it may never be released. */
    private static boolean isDoubted(LaneState s, Lane lane) {
        return lane.hindered() > 0 || !s.runs().failures(lane.id()).isEmpty();
    }

    private static boolean covers(Lane other, Lane lane) {
        return other.candidates().containsKey(lane.candidates().firstKey())
                && other.candidates().keySet().containsAll(lane.candidates().keySet());
    }

    /** For one that arrives: a newer one of the same job is there already, wherever it is, and in no doubt. */
    private static Optional<Next.End> late(LaneState s, Lane lane) {
        return superseded(s, lane)
                .or(() -> s.lanes().stream()
                        .filter(other -> !other.id().equals(lane.id())
                                && covers(other, lane)
                                && lane.order().isOlderThan(other.order())
                                && !isDoubted(s, other))
                        .findFirst()
                        .map(other -> new Next.End(
                                Outcome.SUPERSEDED,
                                "a newer image of the same service came before it, by "
                                        + other.queued().origin().build(),
                                other.id())));
    }

    private static boolean supersedes(LaneState s, Lane other, Lane lane) {
        // Whoever waits asks this of all that wait: few of them are of the same service.
        if (other.id().equals(lane.id()) || !covers(other, lane) || isDoubted(s, other)) {
            return false;
        }
        boolean later = s.lanes().indexOf(other) > s.lanes().indexOf(lane);
        return lane.order().isOlderThan(other.order())
                || (later && !other.order().isOlderThan(lane.order()));
    }
}
