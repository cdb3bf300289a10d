package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What network policies say of a candidate's pods, which have another value in the labels that Services select by: where one
 * is about the baseline's pods and not about these, or the other way round, the candidate would fail for want of a
 * connection, and be blamed for it.
 */
final class NetworkReach {
    private static final String NAMESPACE = "kubernetes.io/metadata.name";

    private NetworkReach() {}

    /** The name of a policy that treats the two differently; empty where none does. */
    static Optional<String> lost(
            List<NetworkPolicy> policies, Map<String, String> baseline, Map<String, String> candidate) {
        return policies.stream()
                .filter(p -> p.getSpec() != null)
                .filter(p -> tellsApart(p, baseline, candidate))
                .map(p -> p.getMetadata().getName())
                .findFirst();
    }

    private static boolean tellsApart(
            NetworkPolicy policy, Map<String, String> baseline, Map<String, String> candidate) {
        NetworkPolicySpec spec = policy.getSpec();
        LabelSelector pods = spec.getPodSelector() == null ? new LabelSelector() : spec.getPodSelector();
        // Whom a policy is for, it also isolates: being found may cost a connection as well as not being found.
        return Selectors.finds(pods, baseline) != Selectors.finds(pods, candidate)
                || peers(spec)
                        .filter(peer -> mayBeIn(peer, policy.getMetadata().getNamespace()))
                        .map(NetworkPolicyPeer::getPodSelector)
                        .anyMatch(s -> Selectors.finds(s, baseline) && !Selectors.finds(s, candidate));
    }

    /** Of those that may connect, or be connected to, by their labels. */
    private static Stream<NetworkPolicyPeer> peers(NetworkPolicySpec spec) {
        return Stream.concat(
                        spec.getIngress().stream().flatMap(rule -> rule.getFrom().stream()),
                        spec.getEgress().stream().flatMap(rule -> rule.getTo().stream()))
                .filter(peer -> peer.getPodSelector() != null);
    }

    /** Whether the peer's pods may be in this namespace, of which only the label that all have is known. */
    private static boolean mayBeIn(NetworkPolicyPeer peer, String namespace) {
        LabelSelector namespaces = peer.getNamespaceSelector();
        if (namespaces == null) {
            return true;
        }
        String named = namespaces.getMatchLabels() == null
                ? null
                : namespaces.getMatchLabels().get(NAMESPACE);
        return (named == null || named.equals(namespace))
                && namespaces.getMatchExpressions().stream()
                        .filter(e -> NAMESPACE.equals(e.getKey()) && "In".equals(e.getOperator()))
                        .allMatch(e -> e.getValues().contains(namespace));
    }
}
