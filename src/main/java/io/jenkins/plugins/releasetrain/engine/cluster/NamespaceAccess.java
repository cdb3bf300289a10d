package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** What an environment's account may do in its namespace, as the API server itself judges (SelfSubjectAccessReview). */
public final class NamespaceAccess {
    private static final String SERVICES = "/services";
    private static final String ROUTES = "gateway.networking.k8s.io/httproutes";
    private static final List<String> READ_AND_PATCH = List.of("get", "list", "patch");
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

    private static Map<String, List<String>> needed(Isolation isolation, Collection<Workload.Kind> kinds) {
        Map<String, List<String>> needed = new LinkedHashMap<>();
        new TreeSet<>(kinds).forEach(kind -> needed.put(resource(kind), new ArrayList<>(READ_AND_PATCH)));
        needed.put("/pods", new ArrayList<>(List.of("get", "list")));
        if (kinds.contains(Workload.Kind.STATEFUL_SET)) {
            // One that stays on a bad pod is freed of it.
            needed.get("/pods").add("delete");
        }
        needed.put("coordination.k8s.io/leases", List.of("get", "create", "update"));
        if (isolation.beside()) {
            needed.computeIfAbsent(resource(Workload.Kind.DEPLOYMENT), k -> new ArrayList<>())
                    .addAll(MAKE_AND_REMOVE);
            needed.put(SERVICES, MAKE_AND_REMOVE);
        }
        if (isolation == Isolation.HEADER) {
            needed.put(ROUTES, MAKE_AND_REMOVE);
        }
        return needed;
    }

    private static String resource(Workload.Kind kind) {
        return "apps/" + kind.kubernetesName().toLowerCase(Locale.ROOT) + "s";
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

    private static String name(String resource) {
        int slash = resource.indexOf('/');
        return resource.substring(slash + 1) + (slash == 0 ? "" : "." + resource.substring(0, slash));
    }
}
