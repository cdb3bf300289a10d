package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.ApiServer;
import io.jenkins.plugins.releasetrain.testkit.cluster.GatewayApi;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** With an account that may do only what a Role says; the mock judges nobody. */
@EnabledIfEnvironmentVariable(named = ApiServer.KUBECONFIG, matches = ".+")
class ApiServerAccessTest {
    private static final String ACCOUNT = "release-train-test";
    private static final List<PolicyRule> REPLACE = List.of(
            rule("apps", List.of("deployments", "statefulsets"), "get", "list", "watch", "patch"),
            rule("", List.of("pods", "events"), "get", "list", "watch", "delete"),
            rule("coordination.k8s.io", List.of("leases"), "get", "create", "update"));
    private static final List<PolicyRule> HEADER = List.of(
            REPLACE.get(0),
            REPLACE.get(1),
            REPLACE.get(2),
            rule("apps", List.of("deployments"), "create", "delete"),
            rule("", List.of("services"), "get", "list", "create", "delete"),
            rule("networking.k8s.io", List.of("networkpolicies"), "list"),
            rule("gateway.networking.k8s.io", List.of("httproutes"), "get", "list", "create", "delete"));

    private static final Set<Workload.Kind> KINDS = Set.of(Workload.Kind.DEPLOYMENT, Workload.Kind.STATEFUL_SET);

    private ApiServer server;
    private KubernetesClient account;
    private KubernetesNamespace namespace;

    private static PolicyRule rule(String group, List<String> resources, String... verbs) {
        return new PolicyRuleBuilder()
                .withApiGroups(group)
                .withResources(resources)
                .withVerbs(verbs)
                .build();
    }

    @BeforeEach
    void open() {
        server = ApiServer.fromEnvironment();
        GatewayApi.install(server.client());
        account = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(server.client().getConfiguration())
                        .withImpersonateUsername(ACCOUNT)
                        .build())
                .build();
        namespace = new KubernetesNamespace(account, server.namespace());
    }

    @AfterEach
    void close() {
        account.close();
        server.close();
    }

    private void grant(List<PolicyRule> rules) {
        server.client()
                .resource(new RoleBuilder()
                        .withNewMetadata()
                        .withNamespace(server.namespace())
                        .withName(ACCOUNT)
                        .endMetadata()
                        .withRules(rules)
                        .build())
                .create();
        server.client()
                .resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withNamespace(server.namespace())
                        .withName(ACCOUNT)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", ACCOUNT)
                        .addNewSubject("rbac.authorization.k8s.io", "User", ACCOUNT, null)
                        .build())
                .create();
    }

    private void eventuallyMissing(Isolation isolation, String... missing) throws InterruptedException {
        // The authorizer reads roles from a cache.
        BesideContract.eventually(
                isolation + " lacks " + List.of(missing),
                () -> NamespaceAccess.missing(namespace, isolation, KINDS).equals(List.of(missing)));
    }

    @Test
    void shouldTellWhatTheAccountMayNot() throws Exception {
        assertThat(NamespaceAccess.missing(namespace, Isolation.REPLACE, KINDS))
                .as("B39")
                .containsExactly(
                        "get deployments.apps",
                        "list deployments.apps",
                        "patch deployments.apps",
                        "get statefulsets.apps",
                        "list statefulsets.apps",
                        "patch statefulsets.apps",
                        "get pods",
                        "list pods",
                        "delete pods",
                        "get leases.coordination.k8s.io",
                        "create leases.coordination.k8s.io",
                        "update leases.coordination.k8s.io");
        grant(REPLACE);
        eventuallyMissing(Isolation.REPLACE);
        eventuallyMissing(
                Isolation.SIDE_BY_SIDE,
                "create deployments.apps",
                "delete deployments.apps",
                "get services",
                "list services",
                "create services",
                "delete services",
                "list networkpolicies.networking.k8s.io");
    }

    @Test
    void shouldFindNothingMissingWhereTheDocumentedRoleIsGranted() throws Exception {
        grant(HEADER);
        eventuallyMissing(Isolation.HEADER);
        eventuallyMissing(Isolation.SIDE_BY_SIDE);
    }

    @Test
    void I8_shouldRefuseCandidatesBesideBeforeAnythingIsMadeAndHaveNothingToRemove() throws Exception {
        grant(REPLACE);
        eventuallyMissing(Isolation.REPLACE);
        Service cart = TestWorkloads.deployment("cart");
        server.client()
                .resource(TestWorkloads.workload(server.namespace(), cart.workload(), 1, Map.of("main", "cart:1")))
                .create();
        Cluster cluster = new KubernetesCluster(namespace, Runnable::run, Clock.systemUTC(), Sleeper.real());
        assertThatThrownBy(() -> cluster.putBeside(
                        new Beside("l1", "l1-1", Isolation.HEADER), Map.of(cart, TestWorkloads.image("cart", "2"))))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.FORBIDDEN))
                .hasMessageContaining("list services")
                .hasMessageContaining("RBAC");
        cluster.removeBeside(Set.of("l1"), Isolation.HEADER);
        assertThat(server.client()
                        .apps()
                        .deployments()
                        .inNamespace(server.namespace())
                        .list()
                        .getItems())
                .hasSize(1);
    }
}
