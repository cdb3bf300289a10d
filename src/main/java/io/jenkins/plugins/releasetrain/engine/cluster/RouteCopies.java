package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRefBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatchBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRuleBuilder;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * HTTPRoutes that lead a lane's requests to its candidate (Gateway API v1): for each route to the baseline's Service one
 * with the same parents and hostnames, whose rules match the same requests if they carry the lane's baggage too. One header
 * more takes precedence over the original rule (GEP-1426 and HTTPRouteRule, "Precedence").
 *
 * @param metadata of the candidate's Service: its name and labels
 */
record RouteCopies(Beside beside, ObjectMeta metadata) {
    /** Engines match a whole header or look for a part of it; between anchors both do the same. */
    private static final String BAGGAGE = "^(.*[,; ])?%s([,; ].*)?$";

    /** @throws EngineException INVALID_INPUT where no route sends to the Service */
    List<HTTPRoute> of(List<HTTPRoute> routes, String service) {
        List<HTTPRoute> copies = new ArrayList<>();
        for (HTTPRoute route : routes) {
            List<HTTPRouteRule> rules = route.getSpec().getRules().stream()
                    .flatMap(rule -> backend(rule, service).map(b -> copy(rule, b)).stream())
                    .toList();
            if (!rules.isEmpty()) {
                copies.add(copy(route, rules, copies.size()));
            }
        }
        if (copies.isEmpty()) {
            throw EngineException.invalid("No HTTPRoute in namespace " + metadata.getNamespace() + " sends to Service "
                    + service + ", so no header can lead to its candidate. Create one, or use the isolation "
                    + Isolation.SIDE_BY_SIDE);
        }
        return copies;
    }

    private HTTPRoute copy(HTTPRoute route, List<HTTPRouteRule> rules, int index) {
        return new HTTPRouteBuilder()
                .withMetadata(new ObjectMetaBuilder(metadata)
                        .withName(metadata.getName() + (index == 0 ? "" : "-" + index))
                        .build())
                .withNewSpec()
                .withParentRefs(route.getSpec().getParentRefs())
                .withHostnames(route.getSpec().getHostnames())
                .withRules(rules)
                .endSpec()
                .build();
    }

    private Optional<HTTPBackendRef> backend(HTTPRouteRule rule, String service) {
        return rule.getBackendRefs().stream()
                .filter(b -> service.equals(b.getName()))
                .filter(b -> b.getKind() == null || b.getKind().equals("Service"))
                .filter(b -> b.getGroup() == null || b.getGroup().isEmpty())
                .filter(b -> b.getNamespace() == null || b.getNamespace().equals(metadata.getNamespace()))
                .findFirst();
    }

    private HTTPRouteRule copy(HTTPRouteRule rule, HTTPBackendRef backend) {
        List<HTTPRouteMatch> matches = rule.getMatches().isEmpty() ? List.of(new HTTPRouteMatch()) : rule.getMatches();
        return new HTTPRouteRuleBuilder(rule)
                .withMatches(matches.stream().map(this::withBaggage).toList())
                .withBackendRefs(new HTTPBackendRefBuilder(backend)
                        .withName(metadata.getName())
                        .withWeight(null)
                        .build())
                .build();
    }

    private HTTPRouteMatch withBaggage(HTTPRouteMatch match) {
        String member = Isolation.baggage(beside.tenant()).replaceAll("[^A-Za-z0-9=_-]", "\\\\$0");
        return new HTTPRouteMatchBuilder(match)
                .addNewHeader()
                .withName("baggage")
                .withType("RegularExpression")
                .withValue(BAGGAGE.formatted(member))
                .endHeader()
                .build();
    }
}
