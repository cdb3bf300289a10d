package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes workloads roll out where no node is: decided by the image alone what becomes of a pod. Closing it reports what
 * went wrong in its threads.
 */
public final class PodSimulator implements AutoCloseable {
    private final List<AutoCloseable> parts = new ArrayList<>();

    /**
     * @param client not closed by the simulator
     * @param behaviour by the image text of a container's spec; asked again and again, so it may change its mind for
     *     pods that are still starting
     * @param startDelay from a pod's creation to its settled status
     */
    public record Settings(
            KubernetesClient client, String namespace, Function<String, PodBehaviour> behaviour, Duration startDelay) {}

    private PodSimulator() {}

    /** For an API without controllers ({@link EmbeddedKubernetes}): plays those of apps/v1 too, with one node. */
    public static PodSimulator withControllers(Settings settings) {
        PodSimulator simulator = new PodSimulator();
        simulator.parts.add(new FakeKubelet(settings, Optional.empty()));
        simulator.parts.add(new FakeControllers(settings.client(), settings.namespace()));
        return simulator;
    }

    /** For a real API server with its controller manager: adds a node, and a kubelet that runs the namespace's pods. */
    public static PodSimulator kubeletOnly(Settings settings) {
        PodSimulator simulator = new PodSimulator();
        FakeNode node = new FakeNode(settings.client());
        simulator.parts.add(node);
        simulator.parts.add(new FakeKubelet(settings, Optional.of(node.name())));
        return simulator;
    }

    @Override
    public void close() throws Exception {
        Exception failure = null;
        for (int i = parts.size() - 1; i >= 0; i--) {
            try {
                parts.get(i).close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
