package io.jenkins.plugins.releasetrain.engine.operation;

import io.jenkins.plugins.releasetrain.engine.history.Differences;
import io.jenkins.plugins.releasetrain.engine.lane.LaneRollback;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.ArrayList;
import java.util.List;

/** What people do to the lanes of an environment. */
final class LaneOperations {
    private LaneOperations() {}

    static Plan plan(Lanes lanes, Operations.Request request, Store store) {
        if (request.operation() == Operation.ROLL_BACK) {
            return rollingBack(lanes.rollback(), request, store);
        }
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
            case RESUME -> resuming(plan, s, environment(request));
            case HOLD -> plan.noting(s.held());
            case FREE ->
                s.held().isEmpty()
                        ? plan.refusing("The releases of the lanes of " + environment(request) + " are not held")
                        : plan.noting(s.held());
            case CANCEL -> s.lane(request.subject()).isPresent() ? plan : plan.refusing(isGone(request));
            case PRIORITISE -> goingFirst(plan, s, request);
            default -> plan.refusing(notForLanes(request));
        };
    }

    private static String environment(Operations.Request request) {
        return request.train().substring(Operations.LANES.length());
    }

    private static Plan resuming(Plan plan, LaneState s, String environment) {
        String broken = s.outage()
                .map(o -> "environment '" + environment + "' is broken since " + o.since())
                .orElse("");
        return s.paused().isEmpty() && broken.isEmpty()
                ? plan.refusing("The lanes of " + environment + " are not paused, and the environment is not broken")
                : plan.noting(s.paused().isEmpty() ? broken : s.paused());
    }

    private static Plan rollingBack(LaneRollback rollback, Operations.Request request, Store store) {
        LaneRollback.Target target = rollback.target(request.subject());
        List<Differences.Change> changes = new ArrayList<>();
        target.changed()
                .forEach((service, image) -> changes.add(
                        new Differences.Change(service, target.production().get(service), image, true)));
        Plan plan = Plan.of(Operation.ROLL_BACK, request.train(), request.subject())
                .withImages(Differences.of(store).told(changes), Plans.MOST)
                .goingBack(new Plan.Back(List.of(), List.of(), List.of()));
        return rollback.refusal(target).map(plan::refusing).orElse(plan);
    }

    private static Plan goingFirst(Plan plan, LaneState s, Operations.Request request) {
        List<Lane> before = s.waiting().stream()
                .takeWhile(l -> !l.id().equals(request.subject()))
                .toList();
        if (before.size() == s.waiting().size()) {
            return plan.refusing(
                    "Lane '" + request.subject() + "' does not wait to be let in; only who waits can go first");
        }
        return before.isEmpty()
                ? plan.refusing("It is the next to be let in already")
                : plan.touching(
                        before.stream()
                                .limit(Plans.MOST)
                                .map(LaneOperations::touched)
                                .toList(),
                        null);
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

    /** @return a new release's id after a rollback; else empty */
    static String perform(Lanes lanes, Operations.Request request, String user) {
        if (request.operation() == Operation.ROLL_BACK) {
            if (!request.bad().isEmpty()) {
                throw EngineException.invalid("bad is for trains; mark releases of lanes bad by themselves");
            }
            lanes.rollback().check(request.subject());
            if (request.hold()) {
                lanes.hold(request.reason(), user);
            }
            return lanes.rollback().perform(request.subject(), request.reason(), user);
        }
        switch (request.operation()) {
            case PAUSE -> lanes.pause(request.reason(), user);
            case RESUME -> lanes.resume(user);
            case HOLD -> lanes.hold(request.reason(), user);
            case FREE -> lanes.free(user);
            case CANCEL -> cancel(lanes, request, user);
            case PRIORITISE -> lanes.prioritise(request.subject(), Operations.FIRST, user);
            default -> throw EngineException.invalid(notForLanes(request));
        }
        return "";
    }

    private static String notForLanes(Operations.Request request) {
        return request.operation()
                + " is for trains; lanes can be paused, resumed, held, freed, taken off, let go first, and rolled back";
    }

    private static String isGone(Operations.Request request) {
        return "Lane '" + request.subject() + "' has its outcome, or is being promoted already";
    }

    private static void cancel(Lanes lanes, Operations.Request request, String user) {
        EngineException late = new EngineException(FailureKind.CONFLICT, isGone(request));
        Lane lane = lanes.state().lane(request.subject()).orElseThrow(() -> late);
        String reason = request.takenOffBy(user);
        try {
            lanes.withdraw(new LaneId(lane.group(), lane.id()), reason);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (lanes.state().lane(request.subject()).isPresent()) {
            throw late;
        }
    }
}
