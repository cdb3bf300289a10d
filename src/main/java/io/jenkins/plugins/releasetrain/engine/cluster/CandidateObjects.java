package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What lanes have beside the baseline of a namespace: found by label, made one by one, removed in the opposite order. */
final class CandidateObjects {
    private static final int ATTEMPTS = 5;
    private static final LabelSelector ANY = new LabelSelector();
    private static final LabelSelector OF_A_LANE = new LabelSelectorBuilder()
            .addNewMatchExpression()
            .withKey(Beside.LANE)
            .withOperator("Exists")
            .endMatchExpression()
            .build();

    private final KubernetesClient client;
    private final NamespaceReader reader;

    CandidateObjects(KubernetesNamespace environment, NamespaceReader reader) {
        this.client = environment.client();
        this.reader = reader;
    }

    /** The baseline's. */
    List<Service> services() {
        return reader.all(Service.class, ANY).stream()
                .filter(s -> lane(s).isEmpty())
                .toList();
    }

    /**
     * The baseline's, by name; none unless candidates are routed.
     *
     * @throws EngineException NOT_FOUND where the cluster has no Gateway API
     */
    List<HTTPRoute> routes(Isolation isolation) {
        return isolation == Isolation.HEADER
                ? allRoutes(ANY).stream().filter(r -> lane(r).isEmpty()).toList()
                : List.of();
    }

    /** None where the account may not see them. */
    List<NetworkPolicy> policies() {
        try {
            return reader.all(NetworkPolicy.class, ANY);
        } catch (EngineException e) {
            if (e.kind() == FailureKind.FORBIDDEN) {
                return List.of();
            }
            throw e;
        }
    }

    /** The baseline's and all lanes'. */
    List<HTTPRoute> allRoutes() {
        return allRoutes(ANY);
    }

    /** Of a route in this namespace; empty where the parent is none, or may not be seen. */
    Optional<Gateway> gateway(ParentReference parent, String namespace) {
        if (parent.getKind() != null && !"Gateway".equals(parent.getKind())) {
            return Optional.empty();
        }
        String where = Optional.ofNullable(parent.getNamespace()).orElse(namespace);
        try {
            return Optional.ofNullable(client.resources(Gateway.class)
                    .inNamespace(where)
                    .withName(parent.getName())
                    .get());
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                // What its routes say is all that is known then.
                return Optional.empty();
            }
            throw KubernetesFailures.translate("read Gateway " + parent.getName() + " in namespace " + where, e);
        }
    }

    private List<HTTPRoute> allRoutes(LabelSelector selector) {
        try {
            return reader.all(HTTPRoute.class, selector);
        } catch (EngineException e) {
            if (e.kind() != FailureKind.NOT_FOUND) {
                throw e;
            }
            throw new EngineException(
                    FailureKind.NOT_FOUND,
                    e.getMessage() + ". The isolation " + Isolation.HEADER
                            + " needs the Gateway API (gateway.networking.k8s.io/v1) in the cluster: install it, or"
                            + " use "
                            + Isolation.SIDE_BY_SIDE,
                    e);
        }
    }

    /** @throws EngineException CONFLICT where something else has the name */
    void create(HasMetadata wanted) {
        String what = name(wanted);
        for (int attempt = 1; ; attempt++) {
            try {
                client.resource(wanted).create();
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw KubernetesFailures.translate("create " + what, e);
                }
                HasMetadata there = KubernetesFailures.translating(
                        "read " + what, () -> client.resource(wanted).get());
                if (there != null && lane(there).equals(lane(wanted))) {
                    return;
                } else if (there != null || attempt == ATTEMPTS) {
                    throw KubernetesFailures.translate("create " + what, e);
                }
                // Nobody has the name: a quota was counted anew at the same moment.
            }
        }
    }

    static String name(HasMetadata resource) {
        return resource.getKind() + " " + resource.getMetadata().getName() + " in namespace "
                + resource.getMetadata().getNamespace();
    }

    Set<String> lanes(Isolation isolation) {
        Set<String> lanes = new TreeSet<>();
        reader.all(Deployment.class, OF_A_LANE).forEach(d -> lanes.add(lane(d)));
        reader.all(Service.class, OF_A_LANE).forEach(s -> lanes.add(lane(s)));
        if (isolation == Isolation.HEADER) {
            allRoutes(OF_A_LANE).forEach(r -> lanes.add(lane(r)));
        }
        return lanes;
    }

    void remove(Set<String> lanes, Isolation isolation) {
        List<Deployment> deployments = of(lanes, reader.all(Deployment.class, OF_A_LANE));
        try {
            if (isolation == Isolation.HEADER) {
                delete(of(lanes, reader.all(HTTPRoute.class, OF_A_LANE)));
            }
            delete(of(lanes, reader.all(Service.class, OF_A_LANE)));
        } catch (EngineException e) {
            boolean never = e.kind() == FailureKind.FORBIDDEN || e.kind() == FailureKind.NOT_FOUND;
            // Whoever may not see the others never made a Deployment either: they are read before.
            if (!never || !deployments.isEmpty()) {
                throw e;
            }
        }
        delete(deployments);
    }

    private static <T extends HasMetadata> List<T> of(Set<String> lanes, List<T> all) {
        return all.stream().filter(r -> lanes.contains(lane(r))).toList();
    }

    private void delete(List<? extends HasMetadata> resources) {
        resources.forEach(r -> KubernetesFailures.translating(
                "delete " + r.getKind() + " " + r.getMetadata().getName() + " in namespace "
                        + r.getMetadata().getNamespace(),
                () -> client.resource(r).delete()));
    }

    /** Empty of what is no lane's. */
    static String lane(HasMetadata resource) {
        return resource.getMetadata().getLabels() == null
                ? ""
                : resource.getMetadata().getLabels().getOrDefault(Beside.LANE, "");
    }
}
