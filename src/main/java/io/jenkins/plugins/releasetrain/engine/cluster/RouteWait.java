package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatus;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One wait for the routes of a lane: without it, tests might reach the baseline and take it for the candidate. What a
 * gateway refuses at first may be a Service that it has not seen yet, so only the deadline decides.
 */
record RouteWait(CandidateObjects objects, Clock clock, Sleeper sleeper) {
    private static final Duration PAUSE = Duration.ofMillis(500);

    Optional<String> await(Beside beside, Duration deadline) throws InterruptedException {
        Instant end = clock.instant().plus(deadline);
        while (true) {
            Optional<String> missing = look(beside);
            Duration left = Duration.between(clock.instant(), end);
            if (missing.isEmpty() || left.isNegative() || left.isZero()) {
                return missing;
            }
            sleeper.sleep(PAUSE.compareTo(left) < 0 ? PAUSE : left);
        }
    }

    private Optional<String> look(Beside beside) {
        try {
            List<HTTPRoute> routes = objects.routesOf(beside.lane());
            return routes.isEmpty()
                    ? Optional.of("HTTPRoutes of lane " + beside.lane() + " are gone")
                    : routes.stream().flatMap(r -> missing(r).stream()).findFirst();
        } catch (EngineException e) {
            if (!e.kind().retryable()) {
                throw e;
            }
            return Optional.of(e.getMessage());
        }
    }

    /** What keeps a route from leading anywhere (Gateway API, RouteParentStatus); empty where a gateway took it. */
    static Optional<String> missing(HTTPRoute route) {
        List<RouteParentStatus> parents =
                route.getStatus() == null ? List.of() : route.getStatus().getParents();
        if (parents.stream().anyMatch(p -> is(route, p, "Accepted") && is(route, p, "ResolvedRefs"))) {
            return Optional.empty();
        }
        String said = parents.stream()
                .flatMap(p -> p.getConditions().stream())
                .filter(c -> "False".equals(c.getStatus()))
                .map(c -> ": " + c.getReason() + ", " + c.getMessage())
                .findFirst()
                .orElse("");
        return Optional.of(
                "HTTPRoute " + route.getMetadata().getName() + " is not accepted by any of its gateways" + said);
    }

    private static boolean is(HTTPRoute route, RouteParentStatus parent, String type) {
        return parent.getConditions().stream()
                .filter(c -> type.equals(c.getType()))
                .anyMatch(c -> "True".equals(c.getStatus()) && ofThis(route, c));
    }

    private static boolean ofThis(HTTPRoute route, Condition condition) {
        return WorkloadKind.number(condition.getObservedGeneration())
                >= WorkloadKind.number(route.getMetadata().getGeneration());
    }
}
