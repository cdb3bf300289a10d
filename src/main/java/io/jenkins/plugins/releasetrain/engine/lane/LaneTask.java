package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import java.time.Duration;
import java.util.SortedMap;

/** What a lane's build has to do next. */
public sealed interface LaneTask {
    /** Ask again later; {@code why} says whom it waits for. */
    record Wait(String why, Duration again) implements LaneTask {}

    /**
     * Test what is installed and report; it was seen running.
     *
     * @param images the candidates by service; of a control run what production runs in their places
     * @param hosts names of the candidates' own, by service; empty where they are reached as the services are
     * @param tenant unique to this attempt, for test data that must not meet that of other lanes
     * @param control whether the baseline alone is tested, without the candidates
     */
    record Test(
            String environment,
            String namespace,
            String baseUrl,
            SortedMap<String, ImageReference> images,
            SortedMap<String, String> hosts,
            String tenant,
            boolean control)
            implements LaneTask {}

    /** The lane has its final outcome. */
    record Done(Event.LaneEnded ended) implements LaneTask {}
}
