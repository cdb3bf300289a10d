package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What network policies say of a candidate's pods, which have another value in the labels that Services select by: where one
 * is about the baseline's pods and not about these, the candidate would fail for want of a connection, and be blamed for it.
 */
final class NetworkReach {
    private NetworkReach() {}

    /** The name of a policy that is about the one and not the other; empty where none is. */
    static Optional<String> lost(
            List<NetworkPolicy> policies, Map<String, String> baseline, Map<String, String> candidate) {
        return policies.stream()
                .filter(p -> p.getSpec() != null)
                .filter(p -> selectors(p.getSpec()).anyMatch(s -> finds(s, baseline) && !finds(s, candidate)))
                .map(p -> p.getMetadata().getName())
                .findFirst();
    }

    /** Of the pods that it is for, and of those that may connect. */
    private static Stream<LabelSelector> selectors(NetworkPolicySpec spec) {
        Stream<NetworkPolicyPeer> peers = Stream.concat(
                spec.getIngress().stream().flatMap(rule -> rule.getFrom().stream()),
                spec.getEgress().stream().flatMap(rule -> rule.getTo().stream()));
        return Stream.concat(Stream.of(spec.getPodSelector()), peers.map(NetworkPolicyPeer::getPodSelector))
                .filter(Objects::nonNull);
    }

    /** As the API server would (Kubernetes, "Labels and Selectors"). */
    static boolean finds(LabelSelector selector, Map<String, String> labels) {
        Map<String, String> wanted = selector.getMatchLabels() == null ? Map.of() : selector.getMatchLabels();
        return labels.entrySet().containsAll(wanted.entrySet())
                && selector.getMatchExpressions().stream().allMatch(e -> fits(e, labels.get(e.getKey())));
    }

    private static boolean fits(LabelSelectorRequirement expression, String value) {
        return switch (expression.getOperator()) {
            case "In" -> value != null && expression.getValues().contains(value);
            case "NotIn" -> value == null || !expression.getValues().contains(value);
            case "Exists" -> value != null;
            default -> value == null;
        };
    }
}
