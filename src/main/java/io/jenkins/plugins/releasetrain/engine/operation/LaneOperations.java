package io.jenkins.plugins.releasetrain.engine.operation;

import io.jenkins.plugins.releasetrain.engine.lane.LaneState;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.lane.Phase;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;

/** What people do to the lanes of an environment. */
final class LaneOperations {
    private LaneOperations() {}

    static Plan plan(Lanes lanes, Operations.Request request) {
        LaneState s = lanes.state();
        Plan plan = Plan.of(request.operation(), request.train(), request.subject())
                .touching(
                        s.lanes().stream()
                                .filter(l -> request.subject().isEmpty() || l.id().equals(request.subject()))
                                .limit(Plans.MOST)
                                .map(LaneOperations::touched)
                                .toList(),
                        null);
        return switch (request.operation()) {
            case PAUSE -> plan.noting(s.paused());
            case RESUME ->
                plan.noting(
                        s.paused().isEmpty()
                                ? s.outage()
                                        .map(o -> "environment '"
                                                + request.train().substring(Operations.LANES.length())
                                                + "' is broken since " + o.since())
                                        .orElse("")
                                : s.paused());
            case HOLD, FREE -> plan.noting(s.held());
            default -> plan;
        };
    }

    private static Plan.Touched touched(Lane lane) {
        return new Plan.Touched(
                lane.id(),
                lane.candidates().entrySet().stream()
                        .map(i -> i.getKey() + " " + i.getValue().tag())
                        .toList(),
                lane.queued().origin().build(),
                lane.queued().origin().url());
    }

    static void perform(Lanes lanes, Operations.Request request, String user) {
        switch (request.operation()) {
            case PAUSE -> lanes.pause(request.reason(), user);
            case RESUME -> lanes.resume(user);
            case HOLD -> lanes.hold(request.reason(), user);
            case FREE -> lanes.free(user);
            case CANCEL -> cancel(lanes, request, user);
            default ->
                throw EngineException.invalid(request.operation()
                        + " is for trains; lanes can be paused, resumed, held, freed and cancelled");
        }
    }

    private static void cancel(Lanes lanes, Operations.Request request, String user) {
        Lane lane = lanes.state()
                .lane(request.subject())
                .filter(l -> !(l.phase() instanceof Phase.Promoting))
                .orElseThrow(() -> new EngineException(
                        FailureKind.CONFLICT,
                        "Lane '" + request.subject() + "' has its outcome, or is being promoted already"));
        String reason = "cancelled by " + user + (request.reason().isBlank() ? "" : ": " + request.reason());
        try {
            lanes.cancel(new LaneId(lane.group(), lane.id()), reason);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
