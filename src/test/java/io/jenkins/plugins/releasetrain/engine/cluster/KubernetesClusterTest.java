package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cases for which what the API holds is written by hand. */
class KubernetesClusterTest {
    private static final Digest DIGEST = Digest.sha256("content");
    private static final Digest PLATFORM = Digest.sha256("one platform of it");

    private EmbeddedKubernetes kubernetes;
    private Cluster cluster;

    @BeforeEach
    void start() {
        kubernetes = EmbeddedKubernetes.start();
        kubernetes.createNamespace("staging");
        cluster = new KubernetesCluster(
                new KubernetesNamespace(kubernetes.client(), "staging"),
                Runnable::run,
                Clock.systemUTC(),
                Sleeper.real());
    }

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    private Service daemon() {
        Service agent = TestWorkloads.service("agent", new Workload(Workload.Kind.DAEMON_SET, "agent", ""));
        kubernetes.load(List.of(TestWorkloads.workload("staging", agent.workload(), 1, Map.of("main", "agent:1"))));
        return agent;
    }

    private static Pod pod(String name, String image, String imageId, String ready) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("staging")
                .withName(name)
                .addToLabels("app", "agent")
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("DaemonSet")
                .withName("agent")
                .withUid("1")
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage(image)
                .endContainer()
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready)
                .endCondition()
                .addNewContainerStatus()
                .withName("main")
                .withImageID(imageId)
                .endContainerStatus()
                .endStatus()
                .build();
    }

    @Test
    void shouldTellTheDigestThatAPodWasStartedByRatherThanThatOfItsPlatform() {
        Service agent = daemon();
        kubernetes.load(
                List.of(pod("agent-1", "dev.example/agent@" + DIGEST, "dev.example/agent@" + PLATFORM, "True")));
        assertThat(TestWorkloads.running(cluster, agent)).containsExactly(DIGEST);
    }

    @Test
    void shouldTellTheDigestByTheStatusWhereThePodNamesATag() {
        Service agent = daemon();
        kubernetes.load(List.of(pod("agent-1", "agent:1", "docker-pullable://agent@" + DIGEST, "True")));
        assertThat(TestWorkloads.running(cluster, agent)).containsExactly(DIGEST);
    }

    @Test
    void shouldCountNeitherPodsThatAreNotReadyNorThoseOfAnotherWorkloadWithTheSameLabels() {
        Service agent = daemon();
        Pod foreign = pod("foreign", "agent@" + DIGEST, "", "True");
        foreign.getMetadata().getOwnerReferences().get(0).setName("agent-candidate");
        kubernetes.load(List.of(foreign, pod("agent-1", "agent@" + DIGEST, "", "False")));
        assertThat(TestWorkloads.running(cluster, agent)).isEmpty();
    }

    @Test
    void shouldRefuseTwoServicesInOneContainer() {
        Service agent = daemon();
        Service twin = TestWorkloads.service("twin", agent.workload());
        assertThatThrownBy(() -> cluster.install(Wanted.proven(
                        Map.of(agent, TestWorkloads.image("agent", "2"), twin, TestWorkloads.image("twin", "2")), 1)))
                .hasMessageContaining("agent")
                .hasMessageContaining("twin")
                .hasMessageContaining("container main");
    }

    @Test
    void shouldTellThatAFenceIsNotANumber() {
        Service agent = daemon();
        cluster.fence(List.of(agent), 1);
        kubernetes
                .client()
                .apps()
                .daemonSets()
                .inNamespace("staging")
                .withName("agent")
                .edit(d -> {
                    d.getMetadata().getAnnotations().put(DeployedWorkload.FENCE, "mine");
                    return d;
                });
        assertThatThrownBy(() -> cluster.fence(List.of(agent), 2))
                .hasMessageContaining("DaemonSet agent in namespace staging")
                .hasMessageContaining("'mine'");
    }
}
