package io.jenkins.plugins.releasetrain.engine.event;

import java.util.Optional;

/**
 * A lane as its group's stream left it.
 *
 * @param started its newest attempt, if that is not over
 * @param made its release, if that is not promoted yet
 */
public record LaneMoved(
        Event.LaneQueued queued,
        int attempts,
        Optional<Event.LaneStarted> started,
        Optional<Event.LaneInstalled> installed,
        Optional<Event.ReleaseMade> made) {}
