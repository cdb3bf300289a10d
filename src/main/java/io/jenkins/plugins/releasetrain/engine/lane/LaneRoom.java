package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Limits;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whether there is room for one more lane, and whose turn it is: who would not come in if there were keeps no room from those
 * behind it (I14).
 *
 * @param mayComeIn whether nothing but the room keeps out another lane that waits
 */
record LaneRoom(LaneState s, Limits limits, Predicate<Lane> mayComeIn) {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

    /** Why a lane that waits has no room; empty where it has. */
    Optional<Next> full(Lane lane) {
        return full(lane, s.lanes(), limits.environment(), false).or(() -> {
            List<Lane> group = ofGroup(lane.group());
            return full(lane, group, limits.group(), true);
        });
    }

    private List<Lane> ofGroup(String group) {
        return s.lanes().stream().filter(l -> l.group().equals(group)).toList();
    }

    private Optional<Next> full(Lane lane, List<Lane> all, int limit, boolean group) {
        if (limit == 0) {
            return Optional.empty();
        }
        long inside = inside(all);
        List<Lane> before = all.stream()
                .takeWhile(l -> !l.id().equals(lane.id()))
                .filter(l -> l.phase() instanceof Phase.Waiting)
                .toList();
        // Thousands may wait: no more of them are looked at than there is room for.
        long first = before.stream()
                .filter(l -> !isTaken(l) && mayComeIn.test(l))
                .limit(Math.max(0, limit - inside))
                .count();
        return inside + first < limit
                ? Optional.empty()
                : Optional.of(new Next.Wait(
                        "up to " + limit + " lanes " + (group ? "of group '" + lane.group() + "' " : "")
                                + "may be in the environment; " + inside + " are, and " + before.size()
                                + " wait before it",
                        ASK_AGAIN));
    }

    private static long inside(List<Lane> lanes) {
        return lanes.stream().filter(l -> l.phase().attempt().isPresent()).count();
    }

    /** Whether somebody has its place, who has to go first: that of one of its services, or all that its group may have. */
    private boolean isTaken(Lane waiting) {
        boolean taken = s.lanes().stream()
                .anyMatch(l -> l.isVisible()
                        && !Collections.disjoint(
                                l.candidates().keySet(), waiting.candidates().keySet()));
        return taken || limits.group() > 0 && inside(ofGroup(waiting.group())) >= limits.group();
    }
}
