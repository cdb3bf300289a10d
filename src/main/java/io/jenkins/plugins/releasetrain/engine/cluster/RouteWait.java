package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatus;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One wait for the routes of a lane: without it, tests might reach the baseline and take it for the candidate. What a
 * gateway refuses at first may be a Service that it has not seen yet, so only the deadline decides.
 */
record RouteWait(CandidateObjects objects, Clock clock, Sleeper sleeper) {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final String ACCEPTED = "Accepted";
    private static final String PROGRAMMED = "Programmed";

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
            List<HTTPRoute> all = objects.allRoutes();
            List<HTTPRoute> routes = all.stream()
                    .filter(r -> CandidateObjects.lane(r).equals(beside.lane()))
                    .toList();
            List<HTTPRoute> originals =
                    all.stream().filter(r -> CandidateObjects.lane(r).isEmpty()).toList();
            return routes.isEmpty()
                    ? Optional.of("HTTPRoutes of lane " + beside.lane() + " are gone")
                    : routes.stream()
                            .flatMap(r -> missing(r, originals).stream())
                            .findFirst()
                            .or(() -> unprogrammed(routes));
        } catch (EngineException e) {
            if (!e.kind().retryable()) {
                throw e;
            }
            return Optional.of(e.getMessage());
        }
    }

    /**
     * What keeps a route from leading anywhere (Gateway API, RouteParentStatus); empty where every gateway took it that took
     * the baseline's: a request may come by any of them.
     */
    static Optional<String> missing(HTTPRoute route, List<HTTPRoute> originals) {
        List<ParentReference> expected = route.getSpec().getParentRefs().stream()
                .filter(parent -> originals.stream().anyMatch(o -> isTrue(o, parent, ACCEPTED)))
                .toList();
        List<ParentReference> open =
                expected.stream().filter(parent -> !takes(route, parent)).toList();
        boolean taken = expected.isEmpty()
                ? route.getSpec().getParentRefs().stream().anyMatch(parent -> takes(route, parent))
                : open.isEmpty();
        if (taken) {
            return Optional.empty();
        }
        String said = parents(route).stream()
                .filter(p -> expected.isEmpty() || open.stream().anyMatch(o -> isSame(p.getParentRef(), o, route)))
                .flatMap(p -> p.getConditions().stream())
                .filter(c -> "False".equals(c.getStatus()))
                .map(c -> ": " + c.getReason() + ", " + c.getMessage())
                .findFirst()
                .orElse("");
        return Optional.of("HTTPRoute " + route.getMetadata().getName() + " is not accepted by "
                + (open.isEmpty()
                        ? "any of its gateways"
                        : "gateway " + open.get(0).getName()) + said);
    }

    /** Few implementations say of a route that it is programmed; where one does, it is waited for. */
    private static boolean takes(HTTPRoute route, ParentReference parent) {
        boolean programmed =
                conditions(route, parent, PROGRAMMED).findAny().isEmpty() || isTrue(route, parent, PROGRAMMED);
        return isTrue(route, parent, ACCEPTED) && isTrue(route, parent, "ResolvedRefs") && programmed;
    }

    private static boolean isTrue(HTTPRoute route, ParentReference parent, String type) {
        return conditions(route, parent, type).anyMatch(c -> "True".equals(c.getStatus()) && ofThis(route, c));
    }

    private static Stream<Condition> conditions(HTTPRoute route, ParentReference parent, String type) {
        return parents(route).stream()
                .filter(p -> isSame(p.getParentRef(), parent, route))
                .flatMap(p -> p.getConditions().stream())
                .filter(c -> type.equals(c.getType()));
    }

    /** Controllers repeat the reference; some fill in what it leaves out. */
    private static boolean isSame(ParentReference one, ParentReference other, HTTPRoute route) {
        return one != null
                && Objects.equals(one.getName(), other.getName())
                && Objects.equals(one.getSectionName(), other.getSectionName())
                && Objects.equals(one.getPort(), other.getPort())
                && namespace(one, route).equals(namespace(other, route));
    }

    private static String namespace(ParentReference parent, HTTPRoute route) {
        return Optional.ofNullable(parent.getNamespace())
                .orElse(route.getMetadata().getNamespace());
    }

    private static List<RouteParentStatus> parents(HTTPRoute route) {
        return route.getStatus() == null ? List.of() : route.getStatus().getParents();
    }

    private static boolean ofThis(HTTPRoute route, Condition condition) {
        return WorkloadKind.number(condition.getObservedGeneration())
                >= WorkloadKind.number(route.getMetadata().getGeneration());
    }

    /** A gateway that accepts a route and is not in the data plane itself leads nowhere (Gateway API, GatewayConditionType). */
    private Optional<String> unprogrammed(List<HTTPRoute> routes) {
        return routes.stream()
                .flatMap(r -> r.getSpec().getParentRefs().stream()
                        .filter(parent -> isTrue(r, parent, ACCEPTED))
                        .flatMap(parent ->
                                objects.gateway(parent, r.getMetadata().getNamespace()).stream()))
                .distinct()
                .filter(RouteWait::isUnprogrammed)
                .map(g -> "Gateway " + g.getMetadata().getName() + " is not programmed")
                .findFirst();
    }

    private static boolean isUnprogrammed(Gateway gateway) {
        return gateway.getStatus() != null
                && gateway.getStatus().getConditions().stream()
                        .anyMatch(c -> PROGRAMMED.equals(c.getType()) && !"True".equals(c.getStatus()));
    }
}
