package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LargeNamespaceTest {
    private static final int SERVICES = 5000;

    @Test
    void shouldReadThousandsOfWorkloadsByPagesAndPatchTheFewThatDiffer() {
        try (EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start()) {
            kubernetes.createNamespace("staging");
            List<Service> services = IntStream.range(0, SERVICES)
                    .mapToObj(i -> TestWorkloads.deployment("s" + i))
                    .toList();
            kubernetes.load(services.stream()
                    .map(s -> TestWorkloads.workload(
                            "staging",
                            s.workload(),
                            1,
                            Map.of("main", TestWorkloads.image(s.name(), "1").toString())))
                    .toList());
            Cluster cluster = new KubernetesCluster(
                    new KubernetesNamespace(kubernetes.client(), "staging"),
                    Runnable::run,
                    Clock.systemUTC(),
                    Sleeper.real());
            int before = kubernetes.requests();

            assertThat(cluster.installed(services)).hasSize(SERVICES);

            assertThat(kubernetes.requests() - before).isEqualTo(SERVICES / 500);
            Map<Service, ImageReference> wanted = services.stream()
                    .collect(Collectors.toMap(Function.identity(), s -> TestWorkloads.image(s.name(), "1")));
            wanted.put(services.get(17), TestWorkloads.image("s17", "2"));
            wanted.put(services.get(4711), TestWorkloads.image("s4711", "2"));
            assertThat(cluster.install(Cluster.Wanted.proven(wanted, 1))).containsExactly("s17", "s4711");
            assertThat(kubernetes.requests() - before)
                    .as("twice the list, two patches, and one look at the rights")
                    .isEqualTo(2 * SERVICES / 500 + 3);
        }
    }
}
