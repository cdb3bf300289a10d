package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What an environment's account may do in its namespace, as the API server itself judges (SelfSubjectAccessReview). */
public final class NamespaceAccess {
    private static final String DEPLOYMENTS =
            WorkloadKinds.of(Workload.Kind.DEPLOYMENT).resourceName();
    private static final String SERVICES = "/services";
    private static final String POLICIES = "networking.k8s.io/networkpolicies";
    private static final String ROUTES = "gateway.networking.k8s.io/httproutes";
    private static final List<String> MAKE_AND_REMOVE = List.of("get", "list", "create", "delete");

    private NamespaceAccess() {}

    /**
     * The rights that candidates of this isolation need and the account does not have, as in {@code create
     * deployments.apps}.
     *
     * @param kinds of the workloads that are installed there
     */
    public static List<String> missing(
            KubernetesNamespace namespace, Isolation isolation, Collection<Workload.Kind> kinds) {
        return needed(isolation, kinds).entrySet().stream()
                .flatMap(e -> e.getValue().stream()
                        .distinct()
                        .filter(verb -> !allowed(namespace, e.getKey(), verb))
                        .map(verb -> verb + " " + name(e.getKey())))
                .toList();
    }

    /**
     * What the account may not watch: works without, but the namespace is read again and again then.
     *
     * @param kinds of the workloads that are installed there
     */
    public static List<String> unwatched(KubernetesNamespace namespace, Collection<Workload.Kind> kinds) {
        return Stream.concat(
                        new TreeSet<>(kinds)
                                .stream().map(kind -> WorkloadKinds.of(kind).resourceName()),
                        Stream.of("/pods", "/events"))
                .filter(resource -> !allowed(namespace, resource, "watch"))
                .map(resource -> "watch " + name(resource))
                .toList();
    }

    private static Map<String, List<String>> needed(Isolation isolation, Collection<Workload.Kind> kinds) {
        Map<String, List<String>> needed = new LinkedHashMap<>();
        Set<String> pods = new LinkedHashSet<>(List.of("get", "list"));
        new TreeSet<>(kinds).stream().map(WorkloadKinds::of).forEach(kind -> {
            needed.put(kind.resourceName(), new ArrayList<>(kind.rights()));
            pods.addAll(kind.podRights());
        });
        needed.put("/pods", List.copyOf(pods));
        needed.put("coordination.k8s.io/leases", List.of("get", "create", "update"));
        if (isolation.beside()) {
            needed.computeIfAbsent(DEPLOYMENTS, k -> new ArrayList<>()).addAll(MAKE_AND_REMOVE);
            needed.put(SERVICES, MAKE_AND_REMOVE);
            needed.put(POLICIES, List.of("list"));
        }
        if (isolation == Isolation.HEADER) {
            needed.put(ROUTES, MAKE_AND_REMOVE);
        }
        return needed;
    }

    /** Whether the account may; also where the API server does not tell. */
    static boolean may(KubernetesNamespace namespace, String resource, String verb) {
        try {
            return allowed(namespace, resource, verb);
        } catch (EngineException e) {
            if (e.kind() == FailureKind.FORBIDDEN || e.kind() == FailureKind.NOT_FOUND) {
                return true;
            }
            throw e;
        }
    }

    private static boolean allowed(KubernetesNamespace namespace, String resource, String verb) {
        int slash = resource.indexOf('/');
        SelfSubjectAccessReview question = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withNamespace(namespace.name())
                .withGroup(resource.substring(0, slash))
                .withResource(resource.substring(slash + 1))
                .withVerb(verb)
                .endResourceAttributes()
                .endSpec()
                .build();
        SelfSubjectAccessReview answer = KubernetesFailures.translating(
                "ask whether the account may " + verb + " " + name(resource) + " in namespace " + namespace.name(),
                () -> namespace
                        .client()
                        .authorization()
                        .v1()
                        .selfSubjectAccessReview()
                        .create(question));
        return answer.getStatus() != null
                && Boolean.TRUE.equals(answer.getStatus().getAllowed());
    }

    static String name(String resource) {
        int slash = resource.indexOf('/');
        return resource.substring(slash + 1) + (slash == 0 ? "" : "." + resource.substring(0, slash));
    }
}
