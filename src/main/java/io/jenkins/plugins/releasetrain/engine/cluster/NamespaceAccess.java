package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an environment's account may do in its namespace, as the API server itself judges (SelfSubjectAccessReview). */
public final class NamespaceAccess {
    private static final String APPS = "apps/deployments";
    private static final String SERVICES = "/services";
    private static final String ROUTES = "gateway.networking.k8s.io/httproutes";
    private static final List<String> MAKE_AND_REMOVE = List.of("get", "list", "create", "delete");

    private NamespaceAccess() {}

    /**
     * The rights that candidates of this isolation need and the account does not have, as in {@code create
     * deployments.apps}.
     */
    public static List<String> missing(KubernetesNamespace namespace, Isolation isolation) {
        return needed(isolation).entrySet().stream()
                .flatMap(e -> e.getValue().stream()
                        .filter(verb -> !allowed(namespace, e.getKey(), verb))
                        .map(verb -> verb + " " + name(e.getKey())))
                .toList();
    }

    private static Map<String, List<String>> needed(Isolation isolation) {
        Map<String, List<String>> needed = new LinkedHashMap<>();
        needed.put(APPS, List.of("get", "list", "patch"));
        if (isolation.beside()) {
            needed.put(APPS, List.of("get", "list", "patch", "create", "delete"));
            needed.put(SERVICES, MAKE_AND_REMOVE);
        }
        if (isolation == Isolation.HEADER) {
            needed.put(ROUTES, MAKE_AND_REMOVE);
        }
        return needed;
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
