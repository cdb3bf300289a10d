package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.ApiServer;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodSimulator;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against a real API server with its controllers, where one is named. */
@EnabledIfEnvironmentVariable(named = ApiServer.KUBECONFIG, matches = ".+")
class ApiServerClusterTest extends ClusterContract {
    private ApiServer server;
    private PodSimulator simulator;

    @Override
    KubernetesNamespace open(Function<String, PodBehaviour> behaviour) {
        server = ApiServer.fromEnvironment();
        simulator = PodSimulator.kubeletOnly(
                new PodSimulator.Settings(server.client(), server.namespace(), behaviour, Duration.ofMillis(30)));
        return new KubernetesNamespace(server.client(), server.namespace());
    }

    @Override
    void close(KubernetesNamespace namespace) {
        simulator.close();
        server.close();
    }

    @Override
    void assertFieldManager(HasMetadata workload) {
        assertThat(workload.getMetadata().getManagedFields())
                .extracting("manager")
                .contains("release-train");
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads#kindsOfPods")
    void shouldTellAQuotaThatKeepsNewPodsFromBeingCreated(Workload.Kind kind) throws Exception {
        server.client()
                .resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withNamespace(server.namespace())
                        .withName("none")
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("pods", new Quantity("0"))
                        .endSpec()
                        .build())
                .create();
        Service cart = TestWorkloads.service("cart", new Workload(kind, "cart", ""));
        server.client()
                .resource(TestWorkloads.workload(
                        server.namespace(),
                        cart.workload(),
                        1,
                        Map.of("main", TestWorkloads.image("cart", "1").toString())))
                .create();
        Cluster cluster = prepared(new KubernetesCluster(
                new KubernetesNamespace(server.client(), server.namespace()),
                Runnable::run,
                Clock.systemUTC(),
                Sleeper.real()));
        Rollout rollout = cluster.awaitRollouts(
                TestWorkloads.asked(cluster, List.of(cart)), Set.of(), Duration.ofSeconds(8), Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Rollout.Outcome.TIMED_OUT);
        assertThat(rollout.blocker()).hasValueSatisfying(b -> {
            assertThat(b.reason()).isEqualTo("FailedCreate");
            assertThat(b.message()).contains("exceeded quota: none");
            assertThat(b.fault()).isEqualTo(Fault.ENVIRONMENT);
        });
    }
}
