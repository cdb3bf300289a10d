package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.time.Instant;
import java.util.Set;
import java.util.SortedMap;

/**
 * What the environment is left to do for an attempt that is over, and tries until it is done: take its candidates out or,
 * where they were released, bring them into the baseline.
 *
 * @param number of the attempt
 * @param released whether its candidates are in production
 */
public record Obligation(
        String lane,
        String group,
        int number,
        Event.LaneStarted started,
        SortedMap<String, PinnedImage> candidates,
        boolean released,
        Instant since) {
    /** Services whose workloads are not, or may not be, what they are to be. */
    Set<String> services() {
        // In place what was released is where it is to be, and beside the baseline nobody sees what was not.
        boolean right = started.control() || isolation().beside() != released;
        return right ? Set.of() : candidates.keySet();
    }

    /** Services of which nobody else may touch the workloads while it is done. */
    Set<String> claims() {
        boolean untouched = started.control() || (isolation().beside() && !released);
        return untouched ? Set.of() : candidates.keySet();
    }

    Isolation isolation() {
        return started.isolation().orElse(Isolation.REPLACE);
    }

    boolean isOf(String id, int attempt) {
        return lane.equals(id) && number == attempt;
    }
}
